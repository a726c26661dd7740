"""What is refused of a company's sign-on changes nothing of it."""

import pytest

from accounts.models import SignOnDomain
from tests.accounts import oidc
from tests.accounts.refusing import unchanged
from tests.accounts.test_sign_on import HERE, _running, form, provider, sign_on
from tests.faces import FaceClient, inside

__all__ = ["_running", "provider", "sign_on"]


def test_there_is_no_door_that_nobody_has_set_up(provider, sign_on):
    assert FaceClient("customer").get("/account/company/nowhere/").status_code == 404
    assert FaceClient("customer").get("/account/company/door204817/").status_code == 200


@pytest.mark.parametrize("path", ["domains/", "require/"])
def test_the_provider_comes_first(provider, acme, alice, client_of, path):
    browser, sent = client_of(alice), {"domain": "freight.example"}
    with unchanged():
        answer = browser.post(HERE + path, sent)
    assert answer.status_code == 409 and "Set the provider up first" in answer.content.decode()
    browser.post(HERE, form(provider))
    assert browser.post(HERE + path, sent).status_code == 302


def test_a_domain_is_named_once_and_proven_once(provider, sign_on, acme, alice, client_of, settings):
    browser = client_of(alice)
    assert browser.post(HERE + "domains/", {"domain": "freight.example"}).status_code == 302
    with unchanged():
        again = browser.post(HERE + "domains/", {"domain": "FREIGHT.example"})
    assert again.status_code == 422 and "in the list already" in again.content.decode()
    with inside(acme):
        domain = SignOnDomain.objects.get(domain="freight.example")
    check = f"{HERE}domains/{domain.pk}/check/"
    with oidc.name_server() as (address, records):
        settings.SIGN_ON_DNS = address
        records["_demarc-sign-on.freight.example"] = domain.token
        assert browser.post(check).status_code == 302
        with unchanged():
            assert browser.post(check).status_code == 302
