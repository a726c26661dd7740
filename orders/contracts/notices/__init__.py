"""What is told of changes, renewals, transfers, disconnects and trials."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import StaffCard, User
from accounts.notices import customers_people
from accounts.selectors import list_team, reachable
from orders.models import Transfer
from orders.notices import told_order
from orders.permissions import Permission
from portal import money
from portal.actors import system
from portal.cells import in_a_line
from portal.errors import Text
from portal.models import Event
from portal.notices import EventKind, Recipient, register

_SELLERS = ("account_director", "account_manager")


def _people(event: Event) -> list[Recipient]:
    reason = _("You are named to hear about your company's orders.")
    return customers_people(event, permission=Permission.ORDER_VIEW, wants="orders", reason=reason)


def _staff(event: Event, roles: Iterable[str], reason: Text, account_id: int | None) -> Iterable[Recipient]:
    """Those of the account's team who have these roles, on the staff face."""
    team = list_team(system(event.enterprise_id), account_id).filter(role__in=list(roles))
    cards: list[StaffCard] = list(
        dict.fromkeys(card for member in team for card in (member.card, reachable(member.card)) if card)
    )
    users = {user.email: user for user in User.objects.filter(email__in=[card.email for card in cards])}
    for card in cards:
        user = users.get(card.email) or User(language=(card.languages or ["en"])[0])
        if user.is_active:
            yield Recipient(card.email, card.name, user.language, user.time_zone, reason, face="staff")


def _with_care(event: Event) -> Iterable[Recipient]:
    yield from _people(event)
    yield from _staff(event, ["care_manager"], _("You are the care manager of this account."), event.account_id)


def _both_accounts(event: Event) -> Iterable[Recipient]:
    """The people of the account that gives, and those of the one that takes who may answer for it."""
    yield from _people(event)
    asked = Transfer.objects.filter(enterprise_id=event.enterprise_id, order_id=event.story_id).first()
    if asked:
        theirs = Event(enterprise_id=event.enterprise_id, account_id=asked.target_id)
        reason = _("You are named to hear about your company's orders.")
        yield from customers_people(theirs, permission=Permission.SERVICE_CHANGE, wants="orders", reason=reason)


def _of_ends(event: Event) -> Iterable[Recipient]:
    """The customer's people and the account director; the event's subject is the account itself."""
    about = Event(enterprise_id=event.enterprise_id, account_id=event.subject_id)
    yield from _people(about)
    yield from _staff(event, _SELLERS, _("You look after this account's contracts."), event.subject_id)


def _asked(facts: dict[str, Any]) -> dict[str, Any]:
    """What is to be renewed, and for how long."""
    said = {}
    if "count" in facts:
        said["how_many"] = ngettext("%(n)s service", "%(n)s services", facts["count"]) % {"n": facts["count"]}
    if "months" in facts:
        said["term"] = ngettext("%(n)s month", "%(n)s months", facts["months"]) % {"n": facts["months"]}
    return said


def words(facts: dict[str, Any]) -> dict[str, Any]:
    """Days and amounts as the reader writes them."""
    said: dict[str, Any] = {}
    for name in ("on", "until", "first", "last", "before", "after"):
        day = parse_date(facts.get(name) or "") if name in facts else None
        if day:
            said[name] = date_format(day)
        elif name in facts and facts[name] is None:
            said[name] = _("month to month")
    for name in ("monthly", "one_time"):
        if name in facts:
            said[name] = money.spoken(Decimal(facts[name]), facts["currency"])
    if "changes" in facts:
        said["note"] = "\n".join(_changed(facts["changes"], facts["currency"]))
    return said


def _changed(changes: dict[str, list[Any]], currency: str) -> Iterable[str]:
    labels = {"bandwidth": _("Bandwidth"), "monthly": _("Monthly (MRC)"), "places": _("Locations")}

    def said(name: str, value: Any) -> str:
        if name == "monthly":
            return money.spoken(Decimal(value), currency)
        return in_a_line(value) if isinstance(value, list) else str(value or "—")

    for name, (before, after) in changes.items():
        yield f"{labels[name]}: {said(name, before)} → {said(name, after)}"


@dataclass(frozen=True)
class Told:
    """A mail of a title, a sentence and what to do, with the way to the order, or else to a page."""

    title: Text
    sentence: Text
    advice: Text = ""
    door: str = "orders:order"
    words: Callable[[dict[str, Any]], dict[str, Any]] = words

    def context(self, event: Event) -> dict[str, Any]:
        def spoken(text: Text) -> Any:
            facts = event.facts
            return lazy(lambda: str(text) % {**facts, "actor": event.actor_name, **self.words(facts)}, str)()

        number = event.facts.get("order", "")
        more = {"door": self.door, "number": number, "lines": event.facts.get("services", [])}
        if number:
            more["order"] = told_order(event)
        return {"title": spoken(self.title), "sentence": spoken(self.sentence), "advice": self.advice, **more}


def told(
    name: str, *, story: Text, told: Told, recipients: Any = _people, tone: str = "blue", words: Any = words
) -> EventKind:
    return EventKind(name, story=story, recipients=recipients, context=told.context, tone=tone, words=words)


