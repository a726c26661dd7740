"""Every mail in every language: the same facts in text and HTML, one column, whole addresses, nothing fetched."""

import html
import os
import re
import shutil
from datetime import timedelta

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import sync_playwright

from accounts.models import Membership, Team, TeamPerson, User
from accounts.notices import SIGN_IN
from billing import services
from orders.caring import services as care
from portal import documents, events, locator, notices
from portal.actors import system
from portal.models import Export, Notice
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.billing.builders import url
from tests.faces import FaceClient, as_app, as_staff, inside
from tests.orders.conftest import delay, steps_of

CHROMIUM = os.environ.get("DEMARC_CHROMIUM") or shutil.which("chromium") or ""
LANGUAGES = ("en", "es", "pt")
LONG = "Conexión-de-onda-10-Gbps-Aeropuerto-Internacional-Comodoro-Arturo-Merino-Benítez"
TOLD = {name for name, kind in notices.KINDS.items() if not kind.is_silent}


@pytest.fixture(params=LANGUAGES)
def mails(request, acme, acme_main, alice, carol, dora, client_of, deliver, monkeypatch):
    """One mail of each kind, to Alice or to one of the carrier's people, in one language, about long names."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7")
    with as_staff():
        User.objects.update(language=request.param)
    alice.refresh_from_db()
    _orders(acme, acme_main, carol, client_of, request.param)
    _contracts(acme_main)
    _disputes(acme, acme_main, alice, dora)
    _files(acme, alice)
    _signing_in(alice)
    _people(acme, acme_main, alice)
    _carriers_people(acme, acme_main, carol, dora)
    deliver()
    with as_staff():
        # Hers before others'.
        notices_of = sorted(Notice.objects.all(), key=lambda each: each.recipient == alice.email)
        found = {each.kind: each for each in notices_of}
    assert set(found) == TOLD
    assert {each.language for each in found.values()} == {request.param}
    return found


def _orders(acme, account, carol, client_of, language):
    order = make.order(
        account, title=LONG, customer_reference="4500-7721-AAAA-BBBB-CCCC", care_manager=make.card_of(carol),
        milestones=[{"kind": "design"}, {"kind": "local_loop", "detail": LONG, "owner": "third_party"}],
    )  # fmt: skip
    client = client_of(carol)
    first, second = steps_of(order)
    _placing(acme, order, language)
    note = {"note": f"{LONG} is\nready."}
    for step, what, data in (
        (first, "annotate", note), (first, "delay", delay()), (first, "complete", {}), (second, "complete", {}),
    ):  # fmt: skip
        answer = client.post(url(f"orders:{what}", step.pk, face="staff"), data)
        assert answer.status_code == 302, answer.text
    under_way = make.order(account, title=LONG, care_manager=make.card_of(carol))
    with inside(acme):
        actor, moment = b.staff(carol, acme), timezone.now() + timedelta(hours=2)
        about = {"actor": actor, "at": timezone.now()}
        care.make_promise(under_way.pk, due_at=moment, about=LONG, **about)
        care.write_message(under_way.pk, text=f"{LONG} is\nready.", update_by=moment, **about)
        care.escalate(under_way.pk, reason=LONG, wants_call=True, **about)
        care.resolve_escalations(under_way.pk, resolution=LONG, **about)
        handed = {"before": "", "after": LONG, "reason": LONG, "is_told": True, "orders": [under_way.number]}
        events.record("order.handed_over", subject=under_way, **about, **handed)
        waived = {"amount": "1200.00", "currency": "BRL", "charge": "expedite", "reason": f"{LONG} was\nlate."}
        events.record("order.charge_waived", subject=under_way, **about, **waived)
    _plans(acme, order)
    _activations(acme, order)


def _placing(acme, order, language):
    """What is told of it before it is in the plan; its price is asked of the account's director."""
    make.team(acme, make.staff("Dan Reyes", "account_director", language=language), "account_director")
    facts = {
        "order": order.number, "monthly": "4100.00", "one_time": "12000.00", "currency": "USD", "words": LONG,
        "valid_until_on": "2026-12-24", "answer": LONG, "reason": LONG, "signatory": LONG, "title": LONG,
        "remarks": [{"item": 1, "field": "", "words": LONG}, {"item": None, "field": "requested_on", "words": LONG}],
    }  # fmt: skip
    said = ("price_asked", "quoted", "quote_accepted", "quote_declined", "placed", "returned", "rejected")
    with inside(acme):
        for kind in said:
            events.record(f"order.{kind}", subject=order, actor=system(acme.pk), at=timezone.now(), **facts)


