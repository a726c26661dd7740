"""What people type about themselves and their visits."""

from django import forms
from django.utils.translation import gettext_lazy as _


class VisitForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you open this customer's data?"),
        min_length=5,
        error_messages={"min_length": _("Say in a few words why you open this customer's data.")},
        max_length=200,
        help_text=_("The customer's administrators can read it, with your name and the time."),
    )
