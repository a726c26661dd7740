"""The main job from end to end, walked in a browser on the portal as `make run` starts it."""

import re
from datetime import date

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

ADMINISTRATOR, CARE_MANAGER = "dana.whitfield@halvorsen.example", "maren.holt@northvane.example"
CLERK, ANALYST = "helen.park@halvorsen.example", "priscilla.vance@northvane.example"
SPANISH, AZULEJO = "ximena.robledo@azulejo.example", "301774"
HALVORSEN, ACCOUNT, ORDER, CIRCUIT = "204817", "5-KTR2P", "ORD-2026-00500", "WV-10G-003318"


def month(back):
    """A month before this one, as the form wants it and as its bill run is called."""
    today = date.today()
    first = date(today.year + (today.month - 1 - back) // 12, (today.month - 1 - back) % 12 + 1, 1)
    return first


# The two walks share a portal and run in any order, so that each bills months of its own.
MONTHS = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]


def open_invoice(page, month_name, *more):
    """Open the invoice of a month from the list; returns its number."""
    row = page.locator("main table tr", has_text=re.compile(month_name, re.IGNORECASE))
    for words in more:
        row = row.filter(has_text=words)
    row.first.get_by_role("link").first.click()
    page.wait_for_url(re.compile(r"/invoices/INV-"))
    return re.search(r"INV-\d{4}-\d+", page.url)[0]


def test_the_line_from_order_to_credit(person):
    customer, care = person("customer"), person("staff")

    # The customer sees the order and whom to call.
    page = customer.sign_in(ADMINISTRATOR)
    page.get_by_role("link", name="Orders", exact=True).first.click()
    page.get_by_role("link", name=ORDER).first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Wavelength 10 Gbps")
    expect(page.locator("main")).to_contain_text("Maren Holt")
    step = page.locator("[id^=milestone-]", has_text="Local loop tested")
    expect(step).to_contain_text("third party")

    # The care manager finds it in the day's work and completes the step.
    desk = care.sign_in(CARE_MANAGER)
    desk.goto("/orders/mine/")
    desk.get_by_role("link", name=ORDER).first.click()
    expect(desk.locator("aside.visit")).to_contain_text("Account team")
    tools = desk.locator("[id^=milestone-]", has_text="Local loop tested")
    tools.locator("summary", has_text="Complete").click()
    tools.get_by_role("button", name="Complete it now").click()
    expect(desk.locator("[id^=milestone-]", has_text="Local loop tested")).to_have_attribute("data-state", "done")

    # The customer sees it, and their people got the mail, word for word.
    page.reload()
    expect(page.locator("[id^=milestone-]", has_text="Local loop tested")).to_have_attribute("data-state", "done")
    desk.goto("/notices/")
    care.eventually(ORDER)
    desk.get_by_role("link", name=re.compile(ORDER)).first.click()
    care.eventually("Delivered to the mail server")
    expect(desk.locator("pre.mail-text")).to_contain_text(f"{customer.address}/e/{HALVORSEN}/orders/{ORDER}/")

    # The analyst bills last month; the finance clerk is told and opens the invoice.
    analyst, clerk = person("staff"), person("customer")
    bills = analyst.sign_in(ANALYST)
    bill(analyst, month(1))
    bills.goto(f"/notices/?to={CLERK}")
    analyst.eventually("Halvorsen")
    invoice = clerk.sign_in(CLERK)
    invoice.goto(f"/e/{HALVORSEN}/billing/")
    number = open_invoice(invoice, f"{month(1):%B %Y}", ACCOUNT)
    with invoice.expect_download() as download:
        invoice.get_by_role("link", name=re.compile("PDF")).first.click()
    assert download.value.path().read_bytes().startswith(b"%PDF-")

    # A part of one line is disputed; a wrong amount comes back with what was typed.
    invoice.locator("main tr", has_text=CIRCUIT).get_by_role("link", name=re.compile("Dispute")).click()
    invoice.locator("[name=amount]").fill("999999")
    invoice.locator("[name=reason]").select_option("rate")
    invoice.locator("[name=statement]").fill("The order says $2,850.00.")
    invoice.get_by_role("button", name="Open the dispute").click()
    expect(invoice.locator(".field-error").first).to_be_visible()
    expect(invoice.locator("[name=statement]")).to_have_value("The order says $2,850.00.")
    invoice.locator("[name=amount]").fill("100.00")
    invoice.get_by_role("button", name="Open the dispute").click()
    invoice.wait_for_url(re.compile("/disputes/DSP-"))
    dispute = re.search(r"DSP-\d{4}-\d+", invoice.content())[0]
    invoice.goto(f"/e/{HALVORSEN}/billing/invoices/{number}/")
    expect(invoice.locator("main")).to_contain_text("$100.00")

    # The analyst decides; the customer reads why.
    bills.goto("/billing/disputes/")
    bills.get_by_role("link", name=dispute).first.click()
    bills.get_by_role("link", name=re.compile("Decide")).first.click()
    bills.locator("[name=credited]").fill("100.00")
    bills.locator("[name=decision]").fill("The order's rate applies.")
    bills.get_by_role("button", name="Decide and tell the customer").click()
    expect(bills.locator("main")).to_contain_text("Upheld")
    invoice.goto(f"/e/{HALVORSEN}/billing/disputes/{dispute}/")
    expect(invoice.locator("main")).to_contain_text("The order's rate applies.")

    # The next month's bill run puts the credit on the next invoice.
    bill(analyst, month(0))
    invoice.goto(f"/e/{HALVORSEN}/billing/")
    assert open_invoice(invoice, f"{month(0):%B %Y}", ACCOUNT) != number
    expect(invoice.locator("main")).to_contain_text("−$100.00")
    expect(invoice.locator("main")).to_contain_text(dispute)


