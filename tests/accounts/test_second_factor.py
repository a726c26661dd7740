"""Who must have a second factor, where it is asked for, and that the last one stays."""

import re

import pytest
from allauth.mfa.models import Authenticator

from accounts.models import FACTORS
from portal import seals
from portal.models import Event
from tests import make
from tests.faces import FaceClient, as_app, as_staff

SET_UP = "/account/2fa/"


def by_password(person, face="customer"):
    """A browser in which only the password was shown."""
    browser = FaceClient(face).sign_in(person)
    with browser.at_home():
        session = browser.session
        session["account_authentication_methods"] = session["account_authentication_methods"][:1]
        session.save()
    return browser


def recently(browser):
    """As after the password, or the factor, was shown once more."""
    with browser.at_home():
        session = browser.session
        session["account_authentication_methods"][-1]["reauthenticated"] = True
        session.save()
    return browser


def factors_of(person):
    with as_app():
        return list(Authenticator.objects.filter(user=person).order_by("type").values_list("type", flat=True))


def asked(answer):
    return answer.status_code == 302 and answer.url.startswith(SET_UP)


def test_an_administrator_without_one_is_led_to_set_one_up_and_can_do_nothing_else_there(acme, alice, acme_main):
    browser = by_password(alice)
    order = make.order(acme_main)
    for page in ("", "orders/", f"orders/{order.number}/", "billing/", "visits/", "terms/", "search/?q=x", "help/"):
        assert asked(browser.get(f"/e/{acme.public_id}/{page}")), page
    assert asked(browser.post(f"/e/{acme.public_id}/drafts/?form=dispute&about=1", {"statement": "x"}))
    api = browser.get(f"/api/v1/e/{acme.public_id}/orders/")
    assert (api.status_code, api.json()["type"]) == (403, "urn:demarc:problem:page-first")
    page = browser.get(SET_UP).content.decode()
    assert f"{acme.name} asks for a second step" in page
    assert "/account/2fa/totp/activate/" in page and "/account/2fa/webauthn/add/" in page


def test_a_member_who_administers_nothing_is_not_asked(acme, alan):
    assert by_password(alan).get(f"/e/{acme.public_id}/").status_code == 200


def test_everybody_is_asked_where_the_enterprise_agreed_so(acme, alan):
    make.agreed(acme, "people.second_factor", "everybody")
    assert asked(by_password(alan).get(f"/e/{acme.public_id}/"))
    assert FaceClient("customer").sign_in(alan).get(f"/e/{acme.public_id}/").status_code == 200


def test_a_person_in_two_enterprises_is_asked_only_where_it_is_demanded(acme, borealis, alan):
    make.member(borealis, alan, "Alan Tran")
    make.agreed(borealis, "people.second_factor", "everybody")
    browser = by_password(alan)
    assert asked(browser.get(f"/e/{borealis.public_id}/"))
    assert browser.get(f"/e/{acme.public_id}/").status_code == 200


def test_who_has_one_is_asked_for_it_and_comes_back(acme, alice):
    seed = make.factor(alice)
    browser = by_password(alice)
    answer = browser.get(f"/e/{acme.public_id}/visits/")
    assert answer.url == f"/account/2fa/reauthenticate/?next=%2Fe%2F{acme.public_id}%2Fvisits%2F"
    assert browser.post(answer.url, {"code": make.code(seed)}).url == f"/e/{acme.public_id}/visits/"
    assert browser.get(f"/e/{acme.public_id}/visits/").status_code == 200


@pytest.mark.django_db(transaction=True)
def test_setting_one_up_counts_at_once_and_leads_to_the_codes_and_back(acme, alice, deliver):
    browser = by_password(alice)
    assert asked(browser.get(f"/e/{acme.public_id}/visits/"))
    recently(browser)
    page = browser.get("/account/2fa/totp/activate/").content.decode()
    seed = re.search(r"[A-Z2-7]{32}", page).group(0)
    done = browser.post("/account/2fa/totp/activate/", {"code": make.code(seed)})
    assert done.url == "/account/2fa/recovery-codes/"
    codes = browser.get(done.url).content.decode()
    assert f'href="/e/{acme.public_id}/visits/"' in codes and len(set(re.findall(r"<li>(\d{8})</li>", codes))) == 10
    assert browser.get(f"/e/{acme.public_id}/visits/").status_code == 200
    assert factors_of(alice) == ["recovery_codes", "totp"]
    assert "person.factor_added" in {notice.kind for notice in deliver()}
    with as_app():
        assert seed not in str(Authenticator.objects.get(user=alice, type="totp").data)


