"""What changes an enterprise's record, its numbers, accounts and contacts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.companies import rules, selectors
from accounts.models import (
    ACCOUNT_FLOW,
    Account,
    AccountStatus,
    Contact,
    CustomerNumber,
    Delivery,
    Enterprise,
)
from portal import events, locator
from portal.actors import Actor
from portal.errors import Refused
from portal.following.services import end_all_of
from portal.hearers import Party
from portal.tenancy import of_enterprise

Record = TypeVar("Record", Account, Enterprise)
REASON = 5  # characters that say something


class Edited(Refused):
    """Somebody else changed the record since the page was loaded. ``thing`` is as it stands now."""

    message = _("Somebody else has changed this since you opened the page.")
    way_out = _("Nothing of yours was saved. Look at what they changed, then save again or leave it.")

    def __init__(self, thing: Account | Enterprise) -> None:
        super().__init__()
        self.thing = thing


class NumberTaken(Refused):
    """A number is one enterprise's at the carrier."""

    message = _("This number is taken already.")
    way_out = _("Nothing was changed. Look for it among all customers, or give another.")


# --- the enterprise ------------------------------------------------------------------------------


@transaction.atomic
def change_enterprise(fields: Mapping[str, Any], *, seen: int, actor: Actor, at: datetime) -> Enterprise:
    """Change the record of the actor's enterprise; what is as it was is left alone.

    ``seen`` is the revision that the page showed. Raises Edited where somebody was quicker.
    """
    enterprise = of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",)).get()
    return _change(enterprise, fields, seen=seen, actor=actor, at=at, kind="enterprise.changed")


def _change(thing: Record, fields: Mapping[str, Any], *, seen: int, actor: Actor, at: datetime, kind: str) -> Record:
    """Write what differs, and record it with before and after."""
    changes: list[dict[str, Any]] = [
        {"field": name, "before": getattr(thing, name), "after": value}
        for name, value in fields.items()
        if getattr(thing, name) != value
    ]
    if not changes:
        return thing
    if thing.revision != seen:
        raise Edited(thing)
    for each in changes:
        setattr(thing, each["field"], each["after"])
    thing.revision += 1
    thing.save(update_fields=[*(each["field"] for each in changes), "revision"])
    events.record(kind, subject=thing, actor=actor, at=at, changes=changes, revision=thing.revision)
    return thing


@transaction.atomic
def close_enterprise(*, reason: str, actor: Actor, at: datetime) -> Enterprise:
    """Close the actor's enterprise: from the next request on none of its people can enter it.

    Nothing is deleted. Raises Refused without a reason, for the carrier's own, and where it is closed already.
    """
    return _set_open(False, reason=reason, actor=actor, at=at)


@transaction.atomic
def reopen_enterprise(*, reason: str, actor: Actor, at: datetime) -> Enterprise:
    """Let its people in again, with the permissions they had. Raises Refused where it is open."""
    return _set_open(True, reason=reason, actor=actor, at=at)


def _set_open(is_active: bool, *, reason: str, actor: Actor, at: datetime) -> Enterprise:
    said = _said(reason)
    enterprise = of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",)).get()
    if enterprise.is_house:
        raise Refused(_("This is the carrier's own enterprise, which is always open."))
    if enterprise.is_active == is_active:
        raise Refused(_("It is open already.") if is_active else _("It is closed already."))
    enterprise.is_active, enterprise.status_reason, enterprise.status_at = is_active, said, at
    enterprise.revision += 1
    enterprise.save(update_fields=["is_active", "status_reason", "status_at", "revision"])
    kind = "enterprise.reopened" if is_active else "enterprise.closed"
    events.record(kind, subject=enterprise, actor=actor, at=at, reason=said, revision=enterprise.revision)
    return enterprise


def _said(reason: str) -> str:
    said = " ".join(reason.split())[:300]
    if len(said) < REASON:
        raise Refused(_("Say in a few words why: it stands in the history."), field="reason")
    return said


