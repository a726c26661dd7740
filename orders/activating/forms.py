"""What is typed to hold and release orders, to book calls, to record tests, and to refuse a service."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from orders.models import NotReadyReason
from portal.drafts import kept


def date_input(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


@kept("order-not-ready")
class NotReadyForm(forms.Form):
    """Why the customer is not ready, in the customer's own reading."""

    reason = forms.ChoiceField(label=_("Why is the customer not ready?"), choices=NotReadyReason.choices)
    note = forms.CharField(
        label=_("What the customer should know of it"),
        max_length=500,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads this in the mail and in the story."),
    )


class ReadyForm(forms.Form):
    """From when on the customer is ready."""

    new_on = forms.DateField(label=_("New date"), widget=date_input())

    def __init__(self, data: Any = None, *, first: date, last: date) -> None:
        super().__init__(data, auto_id="ready-%s")
        self.fields["new_on"].widget.attrs |= {"min": f"{first:%Y-%m-%d}", "max": f"{last:%Y-%m-%d}"}