def test_a_wrong_first_code_sets_nothing_up(acme, alice):
    browser = recently(by_password(alice))
    browser.get("/account/2fa/totp/activate/")
    assert browser.post("/account/2fa/totp/activate/", {"code": "000000"}).status_code == 200
    assert factors_of(alice) == []
    assert asked(browser.get(f"/e/{acme.public_id}/"))


def test_the_last_one_stays_where_it_is_demanded(acme, alice):
    make.factor(alice)
    browser = recently(FaceClient("customer").sign_in(alice))
    page = browser.get("/account/2fa/totp/deactivate/").content.decode()
    assert "the last one stays" in page and "/account/2fa/totp/replace/" in page
    browser.post("/account/2fa/totp/deactivate/")
    assert factors_of(alice) == ["totp"]
    with as_staff():
        assert not Event.objects.exists()


def test_who_is_not_asked_for_one_may_switch_it_off_and_is_told(acme, alan, deliver):
    make.factor(alan)
    browser = recently(FaceClient("customer").sign_in(alan))
    assert browser.post("/account/2fa/totp/deactivate/").status_code == 302
    assert factors_of(alan) == []
    (notice,) = deliver()
    assert (notice.kind, notice.recipient) == ("person.factor_removed", alan.email)


def key_of(person, name="Key"):
    with as_app():
        return Authenticator.objects.create(user=person, type="webauthn", data={"name": name, "credential": {}})


def test_the_last_passkey_stays_and_one_of_two_goes(acme, alice):
    first, second = key_of(alice), key_of(alice)
    browser = recently(FaceClient("customer").sign_in(alice))
    assert browser.post(f"/account/2fa/webauthn/keys/{first.pk}/remove/").status_code == 302
    refused = browser.post(f"/account/2fa/webauthn/keys/{second.pk}/remove/")
    assert refused.status_code == 409 and "the last one stays" in refused.content.decode()
    assert factors_of(alice) == ["webauthn"]


def test_nobody_removes_anothers_passkey(acme, alice, alan):
    mine = key_of(alice)
    browser = recently(FaceClient("customer").sign_in(alan))
    assert browser.post(f"/account/2fa/webauthn/keys/{mine.pk}/remove/").status_code == 404
    assert factors_of(alice) == ["webauthn"]


def test_staff_keep_their_last_one_too(carol):
    make.factor(carol)
    browser = recently(FaceClient("staff").sign_in(carol))
    browser.post("/account/2fa/totp/deactivate/")
    assert factors_of(carol) == ["totp"]


@pytest.mark.django_db(transaction=True)
def test_a_new_phone_takes_the_old_ones_place(acme, alice):
    old = make.factor(alice)
    browser = recently(FaceClient("customer").sign_in(alice))
    page = browser.get("/account/2fa/totp/replace/").content.decode()
    assert 'action="/account/2fa/totp/replace/"' in page
    new = re.search(r"[A-Z2-7]{32}", page).group(0)
    assert browser.post("/account/2fa/totp/replace/", {"code": "000000"}).status_code == 200
    assert factors_of(alice) == ["totp"]
    assert browser.post("/account/2fa/totp/replace/", {"code": make.code(new)}).status_code == 302
    assert factors_of(alice) == ["recovery_codes", "totp"]
    browser.wait(11)
    again = "/account/2fa/reauthenticate/"
    assert browser.post(again, {"code": make.code(old)}).status_code == 200
    assert browser.post(again, {"code": make.code(new)}).status_code == 302


def test_replacing_takes_the_old_one_to_be_shown(acme, alice):
    make.factor(alice)
    browser = FaceClient("customer").sign_in(alice)
    assert browser.get("/account/2fa/totp/replace/").url.startswith("/account/2fa/reauthenticate/")


