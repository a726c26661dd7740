"""The carrier's task of services that go to another company: run twice, late, or over what is broken."""

from django.utils import timezone

from orders.contracts.services.takeovers import carry_out_takeover, look_at_takeover, settle_takeover
from orders.models import Order, TakeoverSide
from tests import make
from tests.faces import as_staff, inside
from tests.kernel.test_api import said
from tests.orders.contracts.conftest import OURS, approved, case, day, everything, sides, work
from tests.orders.test_races import held


def test_beyond_the_agreed_number_a_day_nothing_more_is_offered(offer, acme, acme_main, borealis):
    make.service(acme_main, number="WV-SECOND")
    make.agreed(acme, "contract.takeovers_daily", 1)
    assert offer().status_code == 302
    before = everything(acme, borealis)
    answer = offer(services="WV-SECOND")
    assert answer.status_code == 422 and "Your enterprise has offered a lot today." in answer.text
    assert everything(acme, borealis) == before


def test_a_program_that_offers_no_service_is_told_so(client_of, alice, acme, borealis, borealis_main, wave, proof):
    browser, url = client_of(alice), f"/api/v1{OURS}offer/"
    body = {
        "services": [], "account": borealis_main.number, "proof_kind": "code", "proof": proof,
        "effective_on": f"{day()}",
    }  # fmt: skip
    before = everything(acme, borealis)
    fault = said(browser.post(url, body, content_type="application/json"), 422, "invalid")
    assert [(each["pointer"], each["detail"]) for each in fault["errors"]] == [("/services", "Say which services.")]
    assert everything(acme, borealis) == before
    body["services"] = [wave.number]
    assert browser.post(url, body, content_type="application/json").status_code == 201


def test_an_offer_that_cannot_be_read_waits_and_the_next_is_looked_at(offer, acme, acme_main, caplog):
    make.service(acme_main, number="WV-SECOND")
    assert offer().status_code == 302
    with inside(acme):
        first = TakeoverSide.objects.get()
        TakeoverSide.objects.update(proof="sealed by another key")
    assert offer(services="WV-SECOND").status_code == 302
    work()
    assert f"Side {first.pk} of a takeover waits for the next time." in caplog.text
    with inside(acme):
        assert list(TakeoverSide.objects.order_by("pk").values_list("status", flat=True)) == ["asked", "open"]
        assert Order.objects.filter(status="submitted").count() == 2
        TakeoverSide.objects.filter(pk=first.pk).update(proof=first.proof)
    work()
    with inside(acme):
        assert TakeoverSide.objects.get(pk=first.pk).status == "misfit"  # the other offer has used the code up


def test_what_another_worker_did_meanwhile_is_not_done_again(offer, client_of, bob, owen, acme, borealis):
    approved(offer, client_of, bob, owen, acme, borealis)
    found, at = case(), timezone.now()
    before = everything(acme, borealis)
    with as_staff():
        assert carry_out_takeover(found.pk, at=at) is False  # its day is to come
        look_at_takeover(acme.pk, sides()[acme.pk].pk, at=at)
    assert everything(acme, borealis) == before
    work(1)
    assert case().status == "done"
    before = everything(acme, borealis)
    with as_staff():
        assert carry_out_takeover(found.pk, at=at) is False
        assert settle_takeover(found.pk, at=at).status == "done"
    assert everything(acme, borealis) == before


def test_while_somebody_holds_a_row_it_waits_for_the_next_round(
    transactional_db, offer, client_of, bob, owen, acme, borealis, wave, caplog
):
    approved(offer, client_of, bob, owen, acme, borealis)
    before = everything(acme, borealis)
    with held("inventory_service", wave.pk):
        work(1)
    assert f"Takeover {case().pk} waits for the next round." in caplog.text
    assert everything(acme, borealis) == before and case().last_error == ""
    work(1)
    assert case().status == "done"
