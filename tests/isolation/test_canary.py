"""A word of its own stands in every text of Acme's: whoever is of Borealis follows every link and meets none."""

import pytest

from billing import services
from inventory.models import Service
from orders.models import (
    Answer,
    DeliveryChoice,
    Escalation,
    InternalNote,
    Message,
    OrderItem,
    Promise,
    Reservation,
    Supplement,
)
from portal.models import ApiAnswer
from tests import make
from tests.billing import builders
from tests.faces import as_staff, inside
from tests.isolation import canary, worlds
from tests.isolation.declarations import ROUTES, Place
from tests.isolation.test_routes import address_of, path

pytestmark = pytest.mark.usefixtures("locks")


def furnish(public_id, owner, contact, analyst, **fields):
    """An enterprise with a row in every walled table."""
    enterprise = make.enterprise(f"Company {public_id}", public_id=public_id, **fields)
    account = make.account(enterprise, "Main", number=f"A-{public_id}")
    person = make.user(owner)
    make.member(enterprise, person, "Ana Moreau", is_administrator=True)
    member = make.member(enterprise, make.user(f"second-{owner}"), "Second")
    make.grant(member, "order.view", account)
    make.contact(enterprise, contact, wants_orders=True, wants_billing=True)
    make.team(enterprise, analyst, "billing_analyst")
    site = make.site(enterprise)
    make.described(make.service(account, a_site=site, z_site=site, alias="the west ring"))
    world = worlds.world_of(enterprise, account, person, analyst, has_paper=False)
    with inside(enterprise):
        # Only what a third party brings names one.
        Service.objects.update(access="off_net")
        # Only a site that is up names who found it so.
        OrderItem.objects.update(up_on=builders.NOVEMBER, up_by="Tess")
        ApiAnswer.objects.create(
            enterprise=enterprise,
            caller="customer:1",
            key="k",
            body="Once",
            location="/x",
            created_at=builders.ISSUED_AT,
        )
        world.order.service = world.service
        world.order.a_site = world.order.z_site = site
        world.order.save()
        about = {"enterprise": enterprise, "order": world.order, "at": builders.ISSUED_AT}
        Message.objects.create(**about, text="When?", is_ours=False, author="Ana Moreau")
        Escalation.objects.create(**about, level=1, reason="At risk", by="Ana Moreau", by_whom="customer")
        _planned(world.order)
        InternalNote.objects.create(**about, text="Their boss is away", author="Carol")
        Promise.objects.create(
            enterprise=enterprise, order=world.order, card=make.card_of(analyst), due_at=builders.ISSUED_AT,
            made_at=builders.ISSUED_AT, made_by="Carol",
        )  # fmt: skip
    with worlds.the_owner() as cursor:
        # Whose the account was before: written by the owner's job alone.
        cursor.execute(
            "INSERT INTO accounts_accountstay (enterprise_id, account_id, until_at, came_from, went_to, ended_by)"
            " VALUES (%s, %s, %s, '', '1', 'A move')",
            [enterprise.pk, account.pk, builders.ISSUED_AT],
        )
    return world


@pytest.fixture
def released(transactional_db, dora, deliver):
    """Acme's world full of canaries, and Borealis' without; every mail told, every invoice printed."""
    ours = furnish("kx-acme", "a@acme.example", "crew@acme.example", dora, language="en")
    theirs = furnish("borealis", "b@borealis.example", "crew@borealis.example", dora)
    worlds.visitor(ours.enterprise)
    deliver()
    empty = canary.release(ours.enterprise)
    for world in (ours, theirs):
        with inside(world.enterprise):
            for row in (world.order, world.invoice, world.dispute, world.line):
                row.refresh_from_db()
        with as_staff():
            assert services.make_pdf(world.enterprise.pk, world.invoice.pk, at=builders.ISSUED_AT)
    return ours, theirs, empty


def _planned(order):
    """What is answered, reserved, wished and asked for beside an order's steps."""
    about = {"enterprise": order.enterprise, "order": order}
    at, day = builders.ISSUED_AT, builders.NOVEMBER
    Answer.objects.create(**about, key="rack", value="Suite 210", answered_by="Ana Moreau", answered_at=at)
    Reservation.objects.create(
        **about, what="10G port", place="Denver", until_on=day, reserved_by="Tess", reserved_at=at
    )  # fmt: skip
    DeliveryChoice.objects.create(**about, choice="firm", wanted_on=day, chosen_by="Ana Moreau", chosen_at=at)
    Supplement.objects.create(
        **about, kind="other", words="Another rack", status_before="in_progress", asked_by="Ana Moreau", asked_at=at
    )  # fmt: skip


def crawl(face, world, browser, *, share=list, most=400):
    """Every page from its address, or a share of them, and what they link to, at most so many pages."""
    public_id = world.enterprise.public_id
    starts = [
        address_of(world, name, route)
        for name, route in ROUTES[face].items()
        if route.place is Place.INSIDE and "GET" in route.methods
    ]
    # Outside an enterprise staff see what belongs to all of them.
    below = (f"/e/{public_id}/", f"/api/v1/e/{public_id}/", *(("/", "/account/") if face == "customer" else ()))
    return canary.Crawl(browser, below, most).walk(*share(starts), *(["/"] if face == "customer" else []))


def test_nobody_of_another_enterprise_meets_a_canary(released, deliver, mailoutbox, in_turn, is_full):
    ours, theirs, empty = released
    assert empty == set(), "a walled table without a row is not tried: furnish it"
    mailoutbox.clear()
    for world in (ours, theirs):
        _act(world)
    deliver()
    # Acme's own people meet them everywhere, so the crawler sees.
    at_home = crawl("customer", ours, worlds.administrator(ours.enterprise))
    inside_acme = canary.Crawl(worlds.visitor(ours.enterprise), (f"/e/{ours.enterprise.public_id}/",))
    inside_acme.walk(f"/e/{ours.enterprise.public_id}/", path(*_notice_of(ours)))
    assert len(at_home.canaries()) > 40
    assert all(at_home.kinds[media] for media in ("text/html", "text/csv", "application/pdf"))
    assert inside_acme.canaries() - at_home.canaries(), "what only staff see, as the notices"
    mails = {mail.to[0]: canary.CANARY.findall(_words_of(mail)) for mail in mailoutbox}
    assert any(birds for birds in mails.values())

    browsers = {"customer": worlds.administrator(theirs.enterprise), "staff": worlds.visitor(theirs.enterprise)}
    for face, browser in browsers.items():
        abroad = crawl(face, theirs, browser, share=in_turn, most=400 if is_full else 130)
        assert len(abroad.pages) > 15
        assert {address: canary.CANARY.findall(text) for address, text in abroad.pages.items() if
                canary.CANARY.search(text) or "kx-acme" in text} == {}  # fmt: skip
    assert {to: birds for to, birds in mails.items() if "borealis" in to and birds} == {}
    assert {to for to in mails if "borealis" in to}


def _notice_of(world):
    return "e/<slug:enterprise>/notices/<int:pk>/", world.enterprise.public_id, world.parts("notice")


def _act(world):
    """Something to be told of by mail."""
    browser = worlds.administrator(world.enterprise)
    answer = browser.post(f"/e/{world.enterprise.public_id}/billing/disputes/{world.dispute.number}/withdraw/")
    assert answer.status_code == 302


def _words_of(mail):
    return " ".join([mail.subject, mail.body, *mail.to, *(str(part.content) for part in mail.alternatives)])