def test_recovery_codes_open_once_and_their_owner_is_told_when_they_are_few(acme, alice):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    make.password(alice)
    make.factor(alice)
    with as_app(), FaceClient("customer").at_home():
        codes = RecoveryCodes.activate(alice).get_unused_codes()
        kept = Authenticator.objects.get(user=alice, type="recovery_codes")
        assert not any(code in str(kept.data) for code in codes)
        del kept.data["hashes"][:6]
        kept.save()
    browser = FaceClient("customer")
    browser.post("/account/login/", {"login": alice.email, "password": make.PASSWORD})
    assert browser.post("/account/2fa/authenticate/", {"code": codes[0]}).status_code == 200
    assert browser.post("/account/2fa/authenticate/", {"code": codes[9]}).status_code == 302
    assert "3 recovery codes left" in browser.get(f"/e/{acme.public_id}/").content.decode()
    assert "3 of 10 codes are unused" in browser.get("/account/2fa/").content.decode()
    other = FaceClient("customer")
    other.post("/account/login/", {"login": alice.email, "password": make.PASSWORD})
    assert other.post("/account/2fa/authenticate/", {"code": codes[9]}).status_code == 200


def test_recovery_codes_are_shown_once_and_a_set_kept_by_its_seed_still_opens(acme, alice):
    from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes

    make.password(alice)
    make.factor(alice)
    browser = recently(FaceClient("customer").sign_in(alice))
    page = browser.post("/account/2fa/recovery-codes/generate/", follow=True).content.decode()
    assert len(set(re.findall(r"<li>(\d{8})</li>", page))) == 10
    assert not re.findall(r"<li>\d{8}</li>", browser.get("/account/2fa/recovery-codes/").content.decode())
    with as_app(), FaceClient("customer").at_home():
        kept = Authenticator.objects.get(user=alice, type="recovery_codes")
        kept.data = {"seed": seals.seal("5" * 80, purpose=FACTORS), "used_mask": 1}
        kept.save()
        old = super(RecoveryCodes, RecoveryCodes(kept)).get_unused_codes()
    other = FaceClient("customer")
    other.post("/account/login/", {"login": alice.email, "password": make.PASSWORD})
    assert other.post("/account/2fa/authenticate/", {"code": old[0]}).status_code == 302
    with as_app():
        kept = Authenticator.objects.get(user=alice, type="recovery_codes")
    assert "seed" not in kept.data and len(kept.data["hashes"]) == 8


def test_new_recovery_codes_end_the_old_and_their_owner_is_told(
    acme, alice, deliver, django_capture_on_commit_callbacks
):
    make.factor(alice)
    browser = recently(FaceClient("customer").sign_in(alice))
    with django_capture_on_commit_callbacks(execute=False) as waiting:
        assert browser.post("/account/2fa/recovery-codes/generate/").url == "/account/2fa/recovery-codes/"
    assert factors_of(alice) == ["recovery_codes", "totp"] and waiting


# --- the administrators' own switch ------------------------------------------------------------------


def page_of(acme):
    return f"/e/{acme.public_id}/second-step/"


def test_an_administrator_asks_everybody_and_it_holds_at_once(acme, alice, alan):
    make.factor(alice)
    browser, other = FaceClient("customer").sign_in(alice), by_password(alan)
    page = browser.get(page_of(acme)).content.decode()
    assert "1 of 2 people" in page and "<li>Alan Tran</li>" in page and "Alice Moreau</li>" not in page
    assert other.get(f"/e/{acme.public_id}/").status_code == 200
    assert browser.post(page_of(acme), {"everybody": "1"}).url == page_of(acme)
    assert asked(other.get(f"/e/{acme.public_id}/"))
    browser.post(page_of(acme), {"everybody": "1"})
    browser.post(page_of(acme))
    assert other.get(f"/e/{acme.public_id}/").status_code == 200
    with as_staff():
        kinds = list(Event.objects.filter(kind__startswith="enterprise.").order_by("pk").values_list("kind", flat=True))
    assert kinds == ["enterprise.second_step_asked", "enterprise.second_step_eased"]


def test_asking_everybody_takes_a_fresh_factor_and_the_right_to(acme, alice, alan):
    make.factor(alice)
    browser = FaceClient("customer").sign_in(alice)
    browser.wait(11)
    assert asked(browser.post(page_of(acme), {"everybody": "1"}))
    assert FaceClient("customer").sign_in(alan).post(page_of(acme), {"everybody": "1"}).status_code == 403
    assert by_password(alan).get(f"/e/{acme.public_id}/").status_code == 200


def test_what_the_terms_ask_cannot_be_switched_off(acme, alice, alan):
    make.agreed(acme, "people.second_factor", "everybody")
    browser = FaceClient("customer").sign_in(alice)
    assert "cannot be switched off" in browser.get(page_of(acme)).content.decode()
    browser.post(page_of(acme))
    assert asked(by_password(alan).get(f"/e/{acme.public_id}/"))
