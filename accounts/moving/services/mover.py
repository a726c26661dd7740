"""The owner's job that gives billing accounts, with all that hangs on them, to another enterprise.

All or nothing: one transaction, in which the composite keys are asked at the end. Run again it finds
nothing left to do. No other role can do it: each of them sees and writes one enterprise at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from accounts.models import Account, AccountStay, Contact, Enterprise, Membership, MembershipStatus
from portal import events, locator, moving
from portal.actors import system
from portal.models import Locator, Todo
from portal.tables import Queue

# How long to wait for somebody who is writing; the next round tries again.
_LOCK_TIMEOUT = "10s"


class CannotMove(Exception):
    """Why accounts cannot move as they are. In English, for the carrier's people."""


class NotYet(CannotMove):
    """Nothing is wrong: what happened just now is still being told. The next round does it."""


@dataclass
class Moved:
    """What moved, by table, and the numbers of the accounts."""

    numbers: list[str] = field(default_factory=list)
    rows: dict[str, int] = field(default_factory=dict)
    contacts_left: int = 0


@transaction.atomic
def move(keys: Sequence[int], *, source: Enterprise, target: Enterprise, reference: str, at: datetime) -> Moved:
    """Give accounts of the one to the other; those that are not the source's (any more) are passed over.

    ``reference`` is by what people find why. Raises CannotMove where something that stays names something that
    would move, and NotYet while events of the accounts are still being told.

    Until it commits it holds both enterprises' rows, so that nothing new is written in either: who places an order
    there, or opens an invoice, which is noted, waits; who only reads lists does not. 20,000 orders and 5,000 invoices
    with what hangs on them took eight seconds on two cores. It waits at most ten seconds itself for who is writing.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('lock_timeout', %s, true)", [_LOCK_TIMEOUT])
    list(Enterprise.objects.select_for_update().filter(pk__in=(source.pk, target.pk)).order_by("pk"))
    rows = Account.objects.filter(enterprise=source, pk__in=keys).select_for_update(of=("self",)).order_by("pk")
    accounts = list(rows)
    if not accounts:
        return Moved()
    _check_told(accounts, source)
    moving.defer_keys()
    former = _former_of(target, accounts)
    left = _leave_contacts(accounts, source)
    for make_way in moving.WAY_MAKERS:
        make_way([each.pk for each in accounts], target.pk)
    moved = moving.carry([each.pk for each in accounts], source=source.pk, target=target.pk)
    _settle(accounts, former, source=source, target=target, reference=reference, at=at)
    moving.sever(moved, source=source.pk, target=target.pk)
    called = {"number": source.public_id, "called": source.name}
    moving.retell(moved, source=source.pk, target=target.pk, **called)
    _check_keys()
    found = Moved([each.number for each in accounts], {name: len(each) for name, each in moved.items() if each}, left)
    _tell(accounts, found, source=source, target=target, reference=reference, at=at)
    return found


def _check_told(accounts: list[Account], source: Enterprise) -> None:
    waiting = Todo.objects.filter(
        enterprise=source,
        state__in=[Queue.State.WAITING, Queue.State.WORKING],
        event__account_id__in=[each.pk for each in accounts],
    )
    if waiting.exists():
        raise NotYet("Events of these accounts are still being told.")


def _former_of(target: Enterprise, accounts: list[Account]) -> dict[int, int]:
    """Former selves that accounts have where they go, out of the way of their numbers: former key to account."""
    keys = {each.number: each.pk for each in accounts}
    there = Account.ever.filter(enterprise=target, is_former=True, number__in=keys)
    found = {each.pk: keys[each.number] for each in there}
    for pk in found:
        Account.ever.filter(pk=pk).update(number=f"~{pk}")
    return found


def _leave_contacts(accounts: list[Account], source: Enterprise) -> int:
    """Contacts that people of the source named hear no more of the accounts; the carrier's own come along."""
    if not is_claimed(source):
        return 0
    return Contact.objects.filter(enterprise=source, account__in=accounts).delete()[0]


def is_claimed(enterprise: Enterprise) -> bool:
    """Whether anybody is in an enterprise, or was."""
    here = Membership.objects.filter(enterprise=enterprise)
    return here.exclude(Q(status=MembershipStatus.PENDING)).exists()


def _settle(
    accounts: list[Account],
    back: dict[int, int],
    *,
    source: Enterprise,
    target: Enterprise,
    reference: str,
    at: datetime,
) -> None:
    """Former selves on either side, the accounts' stays, and where they are found by their numbers."""
    owned = AccountStay.objects.filter(enterprise=source)
    known = set(owned.filter(account__in=accounts).values_list("account_id", flat=True))
    AccountStay.objects.bulk_create(
        AccountStay(enterprise=source, account=each) for each in accounts if each.pk not in known
    )
    owned.filter(account__in=accounts, until_at=None).update(went_to=target.public_id)
    stays = Account.ever.bulk_create(_former(each, source, at) for each in accounts)
    former = {each.pk: made.pk for each, made in zip(accounts, stays, strict=True)}
    moving.leave_behind(former, source=source.pk, at=at, by=reference)
    moving.take_back(back, target=target.pk)
    Account.ever.filter(pk__in=back, is_former=True).delete()
    AccountStay.objects.bulk_create(
        AccountStay(enterprise=target, account=each, since_at=at, came_from=source.public_id) for each in accounts
    )
    rows = Locator.objects.filter(kind=locator.ACCOUNT, enterprise_id=source.pk, target_id__in=list(former))
    rows.update(enterprise_id=target.pk)


def former_account(pk: int, enterprise_id: int, _root: int) -> int:
    """What an enterprise has of an account of another's that its rows name: its own of the number, or what is left."""
    account = Account.ever.get(pk=pk)
    known = Account.ever.filter(enterprise_id=enterprise_id, number=account.number).first()
    made = known or _former(account, Enterprise.objects.get(pk=enterprise_id), account.status_at)
    if known is None:
        made.save()
    return int(made.pk)


def _former(account: Account, source: Enterprise, at: datetime | None) -> Account:
    """What the source keeps: the account's number and name, for what was held on it, and nothing to act on."""
    return Account(
        enterprise=source,
        number=account.number,
        name=account.name,
        alias=account.alias,
        currency=account.currency,
        country=account.country,
        status=account.status,
        status_at=at,
        is_former=True,
    )


def _check_keys() -> None:
    try:
        with transaction.atomic():
            moving.check_keys()
    except IntegrityError as error:
        detail = getattr(getattr(error.__cause__, "diag", None), "message_detail", "") or ""
        raise CannotMove(f"Something that stays hangs together with something that would move. {detail}") from error


def _tell(
    accounts: list[Account], moved: Moved, *, source: Enterprise, target: Enterprise, reference: str, at: datetime
) -> None:
    """Both journals: the enterprise's, of which its administrators are told, and each account's own."""
    for owner, other, way in ((source, target, "left"), (target, source, "came")):
        actor = system(owner.pk)
        events.record(
            f"accounts.{way}",
            subject=owner,
            actor=actor,
            at=at,
            numbers=moved.numbers,
            count=len(moved.numbers),
            reference=reference,
            other=other.public_id,
            other_name=other.name,
        )
    for each in accounts:
        each.enterprise = target
        events.record(
            "account.came",
            subject=each,
            actor=system(target.pk),
            at=at,
            number=each.number,
            reference=reference,
            other=source.public_id,
        )
