"""Saved views of lists: kept, shared, opened first, looked after; and what nobody else may see or do."""

import re
from html import unescape

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from portal.listing import services
from portal.models import Event, ListView, StaffListView
from portal.tenancy import tenant_scope
from tests import make
from tests.faces import as_app, as_staff, inside

PAGE, VIEWS = "/e/204817/orders/", "/e/204817/views/?list=orders"


@pytest.fixture
def colleague(acme):
    """Who may see the orders and administers nothing."""
    person = make.user("nora@acme.example")
    make.grant(make.member(acme, person, "Nora Noc"), "order.view")
    return person


def save(client, name="Under way", where=VIEWS, **fields):
    sent = {"do": "save", "name": name, "query": "status=open&sort=oldest", "columns": "order state", **fields}
    return client.post(where, sent)


def kept(acme, **wanted):
    with inside(acme):
        return list(ListView.objects.filter(enterprise=acme, **wanted).exclude(name="").order_by("pk"))


def the_view(acme):
    (found,) = kept(acme)
    return found


def tabs(page: str) -> list[str]:
    found = re.search(r'<nav class="tabs list-views".*?</nav>', page, flags=re.DOTALL)
    return (
        [unescape(re.sub("<[^>]+>", "", each)) for each in re.findall(r"<span>.*?</span>", found[0])] if found else []
    )


def heads(page: str) -> list[str]:
    found = re.findall(
        r'<th scope="col"(?! class="pick").*?</th>', page.split("<thead>")[1].split("</thead>")[0], flags=re.DOTALL
    )
    return [name for name in (re.sub("<[^>]+>", "", each).strip() for each in found) if name]


def test_a_view_keeps_filters_order_and_columns(acme, acme_main, alice, client_of):
    order, done = make.order(acme_main), make.order(acme_main, status="completed")
    browser = client_of(alice)
    answer = save(browser)
    view = the_view(acme)
    assert answer.status_code == 302 and answer.url == f"{PAGE}?status=open&sort=oldest&view={view.pk}"
    page = browser.get(answer.url).text
    assert "Saved as “Under way”." in page and tabs(page) == ["Under way"]
    assert order.number in page and done.number not in page and heads(page) == ["Order", "State"]
    assert re.search(rf'view={view.pk}" aria-current="page"', page) and "<small>changed" not in page


def test_what_a_view_no_longer_shows_is_said_and_can_be_kept(acme, acme_main, alice, client_of):
    make.order(acme_main)
    browser = client_of(alice)
    save(browser)
    view = the_view(acme)
    page = browser.get(f"{PAGE}?status=cancelled&view={view.pk}").text
    assert "<small>changed" in page and "Keep this in “Under way”" in browser.get(f"{PAGE}?view={view.pk}").text
    sent = {"do": "replace", "query": "status=cancelled&nonsense=1", "columns": "order what"}
    assert browser.post(f"/e/204817/views/{view.pk}/", sent).url == f"{PAGE}?status=cancelled&view={view.pk}"
    assert [(v.query, v.columns) for v in kept(acme)] == [("status=cancelled", ["order", "what"])]


@pytest.mark.parametrize("name", ["<b>bold</b>", "Verspätet “jetzt”", "x" * 60, "100% & more"])
def test_names_are_text(acme, acme_main, alice, client_of, name):
    make.order(acme_main)
    browser = client_of(alice)
    page = browser.get(save(browser, name).url).text
    assert "<b>bold" not in page and tabs(page) == [name]
    assert "<b>bold" not in browser.get(VIEWS).text


@pytest.mark.parametrize("name", ["", "   ", "x" * 61])
def test_a_view_without_a_fitting_name_is_not_kept_and_what_was_typed_stays(acme, alice, client_of, name):
    answer = save(client_of(alice), name)
    assert answer.status_code == 422 and 'value="status=open&amp;sort=oldest"' in answer.text
    assert kept(acme) == []


def test_a_name_is_taken_once_in_whatever_case(acme, alice, client_of):
    browser = client_of(alice)
    save(browser)
    answer = save(browser, "UNDER  way", query="status=cancelled")
    assert answer.status_code == 422 and "There is a view of this name already" in answer.text
    assert the_view(acme).query == "status=open&sort=oldest"


