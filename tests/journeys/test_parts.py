"""The components that move, at a keyboard: a draft on every device, a field that suggests, a hint, work that ends."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

CARE_MANAGER = "maren.holt@northvane.example"
HALVORSEN, ORDER = "204817", "ORD-2026-00543"


def test_what_is_typed_is_kept_on_every_device_and_thrown_away_by_its_writer(person):
    page = person("staff").sign_in(CARE_MANAGER)
    page.goto(f"/e/{HALVORSEN}/orders/{ORDER}/")
    step = page.locator("[id^=milestone-][data-state=now], [id^=milestone-][data-state=late]").first
    key = step.get_attribute("id")
    step.locator("summary", has_text="Write a note").click()
    step.locator("[name=note]").press_sequentially("Fiber is lit on the")
    expect(step.locator(".draft", has_text="Kept from")).to_be_visible()

    elsewhere = person("staff", phone=True).sign_in(CARE_MANAGER)
    elsewhere.goto(f"/e/{HALVORSEN}/orders/{ORDER}/")
    kept = elsewhere.locator(f"#{key}")
    expect(kept.locator("[name=note]")).to_have_value("Fiber is lit on the")
    kept.locator(".draft:visible").get_by_role("button", name="Discard").click()
    elsewhere.wait_for_url(re.compile(rf"/orders/{ORDER}/"))
    expect(elsewhere.locator(f"#{key} [name=note]")).to_have_value("")


def test_a_field_suggests_and_is_walked_by_keys(person):
    page = person("staff").sign_in(CARE_MANAGER)
    page.goto("/patterns/detail/")
    field = page.get_by_role("combobox", name="Time zone")
    field.press_sequentially("san juan")
    expect(page.get_by_role("option")).to_have_count(1)
    expect(page.locator("#announce")).to_have_text("1 suggestion")
    field.fill("buenos")
    expect(page.get_by_role("option")).to_contain_text(["Buenos Aires"])
    field.press("ArrowDown")
    expect(page.get_by_role("option").first).to_have_attribute("aria-selected", "true")
    field.press("Escape")
    expect(field).to_have_attribute("aria-expanded", "false")
    field.press("ArrowDown")
    field.press("Enter")
    expect(field).to_have_value("Buenos Aires, GMT-3 (America/Argentina/Buenos_Aires)")
    expect(page).to_have_url(re.compile("/patterns/detail/$"))  # Enter chose, and sent nothing

    # A hint opens by keyboard and goes with Escape.
    hint = page.get_by_role("button", name="What CRD means")
    hint.press("Enter")
    expect(page.locator(".hint-panel:popover-open")).to_contain_text("Customer requested date")
    page.keyboard.press("Escape")
    expect(page.locator(".hint-panel:popover-open")).to_have_count(0)


def test_work_in_the_background_shows_how_far_it_is_and_stops_asking(person):
    page = person("staff").sign_in(CARE_MANAGER)
    asked = []
    page.on("request", lambda request: asked.append(request.url) if "step=" in request.url else None)
    page.goto("/patterns/work/")
    expect(page.locator("#work")).to_contain_text("1,000 of 1,000", timeout=40_000)
    assert len(asked) == 5
    expect(page.locator("#work[hx-get]")).to_have_count(0)
