"""What is typed is kept for its writer alone, comes back anywhere, and goes with what is sent."""

from datetime import timedelta

import pytest
from django import forms
from django.utils import timezone

from billing.models import Dispute
from orders.models import Milestone
from portal import drafts, tasks
from portal.models import Draft, Event
from tests import make
from tests.billing import builders as b
from tests.billing.builders import url
from tests.faces import as_app, as_staff, inside

TYPED = {"amount": "12.50", "reason": "rate", "statement": "The order <says> less.", "customer_reference": "AP-7"}


@pytest.fixture
def invoice(acme_main):
    make.charge(acme_main, "287.25")
    return b.issue(acme_main)


@pytest.fixture
def line(invoice):
    return b.lines(invoice)[0]


@pytest.fixture
def form(invoice, line):
    return url("billing:dispute_line", invoice.number, line.pk)


def at(what, name, about, face="customer"):
    return f"{url(f'drafts:{what}', face=face)}?form={name}&about={about}"


def keep(client, line, name="dispute", **typed):
    return client.post(at("keep", name, line.pk, client.face), typed or TYPED, headers={"HX-Request": "true"})


def kept(acme):
    with inside(acme):
        return list(Draft.objects.order_by("pk"))


def test_what_was_typed_comes_back_on_another_device_and_says_since_when(client_of, alice, acme, form, line):
    answer = keep(client_of(alice), line)
    assert answer.status_code == 200 and "Kept from" in answer.text and "Discard" in answer.text
    page = client_of(alice).get(form).text
    assert 'value="12.50"' in page and "The order &lt;says&gt; less." in page and 'value="AP-7"' in page
    assert "Kept from" in page and at("discard", "dispute", line.pk).replace("&", "&amp;") in page
    assert '<option value="rate" selected>' in page


def test_a_later_draft_takes_the_place_of_the_one_before(client_of, alice, acme, line):
    for words in ("First", "Second"):
        keep(client_of(alice), line, statement=words)
    assert [each.fields for each in kept(acme)] == [{"statement": "Second"}]


def test_sending_removes_it_and_a_refusal_keeps_it(client_of, alice, acme, form, line):
    client = client_of(alice)
    keep(client, line)
    assert client.post(form, {**TYPED, "amount": "999"}).status_code == 422
    assert len(kept(acme)) == 1
    assert client.post(form, TYPED).status_code == 302
    assert kept(acme) == []


def test_it_stays_where_the_sending_is_rolled_back(client_of, alice, acme, form, line, monkeypatch):
    """Both happen or neither: after a fault of ours what was typed is still there."""
    client = client_of(alice)
    client.raise_request_exception = False
    keep(client, line)

    def broken(*_args, **_kwargs):
        raise RuntimeError("after the draft was dropped")

    monkeypatch.setattr("billing.views.messages.success", broken)
    assert client.post(form, TYPED).status_code == 500
    assert len(kept(acme)) == 1
    with inside(acme):
        assert not Dispute.objects.exists() and not Event.objects.filter(kind="dispute.opened").exists()


def test_it_is_thrown_away_by_a_button_of_the_form(client_of, alice, acme, form, line):
    client = client_of(alice)
    keep(client, line)
    answer = client.post(at("discard", "dispute", line.pk), TYPED, headers={"Referer": f"http://testserver{form}"})
    assert answer.status_code == 302 and answer.url == form
    assert kept(acme) == [] and "The order" not in client.get(form).text