def test_each_has_thirty_of_a_list(acme, alice, colleague, client_of, monkeypatch):
    monkeypatch.setattr(services, "MOST", 2)
    browser = client_of(alice)
    save(browser, "One"), save(browser, "Two")
    answer = save(browser, "Three")
    assert answer.status_code == 422 and "You have 2 views of this list already" in answer.text
    assert [view.name for view in kept(acme)] == ["One", "Two"]
    assert save(client_of(colleague), "Three").status_code == 302
    assert save(browser, "Three", where="/e/204817/views/?list=invoices", query="").status_code == 302


def test_shared_ones_are_limited_too(acme, alice, client_of, monkeypatch):
    monkeypatch.setattr(services, "MOST_SHARED", 1)
    browser = client_of(alice)
    save(browser, "One", is_shared="on")
    answer = save(browser, "Two", is_shared="on")
    assert answer.status_code == 422 and "are shared already" in answer.text and len(kept(acme)) == 1


def test_a_view_is_renamed_where_the_name_is_free(acme, alice, client_of):
    browser = client_of(alice)
    save(browser), save(browser, "Late")
    where = f"/e/204817/views/{kept(acme)[0].pk}/"
    assert browser.post(where, {"do": "rename", "name": "All open"}).url == VIEWS
    assert "It is called “All open” now." in browser.get(VIEWS).text
    taken, limit = "There is a view of this name already", "A view needs a name of at most 60 characters"
    for name, words in (("late", taken), ("", limit), ("x" * 61, limit)):
        answer = browser.post(where, {"do": "rename", "name": name})
        assert answer.status_code == 409 and words in answer.text
    assert [view.name for view in kept(acme)] == ["All open", "Late"]


def test_sharing_what_is_shared_already_tells_nothing_new(acme, alice, client_of):
    browser = client_of(alice)
    save(browser, is_shared="on")
    assert browser.post(f"/e/204817/views/{the_view(acme).pk}/", {"do": "share"}).status_code == 302
    with inside(acme):
        assert the_view(acme).is_shared and Event.objects.filter(kind="view.shared").count() == 1


def test_what_cannot_be_done_with_a_view_is_not_there(acme, alice, client_of):
    browser = client_of(alice)
    save(browser)
    before = the_view(acme)
    assert browser.post(f"/e/204817/views/{before.pk}/", {"do": "burn", "name": "x"}).status_code == 404
    assert vars(the_view(acme)).items() >= {"name": before.name, "query": before.query}.items()


# --- who sees whose ----------------------------------------------------------------------------


def test_a_view_is_its_owners_until_it_is_shared(acme, acme_main, alice, colleague, client_of):
    make.order(acme_main)
    mine, theirs = client_of(alice), client_of(colleague)
    save(mine)
    view = the_view(acme)
    assert tabs(theirs.get(PAGE).text) == [] and "Under way" not in theirs.get(VIEWS).text
    for verb in ("rename", "share", "first", "replace"):
        assert theirs.post(f"/e/204817/views/{view.pk}/", {"do": verb, "name": "Mine"}).status_code == 404
    assert theirs.post(f"/e/204817/views/{view.pk}/remove/").status_code == 404
    mine.post(f"/e/204817/views/{view.pk}/", {"do": "share"})
    page = theirs.get(PAGE).text
    assert tabs(page) == ["Under way"] and "shared by Alice Moreau" in page
    mine.post(f"/e/204817/views/{view.pk}/", {"do": "unshare"})
    assert tabs(theirs.get(PAGE).text) == []
    with inside(acme):
        told = Event.objects.filter(enterprise=acme, kind__startswith="view.").order_by("pk")
        assert [(e.kind, e.actor_name, e.facts["view"]) for e in told] == [
            ("view.shared", "Alice Moreau", "Under way"), ("view.unshared", "Alice Moreau", "Under way"),
        ]  # fmt: skip


def test_who_uses_a_shared_view_changes_nothing_of_it(acme, alice, colleague, client_of):
    save(client_of(alice), is_shared="on")
    view, theirs = the_view(acme), client_of(colleague)
    for verb in ("rename", "unshare", "replace"):
        answer = theirs.post(f"/e/204817/views/{view.pk}/", {"do": verb, "name": "Mine", "query": ""})
        assert answer.status_code == 409 and "This view belongs to Alice Moreau" in answer.text
    assert theirs.post(f"/e/204817/views/{view.pk}/remove/").status_code == 409
    after = the_view(acme)
    assert (after.name, after.query, after.is_shared) == ("Under way", "status=open&sort=oldest", True)


