"""What administrators type about their people."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from accounts.people import selectors
from accounts.rules import Held, Rights
from portal import registries
from portal.actors import Actor
from portal.drafts import kept
from portal.errors import Text
from portal.suggestions import SuggestField, time_zones

SCOPES_HINT = _("Account numbers or names of groups, one on each line.")


def sections(actor: Actor) -> dict[str, list[tuple[str, Text]]]:
    """The permissions that an actor may hand on, by section, in the sections' order."""
    titles, future = registries.sections(), registries.future_permissions()
    found: dict[str, list[tuple[str, Text]]] = {str(title): [] for title in titles.values()}
    for code, words in registries.permissions().items():
        if actor.may(code):
            title = str(titles.get(code.partition(".")[0], _("Other")))
            label = _now("%(words)s (not in the portal yet)") % {"words": words} if code in future else words
            found.setdefault(title, []).append((code, label))
    return {title: rows for title, rows in found.items() if rows}


@dataclass(frozen=True)
class Box:
    code: str
    words: Text
    checked: bool


@dataclass(frozen=True)
class Section:
    boxes: list[Box]
    all: bool

    @property
    def open(self) -> bool:
        return self.all or any(box.checked for box in self.boxes)


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value or [])


class GrantForm(forms.Form):
    """Permissions, one by one or by whole sections, and where they hold."""

    permissions = forms.MultipleChoiceField(label=_("Permissions"), required=False, widget=forms.CheckboxSelectMultiple)
    sections = forms.MultipleChoiceField(label=_("Whole sections"), required=False, widget=forms.CheckboxSelectMultiple)
    where = forms.ChoiceField(
        label=_("Where"),
        choices=[("whole", _("On the whole enterprise")), ("some", _("On these accounts and groups alone"))],
        initial="whole",
        widget=forms.RadioSelect,
    )
    scopes = forms.CharField(
        label=_("Accounts and groups"),
        required=False,
        max_length=20_000,
        help_text=SCOPES_HINT,
        widget=forms.Textarea(attrs={"rows": 3, "spellcheck": "false"}),
    )

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        by_section = sections(actor)
        fields: dict[str, Any] = self.fields
        fields["permissions"].choices = list(by_section.items())
        fields["sections"].choices = [(title, title) for title in by_section]
        self.held: frozenset[Held] = frozenset()

    @property
    def by_section(self) -> list[tuple[str, Section]]:
        """The boxes to tick, by section; a section with a ticked box stands open."""
        chosen, whole = _listed(self["permissions"].value()), _listed(self["sections"].value())
        return [
            (title, Section([Box(code, words, code in chosen) for code, words in rows], title in whole))
            for title, rows in sections(self.actor).items()
        ]

    def is_choosing(self) -> bool:
        """Whether permissions and places are what this form is about."""
        return True

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.is_choosing():
            return data
        codes = set(data.get("permissions", []))
        by_section = sections(self.actor)
        codes |= {code for title in data.get("sections", []) for code, _words in by_section.get(title, [])}
        if data.get("where") == "some":
            self.held = self._on_some(codes, data.get("scopes", ""))
        else:
            self.held = frozenset(Held(code) for code in codes)
        if not codes:
            self.add_error("permissions", _now("Choose at least one permission or section."))
        return data

    def _on_some(self, codes: set[str], text: str) -> frozenset[Held]:
        places, unknown = selectors.find_scopes(self.actor, text.splitlines())
        if unknown:
            names = ", ".join(unknown[:5])
            self.add_error("scopes", _now("There is no account or group called: %(names)s.") % {"names": names})
        elif not places:
            self.add_error("scopes", _now("Name at least one account or group, or choose the whole enterprise."))
        # A permission for the whole enterprise alone is left out of a section, and refused when it was chosen.
        whole = registries.whole_permissions()
        chosen = set(self.cleaned_data.get("permissions", [])) & whole
        if chosen:
            known = registries.permissions()
            words = "; ".join(str(known[code]) for code in sorted(chosen))
            self.add_error("permissions", _now("This cannot be limited to accounts: %(words)s.") % {"words": words})
        return frozenset(Held(code, group, account) for code in codes - whole for group, account in places)


