"""What staff type about account teams and absences."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import TeamMember, TeamRole
from accounts.services import Place, place_of
from portal.suggestions import Find, SuggestField
from portal.terms import PRODUCT_LINES


def colleague(label: Any, help_text: Any = "") -> SuggestField:
    field = SuggestField(label=label, help_text=help_text)
    field.find = selectors.suggest_colleagues
    return field


class PlaceForm(forms.Form):
    """Who serves the customer as what, for what, and in which order to call them."""

    role = forms.ChoiceField(label=_("As what"), choices=TeamRole.choices)
    who = colleague(_("Who"), _("A colleague, by a part of the name."))
    account = SuggestField(
        label=_("For one account only"), required=False, help_text=_("Empty: for the whole company.")
    )
    families = forms.MultipleChoiceField(
        label=_("For which products"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("None ticked: for all of them."),
    )
    escalation = forms.IntegerField(
        label=_("In which order to call"),
        min_value=1,
        max_value=9,
        initial=1,
        help_text=_("1 is called first; who has 2 is called when that did not help."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=200)

    def __init__(self, *args: Any, accounts: Find, urls: dict[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["families"].choices = list(PRODUCT_LINES.items())
        fields["who"].offer(selectors.suggest_colleagues, urls["who"])
        fields["account"].offer(accounts, urls["account"])

    def place(self, card_id: int, account_id: int | None) -> Place:
        data = self.cleaned_data
        return Place(card_id, data["role"], account_id, tuple(sorted(data["families"])), data["escalation"])


def typed(member: TeamMember) -> dict[str, Any]:
    """A place as its form shows it."""
    return {
        "role": member.role,
        "who": member.card.email,
        "account": member.account.number if member.account else "",
        "families": member.families,
        "escalation": member.escalation,
        "seen": print_of(place_of(member)),
    }


def print_of(place: Place) -> str:
    """A place as a page remembers to have shown it."""
    return f"{place.card_id} {place.role} {place.account_id or 0} {place.escalation} {','.join(place.families) or '-'}"


def seen_place(text: str) -> Place:
    """The same read back; what a hand has changed is a place that nobody has."""
    try:
        card, role, account, escalation, families = text.split(" ", 4)
        listed = () if families == "-" else tuple(families.split(","))
        return Place(int(card), role, int(account) or None, listed, int(escalation))
    except ValueError:
        return Place(0, "")


class AbsenceForm(forms.Form):
    """From when until when somebody is away, and who stands in."""

    who = colleague(_("Who is away"))
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(
        label=_("Last day"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("This day included; whole days where they work."),
    )
    deputy = colleague(
        _("Who stands in"),
        _("Customers are told to call them, and they may open the customers as if they served them."),
    )

    def __init__(self, *args: Any, url: str, is_own: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        for name in ("who", "deputy"):
            fields[name].offer(selectors.suggest_colleagues, url)
        if is_own:
            del self.fields["who"]
