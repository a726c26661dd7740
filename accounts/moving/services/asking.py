"""Moves that customers' administrators ask for, and what they say to those that others ask for.

What they write stands in their own enterprise. A task of the carrier's looks at it, and brings it to the other side:
so nobody learns by asking which accounts and enterprises there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.models import MOVE_FLOW, Enterprise, MoveKind, MoveSide, Said
from accounts.moving import selectors as here
from accounts.moving import terms as names
from portal import events, seals, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

SEAL = "move"
LOOK = "accounts.look_at_moves"
_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What an enterprise's administrator asks for; ``accounts`` are numbers, as they typed them."""

    kind: str
    gives: bool
    effective_on: date
    other: str = ""
    accounts: tuple[str, ...] = ()
    why: str = ""
    proof_kind: str = ""
    proof: str = ""


@transaction.atomic
def ask(wish: Wish, *, actor: Actor, at: datetime) -> MoveSide:
    """Ask for a move. Of the other side nothing is read here.

    Raises Refused for accounts that are not one's own to give, for a day too near, for one's own
    enterprise, and beyond ``people.account_moves_daily``.
    """
    owner = selectors.get_enterprise(services.enterprise_of(actor))
    _check_pace(owner, actor, at)
    _check_wish(wish, owner, at)
    side = MoveSide.objects.create(
        enterprise=owner,
        kind=wish.kind,
        gives=wish.gives,
        is_asker=True,
        other=wish.other,
        accounts=list(wish.accounts),
        effective_on=wish.effective_on,
        why=wish.why,
        proof_kind=wish.proof_kind,
        proof=seals.seal(wish.proof, purpose=SEAL) if wish.proof else "",
        asked_at=at,
        asked_by=actor.name,
        said=Said.AGREED,
        said_at=at,
        said_by=actor.name,
    )
    events.record("move.asked", subject=side, actor=actor, at=at, numbers=side.accounts, other=side.other)
    events.hint_after_commit(LOOK, owner.pk, side.pk)
    return side


def _check_pace(owner: Enterprise, actor: Actor, at: datetime) -> None:
    # Held until the end, so that two at once are counted one after the other.
    of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",), no_key=True).get()
    most = terms.value(names.ASKS, on=at.date(), of=owner)
    if here.list_sides(actor).filter(is_asker=True, asked_at__gt=at - _DAY).count() >= most:
        raise Refused(_("Your enterprise has asked for a lot today. Ask again tomorrow, or call your account team."))


def _check_wish(wish: Wish, owner: Enterprise, at: datetime) -> None:
    first = selectors.carriers_day(at) + timedelta(days=terms.value(names.NOTICE, on=at.date(), of=owner))
    if wish.effective_on < first:
        raise Refused(
            _("Choose %(day)s or a later day.") % {"day": date_format(first, "DATE_FORMAT")}, field="effective_on"
        )
    if wish.other and wish.other == owner.public_id:
        raise Refused(_("This is your own enterprise."), field="other")
    if wish.kind != MoveKind.MERGE and not wish.accounts:
        raise Refused(_("Say which accounts."), field="accounts")
    if wish.gives:
        _check_theirs(owner.pk, wish.accounts)


def _check_theirs(enterprise_id: int, accounts: Sequence[str]) -> None:
    missing = here.list_missing(enterprise_id, accounts)
    if missing:
        raise Refused(_("Not an account of yours: %(number)s") % {"number": missing[0]}, field="accounts")


@transaction.atomic
def say(pk: int, said: Said, *, answer: str = "", actor: Actor, at: datetime) -> MoveSide:
    """Agree, decline or cancel for one's own side.

    Raises Refused where there is nothing to say any more, and for agreeing to give what is not one's own.
    """
    side = here.list_sides(actor).select_for_update(of=("self",)).get(pk=pk)
    is_open = side.status in MOVE_FLOW.open_states()
    if not is_open or (said == Said.AGREED and side.said):
        raise Refused(_("There is nothing to decide any more. Look at it as it is now."))
    if side.said in {Said.DECLINED, Said.WITHDRAWN}:
        raise Refused(_("This was declined or cancelled already."))
    if said == Said.AGREED and side.gives:
        _check_theirs(side.enterprise_id, side.accounts)
    side.said, side.said_at, side.said_by, side.answer = said, at, actor.name, answer.strip()
    side.save(update_fields=["said", "said_at", "said_by", "answer"])
    events.record(f"move.{said}", subject=side, actor=actor, at=at, number=side.number, reason=side.answer)
    events.hint_after_commit(LOOK, side.enterprise_id, side.pk)
    return side