def test_an_administrator_removes_a_shared_view_of_anybodys(acme, alice, colleague, client_of):
    save(client_of(colleague), is_shared="on")
    admin = client_of(alice)
    assert "It goes away for everybody who uses it" in admin.get(VIEWS).text
    assert admin.post(f"/e/204817/views/{the_view(acme).pk}/remove/").status_code == 302
    assert kept(acme) == []
    with inside(acme):
        removed = Event.objects.get(enterprise=acme, kind="view.removed")
        assert (removed.actor_name, removed.facts["owner"]) == ("Alice Moreau", "Nora Noc")


def test_without_the_lists_permission_there_are_no_views_of_it(acme, alice, client_of):
    save(client_of(alice), is_shared="on")
    idle = make.user("idle@acme.example")
    make.member(acme, idle, "Ida Idle")
    browser = client_of(idle)
    assert browser.get(VIEWS).status_code == 404 and save(browser).status_code == 404
    assert browser.post(f"/e/204817/views/{the_view(acme).pk}/", {"do": "first"}).status_code == 404
    assert len(kept(acme)) == 1


@pytest.mark.parametrize("name", ["", "nothing", "notices", "my-orders", "downloads"])
def test_a_list_that_is_not_here_keeps_no_views(acme, alice, client_of, name):
    assert client_of(alice).get(f"/e/204817/views/?list={name}").status_code == 404


def test_another_enterprises_shared_view_is_not_there(acme, borealis, alice, bob, client_of):
    save(client_of(alice), is_shared="on")
    view, browser = the_view(acme), client_of(bob)
    assert "Under way" not in browser.get(f"/e/{borealis.public_id}/orders/").text
    assert browser.post(f"/e/{borealis.public_id}/views/{view.pk}/", {"do": "first"}).status_code == 404
    assert browser.post(f"/e/{borealis.public_id}/views/{view.pk}/remove/").status_code == 404
    assert browser.get(f"/e/{borealis.public_id}/orders/?view={view.pk}").status_code == 200


# --- the one it opens with, and the columns -------------------------------------------------------


def test_the_list_opens_with_the_view_that_a_person_chose(acme, acme_main, alice, colleague, client_of):
    make.order(acme_main)
    browser = client_of(alice)
    save(browser, is_first="on", is_shared="on")
    view = the_view(acme)
    led = browser.get(PAGE)
    assert led.status_code == 302 and led.url == f"{PAGE}?status=open&sort=oldest&view={view.pk}"
    assert browser.get(f"{PAGE}?view=all").status_code == 200 and browser.get(f"{PAGE}?sort=oldest").status_code == 200
    assert f'href="{PAGE}?view=all"' in browser.get(f"{PAGE}?view=all").text
    assert client_of(colleague).get(PAGE).status_code == 200
    browser.post(VIEWS, {"do": "whole"})
    assert browser.get(PAGE).status_code == 200


def test_a_view_that_is_kept_already_can_be_the_one_the_list_opens_with(acme, alice, client_of):
    browser = client_of(alice)
    save(browser)
    view = the_view(acme)
    assert browser.get(PAGE).status_code == 200
    assert browser.post(f"/e/204817/views/{view.pk}/", {"do": "first"}).url == VIEWS
    assert browser.get(PAGE).url == f"{PAGE}?status=open&sort=oldest&view={view.pk}"


def test_what_is_gone_opens_nothing(acme, alice, client_of):
    browser = client_of(alice)
    save(browser, is_first="on")
    browser.post(f"/e/204817/views/{the_view(acme).pk}/remove/")
    assert browser.get(PAGE).status_code == 200


def test_a_view_of_a_filter_that_is_gone_works_with_what_is_left(acme, acme_main, alice, client_of):
    order = make.order(acme_main)
    browser = client_of(alice)
    save(browser)
    with as_app(), tenant_scope(acme.pk):
        ListView.objects.filter(enterprise=acme).update(query="gone=1&status=never&family=wavelength", columns=["gone"])
    view = the_view(acme)
    page = browser.get(f"{PAGE}?{view.query}&view={view.pk}").text
    assert order.number in page and "<small>changed" not in page
    assert heads(page) == ["Order", "What", "State", "Next milestone", "Committed", "On time?"]
    assert "Product: Wavelength" in browser.get(VIEWS).text


def test_columns_are_kept_for_the_person_and_the_lead_stays(acme, acme_main, alice, colleague, client_of):
    make.order(acme_main)
    browser = client_of(alice)
    sent = {"do": "columns", "column": ["placed", "state", "<script>", "gone"], "next": f"{PAGE}?status=open"}
    assert browser.post(VIEWS, sent).url == f"{PAGE}?status=open"
    assert heads(browser.get(PAGE).text) == ["Order", "State", "Placed"]
    assert "Next milestone" in heads(client_of(colleague).get(PAGE).text)
    assert "Next milestone" in browser.get(f"{PAGE}export.csv").text
    browser.post(VIEWS, {"do": "columns"})
    assert "Next milestone" in heads(browser.get(PAGE).text)