def _contracts(account):
    order, service = make.order(account, title=LONG, milestones=0), make.service(account)
    days = dict.fromkeys(("on", "until", "first", "last"), "2026-12-24")
    facts = {
        **days, "order": order.number, "service": service.number, "target": "5-KTR9Z", "before": account.number,
        "monthly": "3900.00", "one_time": "200.00", "currency": "USD",
    }  # fmt: skip
    told = [name for name in TOLD if name.split(".")[0] in {"disconnect", "change", "transfer", "trial"}]
    crossing = [name for name in TOLD if name.startswith("takeover.")]
    offer = {
        "number": order.number, "account": "5-KTR9Z", "count": 30, "services": [service.number] * 30,
        "on": "2026-12-24",
        "other": LONG, "outcome": "declined", "reason": LONG, "by": LONG,
    }  # fmt: skip
    with inside(account.enterprise):
        for kind in told:
            events.record(kind, subject=order, actor=system(account.enterprise_id), at=timezone.now(), **facts)
        for kind in crossing:
            events.record(kind, subject=order, actor=system(account.enterprise_id), at=timezone.now(), **offer)
        ends = {**days, "account": account.number, "msa": "", "days": 60, "count": 1, "services": [service.number]}
        actor = system(account.enterprise_id)
        events.record("contract.ending", subject=account, actor=actor, at=timezone.now(), **ends)


def _plans(acme, order):
    """About the plan of an order: acknowledged, promised, sent back, refused, changed, reminded."""
    step = {"step": "site_visit", "detail": "", "owner": "customer", "expected_on": "2026-12-24"}
    changed = {"change": "cancel", "charge": "400.00", "currency": "USD", "decision": LONG, "status": "done"}
    told = {
        "acknowledged": {}, "cancelled": {}, "supplement_decided": changed, "visit_reminded": step, "asked_again": step,
        "answers_returned": {"returned": [["rack", LONG]]},
        "committed": {"before": "2026-12-01", "after": "2026-12-24", "reason": LONG},
        "expedite_refused": {"wanted_on": "2026-12-01", "after": "2026-12-24", "reason": LONG},
    }  # fmt: skip
    with inside(acme):
        for kind, facts in told.items():
            events.record(f"order.{kind}", subject=order, actor=system(acme.pk), at=timezone.now(), **facts)


ACTIVATING = (
    "not_ready", "not_ready_warned", "not_ready_cleared", "not_ready_cancelled", "not_ready_billed",
    "activation_booked", "activation_called_off", "no_show", "connection_notice", "acceptance_reminded",
    "accepted_by_silence", "refused",
)  # fmt: skip


def _activations(acme, order):
    """Of calls, readiness and acceptance."""
    day = "2026-12-24"
    facts = {
        "order": order.number, "why": "cannot_test", "note": LONG, "due_on": day, "last_on": day, "new_on": day,
        "then": "cancel", "charge": "1500.00", "currency": "USD", "left": 3, "on": day, "starts_at": LATER,
        "before_at": LATER, "engineer": LONG, "bridge": LONG, "ready_on": day, "accept_by_on": day, "reason": LONG,
    }  # fmt: skip
    with as_app(), tenant_scope(acme.pk):
        for kind in ACTIVATING:
            events.record(f"order.{kind}", subject=order, actor=system(acme.pk), at=timezone.now(), **facts)