def bill(analyst, first):
    """Start the month's bill run and wait until every customer is done."""
    page = analyst.page
    page.goto("/billing/runs/")
    page.locator("summary", has_text="Bill a month").click()
    page.locator("[name=period_on]").fill(f"{first:%Y-%m}")
    page.get_by_role("button", name="Start the bill run").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text(f"{first:%B %Y}")
    analyst.eventually("Completed", seconds=90)
    analyst.no_longer("Make the missing PDFs", seconds=120)


def test_the_line_in_spanish_on_a_phone(person):
    customer = person("customer", language="es-MX", phone=True)
    page = customer.sign_in(SPANISH)
    assert page.locator("html").get_attribute("lang") == "es"

    # She sees her orders and whose move it is.
    page.locator("nav a", has_text="Órdenes").last.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Órdenes")
    no_sideways_scroll(page)

    # Her care manager, in Spanish too, completes a step; the mail comes in Spanish.
    care = person("staff", language="es-AR")
    desk = care.sign_in("lucia.ferreyra@northvane.example")
    desk.goto("/orders/mine/")
    desk.locator("main table tr", has_text="Azulejo").get_by_role("link").first.click()
    order = re.search(r"ORD-\d{4}-\d+", desk.url)[0]
    tools = desk.locator("details.confirm", has=desk.locator("form[action$='/complete/']")).first
    tools.locator("summary").click()
    tools.locator("button").click()
    expect(desk.locator("[id^=milestone-][data-state=done]").last).to_be_visible()
    page.goto(f"/e/{AZULEJO}/orders/{order}/")
    expect(page.locator("main")).to_contain_text("Lucía Ferreyra")
    no_sideways_scroll(page)
    assert "orden" in read_mail(customer, SPANISH, order).lower()

    # The bill comes, and she contests a part of a line.
    analyst = person("staff")
    bills = analyst.sign_in(ANALYST)
    bill(analyst, month(3))
    page.locator("nav a", has_text="Facturación").last.click()
    no_sideways_scroll(page)
    open_invoice(page, MONTHS[month(3).month - 1])
    no_sideways_scroll(page)
    first_invoice = page.url
    page.get_by_role("link", name=re.compile("Disputar")).first.click()
    page.locator("[name=amount]").fill("1,50")
    page.locator("[name=reason]").select_option("other")
    page.locator("[name=statement]").fill("El contrato dice otra cosa.")
    no_sideways_scroll(page)
    page.locator("main form [type=submit]").first.click()
    page.wait_for_url(re.compile("/disputes/DSP-"))
    dispute = re.search(r"DSP-\d{4}-\d+", page.url)[0]
    expect(page.get_by_role("heading", level=1)).to_contain_text("en disputa")
    expect(page.locator("main")).to_contain_text("En revisión")
    no_sideways_scroll(page)
    assert "disputa" in read_mail(customer, SPANISH, dispute).lower()

    # It is decided, and the next invoice gives it back.
    bills.goto("/billing/disputes/")
    bills.get_by_role("link", name=dispute).first.click()
    # The analyst is not in this customer's team, so the portal asks why.
    bills.locator("[name=reason]").fill("Dispute in my queue")
    bills.get_by_role("button", name="Open").click()
    expect(bills.locator("aside.visit")).to_contain_text("Dispute in my queue")
    bills.get_by_role("link", name=re.compile("Decide")).first.click()
    bills.locator("[name=credited]").fill("1.50")
    bills.locator("[name=decision]").fill("Vale lo que dice el contrato.")
    bills.get_by_role("button", name="Decide and tell the customer").click()
    expect(bills.locator("main")).to_contain_text("Upheld")
    page.reload()
    expect(page.locator("main")).to_contain_text("Vale lo que dice el contrato.")
    no_sideways_scroll(page)
    bill(analyst, month(2))
    page.goto(f"/e/{AZULEJO}/billing/")
    invoices = [link.get_attribute("href") for link in page.locator("main table a").all()]
    later = [href for href in invoices if not first_invoice.endswith(href)]
    assert any(is_credited_on(page, href, dispute) for href in later), later
    no_sideways_scroll(page)


