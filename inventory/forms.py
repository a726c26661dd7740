"""What is typed of a service: the customer's own name for it, and a version of its design layout record."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from inventory import rules
from inventory.models import Service
from portal.files import FilesForm


class AliasForm(forms.Form):
    """The name, and the one that the page shows, so that of two who change it the second is told."""

    alias = forms.CharField(
        label=_("Your own name for it"),
        max_length=rules.ALIAS_LENGTH,
        required=False,
        help_text=_("It is found by it, too. Leave it empty to take the name away."),
    )
    seen = forms.CharField(required=False, strip=False, widget=forms.HiddenInput)

    def __init__(self, service: Service, data: Any = None) -> None:
        initial = {"alias": service.alias, "seen": service.alias}
        super().__init__(data, initial=initial, auto_id=f"service-{service.pk}-%s")

    def clean_alias(self) -> str:
        try:
            return rules.one_line(self.cleaned_data["alias"])
        except ValueError:
            raise ValidationError(_("This holds characters that cannot be shown. Type it by hand.")) from None


class DlrForm(FilesForm):
    """A version of the design layout record: one file, and the day that stands on it."""

    issued_on = forms.DateField(
        label=_("Day of issue"),
        input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is no day of the calendar. Write it as 2026-09-30.")},
    )
    note = forms.CharField(label=_("What has changed"), max_length=300, required=False)

    field_order = ("issued_on", "note", "uploads")

    def clean_uploads(self) -> Any:
        uploads = self.cleaned_data["uploads"]
        if len(uploads) != 1:
            raise ValidationError(_("Choose one file: each version is one."))
        return uploads
