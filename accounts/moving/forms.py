"""What is typed of moves: who wants which accounts where, and why."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.forms import offer_proofs
from accounts.models import Enterprise, Move, MoveKind
from accounts.services import Invited
from portal.errors import Text

# What can be asked for: kind, and whether one gives.
WHATS: dict[str, tuple[MoveKind, bool, Text]] = {
    "account": (MoveKind.ACCOUNT, False, _("Bring an account in, with proof")),
    "take": (MoveKind.SPLIT, False, _("Take over accounts of another enterprise")),
    "give": (MoveKind.SPLIT, True, _("Give accounts to another enterprise")),
    "new": (MoveKind.SPLIT, True, _("Move accounts into a new enterprise")),
    "join": (MoveKind.MERGE, True, _("Join another enterprise with all accounts")),
    "absorb": (MoveKind.MERGE, False, _("Take in another enterprise with all its accounts")),
}
MOST = 2000  # account numbers at once


class AskForm(forms.Form):
    """One of WHATS: it has the fields that this one needs."""

    number = forms.CharField(
        label=_("Account number"),
        max_length=40,
        help_text=_("It stands on each invoice."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    proof_kind = forms.ChoiceField(label=_("What shows that the account is yours?"), widget=forms.RadioSelect)
    proof = forms.CharField(
        label=_("Proof"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )
    other = forms.SlugField(
        label=_("The other enterprise's ID"),
        max_length=20,
        help_text=_("Its administrators find it on their page of the enterprise."),
    )
    accounts = forms.CharField(
        label=_("Account numbers"),
        help_text=_("One on each line."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    effective_on = forms.DateField(
        label=_("Day of the move"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("By our calendar. Until then both sides can cancel."),
    )
    why = forms.CharField(
        label=_("Why?"),
        max_length=500,
        required=False,
        help_text=_("The other side and we read this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, what: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.what = what
        kind = WHATS[what][0]
        wanted = {"effective_on", "why"}
        if kind == MoveKind.ACCOUNT:
            wanted |= {"number", "proof_kind", "proof"}
        elif what != "new":
            wanted |= {"other"}
        wanted |= {"accounts"} if kind == MoveKind.SPLIT else set()
        fields: dict[str, Any] = self.fields
        for name in set(fields) - wanted:
            del fields[name]
        if "proof_kind" in fields:
            offer_proofs(self)

    def clean_accounts(self) -> list[str]:
        found = list(dict.fromkeys(re.findall(r"[^\s,;]+", str(self.cleaned_data["accounts"]))))
        if len(found) > MOST or any(len(each) > 40 for each in found):
            raise forms.ValidationError(_("These are too many, or no account numbers."))
        return found

    @property
    def wished(self) -> dict[str, Any]:
        """The fields of services.Wish."""
        typed = dict(self.cleaned_data)
        kind, gives, _words = WHATS[self.what]
        number = typed.pop("number", "").strip()
        numbers = [number] if number else typed.pop("accounts", [])
        return {**typed, "kind": kind, "gives": gives, "accounts": tuple(numbers)}


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=500, help_text=_("Both sides read this."), widget=forms.Textarea(attrs={"rows": 2})
    )


class FoundForm(forms.Form):
    """The enterprise that is made for accounts that are split off, and who is first in it."""

    legal_name = forms.CharField(label=_("Legal name"), max_length=200, help_text=_("Stands on invoices."))
    segment = forms.ChoiceField(label=_("Segment"), choices=Enterprise.Segment.choices)
    region = forms.ChoiceField(label=_("Region"), choices=Enterprise.Region.choices)
    language = forms.ChoiceField(label=_("Language"), choices=settings.LANGUAGES)
    name = forms.CharField(label=_("First administrator"), max_length=200)
    email = forms.EmailField(
        label=_("Mail address"), help_text=_("They are invited on the day of the move."), max_length=254
    )

    def __init__(self, move: Move, data: Any = None) -> None:
        source = move.source
        like = {"segment": source.segment, "region": source.region, "language": source.language} if source else {}
        initial = {**like, **(move.founding or {}), **(move.claimant or {})}
        super().__init__(data, initial=initial, auto_id="new-%s")

    @property
    def record(self) -> dict[str, str]:
        """The fields of Enterprise."""
        return {name: self.cleaned_data[name] for name in ("legal_name", "segment", "region", "language")}

    @property
    def first(self) -> Invited:
        return Invited(self.cleaned_data["email"], self.cleaned_data["name"], language=self.cleaned_data["language"])


class PeopleForm(forms.Form):
    """Who comes along; ``people`` are those who can be chosen, as selectors.list_offered gives them."""

    person = forms.TypedMultipleChoiceField(coerce=int, required=False)

    def __init__(self, people: list[dict[str, Any]], data: Any = None) -> None:
        super().__init__(data)
        self.fields["person"].choices = [(each["member"], each["name"]) for each in people]  # type: ignore[attr-defined]


class GroundsForm(forms.Form):
    grounds = forms.CharField(
        label=_("How do you know that this is right?"),
        max_length=500,
        help_text=_("A contract, a letter, who called. Customers do not read this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class CodeForm(forms.Form):
    number = forms.CharField(label=_("Account number"), max_length=40)
    given_to = forms.CharField(
        label=_("For whom?"), max_length=200, help_text=_("Who gets the code, and how you made sure of them.")
    )
