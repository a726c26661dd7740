"""A passkey from its making to its end, with the authenticator that Chromium has for tests."""

import re

import pytest
from playwright.sync_api import expect

from screens.looking import violations

pytestmark = pytest.mark.browser

PERSON = "marcus.oduya@halvorsen.example"


@pytest.fixture
def device(person):
    """A person's browser on a device that has a fingerprint reader, and the switch by which a finger is on it."""
    at = person("customer")
    line = at.context.new_cdp_session(at.page)
    line.send("WebAuthn.enable")
    reader = {
        "protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
        "isUserVerified": True, "automaticPresenceSimulation": True,
    }  # fmt: skip
    made = line.send("WebAuthn.addVirtualAuthenticator", {"options": reader})["authenticatorId"]

    def hold(is_there: bool) -> None:
        line.send("WebAuthn.setUserVerified", {"authenticatorId": made, "isUserVerified": is_there})

    return at, hold


def test_a_passkey_opens_without_a_password_until_it_is_removed(device):
    at, hold = device
    page = at.sign_in(PERSON)
    home = page.url

    # Adding one asks for the password once more, if that was long ago, and names it by the browser.
    page.goto("/account/2fa/")
    page.get_by_role("link", name="Add a passkey").click()
    prove(at)
    expect(page.get_by_label("Name")).to_have_value(re.compile("Chrome"))
    page.get_by_label("Name").fill("Dana's laptop")
    page.get_by_role("button", name="Add it").click()
    # Recovery codes come with the first factor.
    page.wait_for_url(re.compile("/recovery-codes/"))
    page.goto("/account/2fa/webauthn/")
    assert violations(at) == []
    row = page.locator("main tr", has_text="Dana's laptop")
    expect(row).to_contain_text("without the password")
    expect(row).to_contain_text("never")

    # It opens the door alone; without the finger it does not, and says so.
    sign_out(page)
    hold(False)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#messages")).to_contain_text("Your device did not use a key")
    hold(True)
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url(home)

    # It is the second step as well.
    sign_out(page)
    page.locator("[name=login]").fill(PERSON)
    page.locator("[name=password]").fill("quiet-harbor-lamp")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(home)

    # Removed, it opens nothing.
    page.goto("/account/2fa/webauthn/")
    expect(page.locator("main tr", has_text="Dana's laptop")).not_to_contain_text("never")
    page.get_by_role("link", name="Rename").click()
    prove(at)
    page.get_by_label("Name").fill("Old laptop")
    assert violations(at) == []
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove").click()
    expect(page.locator("main")).to_contain_text("Old laptop")
    assert violations(at) == []
    page.get_by_role("button", name="Remove").click()
    expect(page.locator("main")).to_contain_text("No passkey yet")
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("#messages .message")).to_be_visible()
    assert "/account/login/" in page.url


def prove(at):
    """Is it still you? By whatever is asked for first."""
    page = at.page
    if page.locator("[name=password]").count():
        page.locator("[name=password]").fill("quiet-harbor-lamp")
        page.locator("main form [type=submit]").first.click()
    elif page.locator("form[data-key]").count():
        page.get_by_role("button", name="Use a passkey").click()
    elif page.locator("[name=code]").count():
        page.locator("[name=code]").fill(at.portal.code(PERSON))
        page.locator("main form [type=submit]").first.click()


def sign_out(page):
    page.locator("summary.person-button").click()
    page.get_by_role("button", name="Sign out").click()
    page.goto("/account/login/")
