"""A customer's own sign-on: set up, domains proven, who comes in by it and where, and what it cannot open."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Enterprise, Grant, Membership, SignOn, SignOnDomain, SignOnLink, User
from accounts.signon import provider as speaking
from portal import locator, seals
from portal.models import Event
from tests import make
from tests.accounts import oidc
from tests.faces import FaceClient, as_app, as_staff, inside

HERE = "/e/204817/sign-on/"
DOOR = "/account/company/door204817/"


@pytest.fixture(scope="module")
def _running():
    with oidc.running() as provider:
        yield provider


@pytest.fixture
def provider(_running, settings):
    settings.SIGN_ON_ANYWHERE = True
    _running.said, _running.described, _running.codes = {}, {}, {}
    _running.signs_with, _running.algorithm, _running.asked = None, "RS256", []
    return _running


@pytest.fixture
def sign_on(provider, acme):
    """Acme's, which takes newcomers of its proven domain."""
    return set_up(acme, provider, takes_newcomers=True, domain="acme.example")


def set_up(owner, provider, *, domain="", **fields):
    sealed = seals.seal("hush", purpose="sign-on clients")
    made, _ = make.sign_on(owner, issuer=provider.issuer, sealed_secret=sealed, factor_values=["mfa"], **fields)
    if domain:
        with as_app(), make.tenant_scope(owner.pk):
            proven = SignOnDomain.objects.create(
                enterprise=owner, domain=domain, token="t", added_at=timezone.now(), proven_at=timezone.now()
            )
            row = locator.row(locator.DOMAIN, domain, enterprise_id=owner.pk, target_id=proven.pk, is_exclusive=True)
            locator.remember([row])
    return made


def go(browser, provider, door=DOOR, **who):
    """Through the provider and back; the last answer."""
    away = browser.get(f"{door}go/")
    assert away.status_code == 302, away.content
    back = provider.authorize(away.url, **who)
    return browser.get(back.removeprefix("http://localhost:8000"))


def link(owner, person, provider, subject="subject-1"):
    with as_app(), make.tenant_scope(owner.pk):
        member = Membership.objects.get(enterprise=owner, user=person)
        return SignOnLink.objects.create(
            enterprise=owner, issuer=provider.issuer, subject=subject, user=person, membership=member,
            linked_at=timezone.now(),
        )  # fmt: skip


def people():
    with as_staff():
        return User.objects.count(), Membership.objects.count(), SignOnLink.objects.count()


# --- coming in -----------------------------------------------------------------------------------


def test_somebody_new_of_a_proven_domain_comes_in_with_no_rights(provider, sign_on, acme):
    browser = FaceClient("customer")
    assert go(browser, provider).url == "/e/204817/"
    # The first sign-in asks how to speak to them, before anything else.
    assert browser.get("/e/204817/").url.startswith("/account/welcome/")
    browser.post("/account/welcome/", {"language": "en", "time_zone": "America/Denver"})
    assert browser.get("/e/204817/").status_code == 200
    assert browser.get("/e/204817/orders/").status_code == 403
    with inside(acme):
        member = Membership.objects.select_related("user").get()
        assert (member.name, member.user.email, member.status) == ("Nora Newcomer", "new@acme.example", "active")
        assert not member.is_administrator and not Grant.objects.exists() and not member.user.has_usable_password()
        assert Event.objects.filter(kind="sign_on.joined").count() == 1
    assert provider.asked[0]["code_verifier"]
    assert go(FaceClient("customer"), provider, name="Renamed").status_code == 302  # known by now
    assert people() == (1, 1, 1)


@pytest.mark.parametrize(
    "who",
    [
        {"email": "new@elsewhere.example"},
        {"email": "new@sub.acme.example"},
        {"email": "new@acme.example@elsewhere.example"},
        {"email": None},
        {"email_verified": False},
    ],
)
def test_somebody_new_of_no_proven_domain_stays_out(provider, sign_on, acme, who):
    before = people()
    assert go(FaceClient("customer"), provider, **who).status_code == 403
    assert people() == before


def test_newcomers_stay_out_where_the_enterprise_takes_none(provider, sign_on, acme):
    with inside(acme):
        SignOn.objects.update(takes_newcomers=False)
    before = people()
    assert go(FaceClient("customer"), provider).status_code == 403
    assert people() == before


