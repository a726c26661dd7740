"""The data that is measured on: many orders, a tenth of them one tenant's."""

from datetime import timedelta
from typing import NamedTuple

from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from accounts.models import Account, Enterprise, Membership, User
from inventory.models import Product
from portal import locator

TENANTS = 50


class World(NamedTuple):
    public_id: str
    enterprise_id: int
    order_number: str
    session: str


def build(orders: int) -> World:
    """Seed by set, as the owner; returns the large tenant and a signed-in session of its administrator."""
    user = User.objects.create_user("bench@bench.example", None)
    product = Product.objects.create(code="bench", name="Wavelength 10 Gbps", family="wavelength")
    tenants = [_tenant(n, user) for n in range(TENANTS)]
    large, others = tenants[0], tenants[1:]
    _orders(large, product, orders // 10)
    for account in others:
        _orders(account, product, (orders - orders // 10) // len(others))
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    enterprise = large.enterprise
    return World(enterprise.public_id, enterprise.pk, f"B-{large.pk}-1", _session(user))


def _tenant(n: int, user: User) -> Account:
    enterprise = Enterprise.objects.create(public_id=f"9{n:05d}", legal_name=f"Bench {n}")
    account = Account.objects.create(enterprise=enterprise, number=f"B-{n}", name="Main")
    rows = [locator.row(locator.ENTERPRISE, enterprise.public_id, enterprise_id=enterprise.pk, is_exclusive=True)]
    if n == 0:
        member = Membership.objects.create(enterprise=enterprise, user=user, name="Bench", is_administrator=True)
        rows.append(locator.row(locator.PERSON, str(user.pk), enterprise_id=enterprise.pk, target_id=member.pk))
    locator.remember(rows)
    return account


def _orders(account: Account, product: Product, many: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO orders_order (enterprise_id, account_id, product_id, number, type, status, title,
                customer_reference, placed_by, placed_on, requested_on, committed_on, expected_on, monthly, one_time,
                term_months)
            SELECT %(e)s, %(a)s, %(p)s, 'B-' || %(a)s || '-' || n, 'new',
                (ARRAY['submitted','in_progress','in_progress','completed'])[1 + n %% 4],
                'Wave 10 Gbps, Denver to Reno', 'PO-' || n, 'Bench', DATE '2026-01-01' - n %% 700,
                DATE '2026-03-01', DATE '2026-03-01', DATE '2026-03-05', 2850, 1200, 36
              FROM generate_series(1, %(many)s) n
            """,
            {"e": account.enterprise_id, "a": account.pk, "p": product.pk, "many": many},
        )
        cursor.execute(
            """
            INSERT INTO orders_milestone (enterprise_id, order_id, position, kind, detail, status, owner, planned_on,
                expected_on, note)
            SELECT enterprise_id, id, p, 'build', '', CASE p WHEN 1 THEN 'in_progress' ELSE 'planned' END, 'carrier',
                DATE '2026-02-01', DATE '2026-02-01', ''
              FROM orders_order, generate_series(1, 4) p WHERE account_id = %s
            """,
            [account.pk],
        )


def _session(user: User) -> str:
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.set_expiry(timezone.now() + timedelta(hours=2))
    store.save()
    return str(store.session_key)
