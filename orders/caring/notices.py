"""What is told of messages, promises and escalations, and to whom."""

from collections.abc import Collection, Iterable
from typing import Any

from django.conf import settings
from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard, TeamRole
from accounts.notices import customers_people, to_member
from accounts.selectors import list_people_with, list_team, reachable
from accounts.serving.notices import to_colleague
from orders.models import EscalatedBy, Escalation, Message
from orders.notices import handed_over, told_order
from orders.permissions import Permission
from portal.actors import ActorKind, system
from portal.cells import zoned
from portal.models import Event
from portal.notices import EventKind, Recipient, register
from portal.together import asked_for_all


def _customers(event: Event) -> list[Recipient]:
    return customers_people(
        event,
        permission=Permission.ORDER_VIEW,
        wants="orders",
        reason=_("You are named to hear about your company's orders."),
    )


def _thread(event: Event) -> list[Recipient]:
    """Who wrote about the order and may still see it; before anybody has, all who hear of orders.

    Who follows the order hears of it besides.
    """
    authors = _authors(event.enterprise_id, event.story_id)
    people = list_people_with(event.enterprise_id, Permission.ORDER_VIEW, event.account_id)
    reason = _("You wrote about this order.")
    return [to_member(m, reason=reason) for m, user in people if user.pk in authors] or _customers(event)


@asked_for_all("story_id")
def _authors(enterprise_id: int, orders: Collection[int]) -> dict[int, set[int | None]]:
    found: dict[int, set[int | None]] = {pk: set() for pk in orders}
    rows = Message.objects.filter(enterprise_id=enterprise_id, order_id__in=found, is_ours=False)
    for order_id, author in rows.values_list("order_id", "author_user_id"):
        found[order_id].add(author)
    return found


@asked_for_all("subject_id")
def _messages(enterprise_id: int, keys: Collection[int]) -> dict[int, Message]:
    return Message.objects.filter(enterprise_id=enterprise_id).in_bulk(list(keys))


def _carers(event: Event) -> Iterable[Recipient]:
    """The order's care manager or who stands in; where there is none, the account's, and at last the carrier's desk."""
    card = reachable(told_order(event).care_manager)
    if card is None:
        team = list_team(system(event.enterprise_id), event.account_id).filter(role=TeamRole.CARE_MANAGER)
        card = next((reachable(each.card) for each in team), None)
    yield from _to_staff(card, _("You are the care manager of this order."))


def _to_staff(card: StaffCard | None, reason: Any) -> Iterable[Recipient]:
    if card is None:
        desk = _("No care manager is named, so it comes to this mailbox.")
        yield Recipient(settings.CARRIER["email"], settings.CARRIER["name"], reason=desk, face="staff")
    else:
        yield from to_colleague(card, reason)


def _other_side(event: Event) -> Iterable[Recipient]:
    yield from _thread(event) if event.actor_kind == ActorKind.STAFF else _carers(event)


def _promised(event: Event) -> Iterable[Recipient]:
    return _thread(event) if event.facts.get("is_told") else []


def _ladder(event: Event) -> Iterable[Recipient]:
    """Whom it was taken to, the care manager, and the customer's people."""
    found = Escalation.objects.filter(enterprise_id=event.enterprise_id, pk=event.subject_id).select_related("card")
    yield from _to_staff(reachable(found.get().card), _("The order was escalated to you."))
    yield from _carers(event)
    yield from _thread(event)


def _resolved(event: Event) -> Iterable[Recipient]:
    yield from _thread(event)


def _handed_over(event: Event) -> Iterable[Recipient]:
    """The customer's people and the new care manager, once for all orders of an account that went together."""
    if event.facts.get("is_told"):
        yield from _customers(event)
        yield from _carers(event)


def _context(event: Event) -> dict[str, Any]:
    order, facts = told_order(event), event.facts
    message = None
    if event.kind == "order.message_sent":
        message = _messages(event.enterprise_id, event.subject_id)
    moments = {name: parse_datetime(facts.get(name) or "") for name in ("update_by", "due_at")}
    return {
        "order": order,
        "care_manager": reachable(order.care_manager),
        "message": message,
        "is_by_itself": facts.get("by_whom") == EscalatedBy.ITSELF,
        "facts": facts,
        **moments,
    }


def _words(facts: dict[str, Any]) -> dict[str, Any]:
    """Moments and files as the reader's language writes them."""
    files = [
        str(_("File: %(name)s")) % {"name": f"{each['name']} ({filesizeformat(each['size'])})"}
        for each in facts.get("files", [])
    ]
    due_at = parse_datetime(facts.get("due_at") or "")
    return {
        "note": "\n".join([*files, facts.get("about") or facts.get("reason") or ""]).strip(),
        "due_at": zoned(due_at),
        "told": facts.get("told") or settings.CARRIER["name"],
    }


def register_kinds() -> None:
    told: dict[str, Any] = {"context": _context, "words": _words}
    register(
        EventKind(
            "order.message_sent", story=_("%(actor)s wrote a message"), recipients=_other_side, tone="gray", **told
        ),
        EventKind(
            "order.update_promised",
            story=_("An update is promised by %(due_at)s"),
            recipients=_promised,
            is_for_followers=lambda event: bool(event.facts.get("is_told")),
            **told,
        ),
        EventKind(
            "order.handed_over",
            story=_("The care manager is now another"),
            recipients=_handed_over,
            context=_context,
            words=handed_over,
            is_for_followers=lambda event: bool(event.facts.get("is_told")),
        ),
        EventKind("order.update_kept", story=_("The promised update was given"), words=_words, tone="green"),
        EventKind(
            "order.update_missed", story=_("The update promised by %(due_at)s did not come"), words=_words, tone="red"
        ),
        EventKind("order.escalated", story=_("Escalated to %(told)s"), recipients=_ladder, tone="red", **told),
        EventKind(
            "order.escalation_resolved",
            story=_("%(actor)s settled what was escalated"),
            recipients=_resolved,
            tone="green",
            **told,
        ),
        EventKind("order.note_kept", story=_("%(actor)s wrote an internal note"), tone="amber", is_internal=True),
        EventKind("order.questions_closed", story=_("%(actor)s marked the messages as answered"), is_internal=True),
    )