def is_credited_on(page, href, dispute):
    """Whether the invoice at an address bears the dispute's credit note; leaves the page open."""
    page.goto(href)
    line = page.locator("main tr", has_text=dispute)
    return line.count() > 0 and "1.50" in line.first.inner_text()


def read_mail(someone, address, word):
    """The newest mail to an address that says the word, as it lies in the demo's folder."""
    from email import message_from_bytes, policy

    for _ in range(60):
        for path in sorted((someone.portal.home / "mail").iterdir(), reverse=True):
            for raw in re.split(rb"\n-{79}\n", path.read_bytes()):
                message = message_from_bytes(raw.strip(), policy=policy.default)
                body = message.get_body(("plain",)) if message.get("To") else None
                if body and address in message["To"] and word in body.get_content():
                    return str(body.get_content())
        someone.page.wait_for_timeout(500)
    raise AssertionError(f"No mail to {address} says {word}.")


def no_sideways_scroll(page):
    width, room = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert width <= room, (page.url, width, room)


def test_the_header_is_worked_by_the_keyboard_alone(person):
    customer = person("customer")
    page = customer.sign_in(ADMINISTRATOR)
    box = page.get_by_role("combobox", name="Search")

    # A beginning suggests; the arrows choose, and Escape first closes, then leaves.
    page.keyboard.press("/")
    expect(box).to_be_focused()
    page.keyboard.type("wv 10g 0033")
    hits = page.get_by_role("listbox").get_by_role("option")
    expect(hits.first).to_contain_text("WV-10G-0033")
    expect(box).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    expect(box).to_have_attribute("aria-activedescendant", hits.first.get_attribute("id"))
    expect(hits.first).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(box).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Escape")
    expect(box).not_to_be_focused()

    # A whole number and Enter go straight to its page.
    page.keyboard.press("/")
    page.keyboard.type(ORDER.lower().replace("-", " "))
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/orders/{ORDER}/$"))

    # Help opens and closes by its key, and not while one types.
    page.keyboard.press("?")
    expect(page.locator("#help .menu-panel")).to_contain_text("Whom to call")
    page.keyboard.press("Escape")
    expect(page.locator("#help")).not_to_have_attribute("open", "")
    page.keyboard.press("/")
    page.keyboard.type("?/")
    expect(box).to_have_value("?/")
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")

    # The bell is reached by Tab and opened by Enter; what it shows comes when it opens.
    page.locator(".bell summary").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".bell .menu-panel")).to_contain_text("What we told you")
    page.locator(".bell").get_by_role("link", name="All that we told you").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What we told you")


def test_staff_find_a_customer_and_its_order_from_anywhere(person):
    page = person("staff").sign_in(ANALYST)
    page.keyboard.press("/")
    page.keyboard.type("azul")
    expect(page.get_by_role("option").first).to_contain_text(AZULEJO)
    page.keyboard.press("Escape")
    page.get_by_role("combobox", name="Search").fill(ORDER)
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(rf"/e/{HALVORSEN}/orders/{ORDER}/$|/customers/{HALVORSEN}/open/"))