def test_htmx_is_sent_back_to_the_page_and_never_elsewhere(client_of, alice, line):
    client = client_of(alice)
    discard = at("discard", "dispute", line.pk)
    answer = client.post(discard, {"next": "https://elsewhere.example/"}, headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == url("accounts:home")


def test_no_other_person_sees_or_loses_it(client_of, alice, acme, form, line, carol):
    """Neither another administrator of the enterprise nor the carrier's people inside it."""
    keep(client_of(alice), line)
    colleague = make.user("ana@acme.example")
    make.member(acme, colleague, "Ana Other", is_administrator=True)
    others = client_of(colleague), client_of(carol)
    assert "The order" not in others[0].get(form).text
    for other in others:
        other.post(at("discard", "dispute", line.pk, other.face))
        keep(other, line, statement="Mine")
    assert sorted(each.fields["statement"] for each in kept(acme)) == ["Mine", "Mine", TYPED["statement"]]
    assert TYPED["customer_reference"] in client_of(alice).get(form).text


def test_a_stranger_keeps_nothing_in_the_enterprise(client_of, bob, acme, line):
    assert keep(client_of(bob), line).status_code == 404
    assert kept(acme) == []


def test_only_texts_of_the_form_are_kept(client_of, alice, acme, line):
    keep(client_of(alice), line, statement="x\0y", password="secret", csrfmiddlewaretoken="t", uploads="[file]")
    assert [each.fields for each in kept(acme)] == [{"statement": "xy"}]


def test_no_kept_form_asks_for_a_password_or_a_file_in_it():
    @drafts.kept("sample")
    class Sample(forms.Form):
        word = forms.CharField(widget=forms.PasswordInput)
        hidden = forms.CharField(widget=forms.HiddenInput)
        file = forms.FileField()
        text = forms.CharField()

    try:
        assert drafts.texts("sample") == ["text"]
        with pytest.raises(ValueError, match="twice"):
            drafts.kept("sample")(Sample)
    finally:
        del drafts.FORMS["sample"]


def test_what_is_too_long_is_not_kept_and_says_so(client_of, alice, acme, line):
    keep(client_of(alice), line, statement="short")
    answer = keep(client_of(alice), line, statement="x" * (drafts.CHARACTERS + 1))
    assert "too long to be kept" in answer.text
    assert [each.fields for each in kept(acme)] == [{"statement": "short"}]


def test_emptied_fields_leave_nothing(client_of, alice, acme, line):
    keep(client_of(alice), line, statement="words")
    assert "Kept from" not in keep(client_of(alice), line, statement=" ", amount="").text
    assert kept(acme) == []


def test_a_form_that_is_not_kept_is_not_there(client_of, alice, acme, line):
    assert keep(client_of(alice), line, "nothing").status_code == 404
    for address in (at("discard", "nothing", line.pk), at("keep", "dispute", "x"), at("keep", "dispute", "9" * 19)):
        assert client_of(alice).post(address, TYPED).status_code == 404
    assert kept(acme) == []


def test_a_person_keeps_so_many_and_the_oldest_go(client_of, alice, acme, line, monkeypatch):
    monkeypatch.setattr(drafts, "MOST", 2)
    client = client_of(alice)
    for about in (1, 2, 3):
        client.post(at("keep", "dispute", about), {"statement": str(about)})
    assert [each.about for each in kept(acme)] == [2, 3]


def test_it_goes_after_the_days_that_the_carrier_set(client_of, alice, acme, form, line):
    keep(client_of(alice), line)
    [draft] = kept(acme)
    assert draft.expires_at - draft.kept_at == timedelta(days=30)
    with as_staff():
        assert drafts.expire(draft.expires_at - timedelta(seconds=1)) == 0
        assert drafts.expire(draft.expires_at) == 1
    assert kept(acme) == []
    with as_staff():
        tasks.expire_drafts()


def test_one_whose_time_is_over_is_not_shown_before_it_is_removed(client_of, alice, acme, form, line):
    keep(client_of(alice), line)
    with inside(acme):
        Draft.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert "The order" not in client_of(alice).get(form).text


def test_a_note_and_a_decision_are_kept_too(client_of, alice, acme, invoice, dora):
    found = b.dispute(alice, invoice)
    client = client_of(alice)
    page = url("billing:dispute", found.number)
    answer = client.post(f"{at('keep', 'dispute-note', found.pk)}&next={page}", {"note": "Half a thought"})
    assert f'value="{page}"' in answer.text  # not the address to which the form is sent, which nobody can open
    assert "Half a thought" in client.get(page).text
    client.post(url("billing:add_note", found.number), {"note": "A whole one"})
    assert kept(acme) == []
    line = b.disputed(found)
    make.team(acme, dora, "billing_analyst")
    staff = client_of(dora)
    keep(staff, line, "decision", credited="5", decision="Because")
    decide = url("billing:decide", line.pk, face="staff")
    assert "Because" in staff.get(decide).text
    staff.post(decide, {"credited": "5", "decision": "Because of the order"})
    assert kept(acme) == []


def test_a_care_managers_note_waits_open_on_its_milestone(client_of, carol, acme, acme_main):
    order = make.order(acme_main)
    with inside(acme):
        step = Milestone.objects.filter(order=order).order_by("position")[0]
    client = client_of(carol)
    keep(client, step, "milestone-note", note="Fiber is lit, but")
    page = client.get(url("orders:order", order.number, face="staff")).text
    assert "Fiber is lit, but" in page and '<details class="confirm" open>' in page
    answer = client.post(
        url("orders:annotate", step.pk, face="staff"), {"note": "Fiber is lit."}, headers={"HX-Request": "true"}
    )
    assert answer.status_code == 200 and "Fiber is lit, but" not in answer.text
    assert kept(acme) == []


def test_outside_any_enterprise_nothing_is_kept(dora):
    actor = b.staff(dora)
    with as_app():
        assert drafts.keep(actor, "dispute", 1, TYPED, at=b.ISSUED_AT).at is None
