"""Clocks, plots and hints: said in words, and the page that shows every part."""

import re
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from html import unescape

import pytest
from django.template import Context, Template
from django.utils import timezone, translation

from accounts.models import StaffCard
from portal.clocks import Clock, ClockState, Spell, lasting
from portal.glossary import GLOSSARY
from portal.money import brief
from portal.plots import Bar, Plot
from tests import make

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)


def hours(number):
    return timedelta(hours=number)


def clock(**fields):
    return Clock("Restore by", AT - hours(2), AT + hours(2), AT, **fields)


@pytest.mark.parametrize(
    ("fields", "state", "left", "is_past"),
    [
        ({}, ClockState.RUNNING, "2 h", False),
        ({"paused_at": AT - hours(1), "paused_by": "you"}, ClockState.PAUSED, "3 h", False),
        ({"stopped_at": AT - hours(1)}, ClockState.KEPT, "3 h", False),
        ({"stopped_at": AT + hours(3)}, ClockState.MISSED, "1 h", True),
    ],
)
def test_a_clock_says_how_it_stands_in_words(fields, state, left, is_past):
    found = clock(**fields)
    assert (found.state, found.left, found.is_past) == (state, left, is_past)
    html = Template('{% include "components/_clock.html" %}').render(Context({"clock": found}))
    assert str(found.label) in html and left in html
    assert ("data-clock=" in html) is (state is ClockState.RUNNING)


def test_a_clock_that_is_late_runs_on():
    late = Clock("Restore by", AT - hours(5), AT - hours(1), AT)
    assert late.state is ClockState.LATE and late.is_moving and late.left == "1 h"


def test_a_bar_shows_whose_time_it_was():
    bar = clock(spells=[Spell("us", hours(1)), Spell("them", hours(1), "purple")]).bar
    assert re.findall(r'class="tone-(\w+)" x="([\d.]+)%" width="([\d.]+)%"', bar) == [
        ("blue", "0.00", "25.00"),
        ("purple", "25.00", "25.00"),
    ]
    assert 'aria-hidden="true"' in bar and "style=" not in bar


@pytest.mark.parametrize(
    ("minutes", "words"),
    [(0, "0 min"), (12, "12 min"), (60, "1 h"), (149, "2 h 29 min"), (1440, "1 d"), (3120, "2 d 4 h")],
)
def test_a_length_of_time_is_said_in_its_two_largest_units(minutes, words):
    assert lasting(timedelta(minutes=minutes, seconds=59)) == words


def test_a_plot_is_labelled_in_words_and_has_its_table():
    bars = [Bar("Oct", Decimal(50), "50", "October", "$50.00"), Bar("<b>", Decimal(-5), "-5", "November", "−$5.00")]
    html = Template('{% include "components/_plot.html" %}').render(
        Context({"plot": Plot("p", "Billed", "between $5 and $50", ("Month", "Billed"), bars)})
    )
    assert 'role="img" aria-labelledby="p-title p-summary"' in html and "between $5 and $50" in html
    assert "<b>" not in html and "&lt;b&gt;" in html and "style=" not in html
    assert 'height="84"' in html and 'height="0"' in html
    assert "October" in html and "$50.00" in html and "<details" in html


def test_an_empty_plot_says_so_and_draws_nothing():
    html = Template('{% include "components/_plot.html" %}').render(
        Context({"plot": Plot("p", "Billed", "nothing yet", ("Month", "Billed"), [])})
    )
    assert "nothing yet" in html and "<svg" not in html


def test_amounts_are_brief_on_a_plot_only():
    assert [brief(Decimal(each), "en") for each in ("287.25", "18014.91", "-1250000")] == ["287.25", "18K", "−1.2M"]


def test_every_word_of_the_glossary_makes_a_hint_that_needs_no_script():
    for language in ("en", "es", "pt"):
        with translation.override(language):
            for word in GLOSSARY:
                html = unescape(Template("{% hint word %}{% hint word mark=True %}").render(Context({"word": word})))
                assert html.count("popovertarget=") == 2 and "popover>" in html and str(GLOSSARY[word].text) in html


def test_hints_of_a_page_are_told_apart(client_of, alice, acme, acme_main):
    order = make.order(acme_main)
    page = client_of(alice).get(f"/e/{acme.public_id}/orders/{order.number}/").text
    targets, ids = re.findall(r'popovertarget="([^"]+)"', page), re.findall(r'id="(hint-\d+)"', page)
    assert targets == ids and len(ids) == len(set(ids)) >= 2
    assert "Customer requested date" in page


@pytest.mark.parametrize("language", ["en", "es", "pt"])
def test_the_patterns_are_shown_in_the_readers_language(client_of, language):
    client = client_of(make.staff("Ada Able", "care_manager", language=language))
    for path in (
        "/patterns/",
        "/patterns/list/",
        "/patterns/list/?rows=0",
        "/patterns/detail/",
        "/patterns/work/",
        "/patterns/detail/?wrong=1",
    ):
        page = client.get(path)
        assert page.status_code == 200 and f'<html lang="{language}"' in page.text
        assert "style=" not in re.sub(r"<style.*?</style>", "", page.text)


def test_work_in_the_background_asks_again_until_it_is_over_and_a_link_does_without_a_script(client_of, carol):
    client, path, looks = client_of(carol), "/patterns/work/", 0
    while True:
        page = client.get(path, headers={"HX-Request": "true"} if looks else {}).text
        again = re.search(r'hx-get="([^"]+)" hx-trigger="every 3s"', page)
        if again is None:
            break
        assert f'href="{again[1]}"' in page
        path, looks = again[1], looks + 1
    assert looks == 5 and "1,000 of 1,000" in page


def test_a_sample_refusal_is_a_refusal_and_a_sample_form_comes_back(client_of, carol):
    client = client_of(carol)
    assert client.post("/patterns/refused/").status_code == 409
    assert client.get("/patterns/work/?step=x").status_code == 200
    answer = client.post("/patterns/detail/", {"name": "Ana", "zone": "Argentina"})
    assert answer.status_code == 422 and "Which one do you mean?" in answer.text and 'value="Ana"' in answer.text
    sound = {"name": "Ana", "zone": "Denver", "day": "2026-12-01", "kind": "key"}
    assert "nothing was kept" in client.post("/patterns/detail/", sound).text


def test_the_sample_list_is_narrowed_by_days(client_of, carol):
    today = timezone.localdate()
    page = client_of(carol).get(f"/patterns/list/?due_from={today - timedelta(days=3)}&due_to={today}").text
    assert set(re.findall(r"WV-10G-\d{6}", page)) == {"WV-10G-003319", "WV-10G-003320"}


@pytest.mark.parametrize(("closes", "words"), [(time(0), "around the clock"), (time(17), "every day 00:00–17:00 UTC")])
def test_who_works_at_all_hours_is_said_to(closes, words):
    card = StaffCard(works_on=list(range(7)), works_from=time(0), works_until=closes, time_zone="UTC")
    assert Template("{{ card|shift }}").render(Context({"card": card})) == words


def test_customers_have_no_such_page(client_of, alice):
    assert client_of(alice).get("/patterns/").status_code == 404
