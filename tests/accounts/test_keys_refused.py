"""What is refused of an API key changes nothing of it; and where a notice of one leads."""

from django.utils import timezone

from accounts.models import Grant
from tests.accounts.refusing import unchanged
from tests.accounts.test_api_keys import ana, ask, collected, states
from tests.faces import inside

__all__ = ["ana", "collected"]


def test_a_key_that_was_revoked_is_not_reset(client_of, acme, ana, alice, collected):
    page, browser = collected[0], client_of(ana)
    assert browser.post(f"{page}reset/", {"overlap_hours": "0"}).status_code == 200
    client_of(alice).post(f"{page}revoke/", {"revoke-reason": "Seen in a repository"})
    with unchanged():
        answer = browser.post(f"{page}reset/", {"overlap_hours": "0"})
    assert answer.status_code == 409 and "Only a key that works can be reset" in answer.content.decode()
    assert states() == ["revoked"]


def test_blanks_are_no_reason(client_of, acme, alice, collected):
    browser, path = client_of(alice), f"{collected[0]}revoke/"
    with unchanged():
        answer = browser.post(path, {"revoke-reason": "a      b"})
    assert answer.status_code == 422 and "Say in a few words why" in answer.content.decode()
    assert browser.post(path, {"revoke-reason": "It leaked"}).status_code == 302


def test_keys_go_to_another_than_their_owner(client_of, acme, ana, alice, collected):
    browser, path = client_of(alice), f"{collected[0]}hand-over/"
    with unchanged():
        answer = browser.post(path, {"hand_over-email": ana.email})
    assert answer.status_code == 409 and "Keys go to an active colleague" in answer.content.decode()
    assert browser.post(path, {"hand_over-email": alice.email}).status_code == 302


def test_a_notice_of_a_key_leads_to_it_while_one_may_see_it(client_of, acme, ana, alice, deliver):
    page = ask(client_of(ana))
    client_of(alice).post(f"{page}approve/")
    (notice,) = [each for each in deliver() if each.kind == "api_key.approved" and each.recipient == ana.email]
    browser, told = client_of(ana), f"/e/204817/notices/{notice.pk}/"
    assert f'href="{page}"' in browser.get(told).content.decode()
    with inside(acme):
        Grant.objects.filter(permission="api.key.manage").update(until_at=timezone.now())
    assert f'href="{page}"' not in browser.get(told).content.decode()
