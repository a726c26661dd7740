"""Every role on every page of its own enterprise: the table beside this file says what each is answered.

A page is asked with GET, or with an empty POST where it takes only that. Write the table anew
with ROLE_PAGES=write, and read what changed before committing it.

Who holds a page's permission is asked each time. Roles that lack it are refused alike, and a page that takes
none is open to all alike: of these cells one in five is asked on each day, and all in the audit.
"""

import os
import re
from datetime import date
from pathlib import Path
from zlib import crc32

import pytest
from django.urls import get_resolver

from accounts.models import Membership
from accounts.permissions import STAFF_ROLES
from portal import checks, policy, registries
from portal.models import Todo
from tests import make
from tests.billing import builders
from tests.faces import inside
from tests.isolation import worlds

IS_WHOLE = bool(os.environ.get("DEMARC_AUDIT") or os.environ.get("ROLE_PAGES"))
TABLE = Path(__file__).with_name("role_pages.txt")
CUSTOMERS = ("administrator", *sorted(registries.permissions()), "no permission")
MEANING = {200: "200 sees it", 201: "201 made it", 302: "302 done or led on", 403: "403 lacks the permission",
           404: "404 not there", 409: "409 refused by a rule", 422: "422 the form says why"}  # fmt: skip


def pages(face):
    """(route, permission) of every page of ours that asks who one is."""
    for route, view in checks.views(get_resolver(f"portal.urls.{face}")):
        found = policy.policy_of(view)
        if not found.is_library and found.access is not policy.Access.PUBLIC:
            yield route, next(iter(policy.permissions_of(view)), "")


@pytest.fixture
def parts(acme, acme_main, alice, dora, deliver):
    """What stands for each part of a route: one thing of Acme's, made anew for each face."""
    contact = make.contact(acme, "desk@acme.example", wants_orders=True)
    group = make.group(acme, "West", acme_main)
    order = make.order(acme_main)
    make.charge(acme_main)
    invoice = builders.issue(acme_main)
    dispute = builders.dispute(alice, invoice)
    run = builders.start(dora)
    with inside(acme):
        milestone, line, disputed = order.milestones.first(), invoice.lines.first(), dispute.lines.first()
        todo = Todo.objects.latest("pk")
        member = Membership.objects.get(enterprise=acme, user=alice)
    moves = make.move(acme, make.house())
    case, side, _theirs = make.takeover(make.service(acme_main), make.account(make.house()))
    return {
        "orders/": {"<str:number>": order.number},
        "services/": {"<int:pk>": make.service(acme_main).pk},
        "orders/milestones/": {"<int:pk>": milestone.pk},
        "/charges/": {"<str:number>": order.number, "<int:pk>": 0},
        "billing/invoices/": {"<str:number>": invoice.number, "<int:pk>": line.pk},
        "billing/disputes/": {"<str:number>": dispute.number},
        "billing/disputed-lines/": {"<int:pk>": disputed.pk},
        "billing/runs/": {"<int:pk>": run.pk},
        "notices/": {"<int:pk>": deliver()[0].pk},
        "untold/": {"<int:pk>": todo.pk},
        "e/<slug:enterprise>/terms/": {"<int:pk>": make.agreed(acme, "billing.payment_days", 45).pk},
        "terms/": {"<str:name>": "billing.payment_days", "<int:pk>": 0},
        "customers/": {"<slug:public_id>": acme.public_id},
        "files/": {"<int:pk>": worlds.hang_on(dispute, alice).pk},
        "accounts/": {"<int:pk>": acme_main.pk},
        "people/": {"<int:pk>": member.pk},
        "people/teams/": {"<int:pk>": 0},
        "join/": {"<str:token>": "nothing"},
        "contacts/": {"<int:pk>": contact.pk},
        "following/<int:pk>/": {"<int:pk>": 0},
        "following/<slug:slug>/": {"<slug:slug>": "order", "<str:number>": order.number, "<int:pk>": 0},
        "account-groups/": {"<int:pk>": group.pk},
        # What a call ends is not what the pages show.
        "api/v1/e/<slug:enterprise>/account-groups/": {"<int:pk>": make.group(acme, "East", acme_main).pk},
        "api/v1/e/<slug:enterprise>/team/": {"<int:pk>": make.team(acme, dora, "billing_coordinator").pk},
        "enterprise/numbers/": {"<int:pk>": 0},
        "downloads/": {"<int:pk>": 0},
        "views/": {"<int:pk>": 0},
        "sign-on/domains/": {"<int:pk>": make.sign_on(acme)[1].pk},
        "keys/": {"<int:pk>": make.api_key(acme, alice).pk},
        "access/": {"<int:pk>": make.access_request(member, "order.view").pk},
        "e/<slug:enterprise>/team/": {"<int:pk>": make.team(acme, dora, "billing_analyst").pk},
        "absences/": {"<int:pk>": make.absence(dora).pk},
        "staff/": {"<int:pk>": make.card_of(dora).pk},
        "roles/": {"<slug:code>": "technician"},
        "told/": {"<int:pk>": 0},
        "e/<slug:enterprise>/moves/": {"<int:pk>": moves[1].pk},
        "moves/": {"<int:pk>": moves[0].pk},
        "e/<slug:enterprise>/orders/takeovers/": {"<int:pk>": side.pk},
        "takeovers/": {"<int:pk>": case.pk},
        "orders/steps/": {"<slug:order_type>": "new"},
        "account-codes/": {"<int:pk>": 0},
        "reviews/": {"<int:pk>": 0},
    }


