"""The bare views: session and auth middleware, plain SQL, plain templates.

Same database, same role, same server as the portal: what a page could cost at the least. A list is
held against one indexed query and fifty rows; the page of one thing against a bare page of the same
thing, which reads each kind of fact that the portal's page shows by one query, and shows them all.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "bench.bare_settings")

import django
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path

TEMPLATE = Engine().from_string(
    "<table>{% for number, title, placed in rows %}<tr><td>{{ number }}</td><td>{{ title }}</td>"
    "<td>{{ placed }}</td></tr>{% endfor %}</table>"
)
TABLES = Engine().from_string(
    "{% for rows in tables %}<table>{% for row in rows %}<tr>{% for cell in row %}<td>{{ cell }}</td>{% endfor %}</tr>"
    "{% endfor %}</table>{% endfor %}"
)
NEWEST = (
    "SELECT number, title, placed_on FROM orders_order WHERE enterprise_id = %s"
    " ORDER BY placed_on DESC, id DESC LIMIT 50"
)


def newest(request: HttpRequest, enterprise_id: int) -> HttpResponse:
    assert request.user.is_authenticated
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.enterprise_id', %s, true)", [str(enterprise_id)])
        cursor.execute(NEWEST, [enterprise_id])
        return HttpResponse(TEMPLATE.render(Context({"rows": cursor.fetchall()})))


_TEAM = (
    "SELECT t.role, c.name, c.title, c.phone, c.email FROM accounts_teammember t"
    " JOIN accounts_staffcard c ON c.id = t.card_id WHERE t.enterprise_id = %(e)s AND t.account_id IS NULL"
)
_STORY = (
    "SELECT at, kind, actor_name, facts FROM portal_event WHERE enterprise_id = %(e)s"
    " AND story_type = '{}' AND story_id = %(id)s ORDER BY at DESC LIMIT 50"
)
_BELL = (
    "SELECT count(*) FROM portal_notice n JOIN accounts_user u ON u.email = n.recipient WHERE u.id = %(user)s"
    " AND n.enterprise_id = %(e)s AND n.read_at IS NULL AND n.copy = 0"
)
# Who of the team is away, and what the reader had begun to write.
_AWAY = (
    "SELECT a.card_id, a.ends_at FROM accounts_teammember t JOIN accounts_staffabsence a ON a.card_id = t.card_id"
    " WHERE t.enterprise_id = %(e)s AND t.account_id IS NULL AND a.starts_at <= now() AND a.ends_at > now()"
)
_DRAFTS = (
    "SELECT form, fields FROM portal_draft WHERE enterprise_id = %(e)s AND person_id = %(user)s AND about = %(id)s"
)
_TERMS = "SELECT name, value FROM portal_{} WHERE name LIKE 'files.%%' AND starts_on <= now(){}"
_OF_AN_ORDER = "SELECT * FROM orders_{} WHERE enterprise_id = %(e)s AND order_id = %(id)s"
_OF_SERVICE = (
    "SELECT {} FROM inventory_{} WHERE enterprise_id = %(e)s AND service_id = %(id)s"  # of our own words alone
)
ORDER = [
    "SELECT o.*, a.number, p.name, s.number, x.name, z.name, c.name FROM orders_order o"
    " JOIN accounts_account a ON a.id = o.account_id JOIN inventory_product p ON p.id = o.product_id"
    " LEFT JOIN inventory_service s ON s.id = o.service_id LEFT JOIN inventory_site x ON x.id = o.a_site_id"
    " LEFT JOIN inventory_site z ON z.id = o.z_site_id LEFT JOIN accounts_staffcard c ON c.id = o.care_manager_id"
    " WHERE o.enterprise_id = %(e)s AND o.id = %(id)s",
    "SELECT * FROM orders_milestone WHERE enterprise_id = %(e)s AND order_id = %(id)s ORDER BY position",
    "SELECT follower_type, follower_id FROM portal_following WHERE enterprise_id = %(e)s"
    " AND subject_type = 'orders.order' AND subject_id = %(id)s",
    _STORY.format("orders.order"),
    _TEAM,
    *(_OF_AN_ORDER.format(each) for each in ("orderitem", "escalation", "promise", "message", "turnup")),
    _OF_AN_ORDER.format("activationcall") + " AND status = 'booked'",
    # How large a file may be, beside the form for a message.
    _TERMS.format("carrierterm", ""),
    _TERMS.format("enterpriseterm", " AND enterprise_id = %(e)s"),
    _DRAFTS,
    _AWAY,
    _BELL,
]
SERVICE = [
    "SELECT s.*, a.number, p.name, x.name, z.name FROM inventory_service s"
    " JOIN accounts_account a ON a.id = s.account_id JOIN inventory_product p ON p.id = s.product_id"
    " LEFT JOIN inventory_site x ON x.id = s.a_site_id LEFT JOIN inventory_site z ON z.id = s.z_site_id"
    " WHERE s.enterprise_id = %(e)s AND s.id = %(id)s",
    _OF_SERVICE.format("kind, value", "identifier"),
    _OF_SERVICE.format("position, kind, place", "hop"),
    _OF_SERVICE.format("version, issued_on, note", "dlr"),
    "SELECT o.kind, s.number, s.alias, p.name FROM inventory_tie t JOIN inventory_tie o ON o.enterprise_id ="
    " t.enterprise_id AND o.kind = t.kind AND o.key = t.key AND o.service_id <> t.service_id JOIN inventory_service s"
    " ON s.id = o.service_id JOIN inventory_product p ON p.id = s.product_id"
    " WHERE t.enterprise_id = %(e)s AND t.service_id = %(id)s",
    "SELECT c.name, c.role, c.phone FROM inventory_sitecontact c JOIN inventory_service s ON c.site_id = s.a_site_id"
    " WHERE s.enterprise_id = %(e)s AND c.enterprise_id = %(e)s AND s.id = %(id)s",
    "SELECT o.number, o.title, o.status, o.committed_on, m.kind, m.owner FROM orders_order o"
    " LEFT JOIN orders_milestone m ON m.enterprise_id = o.enterprise_id AND m.order_id = o.id"
    " AND m.status = 'in_progress'"
    " WHERE o.enterprise_id = %(e)s AND o.service_id = %(id)s ORDER BY o.placed_on DESC LIMIT 20",
    "SELECT i.number, l.text, l.amount FROM inventory_service s JOIN billing_invoiceline l"
    " ON l.enterprise_id = s.enterprise_id AND l.service_number = s.number"
    " JOIN billing_invoice i ON i.id = l.invoice_id"
    " WHERE s.enterprise_id = %(e)s AND s.id = %(id)s ORDER BY i.issued_on DESC, l.id LIMIT 12",
    "SELECT * FROM orders_turnup WHERE enterprise_id = %(e)s AND service_id = %(id)s ORDER BY id DESC LIMIT 1",
    _STORY.format("inventory.service"),
    _TEAM,
    _AWAY,
    _BELL,
]
INVOICE = [
    "SELECT i.*, a.number, a.name FROM billing_invoice i JOIN accounts_account a ON a.id = i.account_id"
    " WHERE i.enterprise_id = %(e)s AND i.id = %(id)s",
    "SELECT * FROM billing_invoiceline WHERE enterprise_id = %(e)s AND invoice_id = %(id)s ORDER BY position",
    "SELECT d.* FROM billing_disputedline d JOIN billing_invoiceline l ON l.id = d.line_id"
    " WHERE d.enterprise_id = %(e)s AND l.enterprise_id = %(e)s AND l.invoice_id = %(id)s",
    "SELECT number, total, issued_on FROM billing_invoice WHERE enterprise_id = %(e)s AND account_id ="
    " (SELECT account_id FROM billing_invoice WHERE enterprise_id = %(e)s AND id = %(id)s)"
    " ORDER BY issued_on DESC LIMIT 2",
    _STORY.format("billing.invoice"),
    _TEAM,
    _AWAY,
    _BELL,
]
# A care manager's orders with why each is looked at, and how many are looked at for each reason.
_STEP = "m.enterprise_id = o.enterprise_id AND m.order_id = o.id"
_OPEN_STEP = f"{_STEP} AND m.status IN ('planned', 'in_progress')"
_SLIPS = (
    "(o.expected_on > o.committed_on OR EXISTS (SELECT FROM orders_milestone m WHERE " + _OPEN_STEP +
    " AND (m.expected_on > m.planned_on OR m.expected_on < now())))"
)  # fmt: skip
_OF_ORDER = "FROM orders_{} x WHERE x.enterprise_id = o.enterprise_id AND x.order_id = o.id"
_PROMISED = _OF_ORDER.format("promise") + " AND x.status IN ('open', 'missed')"
_ASKED = _OF_ORDER.format("message") + " AND NOT x.is_ours AND x.answered_at IS NULL"
_UNREAD = _OF_ORDER.format("message") + " AND NOT x.is_ours AND x.read_at IS NULL"
_ESCALATED = _OF_ORDER.format("escalation") + " AND x.status = 'open'"
_TOLD = (
    "FROM portal_event x WHERE x.enterprise_id = o.enterprise_id AND x.story_type = 'orders.order'"
    " AND x.story_id = o.id AND x.kind = ANY(%(kinds)s)"
)
_MINE = (
    " FROM orders_order o JOIN accounts_staffmember s ON s.card_id = o.care_manager_id{}"
    " WHERE s.user_id = %(user)s AND o.status = ANY(%(open)s)"
)
WORK = [
    f"SELECT o.number, o.title, o.status, o.placed_on, o.committed_on, o.expected_on, e.public_id, e.legal_name,"
    f" (SELECT min(x.due_at) {_PROMISED}), (SELECT count(*) {_ASKED}), (SELECT max(x.at) {_TOLD}), {_SLIPS},"
    f" EXISTS (SELECT {_ESCALATED}), m.kind, m.owner, m.expected_on"
    + _MINE.format(
        " JOIN accounts_enterprise e ON e.enterprise_id = o.enterprise_id LEFT JOIN LATERAL (SELECT m.kind, m.owner,"
        f" m.expected_on FROM orders_milestone m WHERE {_OPEN_STEP} ORDER BY m.position LIMIT 1) m ON true"
    )
    + " ORDER BY o.expected_on, o.id LIMIT 50",
    f"SELECT count(*), count(*) FILTER (WHERE EXISTS (SELECT {_PROMISED})), count(*) FILTER (WHERE {_SLIPS}),"
    f" count(*) FILTER (WHERE (SELECT count(*) {_ASKED}) > 1), count(*) FILTER (WHERE EXISTS (SELECT {_UNREAD})),"
    f" count(*) FILTER (WHERE NOT EXISTS (SELECT {_TOLD} AND x.at > now() - interval '7 days')),"
    f" count(*) FILTER (WHERE EXISTS (SELECT {_ESCALATED})), count(*) FILTER (WHERE o.status = 'held')"
    + _MINE.format(""),
]
PAGES = {"order": ORDER, "service": SERVICE, "invoice": INVOICE}


def one(request: HttpRequest, enterprise_id: int, kind: str, pk: int) -> HttpResponse:
    assert request.user.is_authenticated
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.enterprise_id', %s, true)", [str(enterprise_id)])
        tables = []
        for query in PAGES[kind]:
            cursor.execute(query, {"e": enterprise_id, "id": pk, "user": request.user.pk})
            tables.append(cursor.fetchall())
        return HttpResponse(TABLES.render(Context({"tables": tables})))


def work(request: HttpRequest) -> HttpResponse:
    assert request.user.is_authenticated
    with transaction.atomic(), connection.cursor() as cursor:
        tables = []
        for query in WORK:
            cursor.execute(query, {"user": request.user.pk, **_WORDS})
            tables.append(cursor.fetchall())
        return HttpResponse(TABLES.render(Context({"tables": tables})))


urlpatterns = [
    path("bare/work/", work),
    path("bare/<int:enterprise_id>/", newest),
    path("bare/<int:enterprise_id>/<str:kind>/<int:pk>/", one),
]

django.setup()
from orders.caring.selectors import told_kinds  # noqa: E402 - needs the applications
from orders.models import ORDER_FLOW  # noqa: E402

_WORDS = {"kinds": told_kinds(), "open": [str(each) for each in ORDER_FLOW.open_states()]}
# Taken off after the set-up, at which allauth insists on its own.
settings.MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
application = WSGIHandler()