_DISCONNECTS = (
    told(
        "disconnect.asked",
        story=_("%(actor)s asked for the disconnect of %(service)s on %(on)s"),
        tone="amber",
        recipients=_with_care,
        told=Told(
            _("%(service)s is to be disconnected on %(on)s"),
            _("%(actor)s asked for it in %(order)s. It can be taken back until %(until)s."),
            _("The service works and is billed until that day. If this is not what you want, take it back in time."),
        ),
    ),
    told(
        "disconnect.withdrawn",
        story=_("%(actor)s took the disconnect of %(service)s back"),
        recipients=_with_care,
        told=Told(
            _("%(service)s is kept"),
            _("%(actor)s took the disconnect of %(order)s back. The service goes on as before."),
        ),
    ),
)
_CHANGES = (
    EventKind("change.asked", story=_("%(actor)s asked for a change of %(service)s")),
    told(
        "change.priced",
        story=_("%(actor)s named the price: %(monthly)s a month, %(one_time)s once"),
        told=Told(
            _("The price of %(order)s is named"),
            _("The changed service costs %(monthly)s a month, and %(one_time)s once."),
            _("Nothing is changed until one of you agrees to it on the order."),
        ),
    ),
    told(
        "change.agreed",
        story=_("%(actor)s agreed to %(monthly)s a month and %(one_time)s once"),
        tone="green",
        recipients=_with_care,
        told=Told(
            _("The price of %(order)s is agreed"),
            _("%(actor)s agreed to %(monthly)s a month, and %(one_time)s once. The change goes on."),
        ),
    ),
    EventKind("contract.begun", story=_("The contract began on %(on)s"), tone="green", words=words),
    EventKind("change.applied", story=_("%(service)s is changed from %(on)s"), tone="green", words=words),
    EventKind("renewal.asked", story=_("%(actor)s asked to renew %(how_many)s for %(term)s"), words=_asked),
    EventKind(
        "renewal.applied",
        story=_("%(service)s is renewed: its contract ends on %(after)s, before it was %(before)s"),
        tone="green",
        words=words,
    ),
)
_TRANSFERS = (
    told(
        "transfer.asked",
        story=_("%(actor)s asked for the transfer of %(service)s to account %(target)s on %(on)s"),
        recipients=_both_accounts,
        told=Told(
            _("%(service)s is to go to account %(target)s"),
            _("%(actor)s asked for it, from %(on)s on. Somebody of each account agrees to it."),
            _("Agree, or give it up, on its page."),
            "orders:transfer_of",
        ),
    ),
    EventKind("transfer.approved", story=_("%(actor)s agreed to the transfer to account %(target)s"), tone="green"),
    told(
        "transfer.declined",
        story=_("%(actor)s gave the transfer to account %(target)s up"),
        tone="amber",
        recipients=_both_accounts,
        told=Told(
            _("The transfer of %(service)s is given up"),
            _("%(actor)s decided that. The service stays on its account."),
            door="orders:transfer_of",
        ),
    ),
    told(
        "transfer.lapsed",
        story=_("Nobody answered the transfer to account %(target)s in time"),
        tone="amber",
        recipients=_both_accounts,
        told=Told(
            _("The transfer of %(service)s is given up"),
            _("Not both sides have agreed in time. The service stays on its account."),
            door="orders:transfer_of",
        ),
    ),
    told(
        "transfer.applied",
        story=_("%(service)s went from account %(before)s to %(target)s"),
        tone="green",
        recipients=_both_accounts,
        told=Told(
            _("%(service)s is on account %(target)s now"),
            _("That account pays from %(on)s on. The account %(before)s keeps the history and its invoices."),
            door="orders:transfer_of",
        ),
    ),
)
_TRIALS = (
    EventKind("trial.asked", story=_("%(actor)s asked for a trial of %(days)s days")),
    told(
        "trial.ending",
        story=_("The trial ends on %(on)s"),
        tone="amber",
        recipients=_with_care,
        told=Told(
            _("The trial of %(order)s ends on %(on)s"),
            _("Until then you can keep the service by an order, without an interruption."),
            _("If you do nothing, the service ends on that day, and costs nothing."),
        ),
    ),
    EventKind("trial.kept", story=_("%(actor)s keeps what was tried out, by %(kept)s"), tone="green"),
    told(
        "trial.ended",
        story=_("The trial ended on %(on)s"),
        tone="gray",
        recipients=_with_care,
        told=Told(_("The trial of %(order)s has ended"), _("The service stopped on %(on)s. Nothing is billed for it.")),
    ),
)
_ENDS = told(
    "contract.ending",
    story=_("%(count)s contracts end from %(first)s to %(last)s"),
    tone="amber",
    recipients=_of_ends,
    told=Told(
        _("Contracts of account %(account)s end from %(first)s on"),
        _("%(count)s services reach the end of their term, the last of them on %(last)s."),
        _("Renew them, or have them disconnected; ending them on the last day of the term costs nothing."
          " If you do nothing, they go on month to month."),
        "services:list",
    ),
)  # fmt: skip


def register_kinds() -> None:
    register(*_DISCONNECTS, *_CHANGES, *_TRANSFERS, *_TRIALS, _ENDS)
