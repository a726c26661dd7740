"""What the parts of the order's page show of readiness, activation and acceptance."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.selectors import get_enterprise
from inventory.models import Service
from orders.activating import forms, rules, selectors
from orders.models import (
    DECISION_FLOW,
    ORDER_FLOW,
    UNPLACED,
    ActivationTest,
    Decision,
    MilestoneKind,
    MilestoneStatus,
    NotReady,
    NotReadyOutcome,
    Order,
    OrderStatus,
    OrderType,
    TurnUp,
)
from orders.permissions import Permission
from orders.services import day_of
from portal import files
from portal.actors import Actor
from portal.clocks import Clock
from portal.errors import Text


def not_ready_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Why the order is on hold, how long it still can be, what follows then, and the way on."""
    if order.status != OrderStatus.HELD:
        return None
    past = list(selectors.list_not_readies(actor, order))
    found = next((each for each in past if each.outcome == NotReadyOutcome.OPEN), None)
    if found is None:
        return None
    may = actor.may_on(Permission.ORDER_CARE if actor.is_staff else Permission.ORDER_CREATE, order.account_id)
    return {
        "not_ready": found,
        "clock": countdown(found, order, timezone.now()),
        "past": [each for each in past if each is not found],
        "form": ready_form(order) if may else None,
    }


def ready_form(order: Order, *typed: Any) -> forms.ReadyForm:
    first, last = selectors.bounds(order, timezone.now())
    return forms.ReadyForm(*typed, first=first, last=last)


def countdown(found: NotReady, order: Order, now: datetime) -> Clock:
    """To the end of the last day, where the customer is."""
    zone = ZoneInfo(get_enterprise(order.enterprise_id).time_zone)
    end = datetime.combine(found.last_on, time(23, 59), zone)
    return Clock(_("A new date by"), started_at=min(found.set_at, now), target_at=end, now=now)


def hold_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """The care manager's button: the customer is not ready."""
    if not actor.is_staff or not actor.may_on(Permission.ORDER_CARE, order.account_id):
        return None
    # One that came in on hold has no days counted yet: they begin here.
    is_uncounted = order.status == OrderStatus.HELD and selectors.open_not_ready(actor, order) is None
    if not is_uncounted and not ORDER_FLOW.allows(order.status, OrderStatus.HELD):
        return None
    return {"form": forms.NotReadyForm(auto_id="hold-%s")}


_ACTIVATED = frozenset({OrderType.NEW, OrderType.CHANGE, OrderType.TRIAL})
_CALLED_OFF = frozenset({OrderStatus.CANCELLED, OrderStatus.REJECTED})


# With one of these under way the call is what comes next; before them it can be booked, and is not asked for.
_TURN = frozenset({MilestoneKind.READY_TO_TEST, MilestoneKind.ACTIVATION_PLANNED, MilestoneKind.ACTIVATION})


def _is_turn(order: Order) -> bool:
    steps = getattr(order, "known_steps", ())
    return any(each.kind in _TURN and each.status == MilestoneStatus.IN_PROGRESS for each in steps)