def _disputes(acme, account, alice, dora):
    for service in ("ET-500-00871", "ET-500-00872"):
        make.charge(account, "287.25", text=LONG, service=make.service(account, number=service))
    invoice = b.issue(account)
    with as_staff():
        services.make_pdf(acme.pk, invoice.pk, at=b.ISSUED_AT)
    with inside(acme):
        facts = {"number": invoice.number, "is_attached": True}
        events.record("invoice.pdf_followed", subject=invoice, actor=system(acme.pk), at=b.ISSUED_AT, **facts)
    first, second = b.lines(invoice)
    decided = b.dispute(alice, invoice, b.claim(first, "100", statement=f"{LONG}: less."))
    analyst = b.staff(dora, acme)
    with as_staff(), tenant_scope(acme.pk):
        services.add_to_dispute(decided.pk, actor=analyst, at=b.ISSUED_AT, note=f"{LONG}.\nSee the order.")
    b.decide(dora, b.disputed(decided), "50")
    withdrawn = b.dispute(alice, invoice, b.claim(second))
    with as_app(), tenant_scope(acme.pk):
        services.withdraw_dispute(withdrawn.pk, actor=b.customer(alice, acme), at=b.ISSUED_AT)


def _files(acme, alice):
    with inside(acme):
        export = Export.objects.create(
            enterprise=acme, kind="orders", face="customer", person_id=alice.pk, person_name="Alice Moreau",
            language=alice.language, time_zone="UTC", state="done", asked_at=b.ISSUED_AT, due_at=b.ISSUED_AT,
        )  # fmt: skip
        whom = {"email": alice.email, "name": "Alice", "language": alice.language, "time_zone": "UTC"}
        for kind, facts in (("export.ready", {"rows": 12345}), ("export.failed", {"reason": f"{LONG} 7."})):
            events.record(
                kind, subject=export, actor=system(acme.pk), at=timezone.now(), list="orders", face="customer",
                **whom, **facts,
            )  # fmt: skip


# Whoever reads them can enter nowhere: a closed enterprise, or nobody's sign-in.
NOWHERE = {
    "enterprise.closed", "person.deactivated", "person.removed", "registration.closed", "registration.misfit",
    "registration.taken",
}  # fmt: skip
# Told to the carrier's people.
STAFFS = ("team.member_", "absence.", "staff.", "order.price_asked", "order.quote_")
MUTED = (
    "milestone.",
    "order.",
    "dispute.",
    "disconnect.",
    "change.",
    "transfer.",
    "trial.",
)  # about what can be followed, and so can be muted
LATER = "2026-12-24T12:00:00+00:00"
KEYS = ("left", "approved", "declined", "ending", "expired", "handed_over", "requested", "reset", "revoked")


def _people(acme, account, alice):
    """About people and their rights, keys, requests and registrations."""
    with inside(acme):
        member = Membership.objects.select_related("user", "enterprise").get(user=alice)
    other = make.member(acme, make.user("other@acme.example", language=alice.language), LONG)
    key, theirs = make.api_key(acme, alice, name=LONG[:60]), make.api_key(acme, other.user, name=LONG[:60])
    mine, others = (make.access_request(each, "order.view") for each in (member, other))
    house = locator.house_id()
    registration = make.registration(alice.email, language=alice.language, name=LONG)
    facts = {
        "person": LONG, "name": LONG, "until": LATER, "reason": LONG, "grounds": LONG, "handle": "dmk_ab12", "by": LONG,
        "added": [{"permission": "order.view", "account": account.number}],
        "withdrawn": [{"permission": "billing.view"}],
        "permission": "order.view", "after": "paper", "before": "electronic", "from_on": "2026-12-01", "words": LONG,
        "number": account.number, "administrators": [{"name": LONG, "email": "other@acme.example"}], "why": "",
    }  # fmt: skip
    subjects = [(member, f"person.{kind}") for kind in ("idle", "invited", "password_reset", "registered")]
    subjects += [(other, "person.factor_reset")]
    subjects += [(member, "rights.changed"), (other, "administrator.named"), (account, "account.delivery_changed")]
    subjects += [(acme, "enterprise.closed"), (acme, "enterprise.reopened"), (others, "access.asked")]
    subjects += [(mine, "access.declined"), (mine, "access.granted")]
    review = make.review(acme)
    facts |= {"email": alice.email, "due": "2026-12-24", "waiting": 3, "closed": 2}
    subjects += [(review, f"review.{kind}") for kind in ("late", "reminded")]
    subjects += [(theirs if kind == "requested" else key, f"api_key.{kind}") for kind in KEYS]
    subjects += [(acme, "accounts.left"), (acme, "accounts.came")]
    _move, side = make.move(acme, make.house(), accounts=[account.number] * 30)
    subjects += [(side, f"move.{kind}") for kind in ("approved", "ended", "people_offered", "reached")]
    facts |= {
        "numbers": [account.number] * 120,
        "count": 120,
        "other": "305120",
        "reference": "MV-000123",
        "outcome": "declined",
    }
    member = _plain_ones(acme, member, subjects)
    facts |= {
        "member": member.pk,
        "issuer": "https://id.acme.example",
        "domain": "acme.example",
        "team": LONG,
        "term": "billing.payment_days",
    }
    acting = system(acme.pk)
    with as_app(), tenant_scope(acme.pk):
        for subject, kind in subjects:
            events.record(kind, subject=subject, actor=acting, at=timezone.now(), **facts)
        status = {**facts, "before": "active", "after": "suspended"}
        events.record("account.status_changed", subject=account, actor=acting, at=timezone.now(), **status)
    with as_app(), tenant_scope(house):
        for kind in ("closed", "misfit", "taken"):
            events.record(
                f"registration.{kind}", subject=registration, actor=system(house), at=timezone.now(), **facts
            )  # fmt: skip


