"""Lives of orders, walked in a browser by all who have a part in them, on the portal as `make run` starts it.

What the carrier's clock brings is brought by steps of screens.filling: no walk waits for a month to end.
"""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from screens.looking import sideways, violations

pytestmark = pytest.mark.browser

NETWORK, ADMINISTRATOR, CLERK = (
    f"{name}@halvorsen.example" for name in ("marcus.oduya", "dana.whitfield", "helen.park")
)
CARE, ENGINEER = "maren.holt@northvane.example", "ingrid.solheim@northvane.example"
RESELLER = "shauna.okeefe@sablefish.example"
HERE, THERE = "/e/204817/", "/e/198025/"
HELD, DELIVERED, CIRCUIT = "ORD-2026-00475", "ORD-2026-00502", "WV-10G-003324"
TODAY = date.today()


@pytest.fixture(scope="module")
def states():
    return {}


@pytest.fixture
def seat(person, states):
    """A window of somebody's, who signs in once for all walks."""

    def sit(face, email, **how):
        one = person(face, state=states.get(email), **how)
        if email not in states:
            one.sign_in(email)
            states[email] = one.context.storage_state()
        return one

    return sit


def sound(*people):
    """What they look at is accessible, and no wider than the screen."""
    for each in people:
        assert (violations(each), sideways(each)) == ([], ""), each.page.url


def press(page, name, *, inside=None):
    """Press a button, or what opens it and then the button."""
    where = inside or page.locator("main")
    with page.expect_navigation():
        where.get_by_role("button", name=name, exact=True).first.click()


def confirm(page, label, button=None):
    """Open the panel of that name, and press its button."""
    panel = page.locator("main details.confirm", has=page.locator("summary", has_text=re.compile(f"^\\s*{label}\\s*$")))
    panel.locator("summary").first.click()
    press(page, button or label, inside=panel.first)


def state(page):
    return page.locator("[id^=order-status-]").first


def complete_ours(desk):
    """The care manager ticks what the carrier has done, until it is the customer's move."""
    while True:
        step = desk.locator("#main [id^=milestone-][data-state=now], #main [id^=milestone-][data-state=late]").first
        tool = step.locator("details.confirm", has_text="Complete it now")
        if "customer" in step.locator(".track-title").inner_text() or not tool.count():
            return
        key = step.get_attribute("id")
        tool.locator("summary").click()
        tool.get_by_role("button", name="Complete it now").click()
        expect(desk.locator(f"#{key}")).to_have_attribute("data-state", "done")


def test_an_order_goes_from_the_catalogue_to_its_first_bill(seat, portal):
    account = portal.fill("open_account")["account"]
    customer, care = seat("customer", NETWORK), seat("staff", CARE)

    # Written and signed by the customer.
    page = customer.page
    page.goto(f"{HERE}orders/new/")
    page.get_by_role("link", name=re.compile("^Managed Router")).click()
    page.locator("[name=account]").fill(account)
    page.locator("[name=item-0-a_site]").fill("RNO-HUB")
    page.locator("[name=term_months]").fill("36")
    press(page, "Keep it and go on")
    expect(page.locator("main")).to_contain_text("A draft: nothing is ordered yet")
    sound(customer)
    sign(page)
    number = re.search(r"ORD-\d{4}-\d+", page.url)[0]

    # It comes back with its price, and is signed again.
    desk = care.page
    desk.goto("/orders/inbox/")
    desk.get_by_role("link", name=number).click()
    expect(desk.locator("main")).not_to_contain_text("Withdraw it")
    desk.locator("summary", has_text="Return it").click()
    desk.locator("[name=reason]").first.fill("Here is the price of it.")
    press(desk, "Return it with these reasons")
    desk.goto(f"{HERE}orders/{number}/edit/")
    desk.locator("[name=item-0-monthly]").fill("95.00")
    desk.locator("[name=item-0-one_time]").fill("150.00")
    press(desk, "Keep it and go on")
    page.reload()
    expect(page.locator("main")).to_contain_text("Here is the price of it.")
    expect(page.locator("main")).to_contain_text("$95.00")
    sign(page)

    # Taken, planned, confirmed, and committed to.
    desk.reload()
    press(desk, "Accept the order")
    expect(desk.locator("#milestones-title")).to_be_visible()
    sound(care)
    complete_ours(desk)
    desk.goto(f"{HERE}orders/{number}/plan/")
    day = TODAY + timedelta(days=300)
    for name, value in {"what": "A router", "place": "Reno hub", "until_on": f"{day:%Y-%m-%d}"}.items():
        desk.locator(f"form[action$='/reserve/'] [name={name}]").fill(value)
    press(desk, "Reserve it")
    page.goto(f"{HERE}orders/{number}/")
    expect(page.locator("main .note", has_text="Your move:")).to_be_visible()
    page.locator("main .note a.btn").click()
    press(page, "Yes, confirm them")
    desk.reload()
    wanted = TODAY + timedelta(days=56)
    desk.locator("[name=committed_on]").fill(f"{wanted - timedelta(days=wanted.weekday()):%Y-%m-%d}")
    press(desk, "Commit and tell the customer")
    desk.goto(f"{HERE}orders/{number}/")
    complete_ours(desk)

    # A time is chosen for the call; the engineer tests and signs off.
    page.goto(f"{HERE}orders/{number}/")
    page.locator("main .note a.btn", has_text=re.compile("time|call|day")).click()
    page.locator("[name=slot]").first.check()
    page.locator("[name=contact_name]").fill("Walt Quinn")
    page.locator("[name=contact_phone]").fill("+1 775 555 0137")
    press(page, "Book this time")
    expect(page.locator("main")).to_contain_text("with Ingrid Solheim")
    engineer = seat("staff", ENGINEER, phone=True)
    measure_and_sign(engineer, f"{HERE}orders/{number}/")

    # Accepted: the service begins, and its first invoice is the clerk's to read.
    page.goto(f"{HERE}orders/{number}/")
    customer.eventually("Connection notice (PDF)")
    expect(page.locator("#activation-title")).to_have_text("Your move: accept the service")
    sound(customer)
    press(page, "Accept the service")
    expect(state(page)).to_have_text("Completed")
    invoice = portal.fill("invoice", account)["invoice"]
    clerk = seat("customer", CLERK)
    clerk.page.goto(f"{HERE}billing/invoices/{invoice}/")
    expect(clerk.page.locator("main")).to_contain_text("Managed Router")
    expect(clerk.page.locator("main")).to_contain_text("$150.00")


