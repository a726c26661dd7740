"""What is typed of API keys."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.keys.selectors import Bounds
from accounts.models import Account
from portal.drafts import kept
from portal.errors import Text

ALL, SOME = "all", "some"


@kept("api-key")
class KeyForm(forms.Form):
    """A request. ``offered`` is what the person may hand on; ``accounts`` are ticked where they are few."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("By which you tell it from others, as “Billing robot”.")
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        min_length=10,
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Which program uses it, where it runs, and what it does. Who approves it reads this."),
    )
    contact_email = forms.EmailField(
        label=_("Contact"),
        help_text=_(
            "Whom we write to when the key ends or is reset: best a mailbox of the team that runs the program."
        ),
    )
    expires_on = forms.DateField(label=_("Good until"), widget=forms.DateInput(attrs={"type": "date"}))
    permissions = forms.MultipleChoiceField(
        label=_("What may it do?"),
        widget=forms.CheckboxSelectMultiple,
        help_text=_("No more than you may yourself. When your own rights shrink, the key's do too."),
    )
    reach = forms.ChoiceField(
        label=_("On which accounts?"),
        widget=forms.RadioSelect,
        choices=[(ALL, _("On all that I reach, also later ones")), (SOME, _("Only on these"))],
        initial=ALL,
    )
    accounts: Any = forms.CharField(
        label=_("Account numbers"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
        help_text=_("One a line."),
    )

    def __init__(
        self, *args: Any, offered: Mapping[str, Text], accounts: Sequence[Account] | None, bounds: Bounds, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["permissions"].choices = list(offered.items())
        days = fields["expires_on"]
        days.initial = bounds.usual
        days.widget.attrs |= {"min": bounds.first.isoformat(), "max": bounds.last.isoformat()}
        if accounts is not None:
            fields["accounts"] = forms.MultipleChoiceField(
                label=_("Accounts"),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                choices=[(each.number, f"{each.number} · {each.name}") for each in accounts],
            )

    def clean_accounts(self) -> list[str]:
        said = self.cleaned_data["accounts"]
        return said if isinstance(said, list) else [each for each in re.split(r"[\s,;]+", said) if each]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if data.get("reach") == SOME and "accounts" in data and not data["accounts"]:
            self.add_error("accounts", _("Choose at least one account."))
        return data


class ReasonForm(forms.Form):
    """Why a request is declined, or a key revoked."""

    reason = forms.CharField(
        label=_("Why?"),
        min_length=5,
        max_length=300,
        help_text=_("The key's owner reads it, on the page and in a mail."),
    )


class ResetForm(forms.Form):
    """How long the old secret works beside the new one: none, or up to ``most`` hours."""

    overlap_hours = forms.IntegerField(
        label=_("Hours that the old secret goes on working"),
        min_value=0,
        initial=0,
        help_text=_("0 ends it at once: right, where somebody else may have seen it."),
    )

    def __init__(self, *args: Any, most: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["overlap_hours"].widget.attrs["max"] = most


class HandOverForm(forms.Form):
    """Whose the keys become."""

    email = forms.EmailField(
        label=_("Mail address of the colleague"), help_text=_("They need the permission to look after API keys.")
    )