class RightsForm(GrantForm):
    """One change of what somebody may do: to add, to withdraw, to be like a colleague, to administer or no longer."""

    HOWS = ("add", "withdraw", "clone", "administrator", "plain")
    how = forms.ChoiceField(choices=[(each, each) for each in HOWS], widget=forms.HiddenInput)
    seen = forms.CharField(max_length=20, widget=forms.HiddenInput)
    grants = forms.MultipleChoiceField(required=False, widget=forms.CheckboxSelectMultiple)
    colleague = SuggestField(
        label=_("Colleague"), required=False, help_text=_("Type a part of the name or mail address.")
    )

    def __init__(self, actor: Actor, before: Rights, own: Mapping[str, Held], *args: Any, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        self.before, self.own = before, own
        fields: dict[str, Any] = self.fields
        fields["grants"].choices = [(key, key) for key in own]
        fields["where"].required = False

    def is_choosing(self) -> bool:
        return self.cleaned_data.get("how") == "add"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        how = data.get("how")
        if how == "withdraw" and not data.get("grants"):
            self.add_error(None, _now("Choose what is to be withdrawn."))
        if how == "clone" and not data.get("colleague") and "colleague" not in self.errors:
            self.add_error("colleague", _now("Name the colleague."))
        return data

    def wanted(self, colleague: Rights | None) -> Rights:
        """All that the person would hold."""
        how, held = self.cleaned_data["how"], self.before.held
        if how == "add":
            return Rights(self.before.is_administrator, held | self.held)
        if how == "withdraw":
            taken = frozenset(self.own[key] for key in self.cleaned_data["grants"])
            return Rights(self.before.is_administrator, held - taken)
        if how == "clone" and colleague:
            return colleague
        return Rights(how == "administrator", held)


@kept("invitation")
class InviteForm(GrantForm):
    """Somebody new, and what they may do from the start."""

    field_order = ["email", "name", "title", "language", "start", "colleague"]
    email = forms.EmailField(
        label=_("Mail address"), max_length=254, widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    name = forms.CharField(label=_("Name"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of the invitation; they can change it.")
    )
    start = forms.ChoiceField(
        label=_("What they may do"),
        choices=[
            ("chosen", _("What I choose below")),
            ("clone", _("The same as a colleague")),
            ("administrator", _("Everything: system administrator")),
            ("nothing", _("Nothing yet")),
        ],
        initial="chosen",
        widget=forms.RadioSelect,
    )
    colleague = SuggestField(
        label=_("Colleague"), required=False, help_text=_("Type a part of the name or mail address.")
    )

    def __init__(self, actor: Actor, *args: Any, may_administer: bool, **kwargs: Any) -> None:
        super().__init__(actor, *args, **kwargs)
        fields: dict[str, Any] = self.fields
        if not may_administer:
            fields["start"].choices = [each for each in fields["start"].choices if each[0] != "administrator"]

    @property
    def whom(self) -> list[forms.BoundField]:
        return [self[name] for name in ("email", "name", "title", "language")]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def is_choosing(self) -> bool:
        return self.cleaned_data.get("start") == "chosen"

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("start") == "clone" and not data.get("colleague") and "colleague" not in self.errors:
            self.add_error("colleague", _now("Name the colleague."))
        return data

    def rights(self, colleague: Rights | None) -> Rights:
        start = self.cleaned_data["start"]
        if start == "clone" and colleague:
            return colleague
        return Rights(start == "administrator", self.held if start == "chosen" else frozenset())


class DetailsForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=200)
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    phone = forms.CharField(label=_("Phone"), max_length=40, required=False)


class RemoveForm(forms.Form):
    heir = SuggestField(
        label=_("Who takes over"),
        required=False,
        help_text=_("A colleague who gets what they leave. Leave it empty where nobody does."),
    )


class TeamForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=120, help_text=_("As “Network operations”."))
    email = forms.EmailField(
        label=_("Shared mailbox"), required=False, help_text=_("It gets the notices that the team's permissions bring.")
    )
    language = forms.ChoiceField(
        label=_("Language"),
        choices=settings.LANGUAGES,
        required=False,
        help_text=_("Of the mails to the shared mailbox."),
    )
    time_zone = SuggestField(
        label=_("Time zone"),
        required=False,
        help_text=_("By it the mails give their times. Type a city or a country."),
    )
    people = forms.CharField(
        label=_("People"),
        required=False,
        max_length=60_000,
        help_text=_("Mail addresses of colleagues, one on each line."),
        widget=forms.Textarea(attrs={"rows": 5, "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["time_zone"].offer(time_zones, reverse("suggest_time_zones"))


class WhyForm(forms.Form):
    """A question about rights: of one person or of all, on an account or anywhere, now or in the past."""

    permission = forms.ChoiceField(label=_("Permission"))
    account = SuggestField(label=_("Account"), required=False, help_text=_("By number or name; empty for any."))
    person = SuggestField(label=_("Person"), required=False, help_text=_("Empty for everybody."))
    start = forms.DateField(
        label=_("On, or from"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
        help_text=_("Empty for now."),
    )  # fmt: skip
    end = forms.DateField(label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        by_section: dict[str, list[tuple[str, Text]]] = {}
        titles = registries.sections()
        for code, words in registries.permissions().items():
            by_section.setdefault(str(titles.get(code.partition(".")[0], _("Other"))), []).append((code, words))
        fields["permission"].choices = list(by_section.items())

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if end and not start:
            self.add_error("start", _now("Say from which day on."))
        if isinstance(start, date) and start > timezone.localdate():
            self.add_error("start", _now("This day has not come yet."))
        if start and end and end < start:
            self.add_error("end", _now("The last day must not be before the first."))
        if not data.get("person") and not data.get("account") and "account" not in self.errors:
            self.add_error("account", _now("Name an account, or a person."))
        return data