def sign(page):
    """Order it in the company's name."""
    form = page.locator("form[action$='/submit/']")
    name = form.locator("[name=name]").input_value()
    form.locator("[name=title]").fill("NOC engineer")
    form.locator("[name=signature]").fill(name)
    form.locator("[name=agrees]").check()
    press(page, "Sign and submit")
    expect(state(page)).to_have_text("Submitted")


def measure_and_sign(engineer, order):
    """On a phone beside the equipment."""
    page = engineer.page
    page.goto(f"{order}test/")
    if "/open/" in page.url:
        page.locator("[name=reason]").fill("The activation of today")
        press(page, "Open")
        page.goto(f"{order}test/")
    page.locator("[name=throughput_mbps]").fill("998.6")
    page.locator("[name=result][value=passed]").check()
    page.locator("[name=checks][value=link]").check()
    sound(engineer)
    press(page, "Record the test")
    press(page, "Sign the turn-up off")
    expect(page.locator("#activation")).to_contain_text("signed off by Ingrid Solheim")


def test_a_customer_who_was_not_there_sees_the_days_run_and_gives_a_new_date(seat):
    customer, care = seat("customer", NETWORK, phone=True), seat("staff", CARE)

    # The care manager sees whose days run out first.
    desk = care.page
    desk.goto("/orders/mine/?due=held&sort=ready")
    expect(desk.locator("main tr", has_text=HELD)).to_contain_text(re.compile(r"\d+ days left, until"))

    # The customer sees what follows and by when, and gives a date that can be.
    page = customer.page
    page.goto(f"{HERE}orders/{HELD}/")
    part = page.locator("#not-ready")
    expect(part.locator("[data-clock]")).to_contain_text("left")
    expect(part).to_contain_text("Nobody came to the activation call.")
    sound(customer)
    part.locator("[name=new_on]").fill(f"{TODAY + timedelta(days=300):%Y-%m-%d}")
    part.locator("form").evaluate("form => { form.noValidate = true }")
    press(page, "We are ready on this day", inside=part)
    expect(part.locator(".field-error")).to_be_visible()
    last = date.fromisoformat(part.locator("[name=new_on]").get_attribute("max"))
    chosen = next(day for n in range(7) if (day := TODAY + timedelta(days=12 + n)).weekday() == 1)
    part.locator("[name=new_on]").fill(f"{min(chosen, last):%Y-%m-%d}")
    press(page, "We are ready on this day", inside=part)
    expect(part).to_have_count(0)
    expect(state(page)).to_have_text("In progress")

    # It is off the care manager's list, until nobody answers once more.
    desk.reload()
    expect(desk.locator("main tr", has_text=HELD)).to_have_count(0)
    desk.goto(f"{HERE}orders/{HELD}/")
    desk.locator("summary", has_text="Customer not ready").click()
    desk.locator("[name=reason]").first.select_option("no_show")
    desk.locator("[name=note]").first.fill("Nobody answered a third time.")
    press(desk, "Put it on hold")
    expect(desk.locator("#not-ready")).to_contain_text("Nobody answered a third time.")
    sound(care)
    page.reload()
    expect(part).to_contain_text("Earlier times")