def _plain_ones(acme, member, subjects):
    """Of who comes in, and how; each with what it is about."""
    sign_on, _domain = make.sign_on(acme)
    with inside(acme):
        Membership.objects.filter(pk=member.pk).update(joined_at=b.ISSUED_AT)
        team = Team.objects.create(enterprise=acme, name=LONG)
        TeamPerson.objects.create(enterprise=acme, team=team, membership=member)
    subjects += [(member, f"person.{kind}") for kind in ("deactivated", "reactivated", "removed")]
    subjects += [(acme, f"enterprise.second_step_{kind}") for kind in ("asked", "eased")]
    agreed = make.agreed(acme, "billing.payment_days", 45)
    subjects += [(agreed, f"term.{kind}") for kind in ("agreed", "agreement_withdrawn")]
    kinds = ("saved", "required", "released", "domain_proven", "linked", "forgotten")
    subjects += [(team, "team.rights_changed"), *((sign_on, f"sign_on.{kind}") for kind in kinds)]
    return member


def _carriers_people(acme, account, carol, dora):
    """About the account team, absences, and somebody new among the carrier's people."""
    place, absence = make.team(acme, dora, "billing_analyst", account), make.absence(carol, deputy=dora)
    facts = {
        "name": "Dora Brandt", "email": "dora@northvane.example", "role": "billing_analyst", "account": account.number,
        "families": ["ip"], "escalation": 1, "former": LONG, "first": "2026-12-01", "last": "2026-12-24",
        "until": LATER,
    }  # fmt: skip
    with as_app(), tenant_scope(acme.pk):
        for kind in ("team.member_added", "team.member_replaced"):
            events.record(kind, subject=place, actor=system(acme.pk), at=timezone.now(), **facts)
    house = locator.house_id()
    with as_app(), tenant_scope(house):
        for subject, kind in ((absence, "absence.set"), (dora, "staff.invited")):
            events.record(
                kind, subject=subject, actor=system(house), at=timezone.now(), enterprise_id=house,
                **{**facts, "role": "Billing analyst"},
            )  # fmt: skip


def _signing_in(alice):
    make.password(alice)
    FaceClient("customer").post("/account/password/reset/", {"email": alice.email})
    with as_app():
        EmailAddress.objects.filter(user=alice).update(verified=False)
    FaceClient("customer").post("/account/login/", {"login": alice.email, "password": make.PASSWORD})
    where = {"address": "2001:db8:85a3:8d3:1319:8a2e:370:7348", "browser": "Firefox, Windows", "face": "customer"}
    with as_app(), tenant_scope(locator.house_id()):
        for kind in SIGN_IN:
            events.record(
                kind, subject=alice, actor=system(locator.house_id()), at=timezone.now(), email=alice.email,
                enterprise_id=locator.house_id(), **where,
            )  # fmt: skip


def words_of(body):
    """What the reader of the HTML reads, without the line that is shown beside the subject only."""
    body = re.sub(r"<style.*?</style>|<title>.*?</title>|<!--.*?-->", "", body, flags=re.DOTALL)
    body = re.sub(r'<div style="display:none.*?</div>', "", body, flags=re.DOTALL)
    return html.unescape(re.sub(r"<[^>]+>", " ", body))


