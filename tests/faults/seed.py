"""A small world for the fault tests: one customer, orders with milestones, one of the carrier's people.

Prints what the tests need of it, on its last line.
"""

import json
import os

import django

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    from django.conf import settings
    from django.db import connection

    from orders.models import Milestone
    from tests import make
    from tests.faces import FaceClient, inside

    connection.ensure_connection()
    settings.ALLOWED_HOSTS = ["*"]
    acme = make.enterprise("Acme Freight, Inc.", public_id="204817")
    main = make.account(acme, "Acme main", number="5-KTR2P")
    alice = make.user("alice@acme.example")
    make.member(acme, alice, "Alice Moreau", is_administrator=True)
    make.password(alice, "password-canary-55d0e1")
    staff = []
    for name in ("Carol Okafor", "Cora Lind", "Chris Vale", "Cleo Marsh"):
        person = make.staff(name, "care_manager")
        make.team(acme, person, "care_manager")
        staff.append(FaceClient("staff").sign_in(person).cookies["staff-session"].value)
    admin = make.staff("Pia Admin", "platform_admin")
    make.team(acme, admin, "care_manager")
    orders = [make.order(main, milestones=4) for _ in range(4)]
    with inside(acme):
        milestones = list(Milestone.objects.order_by("order_id", "position").values_list("pk", flat=True))
    world = {
        "enterprise": acme.pk,
        "public_id": acme.public_id,
        "milestones": milestones,
        "orders": [order.number for order in orders],
        "staff": staff,
        "admin": FaceClient("staff").sign_in(admin).cookies["staff-session"].value,
        "alice": FaceClient("customer").sign_in(alice).cookies["customer-session"].value,
    }
    print(json.dumps(world))
