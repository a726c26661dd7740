"""The data that is measured on: many orders, a tenth of them one tenant's, seeded by set as the owner.

Beside each ten orders stand three services, two invoices of three lines and three notices. Sizes scale together.
"""

from datetime import timedelta

from allauth.account.internal.userkit import user_id_to_str
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.utils import timezone

from accounts.models import (
    Account,
    Contact,
    Enterprise,
    Grant,
    Membership,
    StaffCard,
    StaffMember,
    StaffRole,
    TeamMember,
    User,
)
from accounts.selectors import get_rights
from bench import many as crowd
from bench.databases import World
from inventory.models import Product
from portal import locator

TENANTS = 500
ACCOUNTS = 10  # of each tenant; the large one has fifty times as many


def build(orders: int) -> World:
    """Seed so many orders, and all that goes with them."""
    person = User.objects.create_user("bench@bench.example", None, welcomed_at=timezone.now())
    colleague = User.objects.create_user("care@carrier.example", None, welcomed_at=timezone.now())
    families = ["ip", "ethernet", "wavelength", "sdwan", "voice", "security"]
    Product.objects.bulk_create(Product(code=f"p{n}", name=f"Product {n}", family=families[n % 6]) for n in range(12))
    card = _staff(colleague)
    tenants = _tenants(min(TENANTS, max(10, orders // 200)))
    _people(tenants[0], person, card)
    services = (_SITES, _SERVICES, _IDENTIFIERS, _TIES, _ABOUT)
    for statement in (_ORDERS, *services, _MILESTONES, _INVOICES, _LINES, _ISSUE, _EVENTS, _NOTICES):
        _run(statement, orders=orders, large=tenants[0].pk, tenants=len(tenants), card=card.pk)
    many = crowd.build(tenants)
    _run(_MANY_ORDERS, public_id=many.public_id, orders=crowd.ORDERS)
    _run("VACUUM ANALYZE")
    return World(
        public_id=tenants[0].public_id,
        enterprise_id=tenants[0].pk,
        order_number=_one("SELECT max(number) FROM orders_order WHERE enterprise_id = %(e)s", e=tenants[0].pk),
        service_id=int(_one("SELECT max(id) FROM inventory_service WHERE enterprise_id = %(e)s", e=tenants[0].pk)),
        invoice_number=_one("SELECT max(number) FROM billing_invoice WHERE enterprise_id = %(e)s", e=tenants[0].pk),
        session=_session(person),
        staff_session=_session(colleague),
        crowd_id=many.public_id,
        crowd_session=_session(User.objects.get(pk=many.administrator_id)),
        crowd_member=many.member_id,
        crowd_seen=get_rights(Membership.objects.get(pk=many.member_id)).fingerprint,
        some_session=_session(User.objects.get(pk=many.somebody)),
        order_id=int(_one(_LAST.format("orders_order"), e=tenants[0].pk)),
        invoice_id=int(_one(_LAST.format("billing_invoice"), e=tenants[0].pk)),
    )


_LAST = "SELECT id FROM {} WHERE enterprise_id = %(e)s ORDER BY number DESC LIMIT 1"


def _staff(user: User) -> StaffCard:
    card = StaffCard.objects.create(name="Care Manager", title="Customer care manager", email=user.email)
    StaffMember.objects.create(user=user, card=card, role=StaffRole.objects.get(code="platform_admin"))
    return card


def _tenants(many: int) -> list[Enterprise]:
    made = Enterprise.objects.bulk_create(
        Enterprise(public_id=f"9{n:05d}", legal_name=f"Bench {n}") for n in range(many)
    )
    accounts = [
        Account(enterprise=each, number=f"B-{n:03d}-{k:03d}", name=f"Account {k}")
        for n, each in enumerate(made)
        for k in range(ACCOUNTS if n else ACCOUNTS * 50)
    ]
    Account.objects.bulk_create(accounts, batch_size=2000)
    locator.remember(
        locator.row(locator.ENTERPRISE, each.public_id, enterprise_id=each.pk, is_exclusive=True) for each in made
    )
    return made


def _people(large: Enterprise, person: User, card: StaffCard) -> None:
    member = Membership.objects.create(enterprise=large, user=person, name="Bench", is_administrator=True)
    locator.remember([locator.row(locator.PERSON, str(person.pk), enterprise_id=large.pk, target_id=member.pk)])
    TeamMember.objects.create(enterprise=large, card=card, role="care_manager")
    # Who is told of orders besides: somebody of another language, and a mailbox.
    user = User.objects.create_user("noc@bench.example", None, language="es", time_zone="America/Mexico_City")
    noc = Membership.objects.create(enterprise=large, user=user, name="Noc")
    Grant.objects.create(enterprise=large, membership=noc, permission="order.view")
    Contact.objects.create(enterprise=large, name="Mailbox", email="mailbox@bench.example", wants_orders=True)


# Every tenth order is the large tenant's; a tenant's orders go round its accounts.
_ORDERS = """
CREATE TEMPORARY TABLE place AS
SELECT enterprise_id, id AS account_id, row_number() OVER (PARTITION BY enterprise_id ORDER BY id) - 1 AS turn,
       count(*) OVER (PARTITION BY enterprise_id) AS turns, dense_rank() OVER (ORDER BY enterprise_id) - 1 AS tenant
  FROM accounts_account;
CREATE INDEX ON place (tenant, turn);
INSERT INTO orders_order (enterprise_id, account_id, product_id, care_manager_id, number, type, status, title,
    customer_reference, placed_by, placed_on, requested_on, committed_on, expected_on, completed_on, monthly, one_time,
    term_months)
SELECT p.enterprise_id, p.account_id, (SELECT min(id) FROM inventory_product) + n %% 12,
    CASE WHEN n %% 2000 = 0 THEN %(card)s END, 'ORD-2026-' || lpad(n::text, 7, '0'),
    (ARRAY['new','change','disconnect'])[1 + n %% 3], s.status, 'Wavelength 10 Gbps, Denver to Reno ' || n, 'PO-' || n,
    'Bench', DATE '2026-01-01' - n %% 700, DATE '2026-03-01', DATE '2026-03-01', DATE '2026-03-01' + n %% 9,
    CASE s.status WHEN 'completed' THEN DATE '2026-03-02' END, 2850, 1200, 36
  FROM generate_series(1, %(orders)s) n
  CROSS JOIN LATERAL (SELECT CASE WHEN n %% 10 = 0 THEN 0 ELSE 1 + n %% (%(tenants)s - 1) END AS tenant) t
  CROSS JOIN LATERAL (SELECT (ARRAY['submitted','in_progress','completed','in_progress'])[1 + n / 10 %% 4] AS status) s
  JOIN place p ON p.tenant = t.tenant AND p.turn = n / 10 %% (CASE WHEN t.tenant = 0 THEN 500 ELSE 10 END)
"""
_SITES = """
INSERT INTO inventory_site (enterprise_id, code, name, street, city, region, postcode, country)
SELECT tenants.enterprise_id, 'S-' || k, 'Site ' || k, k || ' Main Street',
    (ARRAY['Denver','Reno','Omaha','Phoenix'])[1 + k %% 4], 'CO', '80205', (ARRAY['US','MX','US','BR'])[1 + k %% 4]
  FROM (SELECT DISTINCT enterprise_id, tenant FROM place) tenants
 CROSS JOIN LATERAL generate_series(1, CASE WHEN tenants.tenant = 0 THEN 500 ELSE 10 END) k
"""
# Three for each ten orders; every tenth is the large tenant's, as the orders are.
_SERVICES = """
INSERT INTO inventory_service (enterprise_id, account_id, product_id, number, alias, bandwidth, status, started_on,
    a_site_id, contract_ends_on, monthly, term_months)
SELECT p.enterprise_id, p.account_id, (SELECT min(id) FROM inventory_product) + n %% 12,
    'WV-10G-' || lpad(n::text, 7, '0'), CASE WHEN n %% 3 = 0 THEN 'Ring ' || n ELSE '' END, '10 Gbps', 'active',
    DATE '2024-01-01' + n %% 700, s.id, CASE WHEN n %% 5 > 0 THEN DATE '2026-01-01' + n %% 1000 END, 2850, 36
  FROM generate_series(1, greatest(10, %(orders)s * 3 / 10)) n
  CROSS JOIN LATERAL (SELECT CASE WHEN n %% 10 = 0 THEN 0 ELSE 1 + n %% (%(tenants)s - 1) END AS tenant) t
  JOIN place p ON p.tenant = t.tenant AND p.turn = n / 10 %% (CASE WHEN t.tenant = 0 THEN 500 ELSE 10 END)
  JOIN inventory_site s ON s.enterprise_id = p.enterprise_id
   AND s.code = 'S-' || (1 + n %% (CASE WHEN t.tenant = 0 THEN 500 ELSE 10 END))
"""
_IDENTIFIERS = """
INSERT INTO inventory_identifier (enterprise_id, service_id, kind, value)
SELECT enterprise_id, id, 'circuit', 'WVX/' || lpad(id::text, 7, '0') || '/DEN' FROM inventory_service
"""
_TIES = """
INSERT INTO inventory_tie (enterprise_id, service_id, kind, key)
SELECT enterprise_id, id, 'diverse', 'D-' || row_number() OVER (PARTITION BY enterprise_id ORDER BY id) / 2
  FROM inventory_service WHERE id %% 4 = 0
"""
# The service whose page is asked for has five orders.
_ABOUT = """
UPDATE orders_order o SET service_id = s.id, type = 'new'
  FROM (SELECT enterprise_id, max(id) AS id FROM inventory_service WHERE enterprise_id = %(large)s
         GROUP BY enterprise_id) s
 WHERE o.enterprise_id = s.enterprise_id
   AND o.id IN (SELECT id FROM orders_order WHERE enterprise_id = %(large)s ORDER BY id DESC LIMIT 5)
"""
_MANY_ORDERS = """
INSERT INTO orders_order (enterprise_id, account_id, product_id, number, type, status, title, customer_reference,
    placed_by, placed_on, requested_on, committed_on, expected_on, monthly, one_time, term_months)
SELECT a.enterprise_id, a.id, (SELECT min(id) FROM inventory_product), 'ORD-2027-' || lpad(n::text, 7, '0'), 'new',
    'in_progress', 'Wavelength 10 Gbps ' || n, 'PO-' || n, 'Bench', DATE '2026-01-01' - n %% 700, DATE '2026-03-01',
    DATE '2026-03-01', DATE '2026-03-01' + n %% 9, 2850, 1200, 36
  FROM generate_series(1, %(orders)s) n
  JOIN (SELECT a.*, row_number() OVER (ORDER BY a.id) - 1 AS turn, count(*) OVER () AS turns
          FROM accounts_account a JOIN accounts_enterprise e USING (enterprise_id) WHERE e.public_id = %(public_id)s) a
    ON a.turn = n %% a.turns
"""
_MILESTONES = """
INSERT INTO orders_milestone (enterprise_id, order_id, position, kind, detail, status, owner, planned_on, expected_on,
    completed_at, note)
SELECT enterprise_id, id, p, (ARRAY['acknowledged','design','build','activation'])[p], '',
    CASE WHEN status = 'completed' OR p = 1 THEN 'completed' WHEN p = 2 THEN 'in_progress' ELSE 'planned' END,
    (ARRAY['carrier','customer','permit','carrier'])[p], DATE '2026-02-01' + p, DATE '2026-02-01' + p,
    CASE WHEN status = 'completed' OR p = 1 THEN TIMESTAMPTZ '2026-02-03 12:00+00' END, ''
  FROM orders_order, generate_series(1, 4) p
"""
# Months back from 2026, as many for each account as make a fifth of the orders.
_INVOICES = """
INSERT INTO billing_invoice (enterprise_id, account_id, number, status, period_on, issued_on, due_on, dispute_by_on,
    currency, total, bill_to, pdf_name, pdf_sha256)
SELECT a.enterprise_id, a.id, '', 'draft', m.month, m.month + 31, m.month + 61, m.month + 91, 'USD', 3000,
    jsonb_build_object('name', a.name, 'account_name', a.name, 'account_number', a.number, 'address', '1 Main Street'),
    'invoices/x.pdf', repeat('0', 64)
  FROM accounts_account a
 CROSS JOIN generate_series(1, greatest(2, %(orders)s / 5 / (SELECT count(*) FROM accounts_account))) k
 CROSS JOIN LATERAL (SELECT (DATE '2026-01-01' - make_interval(months => k::int))::date AS month) m
"""
_LINES = """
INSERT INTO billing_invoiceline (enterprise_id, invoice_id, position, kind, service_number, text, days, days_of_month,
    rate, amount)
SELECT enterprise_id, id, p, 'recurring', 'SVC-' || id, 'Wavelength 10 Gbps, Denver to Reno', 30, 30, 1000, 1000
  FROM billing_invoice, generate_series(1, 3) p
"""
_ISSUE = "UPDATE billing_invoice SET status = 'issued', number = 'INV-2026-' || lpad(id::text, 7, '0')"
_EVENTS = """
INSERT INTO portal_event (enterprise_id, kind, at, actor_kind, actor_name, subject_type, subject_id, story_type,
    story_id, account_id, facts)
SELECT enterprise_id, 'order.completed', TIMESTAMPTZ '2026-02-03 12:00+00' - make_interval(mins => id::int %% 500000),
    'staff', 'Care Manager', 'orders.order', id, 'orders.order', id, account_id,
    jsonb_build_object('number', number, 'title', title)
  FROM orders_order WHERE id %% 10 < 3
"""
_NOTICES = """
INSERT INTO portal_notice (enterprise_id, event_id, kind, channel, recipient, recipient_name, reason, language, subject,
    body_text, body_html, secret, copy, message_id, created_at, due_at, sent_at, state, attempts, last_error)
SELECT enterprise_id, id, kind, 'email', 'bench' || id %% 900 || '@bench.example', 'Bench', 'you follow it', 'en',
    'Order done', repeat('It is done. ', 20), '', '', 0, '<' || id || '@bench.example>', at, at, at, 'done', 1, ''
  FROM portal_event
"""


def _run(statement: str, **values: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values or None)


def _one(question: str, **values: object) -> str:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return str(cursor.fetchone()[0])


def _session(user: User) -> str:
    """As after password and second factor."""
    store = SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    now = timezone.now().timestamp()
    store["account_authentication_methods"] = [{"method": "password", "at": now}, {"method": "mfa", "at": now}]
    store["account_authentication_methods_user"] = user_id_to_str(user)
    store.update({"began": now, "seen": now})
    store.set_expiry(timezone.now() + timedelta(hours=12))
    store.save()
    return str(store.session_key)
