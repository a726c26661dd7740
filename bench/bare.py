"""The bare view: session and auth middleware, one indexed query, fifty rows in a plain template.

Same database, same role, same server as the portal: what a page could cost at the least.
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


urlpatterns = [path("bare/<int:enterprise_id>/", newest)]

django.setup()
# Taken off after the set-up, at which allauth insists on its own.
settings.MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
application = WSGIHandler()