def activation_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """The call, what was tested, the connection notice, and the customer's word: whatever of them is now.

    At the top where it is the order's turn: a call stands, its step is under way, or something was turned up.
    """
    if order.status in UNPLACED or order.type not in _ACTIVATED or order.status in _CALLED_OFF:
        return None
    found = selectors.latest_turn_up(actor, order)
    is_waiting = found is not None and found.decision == Decision.WAITING
    is_open = order.status in ORDER_FLOW.open_states() and (found is None or found.decision == Decision.REFUSED)
    call = selectors.booked_call(actor, order) if is_open else None
    may_book = actor.may_on(Permission.ORDER_ACTIVATE if actor.is_staff else Permission.ORDER_CREATE, order.account_id)
    is_held = order.status == OrderStatus.HELD
    if found is None and call is None and (is_held or not is_open):
        return None
    may_accept = not actor.is_staff and is_waiting and actor.may_on(Permission.ORDER_ACCEPT, order.account_id)
    limits = files.limits(order.enterprise_id, on=timezone.now().date()) if may_accept else None
    is_turn = found is not None or call is not None or _is_turn(order)
    return {
        "place": "top" if is_turn else "main",
        "call": call,
        "is_open": is_open and not is_held,
        "is_turn": is_turn,
        "may_book": may_book,
        "may_test": actor.is_staff and may_book,
        "has_begun": call is not None and call.starts_at <= timezone.now(),
        "turn_up": found,
        "test": shown_test(found.test) if found else None,
        "notice": _notice(found) if found else [],
        "is_waiting": is_waiting,
        "tone": DECISION_FLOW.tone(found.decision) if found else "",
        "refusal_form": forms.RefusalForm(limits=limits) if limits else None,
    }


def sites_part(actor: Actor, order: Order) -> dict[str, Any] | None:
    """Which sites of a VPN are up, and why its billing has not begun; to be marked by the engineer.

    At the top once it is their turn, or one is up.
    """
    if order.status in UNPLACED or order.type not in _ACTIVATED or order.status in _CALLED_OFF:
        return None
    sites = selectors.sites_of(actor, order)
    if sites is None:
        return None
    turn_up = selectors.latest_turn_up(actor, order)
    is_signed = turn_up is not None and turn_up.decision != Decision.REFUSED
    is_open = order.status in ORDER_FLOW.open_states()
    is_begun = order.service is not None and order.service.started_on is not None
    may_mark = actor.is_staff and is_open and actor.may_on(Permission.ORDER_ACTIVATE, order.account_id)
    return {
        "place": "top" if sites.up or turn_up or _is_turn(order) else "main",
        "rows": [
            {"site": each, "form": site_form(order, each.position) if may_mark and each.up_on is None else None}
            for each in sites.items
        ],
        "says": _says(sites, turn_up) if is_open and not is_signed and not is_begun else "",
        "may_take_back": may_mark and not is_signed,
    }


def site_form(order: Order, position: object, *typed: Any) -> forms.SiteForm:
    return forms.SiteForm(*typed, position=position, first=order.placed_on, last=day_of(order, timezone.now()))


def _says(sites: selectors.Sites, refused: TurnUp | None) -> Text:
    """What billing waits for."""
    if sites.met_on is None:
        return sites.waits_for
    if refused:
        return _("Enough sites are up. Billing begins once the service is tested and signed off again.")
    words = {"day": date_format(sites.met_on)}
    return _("Enough sites are up since %(day)s: billing begins with that day, once the service is accepted.") % words


def _notice(found: TurnUp) -> list[dict[str, Any]]:
    """What the connection notice says of each service, as facts."""
    said = selectors.spoken(found.notice)
    parts = [{"service": "", **said}, *said["others"]]
    return [
        {
            "service": each["service"],
            "facts": [
                *({"label": label, "value": value, "ident": True} for label, value in each["identifiers"]),
                *({"label": label, "value": value} for label, value in each["technical"]),
            ],
        }
        for each in parts
        if each["identifiers"] or each["technical"]
    ]


def shown_test(test: ActivationTest) -> dict[str, Any]:
    """A test with its figures and checks in words."""
    words = dict(forms.TestForm.base_fields["checks"].choices)  # type: ignore[attr-defined]
    figures = [(selectors.LABELS[name], getattr(test, name)) for name in rules.MEASURED]
    return {
        "test": test,
        "figures": [{"label": label, "value": value, "num": True} for label, value in figures if value is not None],
        "checks": [words.get(each, each) for each in test.checks],
    }


def notice_of_service(actor: Actor, service: Service) -> dict[str, Any] | None:
    """Of a service's page: its connection notice."""
    found = selectors.turn_up_of_service(actor, service)
    return {"turn_up": found, "order": found.order} if found else None