def test_a_mail_address_never_leads_to_who_was_here_before(provider, sign_on, acme, alice, bob):
    """A company's provider may say any address; it must not become that person."""
    before = people()
    with inside(acme):
        SignOnDomain.objects.filter(domain="acme.example").update(proven_at=timezone.now())
    for email in (alice.email, alice.email.upper()):
        browser = FaceClient("customer")
        assert go(browser, provider, email=email).status_code == 403
        assert browser.get("/e/204817/").status_code == 302
    assert people() == before


def test_who_has_a_password_links_it_once_and_comes_in_by_it_from_then_on(provider, sign_on, acme, alice, client_of):
    assert go(client_of(alice), provider, sub="alice-there", email="whatever@x.example").status_code == 302
    browser = FaceClient("customer")
    assert go(browser, provider, sub="alice-there", amr=["mfa"]).status_code == 302
    assert browser.get("/e/204817/").status_code == 200 and browser.get("/e/204817/visits/").status_code == 200
    with inside(acme):
        assert SignOnLink.objects.get().user_id == alice.pk


def test_a_link_is_nobody_elses(provider, sign_on, acme, alice, alan, client_of):
    link(acme, alice, provider, "alice-there")
    before = people()
    assert go(client_of(alan), provider, sub="alice-there").status_code == 403
    assert go(client_of(alice), provider, sub="another-there").status_code == 403
    assert people() == before


def test_who_does_not_belong_here_links_nothing(provider, sign_on, acme, bob, client_of):
    before = people()
    assert go(client_of(bob), provider, sub="bob-there", email="bob@acme.example").status_code == 403
    assert people() == before


@pytest.mark.parametrize("how", ["removed", "inactive", "closed"])
def test_who_was_removed_stays_out_and_is_not_made_anew(provider, sign_on, acme, alan, how):
    link(acme, alan, provider)
    if how == "closed":
        with as_staff():
            User.objects.filter(pk=alan.pk).update(is_active=False)
    else:
        with inside(acme):
            Membership.objects.filter(user=alan).update(status=how)
    before = people()
    browser = FaceClient("customer")
    assert go(browser, provider).status_code == 403
    assert browser.get("/e/204817/").status_code == 302
    assert people() == before


def test_the_same_subject_at_two_enterprises_is_two_people(provider, sign_on, acme, borealis, alice, bob):
    set_up(borealis, provider)
    link(acme, alice, provider)
    link(borealis, bob, provider)
    browser = FaceClient("customer")
    assert go(browser, provider).url == "/e/204817/"
    assert browser.get("/e/305120/").status_code == 404
    other = FaceClient("customer")
    assert go(other, provider, door="/account/company/door305120/").url == "/e/305120/"
    assert other.get("/e/204817/").status_code == 404


def test_another_issuers_subject_is_another_person(provider, sign_on, acme, alice):
    link(acme, alice, provider)
    with inside(acme):
        SignOnLink.objects.update(issuer="https://before.example")
    assert go(FaceClient("customer"), provider, email="no@x.example").status_code == 403


def test_an_administrator_ends_a_link_so_that_another_can_be_made(provider, sign_on, acme, alice, alan, client_of):
    link(acme, alan, provider, "alan-before")
    browser = client_of(alice)
    assert browser.post(HERE + "forget/", {"forget-email": "nobody@acme.example"}).status_code == 422
    assert people()[2] == 1
    assert browser.post(HERE + "forget/", {"forget-email": alan.email}).status_code == 302
    assert people()[2] == 0
    assert go(client_of(alan), provider, sub="alan-now").status_code == 302
    with inside(acme):
        assert SignOnLink.objects.get().subject == "alan-now"


# --- what does not prove anything ------------------------------------------------------------------