def path(route, parts, acme):
    keys = sorted((key for key in parts if key in route), key=len, reverse=True)
    filled = {"<slug:enterprise>": acme.public_id, **(parts[keys[0]] if keys else {})}
    for part in re.findall(r"<[^>]+>", route):
        assert part in filled, f"{route}: say in this test what stands for {part}"
        route = route.replace(part, str(filled[part]))
    return f"/{route}"


def code(browser, where):
    answer = browser.get(where)
    if answer.status_code != 405:
        return answer.status_code
    body = {"data": {}, "content_type": "application/json"} if where.startswith("/api/") else {}
    return browser.post(where, **body).status_code


def row(face, route, codes):
    return f"{face:<9}{route or '(start)':<66}" + " ".join(f"{each:>4}" for each in codes)


def head(title, names):
    return [f"{title}", *(f"  {n:>2} {name}" for n, name in enumerate(names, start=1)), ""]


def staff_lines(acme, client_of, parts):
    browsers = {}
    for role in STAFF_ROLES:
        person = make.staff(f"{role.title().replace('_', '')} Person", role, email=f"{role}@northvane.example")
        make.team(acme, person, "care_manager")
        browsers[role] = client_of(person)
    return list(lines("staff", browsers, registries.staff_roles(), parts, acme))


def customer_lines(acme, client_of, parts):
    browsers, held = {}, {}
    for name in CUSTOMERS:
        person = make.user(f"{name.replace(' ', '-')}@acme.example")
        member = make.member(acme, person, name, is_administrator=name == "administrator")
        if name in registries.permissions():
            make.grant(member, name)
        held[name] = set(registries.permissions()) if name == "administrator" else {name}
        browsers[name] = client_of(person)
    return list(lines("customer", browsers, held, parts, acme))


def expected():
    """The row of the table for each page, by face and route: what each role is answered."""
    rows = (
        re.fullmatch(r"(staff|customer) +(\S+|\(start\)) +([0-9 ]+)", line) for line in TABLE.read_text().splitlines()
    )
    return {(row[1], row[2]): [int(each) for each in row[3].split()] for row in rows if row}


def is_asked(route, name, known, holds):
    """Today's cells: of those to whom the page is as to many others one in five, and everybody else."""
    day = date.today().toordinal()
    return IS_WHOLE or known is None or holds or (crc32(f"{route} {name}".encode()) + day) % 5 == 0


def lines(face, browsers, held, parts, acme):
    table = expected()
    for route, permission in sorted(pages(face)):
        before = table.get((face, route or "(start)"), [])
        wanted = before if len(before) == len(browsers) else [None] * len(browsers)
        codes = [
            code(browser, path(route, parts, acme)) if is_asked(route, name, known, permission in held[name]) else known
            for (name, browser), known in zip(browsers.items(), wanted, strict=True)
        ]
        for name, found in zip(browsers, codes, strict=True):
            assert found in MEANING, (face, route, name, found)
            # Lacking the page's permission is 403 and nothing else is.
            assert (found == 403) == bool(permission and permission not in held[name]), (face, route, name, found)
        yield row(face, route, codes)


def test_each_role_is_answered_as_the_table_says(acme, client_of, parts):
    text = "\n".join(
        [
            "; ".join(MEANING.values()),
            "",
            *head("Staff roles, each in the account team of the customer", STAFF_ROLES),
            *staff_lines(acme, client_of, parts),
            "",
            *head("Customers' people: the administrator, who holds one permission, who holds none", CUSTOMERS),
            *customer_lines(acme, client_of, parts),
            "",
        ]
    )
    if os.environ.get("ROLE_PAGES") == "write":
        TABLE.write_text(text)
    assert TABLE.read_text() == text
