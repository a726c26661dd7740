"""What is told of customers not ready, activation calls, tests, connection notices and acceptance."""

from collections.abc import Callable, Iterable
from typing import Any

from django.core.files.storage import default_storage
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import StaffCard, User
from accounts.notices import customers_people
from accounts.selectors import reachable
from orders.activating.notices import words
from orders.notices import told_order
from orders.permissions import Permission
from portal.actors import ActorKind
from portal.models import Event, StoredFile
from portal.notices import EventKind, Recipient, register


def _say(say: words.Say, facts: words.Facts) -> str:
    return say(facts)


_said = lazy(_say, str)


def _people(event: Event) -> Iterable[Recipient]:
    """Who may see the order's account, and its contacts who asked to hear of orders."""
    return customers_people(
        event,
        permission=Permission.ORDER_VIEW,
        wants="orders",
        reason=_("You are named to hear about your company's orders."),
    )


def _both_sides(event: Event) -> Iterable[Recipient]:
    """The same, and the carrier's own who work on the order: unless one of them did it."""
    yield from _people(event)
    if event.actor_kind != ActorKind.STAFF:
        yield from _carriers(event)


def _carriers(event: Event) -> Iterable[Recipient]:
    """The order's care manager and, where there is a call, its engineer; or who stands in for them."""
    engineer = StaffCard.objects.filter(pk=event.facts.get("engineer_id")).first()
    named = [
        (told_order(event).care_manager, _("You are the care manager of this order.")),
        (engineer, _("You are the activation engineer of this order.")),
    ]
    for named_card, reason in named:
        card = reachable(named_card)
        if card:
            user = User.objects.filter(email=card.email).first() or User(language=(card.languages or ["en"])[0])
            yield Recipient(card.email, card.name, user.language, user.time_zone, reason, face="staff")


def _telling(title: words.Say, *sentences: words.Say) -> Callable[[Event], dict[str, Any]]:
    """The order as it stands, and the words of the mail: said when it is rendered, in its reader's language."""

    def context(event: Event) -> dict[str, Any]:
        order = told_order(event)
        return {
            "order": order,
            "care_manager": reachable(order.care_manager),
            "completed_on": None,
            "title": _said(title, event.facts),
            "sentences": [_said(each, event.facts) for each in sentences],
        }

    return context


def _kind(name: str, story: Any, tone: str, *mail: words.Say, **more: Any) -> EventKind:
    """A kind with its mail: the title, and the sentences. Without them it is told in the story alone."""
    told = {"recipients": _people, "context": _telling(*mail)} if mail else {}
    return EventKind(name, story=story, **{**told, "words": words.of_story, "tone": tone, **more})


def _paper(event: Event) -> Iterable[tuple[str, bytes, str]]:
    """The connection notice itself."""
    rows = StoredFile.objects.filter(enterprise_id=event.enterprise_id, subject_type=event.subject_type)
    found = rows.filter(subject_id=event.subject_id, added_by_kind=ActorKind.SYSTEM).first()
    if event.facts.get("is_attached") and found:
        with default_storage.open(found.key) as content:
            yield found.name, content.read(), found.media_type


def register_kinds() -> None:
    _register_not_ready()
    _register_calls()
    _register_acceptance()


def _register_calls() -> None:
    both, w = {"recipients": _both_sides}, words
    register(
        EventKind("order.slots_opened", story=_("%(actor)s offers %(count)s times for calls"), is_internal=True),
        EventKind("order.slots_closed", story=_("%(actor)s offers %(count)s times no longer"), is_internal=True),
        _kind(
            "order.activation_booked", _("Activation call booked: %(starts_at)s"), "blue",
            w.booked, w.booked_more, w.note, w.how_to_join, w.have_ready, **both,
        ),
        _kind(
            "order.activation_called_off", _("Activation call called off: %(starts_at)s"), "amber",
            w.called_off, w.book_again, **both,
        ),
        _kind("order.no_show", _("Nobody came to the call of %(starts_at)s"), "red", w.no_show, w.book_again),
        _kind("order.test_passed", _("The service was tested: passed"), "green"),
        _kind("order.test_failed", _("The service was tested: not passed"), "red"),
        _kind("order.site_up", _("%(site)s is up since %(up_on)s"), "green"),
        _kind("order.site_taken_back", _("%(site)s is not up after all"), "amber"),
    )  # fmt: skip


def _register_acceptance() -> None:
    both, w = {"recipients": _both_sides}, words
    register(
        _kind("order.turned_up", _("Turned up and signed off; ready since %(ready_on)s"), "green"),
        _kind(
            "order.connection_notice", _("Connection notice sent; silence accepts after %(accept_by_on)s"), "blue",
            w.delivered, w.delivered_more, w.enclosed, w.accept_by, encloses=_paper,
        ),
        _kind(
            "order.acceptance_reminded", _("Reminded: silence accepts after %(accept_by_on)s"), "amber",
            w.reminded, w.delivered_more, w.accept_by,
        ),
        _kind("order.accepted", _("%(actor)s accepted the service"), "green"),
        _kind("order.accepted_by_silence", _("Accepted by silence"), "green", w.silent, w.silent_more, **both),
        _kind(
            "order.refused", _("%(actor)s refused the service"), "red",
            w.refused, w.refused_why, w.refused_more, **both,
        ),
    )  # fmt: skip


def _register_not_ready() -> None:
    both = {"recipients": _both_sides}
    w = words
    register(
        _kind(
            "order.not_ready", _("Customer not ready (CNR) until %(last_on)s: %(why)s"), "red",
            w.held, w.held_why, w.note, w.last_day, w.then, w.how_to_clear,
        ),
        _kind(
            "order.not_ready_warned", _("Customer not ready: %(left)s, the last is %(last_on)s"), "amber",
            w.warned, w.held_why, w.last_day, w.then, w.how_to_clear,
        ),
        _kind(
            "order.not_ready_cleared", _("Ready again, for %(new_on)s"), "green", w.cleared, w.cleared_more, **both
        ),
        _kind(
            "order.not_ready_cancelled", _("Cancelled: the customer was not ready by %(last_on)s"), "red",
            w.ended, w.cancelled, w.held_why, w.cancelled_charge, **both,
        ),
        _kind(
            "order.not_ready_billed", _("Billing started on %(on)s: the customer was not ready by %(last_on)s"), "red",
            w.billed, w.billed_more, w.held_why, w.how_to_go_on, **both,
        ),
    )  # fmt: skip
