"""What is typed about colleagues and about roles."""

from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from accounts import selectors as people
from accounts.models import Enterprise, StaffCard, StaffRole
from accounts.staffing import selectors
from accounts.staffing.rules import Card, print_of
from portal.suggestions import SuggestField, time_zones


def _clock(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        input_formats=["%H:%M", "%H:%M:%S"],
    )  # fmt: skip


class CardForm(forms.Form):
    """What customers see of a colleague, and the address they sign in with."""

    name = forms.CharField(label=_("Name"), max_length=200)
    email = forms.EmailField(label=_("Mail address"), help_text=_("They sign in with it, and customers write to it."))
    title = forms.CharField(label=_("Title"), max_length=120, help_text=_("As customers read it."))
    phone = forms.CharField(
        label=_("Phone"), max_length=40, required=False, widget=forms.TextInput(attrs={"type": "tel"})
    )
    languages = forms.MultipleChoiceField(
        label=_("Which languages they speak"), choices=settings.LANGUAGES, widget=forms.CheckboxSelectMultiple
    )
    region = forms.ChoiceField(
        label=_("Region"),
        choices=[("", _("every region")), *Enterprise.Region.choices],
        required=False,
        help_text=_("Which customers they serve."),
    )
    works_on = forms.TypedMultipleChoiceField(
        label=_("Which days they work"),
        choices=list(WEEKDAYS.items()),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    works_from = _clock(_("From what time"))
    works_until = _clock(_("Until what time"))
    time_zone = SuggestField(label=_("Their time zone"), help_text=_("Type a city or a country."))
    hours = forms.CharField(
        label=_("Hours in words"),
        max_length=80,
        required=False,
        help_text=_("Told instead where no days are ticked, as “in shifts”."),
    )
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=2000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["time_zone"].offer(time_zones, reverse("suggest_time_zones"))

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    @property
    def card(self) -> Card:
        data = self.cleaned_data
        return Card(
            name=data["name"],
            title=data["title"],
            phone=data["phone"],
            languages=tuple(data["languages"]),
            hours=data["hours"],
            works_on=tuple(data["works_on"]),
            works_from=data["works_from"],
            works_until=data["works_until"],
            time_zone=data["time_zone"],
            region=data["region"],
        )


def typed(card: StaffCard) -> dict[str, Any]:
    """A card as its form shows it."""
    names = [*Card.__dataclass_fields__, "email"]
    return {**{name: getattr(card, name) for name in names}, "seen": print_of(card)}


class HireForm(CardForm):
    """The same with the role, and the language in which the portal speaks to them at first."""

    role = forms.ChoiceField(label=_("Role"), help_text=_("What they may do."))
    language = forms.ChoiceField(
        label=_("Language of their pages and mails"), choices=settings.LANGUAGES, help_text=_("They can change it.")
    )

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        # Nobody is given a role by not choosing one.
        fields["role"].choices = [("", "—"), *roles]
        self.order_fields(["name", "email", "role", "title", "phone", "language"])


class MoveForm(forms.Form):
    """Another role for somebody; ``seen`` is the one that the page showed."""

    role = forms.ChoiceField(label=_("New role"))
    seen = forms.CharField(widget=forms.HiddenInput, max_length=40)

    def __init__(self, *args: Any, roles: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["role"].choices = roles


class RemoveForm(forms.Form):
    """Who takes over from somebody who leaves."""

    successor = SuggestField(
        label=_("Who takes over"),
        required=False,
        help_text=_("Their customers, their open work and what they stand in for pass to this colleague."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["successor"].offer(people.suggest_colleagues, reverse("serving_work:suggest"))


class Ticks(forms.MultipleChoiceField):
    """A section of permissions; none ticked is an answer too."""

    widget = forms.CheckboxSelectMultiple

    def validate(self, value: list[str]) -> None:
        if value:
            super().validate(value)


class RoleForm(forms.Form):
    """What a role is called, and what it may do, by section; ``seen`` is what the page showed."""

    name = forms.CharField(label=_("Name of the role"), max_length=80)
    seen = forms.CharField(widget=forms.HiddenInput, required=False, max_length=8000)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.section_names = []
        for section in selectors.sections():
            name = f"may_{section.key}"
            self.section_names.append(name)
            self.fields[name] = Ticks(label=str(section.label), choices=section.permissions)

    @property
    def permissions(self) -> list[str]:
        return sorted(code for name in self.section_names for code in self.cleaned_data[name])

    @property
    def seen_permissions(self) -> list[str]:
        return str(self.cleaned_data["seen"]).split()


def typed_role(role: StaffRole | None, copied: StaffRole | None = None) -> dict[str, Any]:
    """A role as its form shows it; for a new one what it copies from another."""
    shown = role or copied
    held = set(shown.permissions) if shown else set()
    initial: dict[str, Any] = {
        f"may_{section.key}": [code for code, _words in section.permissions if code in held]
        for section in selectors.sections()
    }
    return {**initial, "name": role.label if role else "", "seen": " ".join(role.permissions) if role else ""}


def hidden(form: forms.Form) -> list[tuple[str, str]]:
    """What was typed, to be sent again with the confirmation."""
    data: Any = form.data
    return [(name, value) for name in form.fields for value in data.getlist(name)]