def test_columns_chosen_in_ones_own_view_stay_with_it(acme, acme_main, alice, colleague, client_of):
    make.order(acme_main)
    browser = client_of(alice)
    save(browser, is_shared="on")
    view = the_view(acme)
    where = f"{PAGE}?{view.query}&view={view.pk}"
    browser.post(VIEWS, {"do": "columns", "column": "placed", "view": view.pk, "next": where})
    assert heads(browser.get(where).text) == ["Order", "Placed"] and "State" in heads(browser.get(PAGE).text)
    other = client_of(colleague)
    led = other.post(VIEWS, {"do": "columns", "column": "what", "view": view.pk, "next": where})
    assert led.url == f"{PAGE}?{view.query}" and heads(other.get(led.url).text) == ["Order", "What"]
    assert the_view(acme).columns == ["placed"]


# --- staff ---------------------------------------------------------------------------------------


def test_staff_keep_views_of_their_own_lists_and_share_them_among_themselves(carol, dora, client_of):
    where = "/views/?list=my-orders"
    browser = client_of(carol)
    assert save(browser, "Soon", where, query="sort=due-down", columns="order", is_shared="on").status_code == 302
    with as_staff():
        view = StaffListView.objects.get()
        assert Event.objects.filter(kind="view.shared").count() == 1
    assert "Soon" in client_of(dora).get(where).text
    assert client_of(dora).post(f"/views/{view.pk}/remove/").status_code == 409
    owen = make.staff("Owen Admin", "platform_admin")
    assert client_of(owen).post(f"/views/{view.pk}/remove/").status_code == 302
    with as_staff():
        assert not StaffListView.objects.exists()


def test_staff_inside_see_the_shared_views_and_change_none(acme, acme_main, alice, carol, client_of):
    make.order(acme_main)
    mine = client_of(alice)
    save(mine, "Ours", is_shared="on"), save(mine, "Mine alone")
    browser = client_of(carol)
    page = browser.get(PAGE).text
    assert tabs(page) == ["Ours"]
    shared, _private = kept(acme)
    page = browser.get(f"{PAGE}?{shared.query}&view=c{shared.pk}").text
    assert heads(page) == ["Order", "State"] and "Keep this in" not in page
    assert browser.post(f"/e/204817/views/{shared.pk}/remove/").status_code == 404
    assert browser.post(f"/e/204817/views/{shared.pk}/", {"do": "first"}).status_code == 404
    assert len(kept(acme)) == 2


def test_what_staff_keep_inside_goes_with_them_to_every_customer(
    acme, borealis, borealis_main, alice, carol, client_of
):
    make.order(borealis_main)
    make.team(borealis, carol, "care_manager")
    browser = client_of(carol)
    assert save(browser, "Staff's own").status_code == 302
    assert tabs(browser.get(f"/e/{borealis.public_id}/orders/").text) == ["Staff's own"]
    assert "Staff" not in " ".join(tabs(client_of(alice).get(PAGE).text)) and kept(acme) == []
    with as_staff():
        assert not StaffListView.objects.get().is_shared


def test_what_staff_keep_inside_is_shared_with_nobody(acme, carol, client_of):
    browser = client_of(carol)
    save(browser, "Staff's own")
    with as_staff():
        view = StaffListView.objects.get()
    answer = browser.post(f"/e/204817/views/{view.pk}/", {"do": "share"})
    assert answer.status_code == 409 and "is yours alone" in answer.text
    with as_staff():
        assert not StaffListView.objects.get().is_shared and not Event.objects.filter(kind="view.shared").exists()


def test_a_list_costs_one_query_more_however_many_views_there_are(acme, acme_main, alice, client_of):
    make.order(acme_main)
    browser = client_of(alice)

    def queries():
        with CaptureQueriesContext(connection) as caught:
            assert browser.get(f"{PAGE}?view=all").status_code == 200
        return [query["sql"] for query in caught if "portal_listview" in query["sql"]], len(caught)

    browser.get(f"{PAGE}?view=all")
    asked, before = queries()
    for n in range(5):
        save(browser, f"View {n}")
    browser.get(f"{PAGE}?view=all")  # which says that they are saved
    assert len(asked) == 1 and queries()[1] == before
