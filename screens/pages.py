"""Every page of both faces, in each state that is worth a look: the list that all of this works through.

A route that answers with a page and has no line here fails a test; so does a line whose route is gone.
"""

from collections.abc import Callable
from dataclasses import dataclass

from playwright.sync_api import Page as Window

from screens.person import PASSWORD

NOBODY = ""
ADMINISTRATOR, CLERK = "dana.whitfield@halvorsen.example", "helen.park@halvorsen.example"
FEW_RIGHTS, SEVERAL = "troy.beckett@halvorsen.example", "priya.raman@lanternworks.example"
CARE, ANALYST = "maren.holt@northvane.example", "priscilla.vance@northvane.example"
DIRECTOR = "caroline.whitlock@northvane.example"
OWNER, STRANGER = "owen.kessler@northvane.example", "tomas.brandvold@northvane.example"
HERE, ORDER, CANCELLED = "/e/204817/", "ORD-2026-00500", "ORD-2026-00465"
Act = Callable[[Window], None]


@dataclass(frozen=True)
class Page:
    """One page as somebody sees it. ``path`` has the names of screens.filling's things in braces.

    ``act`` is what they do there first; ``state`` says what is to be seen, where it is not the usual.
    """

    face: str
    route: str
    who: str
    path: str
    state: str = ""
    status: int = 200
    act: Act | None = None

    @property
    def name(self) -> str:
        who = self.who.partition("@")[0] or "nobody"
        return " ".join(filter(None, (self.face, self.route or "(start)", self.state, who)))


def send(selector: str = "main form [type=submit]", **fields: str) -> Act:
    """Type into the form's fields and send it, past what the browser itself would object to."""

    def act(window: Window) -> None:
        for name, value in fields.items():
            field = window.locator(f"[name={name}]:not([type=radio])").last
            field.select_option(value) if field.evaluate("it => it.localName") == "select" else field.fill(value)
        button = window.locator(selector).last
        button.evaluate("it => { it.form.noValidate = true }")
        with window.expect_navigation():
            button.click()

    return act


def follow(selector: str) -> Act:
    """Go where the first such link leads."""

    def act(window: Window) -> None:
        with window.expect_navigation():
            window.locator(selector).first.click()

    return act


def opening(selector: str) -> Act:
    """Open each menu or panel that it finds."""

    def act(window: Window) -> None:
        for summary in window.locator(selector).all():
            if summary.is_visible():
                summary.click()

    return act


def _on(face: str) -> Callable[..., Page]:
    def page(route: str, who: str, path: str = "", state: str = "", status: int = 200, act: Act | None = None) -> Page:
        return Page(face, route, who, path or f"/{route}", state, status, act)

    return page


_c, _s = _on("customer"), _on("staff")
_ENTRANCE = "form:has([name=login]) [type=submit], form:has([name=email]) [type=submit]"
_IN = "e/<slug:enterprise>/"
_CONFIRM = r"account/^confirm-email/(?P<key>[-:\w]+)/$"
_RESET_KEY = "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