@transaction.atomic
def add_number(number: str, note: str, *, actor: Actor, at: datetime) -> CustomerNumber:
    """Give the enterprise a further customer number. Raises NumberTaken where some enterprise has it."""
    assert actor.enterprise_id is not None
    enterprise = selectors.get_record(actor)
    made = CustomerNumber(enterprise=enterprise, number=number, note=note)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _own(locator.CUSTOMER_NUMBER, number, enterprise_id=actor.enterprise_id, target_id=made.pk)
    except IntegrityError as error:
        raise NumberTaken(field="number") from error
    events.record("enterprise.number_added", subject=enterprise, actor=actor, at=at, number=number)
    return made


@transaction.atomic
def remove_number(pk: int, *, actor: Actor, at: datetime) -> None:
    """Take a customer number away, so that another enterprise can have it. Nothing where it is gone."""
    found = of_enterprise(CustomerNumber.objects, actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        return
    locator.forget(locator.CUSTOMER_NUMBER, found.number, enterprise_id=found.enterprise_id)
    found.delete()
    enterprise = selectors.get_record(actor)
    events.record("enterprise.number_removed", subject=enterprise, actor=actor, at=at, number=found.number)


def _own(kind: str, key: str, *, enterprise_id: int, target_id: int) -> None:
    locator.remember([locator.row(kind, key, enterprise_id=enterprise_id, target_id=target_id, is_exclusive=True)])


# --- accounts ------------------------------------------------------------------------------------


def _locked(account_id: int, actor: Actor) -> Account:
    found: Account = of_enterprise(Account.objects, actor).select_for_update(of=("self",)).get(pk=account_id)
    return found


@transaction.atomic
def add_accounts(rows: Sequence[Mapping[str, Any]], *, actor: Actor, at: datetime) -> list[Account]:
    """Add billing accounts to the actor's enterprise, all or none; new ones are paperless unless asked otherwise.

    Raises NumberTaken, naming the row by ``within``, for a number that the carrier has already.
    """
    return [_add_account(row, place, actor=actor, at=at) for place, row in enumerate(rows)]


def _add_account(fields: Mapping[str, Any], place: int, *, actor: Actor, at: datetime) -> Account:
    assert actor.enterprise_id is not None
    made = Account(enterprise_id=actor.enterprise_id, **fields)
    try:
        with transaction.atomic():
            made.save(force_insert=True)
            _own(locator.ACCOUNT, made.number, enterprise_id=actor.enterprise_id, target_id=made.pk)
    except IntegrityError as error:
        refusal = NumberTaken(field="number")
        refusal.within = str(place)
        raise refusal from error
    events.record("account.added", subject=made, actor=actor, at=at, number=made.number, name=made.name)
    return made


@transaction.atomic
def change_account(account_id: int, fields: Mapping[str, Any], *, seen: int, actor: Actor, at: datetime) -> Account:
    """Change what an account says; what is as it was is left alone. Raises Edited where somebody was quicker."""
    account = _locked(account_id, actor)
    return _change(account, fields, seen=seen, actor=actor, at=at, kind="account.changed")


@transaction.atomic
def set_delivery(account_id: int, wanted: str, *, actor: Actor, at: datetime) -> Account:
    """Have the account's invoices delivered otherwise, within the term ``account.delivery_cycles``.

    What is asked for twice is asked for once; asking for what holds now takes a waiting change back.
    """
    account = _locked(account_id, actor)
    today = selectors.today_of(account.enterprise, at)
    now = account.delivery_on(today)
    if wanted == (account.delivery_next or now):
        return account
    account.delivery, account.delivery_next, account.delivery_from_on = now, "", None
    if wanted != now:
        cycles = selectors.delivery_cycles(account.enterprise, on=today)
        account.delivery_next = Delivery(wanted)
        account.delivery_from_on = rules.delivery_begins(today, cycles)
    account.revision += 1
    account.save(update_fields=["delivery", "delivery_next", "delivery_from_on", "revision"])
    facts: dict[str, Any] = {
        "before": now,
        "after": wanted,
        "from_on": account.delivery_from_on,
        "revision": account.revision,
    }
    events.record("account.delivery_changed", subject=account, actor=actor, at=at, number=account.number, **facts)
    return account


@transaction.atomic
def suspend_account(account_id: int, *, reason: str, actor: Actor, at: datetime) -> Account:
    """Nothing new can be had on it for now. Raises IllegalMove for one that is suspended or closed."""
    return _move(account_id, AccountStatus.SUSPENDED, reason=reason, actor=actor, at=at)


@transaction.atomic
def close_account(account_id: int, *, reason: str, actor: Actor, at: datetime) -> Account:
    """It is done with; what it owes and its past stay. Raises IllegalMove for one that is closed."""
    return _move(account_id, AccountStatus.CLOSED, reason=reason, actor=actor, at=at)


@transaction.atomic
def reopen_account(account_id: int, *, reason: str, actor: Actor, at: datetime) -> Account:
    """It is in use again. Raises IllegalMove for one that is."""
    return _move(account_id, AccountStatus.ACTIVE, reason=reason, actor=actor, at=at)


def _move(account_id: int, target: AccountStatus, *, reason: str, actor: Actor, at: datetime) -> Account:
    said = _said(reason)
    account = _locked(account_id, actor)
    before = account.status
    ACCOUNT_FLOW.require(before, target)
    account.status, account.status_reason, account.status_at = target, said, at
    account.revision += 1
    account.save(update_fields=["status", "status_reason", "status_at", "revision"])
    facts: dict[str, Any] = {"before": before, "after": target, "reason": said, "revision": account.revision}
    events.record("account.status_changed", subject=account, actor=actor, at=at, number=account.number, **facts)
    return account


# --- contacts ------------------------------------------------------------------------------------


class ContactKnown(Refused):
    """One address is one contact of an account, or of the whole enterprise."""

    message = _("This address is a contact here already.")
    way_out = _("Nothing was changed. Change the contact that is there.")


@dataclass(frozen=True)
class Wish:
    """A contact as somebody wants it: of one account, or of the whole enterprise without one."""

    name: str
    email: str
    phone: str
    language: str
    time_zone: str
    wants_orders: bool
    wants_billing: bool
    account_id: int | None = None


@transaction.atomic
def add_contact(wish: Wish, *, actor: Actor, at: datetime) -> Contact:
    """Have somebody told without a sign-in. Raises ContactKnown for an address that is told there already."""
    assert actor.enterprise_id is not None
    made = Contact(enterprise_id=actor.enterprise_id, **vars(wish))
    _save(made)
    events.record("contact.added", subject=made, actor=actor, at=at, name=made.name, email=made.email)
    return made


@transaction.atomic
def change_contact(pk: int, wish: Wish, *, actor: Actor, at: datetime) -> Contact:
    """Change who is told of what. Raises ContactKnown as adding does."""
    found = of_enterprise(Contact.objects, actor).select_for_update(of=("self",)).get(pk=pk)
    wanted = vars(wish)
    changes = [
        {"field": name, "before": getattr(found, name), "after": value}
        for name, value in wanted.items()
        if getattr(found, name) != value
    ]
    if not changes:
        return found
    for name, value in wanted.items():
        setattr(found, name, value)
    _save(found)
    said = [each for each in changes if each["field"] in rules.LABELS]
    events.record("contact.changed", subject=found, actor=actor, at=at, name=found.name, changes=said)
    return found


def _save(contact: Contact) -> None:
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as error:
        raise ContactKnown(field="email") from error


@transaction.atomic
def remove_contact(pk: int, *, actor: Actor, at: datetime) -> None:
    """They are told nothing more from the next event on. Nothing where they are gone."""
    found = of_enterprise(Contact.objects, actor).select_for_update(of=("self",)).filter(pk=pk).first()
    if found is None:
        return
    facts: dict[str, Any] = {"name": found.name, "email": found.email}
    events.record("contact.removed", subject=found, actor=actor, at=at, **facts)
    end_all_of(Party("accounts.contact", found.pk), found.name, actor=actor, at=at)
    found.delete()
