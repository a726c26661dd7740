"""An enterprise of many: 5,000 people, 2,000 accounts in 300 groups, and somebody who may do some things on some."""

from typing import Any, NamedTuple

from django.utils import timezone

from accounts.models import Account, AccountGroup, Enterprise, Grant, GroupedAccount, Membership, User
from portal import locator

PEOPLE, ACCOUNTS, GROUPS, ORDERS = 5_000, 2_000, 300, 20_000
REACHED_GROUPS, REACHED_ACCOUNTS = 30, 40  # of who may do some things on some
PLACES = 30  # enterprises that the administrator goes between


class Crowd(NamedTuple):
    """Where it is, who is in it, and whose rights are looked at."""

    public_id: str
    administrator_id: int
    member_id: int
    somebody: int


def build(tenants: list[Enterprise]) -> Crowd:
    """Seed it beside the others, some of which its administrator belongs to as well."""
    here = Enterprise.objects.create(public_id="800000", legal_name="Bench of many")
    locator.remember([locator.row(locator.ENTERPRISE, here.public_id, enterprise_id=here.pk, is_exclusive=True)])
    now = timezone.now()
    users = User.objects.bulk_create(
        (User(email=f"p{n}@many.example", password="!", welcomed_at=now) for n in range(PEOPLE)),
        batch_size=2000,
    )
    members = Membership.objects.bulk_create(
        (
            Membership(enterprise=here, user=user, name=f"Person {n:05d}", is_administrator=n == 0, seen_on=now.date())
            for n, user in enumerate(users)
        ),
        batch_size=2000,
    )
    _accounts(here, members)
    for each in [here, *tenants[:PLACES]]:
        member = members[0] if each is here else Membership.objects.create(enterprise=each, user=users[0], name="Admin")
        locator.remember([locator.row(locator.PERSON, str(users[0].pk), enterprise_id=each.pk, target_id=member.pk)])
    locator.remember([locator.row(locator.PERSON, str(users[1].pk), enterprise_id=here.pk, target_id=members[1].pk)])
    return Crowd(here.public_id, users[0].pk, members[1].pk, users[1].pk)


def _accounts(here: Enterprise, members: list[Membership]) -> None:
    accounts = Account.objects.bulk_create(
        (Account(enterprise=here, number=f"M-{n:05d}", name=f"Account {n}") for n in range(ACCOUNTS)), batch_size=2000
    )
    groups = AccountGroup.objects.bulk_create(
        AccountGroup(enterprise=here, name=f"Group {n:03d}") for n in range(GROUPS)
    )
    GroupedAccount.objects.bulk_create(
        (
            GroupedAccount(enterprise=here, group=group, account=accounts[(n * 7 + k * 13) % ACCOUNTS])
            for n, group in enumerate(groups)
            for k in range(20)
        ),
        batch_size=2000,
    )
    somebody = members[1]
    scopes: list[dict[str, Any]] = [{"group": each} for each in groups[:REACHED_GROUPS]]
    scopes += [{"account": each} for each in accounts[:REACHED_ACCOUNTS]]
    Grant.objects.bulk_create(
        Grant(enterprise=here, membership=somebody, permission=code, **scope)
        for code in ("order.view", "billing.view")
        for scope in scopes
    )
    # Everybody else holds a little, so that the table is as large as it would be.
    Grant.objects.bulk_create(
        (
            Grant(enterprise=here, membership=member, permission="order.view", group=groups[n % GROUPS])
            for n, member in enumerate(members[2:])
        ),
        batch_size=2000,
    )
