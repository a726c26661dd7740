"""What is typed of an enterprise, its accounts and its contacts."""

import re
import unicodedata
from collections.abc import Mapping
from functools import partial
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models.expressions import DatabaseDefault
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.companies import selectors as companies
from accounts.companies.rules import LABELS
from accounts.models import Account, AccountGroup, Contact, Delivery, Enterprise
from portal import suggestions
from portal.actors import Actor
from portal.loading.cells import CODE, CURRENCY, Cell, countries
from portal.loading.faults import Wrong
from portal.suggestions import SuggestField, time_zones


def _one_line(value: str) -> str:
    """Blanks as people read them; what no key types is not taken."""
    if any(unicodedata.category(each) == "Cc" and not each.isspace() for each in value):
        raise ValidationError(_("This holds characters that cannot be shown. Type it by hand."), code="control")
    return " ".join(value.split())


class Line(forms.CharField):
    """One line of words, as it is to be read."""

    def clean(self, value: Any) -> str:
        return _one_line(super().clean(value))


class Lines(forms.CharField):
    """An address: some lines, each as it is to be read."""

    widget = forms.Textarea(attrs={"rows": 4})

    def clean(self, value: Any) -> str:
        lines = (_one_line(line) for line in super().clean(value).splitlines())
        return "\n".join(line for line in lines if line)