def facts_in(text):
    """Everything with a figure or an address in it: numbers, dates, amounts, links, telephones."""
    return {word.strip(".,:;()·") for word in re.split(r"\s+", text) if re.search(r"\d|://|@|\[\[", word)}


def test_text_and_html_say_the_same_facts(mails):
    for kind, mail in mails.items():
        assert facts_in(mail.body_text) == facts_in(words_of(mail.body_html)), kind


def test_every_link_is_whole_and_leads_to_the_readers_face(mails):
    for kind, mail in mails.items():
        links = re.findall(r'href="([^"]+)"', mail.body_html)
        links += re.findall(r"https?://\S+", mail.body_text)
        pages = [link for link in links if not link.startswith(("tel:", "mailto:", notices.SECRET_MARK))]
        place = "account/" if kind in SIGN_IN else "" if kind.startswith(("registration.", *STAFFS)) else "e/204817/"
        face = settings.STAFF_URL if kind.startswith(STAFFS) else settings.CUSTOMER_URL
        mute = f"{settings.CUSTOMER_URL}/mute/"
        assert all(link.startswith((f"{face}/{place}", mute)) for link in pages), (kind, pages)
        assert (kind.startswith(MUTED) and not kind.startswith(STAFFS)) == any(
            link.startswith(mute) for link in pages
        ), kind
        assert pages or notices.KINDS[kind].secret or kind in NOWHERE, kind


def test_nothing_is_wider_than_a_sheet_and_nothing_is_fetched(mails):
    for kind, mail in mails.items():
        body = re.sub(r"<!--\[if mso\]>.*?<!\[endif\]-->", "", mail.body_html, flags=re.DOTALL)
        fixed = [int(width) for width in re.findall(r'(?<![-\w])width(?:="|:\s*)(\d+)(?:px|")', body)]
        assert max(fixed, default=0) <= 600, (kind, fixed)
        assert all(re.search(r'\balt="', image) for image in re.findall(r"<img[^>]*>", body)), kind
        assert not re.search(r"<(script|link|iframe|object|form)\b|@import|url\(|background=", body), kind


def test_a_mail_program_is_told_its_language_its_schemes_and_what_to_show_first(mails):
    for kind, mail in mails.items():
        assert f'<html lang="{mail.language}"' in mail.body_html, kind
        assert '<meta name="color-scheme" content="light dark">' in mail.body_html
        assert "prefers-color-scheme: dark" in mail.body_html
        assert mail.body_html.count("<h1") == 1, kind
        [first] = re.findall(r'<div style="display:none[^>]*>(.*?)&#8199;', mail.body_html, flags=re.DOTALL)
        assert first.strip(), kind
        assert "<table" not in re.sub(r'<table[^>]*role="presentation"', "", re.sub(r"<!--.*?-->", "", mail.body_html))


def test_text_is_readable_as_it_is(mails):
    for kind, mail in mails.items():
        assert not re.search(r"&(\w+|#\d+);|<\w|\n{3}", mail.body_text), kind
        assert settings.CARRIER["name"] in mail.body_text.splitlines()[0], kind
        assert max(map(len, mail.body_text.splitlines())) < 998, kind


@pytest.mark.skipif(not CHROMIUM, reason="No Chromium")
@pytest.mark.browser
def test_no_mail_scrolls_sideways_at_320_pixels(mails):
    """As a telephone shows it, and as a program shows it that takes no style sheet."""
    pages = {kind: mail.body_html for kind, mail in mails.items()}
    wide = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport={"width": 320, "height": 640})
        for kind, body in pages.items():
            for how in (body, re.sub(r"<style>.*?</style>", "", body, flags=re.DOTALL)):
                page.set_content(how)
                wide += [kind] if page.evaluate("document.documentElement.scrollWidth") > 320 else []
        shelf = os.environ.get("MAIL_SHOTS")
        for kind in pages if shelf else ():
            page.set_content(pages[kind])
            page.screenshot(path=f"{shelf}/{next(iter(mails.values())).language}-{kind}.png", full_page=True)
        browser.close()
    assert wide == []