ENTRANCE = (
    _c("account/login/", NOBODY),
    _c(
        "account/login/",
        NOBODY,
        state="wrong",
        act=send(_ENTRANCE, login="no.one@x.example", password="never-was-mine"),
    ),
    _s("account/login/", NOBODY),
    _c("account/logout/", ADMINISTRATOR),
    _c("account/inactive/", NOBODY),
    _c("account/signup/", NOBODY),
    _c("account/reauthenticate/", CLERK),
    _c("account/email/", CLERK),
    _c(
        "account/email/",
        CLERK,
        state="wrong",
        act=send("form:has([name=action_add]) [type=submit]", email="no"),
    ),
    _c("account/confirm-email/", NOBODY),
    _c("account/password/change/", CLERK),
    _c(
        "account/password/change/",
        CLERK,
        state="wrong",
        act=send(oldpassword="x", password1="short", password2="y"),
    ),
    _c("account/password/reset/", NOBODY),
    _c("account/password/reset/done/", NOBODY),
    _c("account/password/reset/key/done/", NOBODY),
    _c(_CONFIRM, NOBODY, "/account/confirm-email/no-such-key/", "no longer good"),
    _c(_CONFIRM, NOBODY, "/account/confirm-email/{confirm_key}/"),
    _c(_RESET_KEY, NOBODY, "/account/password/reset/key/1-no-such-key/", "no longer good"),
    _c(_RESET_KEY, NOBODY, "/account/password/reset/key/{reset_key}/"),
    _s("account/2fa/authenticate/", NOBODY, "/account/login/", act=send(_ENTRANCE, login=ANALYST, password=PASSWORD)),
    _c("account/2fa/", CLERK),
    _s("account/2fa/", OWNER),
    _s("account/2fa/reauthenticate/", OWNER),
    _c("account/2fa/totp/activate/", CLERK),
    _c(
        "account/2fa/totp/activate/",
        CLERK,
        state="wrong",
        act=send("form:has([name=code]) [type=submit]", code="000000"),
    ),
    _s("account/2fa/totp/deactivate/", OWNER),
    _s("account/2fa/recovery-codes/generate/", OWNER),
    _s("account/2fa/recovery-codes/", OWNER, "/account/2fa/recovery-codes/generate/", act=send()),
    _c("account/2fa/webauthn/", CLERK, state="empty"),
    _c("account/2fa/webauthn/add/", CLERK),
    _c("account/sessions/", ADMINISTRATOR),
    _c("profile/", ADMINISTRATOR),
    _c(
        "profile/",
        ADMINISTRATOR,
        state="wrong",
        status=422,
        act=send("form:has([name=time_zone]) [type=submit]", name=""),
    ),
    _s("profile/", CARE),
    _c("companies/", SEVERAL),
)
CUSTOMER = (
    _c("", STRANGER, "/", "in no company", status=403),
    _c(_IN, ADMINISTRATOR, HERE),
    _c(_IN, ADMINISTRATOR, HERE, "menus open", act=opening("header.top summary")),
    _c(_IN, CLERK, HERE),
    _c(_IN, SEVERAL, "/e/207340/"),
    _c(f"{_IN}orders/", ADMINISTRATOR, f"{HERE}orders/"),
    _c(f"{_IN}orders/", ADMINISTRATOR, f"{HERE}orders/?q=no-such", "nothing found"),
    _c(f"{_IN}orders/<str:number>/", ADMINISTRATOR, f"{HERE}orders/{ORDER}/"),
    _c(f"{_IN}orders/<str:number>/", ADMINISTRATOR, f"{HERE}orders/{CANCELLED}/", "cancelled"),
    _c(f"{_IN}downloads/", ADMINISTRATOR, f"{HERE}downloads/"),
    _c(f"{_IN}downloads/", SEVERAL, "/e/207340/downloads/", "empty"),
    _c(f"{_IN}billing/", CLERK, f"{HERE}billing/"),
    _c(f"{_IN}billing/", CLERK, f"{HERE}billing/?number=no-such", "nothing found"),
    _c(f"{_IN}billing/invoices/<str:number>/", CLERK, f"{HERE}billing/invoices/{{invoice}}/"),
    _c(f"{_IN}billing/invoices/<str:number>/", ADMINISTRATOR, f"{HERE}billing/invoices/{{invoice}}/"),
    _c(f"{_IN}billing/invoices/<str:number>/lines/<int:pk>/dispute/", CLERK,
       f"{HERE}billing/invoices/{{invoice}}/lines/{{line}}/dispute/"),
    _c(f"{_IN}billing/invoices/<str:number>/lines/<int:pk>/dispute/", CLERK,
       f"{HERE}billing/invoices/{{invoice}}/lines/{{line}}/dispute/", "wrong", 422,
       act=send("form:has([name=statement]) [type=submit]", amount="999999", statement="")),
    _c(f"{_IN}billing/disputes/", CLERK, f"{HERE}billing/disputes/"),
    _c(f"{_IN}billing/disputes/", SEVERAL, "/e/207340/billing/disputes/", "empty"),
    _c(f"{_IN}billing/disputes/<str:number>/", CLERK, f"{HERE}billing/disputes/{{dispute}}/"),
    _c(f"{_IN}billing/disputes/<str:number>/", CLERK, f"{HERE}billing/disputes/{{decided}}/", "decided"),
    _c(f"{_IN}enterprise/", ADMINISTRATOR, f"{HERE}enterprise/"),
    _c(f"{_IN}enterprise/", ADMINISTRATOR, f"{HERE}enterprise/", "wrong", 422,
       act=send("form:has([name=custom_name]) [type=submit]", time_zone="Atlantis")),
    _c(f"{_IN}accounts/", ADMINISTRATOR, f"{HERE}accounts/"),
    _c(f"{_IN}accounts/", ADMINISTRATOR, f"{HERE}accounts/?q=no-such", "nothing found"),
    _c(f"{_IN}accounts/<int:pk>/", ADMINISTRATOR, f"{HERE}accounts/{{account}}/"),
    _c(f"{_IN}accounts/<int:pk>/", CLERK, f"{HERE}accounts/{{account}}/"),
    _c(f"{_IN}accounts/<int:pk>/change/", ADMINISTRATOR, f"{HERE}accounts/{{account}}/change/"),
    _c(f"{_IN}contacts/", ADMINISTRATOR, f"{HERE}contacts/"),
    _c(f"{_IN}contacts/new/", ADMINISTRATOR, f"{HERE}contacts/new/"),
    _c(f"{_IN}contacts/new/", ADMINISTRATOR, f"{HERE}contacts/new/", "wrong", 422,
       act=send("form:has([name=email]) [type=submit]", name="Desk", email="no")),
    _c(f"{_IN}contacts/<int:pk>/", ADMINISTRATOR, f"{HERE}contacts/{{contact}}/"),
    _c(f"{_IN}account-groups/", ADMINISTRATOR, f"{HERE}account-groups/"),
    _c(f"{_IN}account-groups/", SEVERAL, "/e/207340/account-groups/", "empty"),
    _c(f"{_IN}account-groups/new/", ADMINISTRATOR, f"{HERE}account-groups/new/"),
    _c(f"{_IN}account-groups/<int:pk>/", ADMINISTRATOR, f"{HERE}account-groups/{{group}}/"),
    _c(f"{_IN}account-groups/<int:pk>/change/", ADMINISTRATOR, f"{HERE}account-groups/{{group}}/change/"),
    _c(f"{_IN}account-groups/<int:pk>/change/", ADMINISTRATOR, f"{HERE}account-groups/{{group}}/change/", "wrong", 422,
       act=send("form:has([name=add]) [type=submit]", add="no-such")),
    _c(f"{_IN}search/", ADMINISTRATOR, f"{HERE}search/?q=WV-10G"),
    _c(f"{_IN}search/", ADMINISTRATOR, f"{HERE}search/?q=no-such", "nothing found"),
    _c(f"{_IN}help/", ADMINISTRATOR, f"{HERE}help/"),
    _c(f"{_IN}notices/", CLERK, f"{HERE}notices/"),
    _c(f"{_IN}notices/<int:pk>/", CLERK, f"{HERE}notices/", act=follow("main a[href*='/notices/']")),
    _c(f"{_IN}views/", ADMINISTRATOR, f"{HERE}views/?list=orders"),
    _c(f"{_IN}orders/", ADMINISTRATOR, f"{HERE}orders/?placed_from=never", "wrong"),
    _c(f"{_IN}orders/", ADMINISTRATOR, f"{HERE}orders/", "menus open",
       act=opening(".list-tools details:first-of-type > summary")),
    _c(f"{_IN}my-notices/", ADMINISTRATOR, f"{HERE}my-notices/"),
    _c(f"{_IN}visits/", ADMINISTRATOR, f"{HERE}visits/"),
    _c(f"{_IN}terms/", ADMINISTRATOR, f"{HERE}terms/"),
    _c(f"{_IN}team/", ADMINISTRATOR, f"{HERE}team/"),
    _c(f"{_IN}team/", CLERK, f"{HERE}team/"),
    _c(f"{_IN}keys/", ADMINISTRATOR, f"{HERE}keys/"),
    _c(f"{_IN}keys/request/", ADMINISTRATOR, f"{HERE}keys/request/"),
    _c(f"{_IN}keys/<int:pk>/", ADMINISTRATOR, f"{HERE}keys/{{api_key}}/"),
    _c(f"{_IN}keys/<int:pk>/", ADMINISTRATOR, f"{HERE}keys/{{asked_key}}/", "waits"),
    _c(f"{_IN}sign-on/", ADMINISTRATOR, f"{HERE}sign-on/"),
    _c("account/company/", NOBODY),
    _c("account/company/<slug:handle>/", NOBODY, "/account/company/{door}/"),
    _c(f"{_IN}visits/", FEW_RIGHTS, f"{HERE}visits/", "forbidden", 403),
    _c(f"{_IN}orders/<str:number>/", ADMINISTRATOR, f"{HERE}orders/ORD-0/", "not there", 404),
    _c("account/login/", NOBODY, "/no/such/page/", "no such page", 404),
)  # fmt: skip
STAFF = (
    _s("", CARE, "/"),
    _s("", ANALYST, "/"),
    _s("", OWNER, "/"),
    _s("", CARE, "/", "menus open", act=opening("header.top summary")),
    _s("help/", CARE),
    _s("api-keys/", OWNER),
    _s(f"{_IN}keys/", OWNER, f"{HERE}keys/"),
    _s(f"{_IN}keys/<int:pk>/", OWNER, f"{HERE}keys/{{api_key}}/"),
    _s("search/", CARE, "/search/?q=halvorsen"),
    _s("told/", ANALYST),
    _s("told/<int:pk>/", ANALYST, "/told/", act=follow("main a[href*='/told/']")),
    _s("views/", CARE, "/views/?list=notices"),
    _s("patterns/", CARE),
    _s("patterns/detail/", CARE),
    _s("patterns/detail/", CARE, "/patterns/detail/?wrong", "wrong"),
    _s("patterns/list/", CARE),
    _s("patterns/list/", CARE, "/patterns/list/?rows=0", "empty"),
    _s("patterns/list/", CARE, "/patterns/list/?due_from=never", "wrong"),
    _s("patterns/work/", CARE),
    _s("customers/", CARE),
    _s("customers/", CARE, "/customers/?q=no-such", "nothing found"),
    _s("customers/<slug:public_id>/open/", ANALYST, "/customers/301774/open/"),
    _s("customers/<slug:public_id>/open/", ANALYST, "/customers/301774/open/", "wrong", 422,
       act=send("form:has([name=reason]) [type=submit]", reason="x")),
    _s("notices/", CARE),
    _s("notices/", CARE, "/notices/?to=no-such@x.example", "nothing found"),
    _s("terms/", OWNER),
    _s("terms/<str:name>/", OWNER, "/terms/{term}/"),
    _s("terms/<str:name>/agree/", OWNER, "/terms/{term}/agree/"),
    _s("terms/<str:name>/set/", OWNER, "/terms/{term}/set/"),
    _s("terms/<str:name>/set/", OWNER, "/terms/{term}/set/", "wrong", 422,
       act=send("form:has([name=reason]) [type=submit]")),
    _s(f"{_IN}team/", CARE, f"{HERE}team/"),
    _s(f"{_IN}team/add/", CARE, f"{HERE}team/add/?role=sales_engineer"),
    _s(f"{_IN}team/add/", CARE, f"{HERE}team/add/", "wrong", 422, act=send("form:has([name=who]) [type=submit]")),
    _s(f"{_IN}team/<int:pk>/", CARE, f"{HERE}team/", act=follow("main .team-place .btn")),
    _s("team-gaps/", CARE),
    _s("team-gaps/", CARE, "/team-gaps/?q=no-such", "nothing found"),
    _s("absences/", OWNER),
    _s("absences/", OWNER, "/absences/?who=no-such", "nothing found"),
    _s("absences/set/", OWNER),
    _s("absences/set/", CARE, "/absences/set/", "wrong", 422, act=send("form:has([name=deputy]) [type=submit]")),
    _s("absences/<int:pk>/end/", OWNER, "/absences/", act=follow("main table a[href$='/end/']")),
    _s("staff/", OWNER),
    _s("staff/", CARE, "/staff/?q=no-such", "nothing found"),
    _s("staff/hire/", OWNER),
    _s("staff/hire/", OWNER, "/staff/hire/", "wrong", 422, act=send("form:has([name=email]) [type=submit]")),
    _s("staff/<int:pk>/", OWNER, "/staff/", act=follow("main table a[href^='/staff/']")),
    _s("staff/<int:pk>/card/", OWNER, "/staff/1/card/"),
    _s("staff/<int:pk>/move/", OWNER, "/staff/1/move/"),
    _s("staff/<int:pk>/move/", OWNER, "/staff/1/move/", "what it changes",
       act=send("form:has([name=role]) [type=submit]", role="technician")),
    _s("staff/<int:pk>/remove/", OWNER, "/staff/1/remove/"),
    _s("staff/<int:pk>/remove/", OWNER, "/staff/1/remove/", "what it means",
       act=send("form:has([name=successor]) [type=submit]")),
    _s("roles/", OWNER),
    _s("roles/", OWNER, "/roles/?q=no-such", "nothing found"),
    _s("roles/<slug:code>/", OWNER, "/roles/care_manager/"),
    _s("roles/new/", OWNER),
    _s("roles/<slug:code>/change/", OWNER, "/roles/care_manager/change/"),
    _s("roles/<slug:code>/change/", OWNER, "/roles/care_manager/change/", "what it changes",
       act=send("form:has([name=name]) [type=submit]")),
    _s("orders/mine/", CARE),
    _s("billing/disputes/", ANALYST),
    _s("billing/runs/", ANALYST),
    _s("billing/runs/", CARE, state="forbidden", status=403),
    _s("billing/runs/<int:pk>/", ANALYST, "/billing/runs/{run}/"),
    _s(_IN, CARE, HERE),
    _s(f"{_IN}orders/", CARE, f"{HERE}orders/"),
    _s(f"{_IN}orders/<str:number>/", CARE, f"{HERE}orders/{ORDER}/"),
    _s(f"{_IN}orders/<str:number>/", CARE, f"{HERE}orders/{ORDER}/", "tools open",
       act=opening("main [data-state=now] .tools summary")),
    _s(f"{_IN}enterprise/", DIRECTOR, f"{HERE}enterprise/"),
    _s(f"{_IN}enterprise/", DIRECTOR, f"{HERE}enterprise/", "tools open", act=opening("main summary")),
    _s(f"{_IN}enterprise/change/", DIRECTOR, f"{HERE}enterprise/change/"),
    _s(f"{_IN}accounts/", DIRECTOR, f"{HERE}accounts/"),
    _s(f"{_IN}accounts/<int:pk>/", DIRECTOR, f"{HERE}accounts/{{account}}/", "tools open", act=opening("main summary")),
    _s(f"{_IN}accounts/<int:pk>/change/", DIRECTOR, f"{HERE}accounts/{{account}}/change/"),
    _s(f"{_IN}accounts/new/", DIRECTOR, f"{HERE}accounts/new/"),
    _s(f"{_IN}accounts/many/", DIRECTOR, f"{HERE}accounts/many/"),
    _s(f"{_IN}accounts/many/", DIRECTOR, f"{HERE}accounts/many/", "wrong", 422,
       act=send("form:has([name=file]) [type=submit]")),
    _s(f"{_IN}contacts/", DIRECTOR, f"{HERE}contacts/"),
    _s(f"{_IN}account-groups/<int:pk>/", DIRECTOR, f"{HERE}account-groups/{{group}}/"),
    _s(f"{_IN}downloads/", CARE, f"{HERE}downloads/", "empty"),
    _s(f"{_IN}billing/", ANALYST, f"{HERE}billing/"),
    _s(f"{_IN}billing/invoices/<str:number>/", ANALYST, f"{HERE}billing/invoices/{{invoice}}/"),
    _s(f"{_IN}billing/disputes/", ANALYST, f"{HERE}billing/disputes/"),
    _s(f"{_IN}billing/disputes/<str:number>/", ANALYST, f"{HERE}billing/disputes/{{dispute}}/"),
    _s(f"{_IN}billing/disputed-lines/<int:pk>/", ANALYST, f"{HERE}billing/disputed-lines/{{disputed_line}}/"),
    _s(f"{_IN}billing/disputed-lines/<int:pk>/", ANALYST, f"{HERE}billing/disputed-lines/{{disputed_line}}/", "wrong",
       422, act=send("form:has([name=decision]) [type=submit]", credited="999999")),
    _s(f"{_IN}notices/<int:pk>/", CARE, f"/notices/?to={CLERK}",
       act=follow("main table a[href*='/notices/']")),
    _s(f"{_IN}terms/", OWNER, f"{HERE}terms/"),
    _s(f"{_IN}terms/agree/", OWNER, f"{HERE}terms/agree/?term={{term}}"),
)  # fmt: skip
# Each way of failing, on a face where the addresses fail on purpose: screens.trouble.
TROUBLE = tuple(
    Page("trouble", f"trouble/{name}/", NOBODY, f"/trouble/{name}/", status=int(name[:3]))
    for name in ("400", "403", "403-stale", "405", "409", "413", "413-form", "429", "500", "503")
)
PAGES = (*ENTRANCE, *CUSTOMER, *STAFF, *TROUBLE)