class Read(forms.CharField):
    """Something that load_carrier reads too, by the same rule."""

    def __init__(self, cell: Cell, wrong: Any, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cell, self.wrong = cell, wrong

    def clean(self, value: Any) -> str:
        text = _one_line(super().clean(value))
        try:
            return str(self.cell.read(text, timezone.localdate())) if text else text
        except Wrong:
            raise ValidationError(self.wrong, code="invalid") from None


def _country(**kwargs: Any) -> SuggestField:
    return SuggestField(label=LABELS["country"], **kwargs)


def _day(name: str) -> forms.DateField:
    return forms.DateField(
        label=LABELS[name], required=False, input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is no day of the calendar. Write it as 2026-09-30.")},
    )  # fmt: skip


class _Record(forms.Form):
    """A record that two may edit at once; ``seen`` is the revision that the page shows."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, thing: Enterprise | Account, data: Any = None, **kwargs: Any) -> None:
        names = [name for name in self.base_fields if name != "seen"]
        initial = {name: getattr(thing, name) for name in names if hasattr(thing, name)}
        # Of one that is not there yet, what the database would write is nothing to be shown.
        initial = {name: value for name, value in initial.items() if not isinstance(value, DatabaseDefault)}
        super().__init__(data, initial={**initial, "seen": thing.revision}, **kwargs)
        fields: dict[str, Any] = self.fields
        if "country" in fields:
            fields["country"].offer(suggestions.countries(countries()), reverse("suggest_countries"))
        if "time_zone" in fields:
            fields["time_zone"].offer(time_zones, reverse("suggest_time_zones"))

    @property
    def record(self) -> dict[str, Any]:
        """What was typed, without what only the form needs."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}

    def anew(self, thing: Enterprise | Account) -> "_Record":
        """The same as it was typed, over what stands now: sent again, it is known what it replaces."""
        return type(self)(thing, {**self.data.dict(), "seen": str(thing.revision)})  # type: ignore[attr-defined]


class OurRecordForm(_Record):
    """What a customer's administrators decide of their enterprise."""

    custom_name = Line(
        label=_("Name you go by"), max_length=200, required=False,
        help_text=_("Stands on your pages and in our mails instead of the legal name. Invoices keep the legal name."),
    )  # fmt: skip
    language = forms.ChoiceField(
        label=LABELS["language"], choices=settings.LANGUAGES,
        help_text=_("Of your invoices, and of mails to people who have not chosen one."),
    )  # fmt: skip
    time_zone = SuggestField(
        label=LABELS["time_zone"], help_text=_("Type a city or a country. By it your days begin: due dates, terms.")
    )
    is_self_registration_open = forms.BooleanField(
        label=_("Colleagues may register by themselves"), required=False,
        help_text=_("With an account number and a proof from an invoice. Off: only your administrators invite people."),
    )  # fmt: skip


class CarriersRecordForm(_Record):
    """What the carrier decides of an enterprise."""

    legal_name = Line(
        label=LABELS["legal_name"], max_length=200, help_text=_("Stands on invoices from the next one on.")
    )
    segment = forms.ChoiceField(label=LABELS["segment"], choices=Enterprise.Segment.choices)
    region = forms.ChoiceField(label=LABELS["region"], choices=Enterprise.Region.choices)
    country = _country()
    language = forms.ChoiceField(label=LABELS["language"], choices=settings.LANGUAGES)
    time_zone = SuggestField(label=LABELS["time_zone"], help_text=_("Type a city or a country."))


class ReasonForm(forms.Form):
    reason = Line(
        label=_("Reason"), min_length=5, max_length=300,
        help_text=_("It stands in the history, and the customer can read it."),
        error_messages={"min_length": _("Say in a few words why: it stands in the history.")},
    )  # fmt: skip


_NO_NUMBER = _("Letters, digits and . _ / - only, beginning with a letter or digit.")


class NumberForm(forms.Form):
    number = Read(CODE, _NO_NUMBER, label=_("Customer number"), max_length=30)
    note = Line(label=_("What it is for"), max_length=120, required=False, help_text=_("As “ordering system, Brazil”."))


class OurAccountForm(_Record):
    """What the customer decides of an account."""

    alias = Line(
        label=_("Your name for it"), max_length=200, required=False,
        help_text=_("Stands beside the account number wherever the account is shown to you."),
    )  # fmt: skip
    address = Lines(
        label=LABELS["address"], max_length=500, required=False,
        help_text=_("Where invoices are addressed to, from the next one on. Issued ones stay as they are."),
    )  # fmt: skip
    country = _country(help_text=_("Of the postal address."))
    service_address = Lines(
        label=LABELS["service_address"], max_length=500, required=False,
        help_text=_("Where the services mostly are, if elsewhere."),
    )  # fmt: skip
    po_reference = Line(
        label=LABELS["po_reference"], max_length=60, required=False, help_text=_("Printed on each invoice.")
    )


class CarriersAccountForm(_Record):
    """What the carrier's people may change of an account."""

    name = Line(label=LABELS["name"], max_length=200)
    btn = Line(
        label=LABELS["btn"], max_length=20, required=False, help_text=_("The telephone number that billing goes by.")
    )
    tax_id = Line(label=LABELS["tax_id"], max_length=40, required=False, help_text=_("As it is printed on invoices."))
    address = Lines(label=LABELS["address"], max_length=500, required=False)
    country = _country(help_text=_("Of the postal address."))
    service_address = Lines(label=LABELS["service_address"], max_length=500, required=False)
    po_reference = Line(label=LABELS["po_reference"], max_length=60, required=False)
    payment_days = forms.IntegerField(
        label=LABELS["payment_days"], min_value=0, max_value=365, required=False,
        help_text=_("Net days of this account alone. Empty: as the terms bind the customer or its contract."),
    )  # fmt: skip
    msa_number = Line(label=LABELS["msa_number"], max_length=40, required=False)
    msa_on = _day("msa_on")
    contract_starts_on = _day("contract_starts_on")
    contract_ends_on = _day("contract_ends_on")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("contract_starts_on"), data.get("contract_ends_on")
        if start and end and end < start:
            self.add_error("contract_ends_on", _("The contract ends before it begins."))
        return data


class NewAccountForm(CarriersAccountForm):
    """A new account: with the number and the currency, which are never changed."""

    number = Read(CODE, _NO_NUMBER, label=_("Account number"), max_length=30)
    currency = Read(
        CURRENCY, _("A currency by its three capital letters, as USD or BRL."), label=_("Currency"), max_length=3,
        help_text=_("For good: another currency takes another account."),
    )  # fmt: skip
    delivery = forms.ChoiceField(
        label=_("Invoices"), choices=Delivery.choices, required=False, initial=Delivery.ELECTRONIC,
        help_text=_("New accounts are paperless unless the customer asked otherwise."),
    )  # fmt: skip
    field_order = ("number", "name", "currency")

    def clean_delivery(self) -> str:
        return self.cleaned_data["delivery"] or Delivery.ELECTRONIC


class DeliveryForm(forms.Form):
    delivery = forms.ChoiceField(label=_("Invoices"), choices=Delivery.choices, widget=forms.RadioSelect)


class ContactForm(forms.Form):
    """Somebody who is told without signing in."""

    name = Line(label=LABELS["name"], max_length=200, help_text=_("A person, a desk or a shared mailbox."))
    email = forms.EmailField(label=LABELS["email"], max_length=254)
    phone = Line(label=LABELS["phone"], max_length=40, required=False)
    account = SuggestField(
        label=_("Account"),
        required=False,
        help_text=_("Empty for all accounts. Type its number or a part of its name."),
    )
    wants_orders = forms.BooleanField(label=_("Tell them of orders: milestones, delays, completion"), required=False)
    wants_billing = forms.BooleanField(
        label=_("Tell them of bills: when one is ready, and of disputes"), required=False
    )
    language = forms.ChoiceField(label=_("Language of their mails"), choices=settings.LANGUAGES)
    time_zone = SuggestField(label=_("Time zone of their mails"), help_text=_("Type a city or a country."))

    def __init__(self, actor: Actor, *args: Any, is_everywhere: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["time_zone"].offer(time_zones, reverse("suggest_time_zones"))
        url = reverse("accounts:suggest_accounts", args=[actor.enterprise_public_id])
        fields["account"].offer(partial(selectors.find_accounts, actor), url)
        if not is_everywhere:
            fields["account"].required = True
            fields["account"].help_text = _("Type its number or a part of its name.")

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not (data["wants_orders"] or data["wants_billing"]):
            self.add_error("wants_orders", _("Choose at least one kind of notice: otherwise they hear of nothing."))
        return data


def contact_initial(contact: Contact) -> Mapping[str, Any]:
    """A contact as its form shows it."""
    initial = {name: getattr(contact, name) for name in ContactForm.base_fields if name != "account"}
    return {**initial, "account": contact.account.number if contact.account else ""}


class GroupForm(forms.Form):
    """A group of accounts: its name, and account numbers to be added or taken out."""

    name = Line(label=_("Name of the group"), max_length=120)
    add = Lines(
        label=_("Accounts to add"),
        max_length=20_000,
        required=False,
        help_text=_("Account numbers, one a line or separated by commas; they can be pasted from a file."),
    )
    take = Lines(label=_("Accounts to take out"), max_length=20_000, required=False, help_text=_("The same way."))

    def __init__(self, actor: Actor, group: AccountGroup | None, data: Any = None, *, add: str = "") -> None:
        super().__init__(data, initial={"name": group.name if group else "", "add": add})
        self.actor = actor
        self.adding: dict[str, int] = {}
        self.taking: dict[str, int] = {}
        if group is None:
            del self.fields["take"]

    @property
    def moves(self) -> bool:
        """Whether accounts come or go."""
        return bool(self.adding or self.taking)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        self.adding, self.taking = (self._accounts(data, name) for name in ("add", "take"))
        twice = sorted(set(self.adding) & set(self.taking))
        if twice:
            self.add_error("take", _("These are to come and to go: %(numbers)s.") % {"numbers": ", ".join(twice)})
        return data

    def _accounts(self, data: Mapping[str, Any], name: str) -> dict[str, int]:
        typed = [each.strip() for each in re.split(r"[,;\n]", data.get(name) or "") if each.strip()]
        found = companies.find_numbers(self.actor, typed)
        strange = [each for each in dict.fromkeys(typed) if each not in found]
        if strange:
            words = _("There is no account of these numbers here: %(numbers)s.")
            self.add_error(name, words % {"numbers": ", ".join(strange[:20])})
        return found