def test_a_service_is_refused_with_a_reason_mended_and_accepted(seat, tmp_path):
    customer, engineer = seat("customer", RESELLER, phone=True), seat("staff", ENGINEER, phone=True)
    page, order = customer.page, f"{THERE}orders/{DELIVERED}/"
    page.goto(order)
    expect(page.locator("#activation-title")).to_have_text("Your move: accept the service")
    sound(customer)

    # Refused: the reason and the trace are the engineer's to read.
    refusal = page.locator("#activation details.confirm")
    refusal.locator("summary").click()
    refusal.locator("[name=reason]").fill("No")
    press(page, "Refuse the service", inside=refusal)
    expect(refusal.locator(".field-error").first).to_be_visible()
    expect(refusal.locator("[name=reason]")).to_have_value("No")
    sound(customer)
    refusal.locator("[name=reason]").fill("VLAN 2114 is not carried to Kansas City.")
    trace = tmp_path / "trace.txt"
    trace.write_text("no reply from 192.0.2.1")
    refusal.locator("[name=uploads]").set_input_files(trace)
    press(page, "Refuse the service", inside=refusal)
    expect(page.locator("#activation")).to_contain_text("Refused")
    expect(page.locator("#files")).to_contain_text("trace.txt")

    # Mended, tested and signed off again; a new notice is printed, and accepted.
    measure_and_sign(engineer, order)
    expect(engineer.page.locator("#files")).to_contain_text("trace.txt")
    page.reload()
    customer.eventually("Connection notice (PDF)")
    press(page, "Accept the service")
    expect(page.locator("#activation")).to_contain_text("Accepted")
    expect(state(page)).to_have_text(re.compile("Completed|In progress"))


def test_a_disconnect_is_estimated_taken_back_asked_for_again_and_done(seat, portal):
    customer, care = seat("customer", ADMINISTRATOR), seat("staff", CARE)
    page, desk = customer.page, care.page

    # What it comes to stands beside the form, with its working; for another day it is shown anew.
    ask_for_a_disconnect(page)
    expect(page.locator(".page-side")).to_contain_text(re.compile(r"\d+ months × \$2,985\.00 × 75 % = \$[\d,]+\.\d\d"))
    sound(customer)
    first = date.fromisoformat(page.locator("[name=stops_on]").input_value())
    later = first + timedelta(days=45)
    page.locator("[name=stops_on]").fill(f"{later:%Y-%m-%d}")
    page.locator("[name=reason]").select_option("not_needed")
    press(page, "Have it disconnected")
    expect(page.locator("main")).to_contain_text("The estimate is for another day")
    press(page, "Have it disconnected")
    keep = later - timedelta(days=6)
    told = page.locator(".fact", has_text="Can be taken back until")
    expect(told).to_contain_text(f"{keep.day} {keep:%b %Y}")

    # Taken back.
    confirm(page, "Keep the service")
    expect(state(page)).to_have_text("Cancelled")

    # Asked for again, taken by the carrier, and done on its day.
    ask_for_a_disconnect(page)
    page.locator("[name=reason]").select_option("not_needed")
    press(page, "Have it disconnected")
    number = re.search(r"ORD-\d{4}-\d+", page.url)[0]
    desk.goto(f"{HERE}orders/{number}/")
    press(desk, "Accept the order")
    page.reload()
    expect(page.locator("main")).to_contain_text("Keep the service")
    portal.fill("end_disconnect", number)
    page.reload()
    expect(state(page)).to_have_text("Completed")
    sound(customer)


def ask_for_a_disconnect(page):
    page.goto(f"{HERE}services/?q={CIRCUIT}")
    page.locator("main table").get_by_role("link", name=CIRCUIT).first.click()
    page.locator("summary", has_text="Ask for something").click()
    page.get_by_role("link", name="Disconnect it").click()
    expect(page.locator("[name=stops_on]")).to_be_visible()