# What is asked with GET and is no page to look at, and why.
NOT_PAGES = {
    "account/company/<slug:handle>/go/": "leads on to a customer's provider",
    "account/company/<slug:handle>/back/": "comes from a customer's provider",
    "e/<slug:enterprise>/sign-on/require/": "takes a form only",
    "e/<slug:enterprise>/sign-on/forget/": "takes a form only",
    "e/<slug:enterprise>/sign-on/domains/": "takes a form only",
    "e/<slug:enterprise>/sign-on/domains/<int:pk>/check/": "takes a form only",
    "e/<slug:enterprise>/sign-on/domains/<int:pk>/remove/": "takes a form only",
    "e/<slug:enterprise>/keys/export.csv": "a file",
    "e/<slug:enterprise>/keys/<int:pk>/approve/": "takes a form only",
    "e/<slug:enterprise>/keys/<int:pk>/decline/": "takes a form only",
    "e/<slug:enterprise>/keys/<int:pk>/withdraw/": "takes a form only",
    "e/<slug:enterprise>/keys/<int:pk>/collect/": "takes a form only",
    "e/<slug:enterprise>/keys/<int:pk>/reset/": "takes a form only",
    "e/<slug:enterprise>/keys/<int:pk>/revoke/": "takes a form only",
    "e/<slug:enterprise>/keys/<int:pk>/hand-over/": "takes a form only",
    "healthz": "for the operator's watch",
    "readyz": "for the operator's watch",
    "metrics": "for the operator's watch",
    "language/": "takes a form only",
    "theme/": "takes a form only",
    "account/password/set/": "leads on to the change of the password",
    "account/login/code/confirm/": "leads on: codes by mail are not used",
    "account/2fa/recovery-codes/download/": "a file",
    "account/2fa/webauthn/login/": "what a passkey is asked, for the script",
    "account/welcome/": "seen once, at the first sign-in: tests/accounts/test_welcome.py",
    "account/again/": "what waited for a second factor, sent on at once",
    "account/sessions/end/": "takes a form only",
    "account/2fa/totp/replace/": "the page of the app's first setting up, after the factor is shown once more",
    "account/2fa/webauthn/reauthenticate/": "walked with a device: tests/journeys/test_passkeys.py",
    "account/2fa/webauthn/keys/<int:pk>/edit/": "walked with a device: tests/journeys/test_passkeys.py",
    "account/2fa/webauthn/keys/<int:pk>/remove/": "walked with a device: tests/journeys/test_passkeys.py",
    "customers/export.csv": "a file",
    "notices/export.csv": "a file",
    "orders/mine/export.csv": "a file",
    "billing/disputes/export.csv": "a file",
    "team-gaps/export.csv": "a file",
    "absences/export.csv": "a file",
    "staff/export.csv": "a file",
    "roles/export.csv": "a file",
    "suggest/colleagues/": "a part of a page",
    "suggest/countries/": "a part of a page",
    "suggest/time-zones/": "a part of a page",
    "suggest/customers/": "a part of a page",
    "customers/suggest/": "a part of a page",
    "e/<slug:enterprise>/suggest/accounts/": "a part of a page",
    "e/<slug:enterprise>/suggest/account-groups/": "a part of a page",
    "told/unread/": "a part of a page",
    "e/<slug:enterprise>/notices/unread/": "a part of a page",
}
