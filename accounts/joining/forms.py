"""What is typed of requests for access."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import offer_proofs
from accounts.models import Enterprise
from portal import registries
from portal.errors import Text


class AskForm(forms.Form):
    """What somebody lacks, where they need it, and what for."""

    permission = forms.ChoiceField(label=_("What do you want to do?"))
    places = forms.CharField(
        label=_("On which accounts?"),
        required=False,
        max_length=500,
        help_text=_("Account numbers or names of groups, one on each line. Leave it empty for all."),
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
    )
    why = forms.CharField(
        label=_("What do you need it for?"),
        required=False,
        max_length=500,
        help_text=_("Who decides reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, lacking: Mapping[str, Text], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        by_section: dict[str, list[tuple[str, Text]]] = {}
        titles = registries.sections()
        for code, words in lacking.items():
            by_section.setdefault(str(titles.get(code.partition(".")[0], _("Other"))), []).append((code, words))
        fields: dict[str, Any] = self.fields
        fields["permission"].choices = list(by_section.items())


class AnswerForm(forms.Form):
    answer = forms.CharField(
        label=_("Why not?"),
        max_length=500,
        help_text=_("Who asked reads this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class RegisterForm(forms.Form):
    """Who registers, for which account, and what shows that it is theirs."""

    segment = forms.ChoiceField(
        label=_("You are"),
        choices=Enterprise.Segment.choices,
        initial=Enterprise.Segment.ENTERPRISE,
        widget=forms.RadioSelect,
    )
    # No sentences: it stands in the mail to an address that may be somebody else's.
    number = forms.RegexField(
        r"^[A-Za-z0-9 ./-]+$",
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
    name = forms.CharField(label=_("Your name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    email = forms.EmailField(
        label=_("Your mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_proofs(self)
