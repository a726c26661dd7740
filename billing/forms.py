"""What customers type to dispute, what analysts type to decide, and which month is billed."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext_lazy as _

from billing.models import DisputeReason
from portal.drafts import kept
from portal.files import FilesForm


class AmountField(forms.DecimalField):
    """An amount with two decimals; a decimal comma is understood too."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
        super().__init__(max_digits=12, decimal_places=2, widget=widget, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        # As the reader writes it: a Brazilian's comma.
        return formats.localize_input(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        text = str(value or "").strip()
        whole, comma, cents = text.rpartition(",")
        # "287,25" but not "1,234", which half of the world reads as a thousand.
        if comma and len(cents) in (1, 2) and not set(whole) & set(",."):
            text = f"{whole}.{cents}"
        return super().to_python(text)


@kept("dispute")
class DisputeForm(FilesForm):
    """One line, all or a part of it, with what proves it."""

    amount = AmountField(label=_("How much of it do you dispute?"))
    reason = forms.ChoiceField(label=_("What is wrong?"), choices=[("", _("Choose a reason")), *DisputeReason.choices])
    statement = forms.CharField(
        label=_("What should the analyst know?"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("For example what was agreed, with whom and when, or the order that shows it."),
    )
    customer_reference = forms.CharField(
        label=_("Your own reference"), max_length=40, required=False, help_text=_("It stands beside our number.")
    )


@kept("dispute-note")
class NoteForm(FilesForm):
    """Something to add to a dispute: words, files, or both."""

    note = forms.CharField(label=_("Note"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}))

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not data.get("note") and not data.get("uploads"):
            self.add_error("note", _("Write a note, choose a file, or both."))
        return data


@kept("decision")
class DecisionForm(FilesForm):
    """What is given back of a disputed line, and why."""

    credited = AmountField(label=_("Credit"), help_text=_("0 denies the dispute; the whole amount upholds it."))
    decision = forms.CharField(
        label=_("Explanation for the customer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("The customer reads this word for word, on the page and in the mail."),
    )


class RunForm(forms.Form):
    """The month to bill."""

    period_on = forms.DateField(
        label=_("Month"),
        input_formats=["%Y-%m"],
        widget=forms.DateInput(attrs={"type": "month", "placeholder": "2026-11"}, format="%Y-%m"),
        help_text=_("As year and month, for example 2026-11."),
    )


class UndoForm(forms.Form):
    """Why something is not so after all."""

    reason = forms.CharField(
        label=_("Why?"), max_length=200, help_text=_("As “came back”. The customer's story says it.")
    )