@pytest.mark.parametrize(
    "who",
    [
        {"iss": "https://evil.example"},
        {"aud": "another-client"},
        {"aud": ["portal", "another-client"]},
        {"aud": ["portal", "another-client"], "azp": "another-client"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": 1_000_000_000},
        {"exp": None},
        {"sub": None},
    ],
    ids=str,
)
def test_a_token_that_is_not_for_this_sign_on_opens_nothing(provider, sign_on, acme, alice, who):
    link(acme, alice, provider)
    browser = FaceClient("customer")
    before = people()
    assert go(browser, provider, **who).status_code == 403
    assert browser.get("/e/204817/").status_code == 302 and people() == before


def test_a_token_signed_by_another_key_or_by_none_opens_nothing(provider, sign_on, acme, alice):
    link(acme, alice, provider)
    provider.signs_with = oidc.new_key()
    assert go(FaceClient("customer"), provider).status_code == 403
    provider.signs_with, provider.algorithm = "hush" * 8, "HS256"
    assert go(FaceClient("customer"), provider).status_code == 403
    provider.algorithm = "none"
    assert go(FaceClient("customer"), provider).status_code == 403


def test_an_answer_works_once_and_in_the_browser_that_began_alone(provider, sign_on, acme, alice):
    link(acme, alice, provider)
    browser, other = FaceClient("customer"), FaceClient("customer")
    back = provider.authorize(browser.get(f"{DOOR}go/").url).removeprefix("http://localhost:8000")
    assert other.get(back).status_code == 400  # whom an attacker sends it to
    assert browser.get(back + "x").status_code == 400  # another state ends what was begun
    assert browser.get(back).status_code == 400
    back = provider.authorize(browser.get(f"{DOOR}go/").url).removeprefix("http://localhost:8000")
    assert browser.get(back).status_code == 302
    assert browser.get(back).status_code == 400
    assert FaceClient("customer").get("/e/204817/").status_code == 302


def test_an_answer_at_another_companys_door_is_none(provider, sign_on, acme, borealis, alice, bob):
    set_up(borealis, provider)
    link(borealis, bob, provider)
    browser = FaceClient("customer")
    back = provider.authorize(browser.get(f"{DOOR}go/").url).removeprefix("http://localhost:8000")
    assert browser.get(back.replace("door204817", "door305120")).status_code == 400


def test_a_provider_that_calls_itself_otherwise_or_is_away_is_said_so(provider, sign_on, acme):
    provider.described = {"issuer": "https://evil.example"}
    assert FaceClient("customer").get(f"{DOOR}go/").status_code == 424
    with inside(acme):
        SignOn.objects.update(issuer="http://127.0.0.1:9")
    assert FaceClient("customer").get(f"{DOOR}go/").status_code == 424


def test_a_closed_door_is_none(provider, sign_on, acme):
    with inside(acme):
        SignOn.objects.update(is_active=False)
    for path in (DOOR, f"{DOOR}go/", f"{DOOR}back/?code=x&state=y"):
        assert FaceClient("customer").get(path).status_code == 404


# --- what it opens ---------------------------------------------------------------------------------


def test_it_opens_that_enterprise_alone_until_the_person_shows_a_password(provider, sign_on, acme, borealis, alice):
    """Else a company's administrator could become one of its people elsewhere."""
    make.member(borealis, alice, "Alice Moreau")
    make.password(alice)
    link(acme, alice, provider)
    browser = FaceClient("customer")
    go(browser, provider, amr=["mfa"])
    assert browser.get("/e/204817/").status_code == 200
    assert "/account/reauthenticate/" in browser.get("/e/305120/").url
    assert browser.get("/api/v1/e/305120/orders/").status_code == 403
    for page in ("email/", "password/change/", "2fa/", "sessions/"):
        assert "/account/reauthenticate/" in browser.get(f"/account/{page}").url, page
    browser.post("/account/reauthenticate/", {"password": make.PASSWORD})
    assert browser.get("/e/305120/").status_code == 200


def test_who_has_no_password_is_told_that_they_need_one(provider, sign_on, acme):
    browser = FaceClient("customer")
    go(browser, provider)
    for page in ("email/", "password/change/", "password/set/", "2fa/totp/activate/"):
        answer = browser.get(f"/account/{page}")
        assert answer.status_code == 403 and "does not open this" in answer.content.decode(), page


def test_where_it_is_required_a_password_alone_opens_nothing(provider, sign_on, acme, alice, alan, client_of):
    require(acme)
    assert DOOR in client_of(alan).get("/e/204817/orders/").url
    assert client_of(alan).get("/api/v1/e/204817/orders/").status_code == 403
    browser = client_of(alan)
    assert go(browser, provider).status_code == 302
    assert browser.get("/e/204817/orders/").status_code == 200
    # An administrator with a second factor of ours can repair it.
    assert client_of(alice).get(HERE).status_code == 200


def require(owner):
    with inside(owner):
        Enterprise.objects.filter(pk=owner.pk).update(is_sign_on_required=True)


def test_the_providers_second_factor_counts_there_where_it_is_taken(provider, sign_on, acme, alice):
    link(acme, alice, provider)
    cases = (({"amr": ["pwd", "mfa"]}, False), ({"acr": "mfa"}, False), ({"amr": ["pwd"]}, True), ({}, True))
    for amr, is_asked in cases:
        browser = FaceClient("customer")
        go(browser, provider, **amr)
        answer = browser.post(HERE + "domains/", {"domain": f"d{make.number()}.example"})
        assert ("/account/2fa/" in answer.url) == is_asked, amr


# --- setting it up ---------------------------------------------------------------------------------


def form(provider, **fields):
    return {
        "name": "Acme sign-on", "issuer": provider.issuer, "client_id": "portal", "secret": "hush",
        "mail_claim": "email", "name_claim": "name", "factor_values": "mfa otp", "is_active": "on", **fields,
    }  # fmt: skip


def test_an_administrator_sets_it_up_and_the_secret_is_sealed(provider, acme, alice, client_of):
    browser = client_of(alice)
    assert browser.post(HERE, form(provider)).status_code == 302
    with inside(acme):
        made = SignOn.objects.get()
    assert "hush" not in made.sealed_secret and seals.unseal(made.sealed_secret, purpose="sign-on clients") == "hush"
    assert made.factor_values == ["mfa", "otp"]
    page = browser.get(HERE).content.decode()
    assert "hush" not in page and f"/account/company/{made.handle}/back/" in page
    browser.post(HERE, form(provider, secret="", name="Other"))
    with inside(acme):
        assert SignOn.objects.get().sealed_secret == made.sealed_secret  # an empty one leaves it
    browser.post(HERE, form(provider, secret="", issuer="http://127.0.0.1:1"))
    with inside(acme):
        assert SignOn.objects.get().sealed_secret == ""  # no other provider is given it


def test_it_takes_a_fresh_factor_and_an_administrator(provider, acme, alice, alan, client_of):
    assert client_of(alan).post(HERE, form(provider)).status_code == 403
    browser = client_of(alice)
    browser.wait(minutes=60)
    assert "/account/2fa/" in browser.post(HERE, form(provider)).url
    with inside(acme):
        assert not SignOn.objects.exists()


@pytest.mark.parametrize(
    "issuer",
    ["http://id.example", "ftp://id.example", "https://id.example/?x=1", "https://u@id.example", "id", "https://"],
)
def test_only_a_plain_https_issuer_is_taken(provider, acme, alice, client_of, settings, issuer):
    settings.SIGN_ON_ANYWHERE = False
    assert client_of(alice).post(HERE, form(provider, issuer=issuer)).status_code == 422
    with inside(acme):
        assert not SignOn.objects.exists()


def test_a_domain_is_proven_by_its_record_and_leads_to_the_door(provider, sign_on, acme, alice, client_of, settings):
    browser = client_of(alice)
    browser.post(HERE + "domains/", {"domain": "Freight.Example."})
    with inside(acme):
        domain = SignOnDomain.objects.get(domain="freight.example")
    find = {"email": "ana@freight.example"}
    with oidc.name_server() as (address, records):
        settings.SIGN_ON_DNS = address
        assert browser.post(f"{HERE}domains/{domain.pk}/check/").status_code == 409
        records["_demarc-sign-on.freight.example"] = "something else"
        assert browser.post(f"{HERE}domains/{domain.pk}/check/").status_code == 409
        assert FaceClient("customer").post("/account/company/", find).status_code == 422
        records["_demarc-sign-on.freight.example"] = domain.token
        assert browser.post(f"{HERE}domains/{domain.pk}/check/").status_code == 302
    assert FaceClient("customer").post("/account/company/", find).url == DOOR
    assert FaceClient("customer").post("/account/company/", {"email": "x@unknown.example"}).status_code == 422
    assert browser.post(f"{HERE}domains/{domain.pk}/remove/").status_code == 302
    assert FaceClient("customer").post("/account/company/", find).status_code == 422


def test_the_last_domain_stays_while_newcomers_are_known_by_it(provider, sign_on, acme, alice, client_of, settings):
    with inside(acme):
        domain = SignOnDomain.objects.get(domain="acme.example")
    path = f"{HERE}domains/{domain.pk}/remove/"
    assert client_of(alice).post(path).status_code == 409
    with inside(acme):
        assert SignOnDomain.objects.filter(pk=domain.pk).exists()
        SignOn.objects.update(takes_newcomers=False)
    assert client_of(alice).post(path).status_code == 302
    # What was proven here can be proven here again.
    client_of(alice).post(HERE + "domains/", {"domain": "acme.example"})
    with inside(acme):
        again = SignOnDomain.objects.get(domain="acme.example")
    with oidc.name_server() as (address, records):
        settings.SIGN_ON_DNS = address
        records["_demarc-sign-on.acme.example"] = again.token
        assert client_of(alice).post(f"{HERE}domains/{again.pk}/check/").status_code == 302


def test_a_domain_is_proven_by_one_enterprise_alone(provider, sign_on, acme, borealis, bob, client_of, settings):
    set_up(borealis, provider)
    browser = client_of(bob)
    browser.post("/e/305120/sign-on/domains/", {"domain": "acme.example"})
    with inside(borealis):
        domain = SignOnDomain.objects.get(domain="acme.example")
    with oidc.name_server() as (address, records):
        settings.SIGN_ON_DNS = address
        records["_demarc-sign-on.acme.example"] = domain.token
        assert browser.post(f"/e/305120/sign-on/domains/{domain.pk}/check/").status_code == 409
    with inside(borealis):
        assert SignOnDomain.objects.get(domain="acme.example").proven_at is None


@pytest.mark.parametrize("domain", ["acme", "-acme.example", "acme..example", "acme.example/x", "a b.example", ""])
def test_what_is_no_domain_is_refused(provider, sign_on, acme, alice, client_of, domain):
    with inside(acme):
        before = SignOnDomain.objects.count()
    assert client_of(alice).post(HERE + "domains/", {"domain": domain}).status_code == 422
    with inside(acme):
        assert SignOnDomain.objects.count() == before


def test_newcomers_need_a_proven_domain(provider, acme, alice, client_of):
    assert client_of(alice).post(HERE, form(provider, takes_newcomers="on")).status_code == 422
    with inside(acme):
        assert not SignOn.objects.exists()


def test_it_is_required_only_once_its_administrator_came_in_by_it(provider, sign_on, acme, alice, client_of):
    browser = client_of(alice)
    assert browser.post(HERE + "require/", {"required": "1"}).status_code == 409
    assert not is_required(acme)
    go(browser, provider)
    assert browser.post(HERE + "require/", {"required": "1"}).status_code == 302
    assert is_required(acme)
    browser.post(HERE, form(provider, issuer="http://127.0.0.1:1"))
    assert not is_required(acme)  # another provider has still to be tried


def is_required(owner):
    with inside(owner):
        return Enterprise.objects.get(pk=owner.pk).is_sign_on_required


# --- reaching out ------------------------------------------------------------------------------------

HIDDEN = [
    "127.0.0.1", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1",
    "255.255.255.255", "::1", "::", "fe80::1", "fc00::1", "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1",
    "2002:7f00:1::", "fe80::1%eth0",
]  # fmt: skip


@pytest.mark.parametrize("address", HIDDEN)
def test_no_hidden_address_is_public(address):
    assert not speaking.is_public(address)


def test_public_addresses_are():
    assert speaking.is_public("8.8.8.8") and speaking.is_public("2606:4700:4700::1111")


@pytest.mark.parametrize(
    "url",
    ["http://8.8.8.8/", "https://localhost/", "https://127.0.0.1/", "https://[::1]/", "https://0x7f.1/",
     "https://2130706433/", "https://[::ffff:127.0.0.1]/", "https://u:p@8.8.8.8/", "https://8.8.8.8:99999/", "file:///x"],
)  # fmt: skip
def test_nothing_hidden_is_asked(url, settings):
    assert settings.SIGN_ON_ANYWHERE is False
    with pytest.raises(speaking.NoAnswer):
        speaking.fetch(url)


def test_a_sign_on_that_took_too_long_is_begun_anew(provider, sign_on, acme, alice):
    link(acme, alice, provider)
    browser = FaceClient("customer")
    back = provider.authorize(browser.get(f"{DOOR}go/").url).removeprefix("http://localhost:8000")
    with browser.at_home():
        session = browser.session
        session["sign_on_begun"] = {
            **session["sign_on_begun"],
            "at": (timezone.now() - timedelta(minutes=11)).timestamp(),
        }
        session.save()
    assert browser.get(back).status_code == 400


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_held_while_the_provider_is_asked(provider, sign_on, acme, monkeypatch):
    held, fetch = [], speaking.fetch

    def asked(*args):
        held.append(connection.in_atomic_block)
        return fetch(*args)

    monkeypatch.setattr(speaking, "fetch", asked)
    assert go(FaceClient("customer"), provider).url == "/e/204817/"
    assert held and not any(held)
    with inside(acme):
        assert Membership.objects.get().status == "active"
