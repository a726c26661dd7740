"""The portal without a mouse: where the focus is, that it is seen, and that it never stays caught."""

import re

import pytest
from playwright.sync_api import expect

from screens.pages import ADMINISTRATOR, CARE, CLERK, HERE, ORDER, PASSWORD

pytestmark = pytest.mark.browser

# What has the focus, in words; "" where nothing shows it.
FOCUS = """async () => {
  // A page scrolls to it with the next frame.
  await new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const it = document.activeElement;
  if (!it || it === document.body) return { name: "", seen: true, inside: true };
  const style = getComputedStyle(it), box = it.getBoundingClientRect();
  return {
    name: `${it.localName}${it.id ? "#" + it.id : ""} ${(it.innerText || it.name || "").trim().slice(0, 40)}`,
    seen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2) || style.boxShadow !== "none",
    inside: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""
LONGEST = 120


def tab(page):
    """One step with Tab; returns what has the focus, which must be seen and on the screen."""
    page.keyboard.press("Tab")
    focus = page.evaluate(FOCUS)
    assert focus["seen"], f"nothing shows the focus on {focus['name']!r} at {page.url}"
    assert focus["inside"], f"{focus['name']!r} has the focus outside of the window at {page.url}"
    return focus["name"]


def tab_to(page, locator):
    """Step on until the focus is there."""
    for _ in range(LONGEST):
        if locator.evaluate_all("all => all.includes(document.activeElement)"):
            return
        tab(page)
    raise AssertionError(f"{locator} is not reached by Tab at {page.url}")


def enter(page, locator):
    """Reach it with Tab and press it."""
    tab_to(page, locator)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def test_from_signing_in_to_a_form_without_a_mouse(person, things):
    window = person("customer")
    page = window.page
    page.goto("/")
    page.locator("[name=login]").evaluate("it => it.blur()")
    tab_to(page, page.locator("[name=login]"))
    page.keyboard.type(CLERK)
    tab_to(page, page.locator("[name=password]"))
    page.keyboard.type(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_url(re.compile(HERE))

    # The first stop skips to the content, and the next stop is inside it.
    assert tab(page).startswith("a Skip to the content")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    tab(page)
    assert page.evaluate("document.querySelector('#main').contains(document.activeElement)")

    enter(page, page.locator("nav a", has_text="Billing"))
    enter(page, page.locator(f"main a[href*='{things['invoice']}']").first)
    enter(page, page.locator("main a[href$='/dispute/']").first)
    statement = page.locator("[name=statement]")
    tab_to(page, statement)
    page.keyboard.type("Typed without a mouse.")
    tab_to(page, page.locator("form:has([name=statement]) button[type=submit]"))
    page.keyboard.press("Enter")
    # What is missing keeps the form; the first field at fault, or the sum of faults, has the focus.
    expect(page.locator(".field-error").first).to_be_visible()
    expect(page.locator(":focus")).to_have_count(1)
    assert statement.input_value() == "Typed without a mouse."


@pytest.mark.parametrize(
    ("face", "who", "path"),
    [
        ("customer", ADMINISTRATOR, HERE),
        ("customer", ADMINISTRATOR, f"{HERE}orders/"),
        ("customer", ADMINISTRATOR, f"{HERE}orders/{ORDER}/"),
        ("customer", CLERK, f"{HERE}billing/invoices/{{invoice}}/"),
        ("staff", CARE, "/orders/mine/"),
        ("staff", CARE, f"{HERE}orders/{ORDER}/"),
    ],
)
def test_the_focus_goes_through_the_page_and_out_again(looker, things, face, who, path):
    """No trap: every stop once, in order, until the page has no more."""
    from screens.pages import Page

    window = looker.window(Page(face, "", who, path))
    page = window.page
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(path.format(**things))
    page.evaluate("document.activeElement.blur()")
    expected = page.evaluate(
        """() => [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex='0']")]
        .filter((it) => it.checkVisibility() && !it.disabled && it.type !== "hidden").length"""
    )
    stops = []
    while (name := tab(page)) and len(stops) < expected + 2:
        stops.append(name)
    assert stops[0].startswith("a Skip")
    assert len(stops) >= expected - 1, (len(stops), expected)


def test_menus_close_by_escape_and_give_the_focus_back(looker, things):
    from screens.pages import Page

    page = looker.window(Page("customer", "", ADMINISTRATOR, HERE)).page
    page.set_viewport_size({"width": 1360, "height": 900})
    page.goto(HERE)
    menus = page.locator("header details[data-menu]")
    assert menus.count() > 0
    for menu in menus.all():
        summary = menu.locator("summary").first
        if not summary.is_visible():
            continue
        summary.focus()
        page.keyboard.press("Enter")
        expect(menu).to_have_attribute("open", "")
        page.keyboard.press("Escape")
        assert not menu.evaluate("it => it.open")
        assert summary.evaluate("it => it === document.activeElement")


def test_what_htmx_changes_keeps_the_focus_near(person, things):
    """A note is sent with the keyboard: the focus is on the part that came, not at the page's top."""
    page = person("staff").sign_in(CARE)
    page.goto(f"{HERE}orders/{ORDER}/")
    step = page.locator("[id^=milestone-][data-state=now], [id^=milestone-][data-state=late]").first
    step.locator("summary", has_text="Note").or_(step.locator("summary").last).first.focus()
    page.keyboard.press("Enter")
    field = step.locator("textarea:visible").first
    tab_to(page, field)
    page.keyboard.type("The survey is booked for Thursday.")
    tab_to(page, step.locator("button[type=submit]:visible").first)
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("The survey is booked for Thursday.")
    expect(page.locator("main :focus")).to_have_count(1)


def test_little_motion_is_no_motion(browser, portal):
    from screens.person import Person

    window = Person(browser, portal, "customer", is_still=True)
    window.page.goto("/account/login/")
    moving = window.page.evaluate(
        """() => [...document.querySelectorAll("*")].map((it) => getComputedStyle(it))
        .filter((style) => parseFloat(style.animationDuration) > 0 && style.animationName !== "none"
          || parseFloat(style.transitionDuration) > 0 && style.transitionProperty !== "none").length"""
    )
    window.context.close()
    assert moving == 0


def test_forced_colours_leave_edges_and_focus(browser, portal):
    """High contrast: what is a field or a button still has an edge, and the focus still shows."""
    context = browser.new_context(base_url=portal.customer, forced_colors="active")
    page = context.new_page()
    page.goto("/account/login/")
    edges = page.evaluate(
        """() => [...document.querySelectorAll("main input:not([type=hidden]), main button, form button")]
        .filter((it) => it.checkVisibility()).map((it) => getComputedStyle(it))
        .map((style) => style.borderTopStyle !== "none" && parseFloat(style.borderTopWidth) > 0)"""
    )
    assert edges and all(edges), edges
    tab(page)
    context.close()
