"""What is expected of every route, table, task and file: the tables that the isolation suite is generated from.

Whoever adds a route, a table, a task, a form that offers rows, or an answer that is a file, adds its
line here, and says by it who may be answered what. What is missing here, or is here and gone from
the portal, fails the build.
"""

from dataclasses import dataclass
from enum import StrEnum


class Place(StrEnum):
    """What a route is about, which decides who is let in."""

    OPEN = "open"  # nobody's data: health, signing in
    OWN = "own"  # the one person who has signed in
    ACROSS = "across"  # the staff's work across enterprises
    INSIDE = "inside"  # one enterprise


class Said(StrEnum):
    """How a route answers, whatever the words."""

    SERVED = "served"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    SIGN_IN = "sign in first"
    FACTOR = "show a second factor first"
    REASON = "say why first"
    NO_METHOD = "no such method"


@dataclass(frozen=True)
class Route:
    """One route: its place, the permission it needs, what of a tenant's its parts name, the methods it has.

    ``hidden`` is the permission without which its thing is not there, where the route itself needs
    none; ``query`` is what its address needs besides. ``is_own`` marks a thing that is one person's:
    to everybody else it is not there, whatever they may do.
    """

    place: Place
    needs: str = ""
    thing: str = ""
    methods: tuple[str, ...] = ("GET", "HEAD")
    is_api: bool = False
    hidden: str = ""
    query: str = ""
    is_own: bool = False


def opened() -> Route:
    return Route(Place.OPEN, methods=("GET", "HEAD", "POST"))


def own(*methods: str) -> Route:
    return Route(Place.OWN, methods=methods or ("GET", "HEAD"))


def across(needs: str, *methods: str, thing: str = "") -> Route:
    return Route(Place.ACROSS, needs, thing, methods or ("GET", "HEAD"))


def inside(needs: str = "", *methods: str, thing: str = "") -> Route:
    return Route(Place.INSIDE, needs, thing, methods or ("GET", "HEAD"))


def api(place: Place, needs: str = "", *methods: str, thing: str = "") -> Route:
    """A call of the API: the same places, and a policy for each of its methods."""
    return Route(place, needs, thing, methods or ("GET", "HEAD"), is_api=True)


METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
FORM = ("GET", "HEAD", "POST")

# --- routes --------------------------------------------------------------------------------------

_FOLLOWING = "e/<slug:enterprise>/following/"
_FOLLOWERS = f"api/v1/{_FOLLOWING}<slug:slug>/<str:number>/"


def _followers(*methods: str, thing: str = "followable") -> Route:
    return Route(Place.INSIDE, "", thing, methods, hidden="order.view", is_api=True)


_ORDER = "e/<slug:enterprise>/orders/<str:number>/"
_ABOUT = ("messages", "messages/read", "escalate")
_CARED = ("messages", "messages/close", "promise", "promise/keep", "resolve", "notes")
# What is asked of a service, with the permission that it takes.
_ASKED = {
    "disconnect": "disconnect.request",
    "change": "service.change",
    "renew": "service.change",
    "transfer": "service.change",
}
# What is done to the plan of an order.
_REVIEWED, _CHANGE = ("review", "reserve"), "milestone.change"
_PLANNED = {
    "": lambda needs: inside(needs, "POST", thing="order"),
    "api/v1/": lambda needs: api(Place.INSIDE, needs, "POST", thing="order"),
}
_WISHED = {
    "details": "order.create",
    "confirm": "order.create",
    "delivery": "order.create",
    "expedite": "order.expedite",
    "supplement": "order.create",
    "cancel": "order.cancel",
    "take-back": "order.create",
}

_HANGING = ("messages", "promises", "escalations")
_SAID = ("messages/write", "escalations/raise")
_SETTLED = (*_SAID, "promises/keep", "escalations/resolve", "notes/write")
BOTH_FACES = {
    **{f"api/v1/{_ORDER}{name}/": api(Place.INSIDE, "order.view", thing="order") for name in (*_HANGING, "tests")},
    f"api/v1/{_ORDER}trial/": api(Place.INSIDE, "order.view", thing="trial"),
    f"api/v1/{_ORDER}trial/keep/": api(Place.INSIDE, "order.create", "POST", thing="trial"),
    f"api/v1/{_ORDER}trial/end/": api(Place.INSIDE, "order.create", "POST", thing="trial"),
    "api/v1/e/<slug:enterprise>/orders/trials/new/": api(Place.INSIDE, "order.create", "POST"),
    "healthz": opened(),
    "readyz": opened(),
    "metrics": opened(),  # for the operator's token alone
    "language/": opened(),
    "theme/": opened(),
    "account/login/": opened(),
    "account/logout/": opened(),
    "account/inactive/": opened(),
    "account/signup/": opened(),
    "account/reauthenticate/": opened(),
    "account/email/": opened(),
    "account/confirm-email/": opened(),
    "account/password/change/": opened(),
    "account/password/set/": opened(),
    "account/password/reset/": opened(),
    "account/login/code/confirm/": opened(),
    r"account/^confirm-email/(?P<key>[-:\w]+)/$": opened(),
    "account/password/reset/key/done/": opened(),
    "account/^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$": opened(),
    "account/password/reset/done/": opened(),
    "account/2fa/authenticate/": opened(),
    "account/2fa/webauthn/login/": opened(),
    # The library's own: about the person's sign-in, whose rows it finds by the session's user.
    "account/2fa/": own(*METHODS),
    "account/2fa/reauthenticate/": own(*METHODS),
    "account/2fa/totp/activate/": own(*METHODS),
    "account/2fa/totp/deactivate/": own(*METHODS),
    "account/2fa/recovery-codes/": own(*METHODS),
    "account/2fa/recovery-codes/generate/": own(*METHODS),
    "account/2fa/recovery-codes/download/": own(*METHODS),
    "account/2fa/webauthn/": own(*METHODS),
    "account/2fa/webauthn/add/": own(*METHODS),
    "account/2fa/webauthn/reauthenticate/": own(*METHODS),
    "account/2fa/webauthn/keys/<int:pk>/remove/": Route(Place.OWN, thing="key", methods=METHODS),
    "account/2fa/webauthn/keys/<int:pk>/edit/": Route(Place.OWN, thing="key", methods=METHODS),
    "account/sessions/": own(*METHODS),
    "account/again/": own(),
    "account/welcome/": own(*FORM),
    "account/sessions/end/": own("POST"),
    "account/2fa/totp/replace/": own(*METHODS),
    "suggest/countries/": own(),
    "suggest/time-zones/": own(),
    "": own(),
    "profile/": own(*FORM),
    "e/<slug:enterprise>/": inside(),
    "e/<slug:enterprise>/search/": inside(),
    "e/<slug:enterprise>/help/": inside(),
    "e/<slug:enterprise>/orders/": inside("order.view"),
    "e/<slug:enterprise>/files/<int:pk>/": Route(Place.INSIDE, thing="file", hidden="billing.view"),
    "e/<slug:enterprise>/downloads/": inside(),
    "e/<slug:enterprise>/downloads/<int:pk>/again/": inside("", "POST", thing="export"),
    "e/<slug:enterprise>/suggest/accounts/": inside(),
    "e/<slug:enterprise>/drafts/": Route(Place.INSIDE, methods=("POST",), query="?form=dispute&about=1"),
    "e/<slug:enterprise>/drafts/discard/": Route(Place.INSIDE, methods=("POST",), query="?form=dispute&about=1"),
    "e/<slug:enterprise>/orders/export.csv": inside("order.view", *FORM),
    "e/<slug:enterprise>/orders/chosen/": inside("order.view", "POST"),
    "e/<slug:enterprise>/billing/chosen/": inside("billing.view", "POST"),
    "e/<slug:enterprise>/billing/disputes/export.csv": inside("billing.view", *FORM),
    # Of a list that the person may see; the staff's are their own.
    "e/<slug:enterprise>/views/": Route(Place.INSIDE, methods=FORM, hidden="order.view", query="?list=orders"),
    "e/<slug:enterprise>/views/<int:pk>/": Route(Place.INSIDE, "", "list_view", ("POST",), hidden="order.view"),
    "e/<slug:enterprise>/views/<int:pk>/remove/": Route(Place.INSIDE, "", "list_view", ("POST",), hidden="order.view"),
    # What one may see can be followed; one's own button, and the rows of what is within reach.
    f"{_FOLLOWING}<int:pk>/": Route(Place.INSIDE, "", "following", ("POST",), hidden="order.view"),
    f"{_FOLLOWING}<slug:slug>/<str:number>/": Route(Place.INSIDE, "", "followable", FORM, hidden="order.view"),
    f"{_FOLLOWING}<slug:slug>/<str:number>/suggest/": Route(Place.INSIDE, "", "followable", hidden="order.view"),
    f"{_FOLLOWING}<slug:slug>/<str:number>/own/": Route(Place.INSIDE, "", "followable", ("POST",), hidden="order.view"),
    "mute/<str:token>/": Route(Place.OPEN, thing="token", methods=FORM),
    "e/<slug:enterprise>/billing/export.csv": inside("billing.view", *FORM),
    "e/<slug:enterprise>/orders/<str:number>/": inside("order.view", thing="order"),
    "e/<slug:enterprise>/orders/new/": inside("order.create", *FORM),
    "e/<slug:enterprise>/orders/suggest/sites/": inside("order.create"),
    "e/<slug:enterprise>/orders/suggest/accounts/": inside("order.create"),
    "e/<slug:enterprise>/orders/suggest/projects/": inside("order.view"),
    "e/<slug:enterprise>/orders/<str:number>/edit/": inside("order.create", *FORM, thing="draft_order"),
    "e/<slug:enterprise>/orders/<str:number>/submit/": inside("order.create", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/ask-price/": inside("order.create", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/withdraw/": inside("order.create", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/quote/": inside("order.view", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/authorisation.pdf": inside("order.view", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/plan/": inside("order.view", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/letter/": inside("order.view", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/connection-notice.pdf": inside("order.view", thing="order"),
    "e/<slug:enterprise>/services/": inside("service.view"),
    "e/<slug:enterprise>/services/export.csv": inside("service.view", *FORM),
    "e/<slug:enterprise>/services/chosen/": inside("service.view", "POST"),
    "e/<slug:enterprise>/services/names/": inside("service.rename", *FORM),
    "e/<slug:enterprise>/services/names/template.csv": inside("service.rename"),
    "e/<slug:enterprise>/services/<int:pk>/": inside("service.view", thing="service"),
    "e/<slug:enterprise>/services/<int:pk>/name/": inside("service.rename", "POST", thing="service"),
    # Something is asked of a service, and said to the order that does it.
    **{
        f"e/<slug:enterprise>/orders/services/<int:pk>/{what}/": inside(needs, *FORM, thing="service")
        for what, needs in _ASKED.items()
    },
    **{
        f"api/v1/e/<slug:enterprise>/orders/services/<int:pk>/{what}/": api(
            Place.INSIDE, needs, *(FORM if what == "disconnect" else ("POST",)), thing="service"
        )
        for what, needs in _ASKED.items()
    },
    "e/<slug:enterprise>/orders/trials/new/": inside("order.create", *FORM),
    "e/<slug:enterprise>/orders/transfers/<str:number>/": inside("service.change", *FORM, thing="transfer"),
    "e/<slug:enterprise>/orders/<str:number>/keep/": inside("disconnect.request", "POST", thing="disconnect"),
    "e/<slug:enterprise>/orders/<str:number>/trial/": inside("order.create", "POST", thing="trial"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/keep/": api(
        Place.INSIDE, "disconnect.request", "POST", thing="disconnect"
    ),
    "e/<slug:enterprise>/billing/": inside("billing.view"),
    "e/<slug:enterprise>/billing/invoices/<str:number>/": inside("billing.view", thing="invoice"),
    "e/<slug:enterprise>/billing/invoices/<str:number>/pdf/": inside("billing.view", thing="invoice"),
    "e/<slug:enterprise>/billing/invoices/<str:number>/csv/": inside("billing.view", *FORM, thing="invoice"),
    "e/<slug:enterprise>/billing/disputes/": inside("billing.view"),
    "e/<slug:enterprise>/billing/disputes/<str:number>/": inside("billing.view", thing="dispute"),
    "e/<slug:enterprise>/team/": inside(),
    "api/v1/e/<slug:enterprise>/team/": api(Place.INSIDE),
    "e/<slug:enterprise>/enterprise/": inside("enterprise.open"),
    "e/<slug:enterprise>/accounts/": inside(),
    "e/<slug:enterprise>/accounts/export.csv": inside("", *FORM),
    "e/<slug:enterprise>/accounts/chosen/": inside("", "POST"),
    "e/<slug:enterprise>/accounts/<int:pk>/": Route(Place.INSIDE, thing="account", hidden="order.view"),
    "e/<slug:enterprise>/accounts/<int:pk>/change/": inside("account.change", *FORM, thing="account"),
    "e/<slug:enterprise>/accounts/<int:pk>/delivery/": inside("billing.paperless", "POST", thing="account"),
    "e/<slug:enterprise>/account-groups/": inside(),
    "e/<slug:enterprise>/account-groups/export.csv": inside("", *FORM),
    "e/<slug:enterprise>/account-groups/<int:pk>/": Route(Place.INSIDE, thing="group", hidden="order.view"),
    "e/<slug:enterprise>/suggest/account-groups/": inside(),
    "e/<slug:enterprise>/contacts/": inside("account.change"),
    "e/<slug:enterprise>/contacts/export.csv": inside("account.change", *FORM),
    "e/<slug:enterprise>/contacts/new/": inside("account.change", *FORM),
    "e/<slug:enterprise>/contacts/<int:pk>/": inside("account.change", *FORM, thing="contact"),
    "e/<slug:enterprise>/contacts/<int:pk>/remove/": inside("account.change", "POST", thing="contact"),
    "api/v1/e/<slug:enterprise>/accounts/": api(Place.INSIDE),
    "api/v1/e/<slug:enterprise>/accounts/<int:pk>/": Route(
        Place.INSIDE, thing="account", is_api=True, hidden="order.view"
    ),
    "api/v1/e/<slug:enterprise>/account-groups/": api(Place.INSIDE),
    "api/v1/e/<slug:enterprise>/account-groups/<int:pk>/": Route(
        Place.INSIDE, thing="group", is_api=True, hidden="order.view"
    ),
    "api/v1/schema/": api(Place.OWN),
    "api/v1/me/": api(Place.OWN),
    "api/v1/e/<slug:enterprise>/me/": api(Place.INSIDE),
    "api/v1/e/<slug:enterprise>/services/": api(Place.INSIDE, "service.view"),
    "api/v1/e/<slug:enterprise>/services/products/": api(Place.INSIDE, "service.view"),
    "api/v1/e/<slug:enterprise>/services/<int:pk>/": api(Place.INSIDE, "service.view", thing="service"),
    "api/v1/e/<slug:enterprise>/services/<int:pk>/alias/": api(Place.INSIDE, "service.rename", "POST", thing="service"),
    _FOLLOWERS: _followers("GET", "HEAD"),
    f"{_FOLLOWERS}new/": _followers("POST"),
    f"{_FOLLOWERS}<int:pk>/end/": _followers("POST", thing="follower"),
    "api/v1/e/<slug:enterprise>/orders/": api(Place.INSIDE, "order.view"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/": api(Place.INSIDE, "order.view", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/drafts/": api(Place.INSIDE, "order.create", "POST"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/contents/": api(Place.INSIDE, "order.view", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/rewrite/": api(Place.INSIDE, "order.create", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/submit/": api(Place.INSIDE, "order.create", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/ask-price/": api(
        Place.INSIDE, "order.create", "POST", thing="order"
    ),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/withdraw/": api(
        Place.INSIDE, "order.create", "POST", thing="order"
    ),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/quote/": api(Place.INSIDE, "order.view", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/plan/": api(Place.INSIDE, "order.view", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/letter/": api(Place.INSIDE, "order.view", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/activation/": api(Place.INSIDE, "order.view", thing="order"),
    "api/v1/e/<slug:enterprise>/billing/invoices/": api(Place.INSIDE, "billing.view"),
    "api/v1/e/<slug:enterprise>/billing/invoices/<str:number>/": api(Place.INSIDE, "billing.view", thing="invoice"),
    "api/v1/e/<slug:enterprise>/billing/invoices/<str:number>/lines/": api(
        Place.INSIDE, "billing.view", thing="invoice"
    ),
    "api/v1/e/<slug:enterprise>/billing/invoices/<str:number>/pdf/": api(Place.INSIDE, "billing.view", thing="invoice"),
    "api/v1/e/<slug:enterprise>/billing/disputes/": api(Place.INSIDE, "billing.view"),
    "api/v1/e/<slug:enterprise>/billing/disputes/<str:number>/": api(Place.INSIDE, "billing.view", thing="dispute"),
}
_PEOPLE = "e/<slug:enterprise>/people/"
PEOPLE = {
    _PEOPLE: inside("user.admin"),
    f"{_PEOPLE}export.csv": inside("user.admin", *FORM),
    f"{_PEOPLE}suggest/": inside("user.admin"),
    f"{_PEOPLE}suggest/scopes/": inside("user.admin"),
    f"{_PEOPLE}invite/": inside("user.admin", *FORM),
    f"{_PEOPLE}many/": inside("user.admin", *FORM),
    f"{_PEOPLE}many/template.csv": inside("user.admin"),
    f"{_PEOPLE}why/": inside("user.admin"),
    f"{_PEOPLE}<int:pk>/": inside("user.admin", thing="member"),
    f"{_PEOPLE}<int:pk>/rights/": inside("user.admin", *FORM, thing="member"),
    **{
        f"{_PEOPLE}<int:pk>/{verb}/": inside("user.admin", "POST", thing="member")
        for verb in ("details", "invite-again", "password", "factor", "deactivate", "reactivate")
    },
    f"{_PEOPLE}<int:pk>/remove/": inside("user.admin", *FORM, thing="member"),
    f"{_PEOPLE}teams/": inside("user.admin"),
    f"{_PEOPLE}teams/export.csv": inside("user.admin", *FORM),
    f"{_PEOPLE}teams/new/": inside("user.admin", *FORM),
    f"{_PEOPLE}teams/<int:pk>/": inside("user.admin", thing="team"),
    f"{_PEOPLE}teams/<int:pk>/change/": inside("user.admin", *FORM, thing="team"),
    f"{_PEOPLE}teams/<int:pk>/rights/": inside("user.admin", *FORM, thing="team"),
    f"{_PEOPLE}teams/<int:pk>/close/": inside("user.admin", "POST", thing="team"),
    "register/": opened(),
    "join/<str:token>/": Route(Place.OPEN, thing="token", methods=FORM),
}
_REVIEW = f"{_PEOPLE}review/"
PEOPLE |= {
    _REVIEW: inside("user.admin"),
    f"{_REVIEW}begin/": inside("user.admin", "POST"),
    f"{_REVIEW}chosen/": inside("user.admin", "POST"),
    f"{_REVIEW}export.csv": inside("user.admin", *FORM),
}
_ACCESS = "e/<slug:enterprise>/access/"
JOINING = {
    # One's own; all of them for who gives rights.
    _ACCESS: inside(),
    f"{_ACCESS}export.csv": inside("", *FORM),
    f"{_ACCESS}ask/": inside("", *FORM),
    f"{_ACCESS}<int:pk>/": Route(Place.INSIDE, thing="access_request", hidden="user.admin"),
    f"{_ACCESS}<int:pk>/decline/": inside("user.admin", "POST", thing="access_request"),
    f"{_ACCESS}<int:pk>/withdraw/": Route(Place.INSIDE, thing="access_request", methods=("POST",), is_own=True),
}

_MOVES = "e/<slug:enterprise>/moves/"
MOVES = {
    _MOVES: inside("enterprise.admin"),
    f"{_MOVES}export.csv": inside("enterprise.admin", *FORM),
    f"{_MOVES}ask/": inside("enterprise.admin", *FORM),
    f"api/v1/{_MOVES}": api(Place.INSIDE, "enterprise.admin"),
    f"api/v1/{_MOVES}ask/": api(Place.INSIDE, "enterprise.admin", "POST"),
    f"api/v1/{_MOVES}<int:pk>/": api(Place.INSIDE, "enterprise.admin", thing="move_side"),
    f"{_MOVES}<int:pk>/": inside("enterprise.admin", thing="move_side"),
    **{
        f"{_MOVES}<int:pk>/{verb}/": inside("enterprise.admin", "POST", thing="move_side")
        for verb in ("agree", "decline", "cancel", "people")
    },
    **{
        f"api/v1/{_MOVES}<int:pk>/{verb}/": api(Place.INSIDE, "enterprise.admin", "POST", thing="move_side")
        for verb in ("agree", "decline", "cancel", "people")
    },
}
_TAKEOVERS = "e/<slug:enterprise>/orders/takeovers/"
TAKEOVERS = {
    _TAKEOVERS: inside("enterprise.admin"),
    f"{_TAKEOVERS}export.csv": inside("enterprise.admin", *FORM),
    f"{_TAKEOVERS}offer/": inside("enterprise.admin", *FORM),
    f"{_TAKEOVERS}<int:pk>/": inside("enterprise.admin", thing="takeover_side"),
    f"api/v1/{_TAKEOVERS}": api(Place.INSIDE, "enterprise.admin"),
    f"api/v1/{_TAKEOVERS}offer/": api(Place.INSIDE, "enterprise.admin", "POST"),
    f"api/v1/{_TAKEOVERS}<int:pk>/": api(Place.INSIDE, "enterprise.admin", thing="takeover_side"),
    **{
        f"{start}<int:pk>/{verb}/": declare
        for start, declare in (
            (_TAKEOVERS, inside("enterprise.admin", "POST", thing="takeover_side")),
            (f"api/v1/{_TAKEOVERS}", api(Place.INSIDE, "enterprise.admin", "POST", thing="takeover_side")),
        )
        for verb in ("accept", "refuse")
    },
}
STAFFS_TAKEOVERS = {
    "takeovers/": across("enterprise.change"),
    "takeovers/export.csv": across("enterprise.change"),
    "takeovers/<int:pk>/": across("enterprise.change", thing="takeover"),
    "takeovers/<int:pk>/approve/": across("enterprise.change", "POST", thing="takeover"),
    "takeovers/<int:pk>/stop/": across("enterprise.change", "POST", thing="takeover"),
    "api/v1/orders/takeovers/": api(Place.ACROSS, "enterprise.change"),
    "api/v1/orders/takeovers/<int:pk>/": api(Place.ACROSS, "enterprise.change", thing="takeover"),
    "api/v1/orders/takeovers/<int:pk>/approve/": api(Place.ACROSS, "enterprise.change", "POST", thing="takeover"),
    "api/v1/orders/takeovers/<int:pk>/stop/": api(Place.ACROSS, "enterprise.change", "POST", thing="takeover"),
}
_CODES = "e/<slug:enterprise>/account-codes/"
STAFFS_MOVES = {
    "moves/": across("enterprise.change"),
    "moves/export.csv": across("enterprise.change"),
    "api/v1/moves/": api(Place.ACROSS, "enterprise.change"),
    "api/v1/moves/<int:pk>/": api(Place.ACROSS, "enterprise.change", thing="move"),
    **{
        f"api/v1/moves/<int:pk>/{verb}/": api(Place.ACROSS, "enterprise.change", "POST", thing="move")
        for verb in ("approve", "stop", "found")
    },
    "moves/<int:pk>/": across("enterprise.change", thing="move"),
    "moves/<int:pk>/approve/": across("enterprise.change", "POST", thing="move"),
    "moves/<int:pk>/stop/": across("enterprise.change", "POST", thing="move"),
    "moves/<int:pk>/found/": across("enterprise.change", "POST", thing="move"),
    _CODES: inside("account.add", *FORM),
    f"{_CODES}<int:pk>/end/": inside("account.add", "POST", thing="account_code"),
}

BOTH_FACES |= {
    "e/<slug:enterprise>/audit/": inside("audit.view"),
    "e/<slug:enterprise>/audit/export.csv": inside("audit.view", *FORM),
    "e/<slug:enterprise>/audit/seen/": inside("audit.view"),
    "e/<slug:enterprise>/audit/seen/export.csv": inside("audit.view", *FORM),
}

CUSTOMER = {
    "e/<slug:enterprise>/orders/<str:number>/ready/": inside("order.create", "POST", thing="order"),
    **{
        f"e/<slug:enterprise>/orders/<str:number>/{name}/": inside(
            needs, *(FORM if name == "details" else ("POST",)), thing="order"
        )
        for name, needs in _WISHED.items()
    },
    **{
        f"api/v1/e/<slug:enterprise>/orders/<str:number>/{name}/": api(Place.INSIDE, needs, "POST", thing="order")
        for name, needs in _WISHED.items()
    },
    "e/<slug:enterprise>/orders/<str:number>/activation/": inside("order.create", *FORM, thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/activation/call-off/": inside("order.create", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/accept/": inside("order.accept", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/refuse/": inside("order.accept", "POST", thing="order"),
    _FOLLOWING: inside(),
    **BOTH_FACES,
    **PEOPLE,
    **JOINING,
    **MOVES,
    **TAKEOVERS,
    "companies/": own(),
    # A company's own sign-on: its door, by a name that is in nobody's data.
    "account/company/": opened(),
    "account/company/<slug:handle>/": Route(Place.OPEN, thing="sign_on", methods=("GET", "HEAD")),
    "account/company/<slug:handle>/go/": Route(Place.OPEN, thing="sign_on", methods=("GET", "HEAD")),
    "account/company/<slug:handle>/back/": Route(Place.OPEN, thing="sign_on", methods=("GET", "HEAD")),
    "e/<slug:enterprise>/sign-on/": inside("enterprise.admin", *FORM),
    "e/<slug:enterprise>/sign-on/forget/": inside("enterprise.admin", "POST"),
    "e/<slug:enterprise>/sign-on/require/": inside("enterprise.admin", "POST"),
    "e/<slug:enterprise>/sign-on/domains/": inside("enterprise.admin", "POST"),
    "e/<slug:enterprise>/sign-on/domains/<int:pk>/remove/": inside("enterprise.admin", "POST", thing="sign_on_domain"),
    "e/<slug:enterprise>/sign-on/domains/<int:pk>/check/": inside("enterprise.admin", "POST", thing="sign_on_domain"),
    # One's own; for administrators all of the enterprise.
    "e/<slug:enterprise>/keys/": inside("api.key.manage"),
    "e/<slug:enterprise>/keys/export.csv": inside("api.key.manage", *FORM),
    "e/<slug:enterprise>/keys/request/": inside("api.key.manage", *FORM),
    "e/<slug:enterprise>/keys/<int:pk>/": inside("api.key.manage", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/approve/": inside("enterprise.admin", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/decline/": inside("enterprise.admin", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/withdraw/": inside("api.key.manage", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/collect/": inside("api.key.manage", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/reset/": inside("api.key.manage", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/revoke/": inside("api.key.manage", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/hand-over/": inside("enterprise.admin", "POST", thing="api_key"),
    "api/v1/e/<slug:enterprise>/keys/": api(Place.INSIDE, "api.key.manage"),
    "api/v1/e/<slug:enterprise>/keys/<int:pk>/": api(Place.INSIDE, "api.key.manage", thing="api_key"),
    "e/<slug:enterprise>/enterprise/": inside("enterprise.admin", *FORM),
    "e/<slug:enterprise>/account-groups/new/": inside("enterprise.admin", *FORM),
    "e/<slug:enterprise>/account-groups/<int:pk>/change/": inside("enterprise.admin", *FORM, thing="group"),
    "e/<slug:enterprise>/account-groups/<int:pk>/close/": inside("enterprise.admin", "POST", thing="group"),
    # What one person was told: to their own address.
    "e/<slug:enterprise>/notices/": inside(),
    "e/<slug:enterprise>/notices/unread/": inside(),
    "e/<slug:enterprise>/notices/read/": inside("", "POST"),
    "e/<slug:enterprise>/notices/<int:pk>/": Route(Place.INSIDE, thing="notice", is_own=True),
    "e/<slug:enterprise>/visits/": inside("enterprise.admin"),
    "e/<slug:enterprise>/my-notices/": inside("", *FORM),
    "e/<slug:enterprise>/second-step/": inside("enterprise.admin", *FORM),
    "e/<slug:enterprise>/visits/export.csv": inside("enterprise.admin", *FORM),
    "e/<slug:enterprise>/terms/": inside("enterprise.admin"),
    "e/<slug:enterprise>/billing/disputes/<str:number>/note/": inside("dispute.manage", "POST", thing="dispute"),
    **{f"{_ORDER}{verb}/": inside("order.view", "POST", thing="order") for verb in _ABOUT},
    **{f"api/v1/{_ORDER}{verb}/": api(Place.INSIDE, "order.view", "POST", thing="order") for verb in _SAID},
    "e/<slug:enterprise>/billing/invoices/<str:number>/lines/<int:pk>/dispute/": inside(
        "dispute.manage", *FORM, thing="line"
    ),
    "e/<slug:enterprise>/billing/disputes/<str:number>/withdraw/": inside("dispute.manage", "POST", thing="dispute"),
    "api/v1/enterprises/": api(Place.OWN),
    "api/v1/e/<slug:enterprise>/billing/invoices/<str:number>/disputes/": api(
        Place.INSIDE, "dispute.manage", "POST", thing="invoice"
    ),
    "api/v1/e/<slug:enterprise>/billing/disputes/<str:number>/withdraw/": api(
        Place.INSIDE, "dispute.manage", "POST", thing="dispute"
    ),
}
STAFF = {
    **BOTH_FACES,
    **STAFFS_MOVES,
    **STAFFS_TAKEOVERS,
    "e/<slug:enterprise>/administrators/": inside("administrator.appoint", *FORM),
    "patterns/": own(),
    "patterns/detail/": own(*FORM),
    "patterns/list/": own(),
    "patterns/work/": own(),
    "patterns/refused/": own("POST"),
    "e/<slug:enterprise>/enterprise/change/": inside("enterprise.change", *FORM),
    "e/<slug:enterprise>/enterprise/close/": inside("enterprise.change", "POST"),
    "e/<slug:enterprise>/enterprise/reopen/": inside("enterprise.change", "POST"),
    "e/<slug:enterprise>/enterprise/numbers/": inside("enterprise.change", "POST"),
    "e/<slug:enterprise>/enterprise/numbers/<int:pk>/remove/": inside(
        "enterprise.change", "POST", thing="customer_number"
    ),
    "e/<slug:enterprise>/accounts/new/": inside("account.add", *FORM),
    "e/<slug:enterprise>/accounts/many/": inside("account.add", *FORM),
    "e/<slug:enterprise>/accounts/many/template.csv": inside("account.add"),
    "e/<slug:enterprise>/accounts/<int:pk>/status/": inside("account.change", "POST", thing="account"),
    "customers/": across("enterprise.open"),
    "api-keys/": across("api.key.approve"),
    "registrations/": across("administrator.appoint"),
    "customers/<slug:public_id>/second-factor/": across("administrator.appoint", *FORM, thing="enterprise"),
    "access-reviews/": across("administrator.appoint"),
    "e/<slug:enterprise>/keys/": inside("api.key.approve"),
    "e/<slug:enterprise>/keys/export.csv": inside("api.key.approve", *FORM),
    "e/<slug:enterprise>/keys/<int:pk>/": inside("api.key.approve", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/approve/": inside("api.key.approve", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/decline/": inside("api.key.approve", "POST", thing="api_key"),
    "e/<slug:enterprise>/keys/<int:pk>/revoke/": inside("api.key.approve", "POST", thing="api_key"),
    "customers/export.csv": across("enterprise.open"),
    "views/": Route(Place.ACROSS, methods=FORM, query="?list=notices"),
    "views/<int:pk>/": Route(Place.ACROSS, "", "staff_view", ("POST",)),
    "views/<int:pk>/remove/": Route(Place.ACROSS, "", "staff_view", ("POST",)),
    "notices/export.csv": across("notice.view"),
    "notices/chosen/": across("notice.resend", "POST"),
    "orders/mine/export.csv": across("order.view"),
    "billing/disputes/export.csv": across("dispute.decide"),
    "customers/suggest/": across("enterprise.open"),
    "suggest/customers/": across("term.agree"),
    "customers/<slug:public_id>/open/": across("enterprise.open", *FORM, thing="enterprise"),
    "help/": across("enterprise.open"),
    "search/": across("enterprise.open"),
    "notices/": across("notice.view"),
    # A member of staff's own, of all customers.
    "told/": own(),
    "told/unread/": own(),
    "told/read/": own("POST"),
    "told/<int:pk>/": Route(Place.OWN, thing="notice", is_own=True),
    "terms/": across("term.view"),
    "terms/<str:name>/": across("term.view", thing="term"),
    "terms/<str:name>/agree/": across("term.agree", thing="term"),
    "terms/<str:name>/set/": across("term.change", *FORM, thing="term"),
    "terms/<str:name>/<int:pk>/withdraw/": across("term.change", "POST", thing="set_term"),
    "e/<slug:enterprise>/team/add/": inside("team.manage", *FORM),
    "e/<slug:enterprise>/team/<int:pk>/": inside("team.manage", *FORM, thing="place"),
    "e/<slug:enterprise>/team/<int:pk>/end/": inside("team.manage", "POST", thing="place"),
    "team-gaps/": across("team.manage"),
    "team-gaps/export.csv": across("team.manage"),
    "absences/": across("staff.view"),
    "absences/export.csv": across("staff.view"),
    "absences/set/": across("staff.view", *FORM),
    "absences/<int:pk>/end/": Route(Place.ACROSS, "staff.view", "absence", FORM, hidden="absence.manage"),
    "suggest/colleagues/": across("staff.view"),
    "staff/": across("staff.view"),
    "staff/export.csv": across("staff.view"),
    "staff/hire/": across("staff.manage", *FORM),
    "staff/<int:pk>/": across("staff.view", thing="colleague"),
    "staff/<int:pk>/card/": across("staff.manage", *FORM, thing="colleague"),
    "staff/<int:pk>/move/": across("staff.manage", *FORM, thing="colleague"),
    "staff/<int:pk>/remove/": across("staff.manage", *FORM, thing="colleague"),
    "staff/<int:pk>/invite/": across("staff.manage", "POST", thing="colleague"),
    "roles/": across("staff.view"),
    "roles/export.csv": across("staff.view"),
    "roles/new/": across("role.manage", *FORM),
    "roles/<slug:code>/": across("staff.view", thing="role"),
    "roles/<slug:code>/change/": across("role.manage", *FORM, thing="role"),
    "roles/<slug:code>/remove/": across("role.manage", "POST", thing="role"),
    "orders/mine/": across("order.view"),
    "orders/inbox/": across("order.assign"),
    "orders/inbox/export.csv": across("order.assign"),
    "orders/mine/chosen/": across("order.care", "POST"),
    "orders/together/": across("order.care", *FORM),
    "orders/promises/": across("order.care"),
    "orders/portfolio/": across("order.view"),
    "orders/portfolio/customers.csv": across("order.view"),
    "orders/portfolio/awaited.csv": across("order.view"),
    "orders/portfolio/ending.csv": across("order.view"),
    "orders/activations/": across("order.care"),
    "orders/activations/export.csv": across("order.care"),
    "orders/activations/activations.ics": across("order.care"),
    "billing/disputes/": across("dispute.decide"),
    "billing/postings/": across("billrun.manage"),
    "billing/postings/export.csv": across("billrun.manage"),
    "billing/postings/chosen/": across("billrun.manage", "POST"),
    "billing/postings/undo/": across("billrun.manage", "POST"),
    "billing/runs/": across("billrun.manage", *FORM),
    "billing/runs/<int:pk>/": across("billrun.manage", thing="run"),
    "billing/runs/<int:pk>/print/": across("billrun.manage", "POST", thing="run"),
    "e/<slug:enterprise>/leave/": inside("enterprise.open", "POST"),
    "e/<slug:enterprise>/notices/<int:pk>/": inside("notice.view", thing="notice"),
    "e/<slug:enterprise>/terms/": inside("term.view"),
    "e/<slug:enterprise>/terms/agree/": Route(
        Place.INSIDE, "term.agree", methods=FORM, query="?term=staff.visit_minutes"
    ),
    "e/<slug:enterprise>/terms/<int:pk>/withdraw/": inside("term.agree", "POST", thing="agreed_term"),
    "e/<slug:enterprise>/untold/<int:pk>/try-again/": inside("notice.resend", "POST", thing="todo"),
    "e/<slug:enterprise>/notices/<int:pk>/try-again/": inside("notice.resend", "POST", thing="notice"),
    "e/<slug:enterprise>/notices/<int:pk>/send-again/": inside("notice.resend", "POST", thing="notice"),
    "e/<slug:enterprise>/services/<int:pk>/dlr/": inside("service.document", "POST", thing="service"),
    **{
        f"{root}e/<slug:enterprise>/orders/<str:number>/{name}/": way("order.review" if name in _REVIEWED else _CHANGE)
        for root, way in _PLANNED.items()
        for name in (*_REVIEWED, "commit", "refuse-expedite", "decide")
        if not (root == "" and name == "review")
    },
    "e/<slug:enterprise>/orders/<str:number>/review/": inside("order.review", *FORM, thing="order"),
    "orders/reviews/": across("order.review"),
    "orders/steps/": across("milestone.change", *FORM),
    "e/<slug:enterprise>/orders/milestones/<int:pk>/complete/": inside("milestone.complete", "POST", thing="milestone"),
    "e/<slug:enterprise>/orders/milestones/<int:pk>/delay/": inside("milestone.change", "POST", thing="milestone"),
    "e/<slug:enterprise>/orders/milestones/<int:pk>/annotate/": inside("milestone.change", "POST", thing="milestone"),
    "e/<slug:enterprise>/orders/<str:number>/price/": inside("order.price", "POST", thing="order"),
    f"{_ORDER}charges/<int:pk>/waive/": inside("order.price", "POST", thing="order_charge"),
    "e/<slug:enterprise>/orders/<str:number>/take/": inside("order.assign", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/return/": inside("order.assign", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/reject/": inside("order.assign", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/not-ready/": inside("order.care", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/ready/": inside("order.care", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/activation/": inside("order.activate", *FORM, thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/activation/call-off/": inside("order.activate", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/activation/no-show/": inside("order.activate", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/test/": inside("order.activate", *FORM, thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/sign-off/": inside("order.activate", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/sites/up/": inside("order.activate", "POST", thing="order"),
    "e/<slug:enterprise>/orders/<str:number>/sites/take-back/": inside("order.activate", "POST", thing="order"),
    "activations/": across("order.activate", *FORM),
    "activations/close/": across("order.activate", "POST"),
    "e/<slug:enterprise>/billing/disputes/<str:number>/note/": inside("dispute.decide", "POST", thing="dispute"),
    **{f"{_ORDER}{verb}/": inside("order.view", "POST", thing="order") for verb in ("messages/read", "escalate")},
    **{f"{_ORDER}{verb}/": inside("order.care", "POST", thing="order") for verb in _CARED},
    **{f"api/v1/{_ORDER}{verb}/": api(Place.INSIDE, "order.care", "POST", thing="order") for verb in _SETTLED},
    f"api/v1/{_ORDER}notes/": api(Place.INSIDE, "order.care", thing="order"),
    "api/v1/orders/mine/": api(Place.ACROSS, "order.view"),
    "e/<slug:enterprise>/billing/disputed-lines/<int:pk>/": inside("dispute.decide", *FORM, thing="disputed_line"),
    "api/v1/enterprises/": api(Place.ACROSS, "enterprise.open"),
    "api/v1/order-inbox/": api(Place.ACROSS, "order.assign"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/price/": api(Place.INSIDE, "order.price", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/take/": api(Place.INSIDE, "order.assign", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/return/": api(Place.INSIDE, "order.assign", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/reject/": api(Place.INSIDE, "order.assign", "POST", thing="order"),
    "api/v1/e/<slug:enterprise>/orders/milestones/<int:pk>/complete/": api(
        Place.INSIDE, "milestone.complete", "POST", thing="milestone"
    ),
    "api/v1/e/<slug:enterprise>/orders/milestones/<int:pk>/delay/": api(
        Place.INSIDE, "milestone.change", "POST", thing="milestone"
    ),
    "api/v1/e/<slug:enterprise>/orders/milestones/<int:pk>/annotate/": api(
        Place.INSIDE, "milestone.change", "POST", thing="milestone"
    ),
    "api/v1/e/<slug:enterprise>/orders/<str:number>/charges/<int:pk>/waive/": api(
        Place.INSIDE, "order.price", "POST", thing="order_charge"
    ),
    "api/v1/e/<slug:enterprise>/billing/disputed-lines/<int:pk>/decide/": api(
        Place.INSIDE, "dispute.decide", "POST", thing="disputed_line"
    ),
}
_API = "api/v1/e/<slug:enterprise>/"
_ADMIN, _POST = "user.admin", ("POST",)
CUSTOMER |= {
    "e/<slug:enterprise>/orders/<str:number>/agree/": inside("order.view", "POST", thing="changing"),
    f"{_API}orders/<str:number>/transfer/": api(Place.INSIDE, "service.change", "POST", thing="transfer"),
    **{
        f"{_API}orders/<str:number>/{verb}/": api(Place.INSIDE, needs, "POST", thing="order")
        for verb, needs in (
            ("ready", "order.create"),
            ("activation/book", "order.create"),
            ("accept", "order.accept"),
            ("refuse", "order.accept"),
        )
    },
    f"{_API}orders/<str:number>/activation/call-off/": api(Place.INSIDE, "order.create", "POST", thing="order"),
    "api/v1/me/enterprises/": api(Place.OWN),
    f"{_API}people/": api(Place.INSIDE, _ADMIN),
    f"{_API}people/invite/": api(Place.INSIDE, _ADMIN, "POST"),
    f"{_API}people/<int:pk>/": api(Place.INSIDE, _ADMIN, thing="member"),
    **{
        f"{_API}people/<int:pk>/{verb}/": api(Place.INSIDE, _ADMIN, "POST", thing="member")
        for verb in ("details", "rights", "invite-again", "deactivate", "reactivate", "remove")
    },
    f"{_API}people/teams/": api(Place.INSIDE, _ADMIN),
    f"{_API}people/teams/new/": api(Place.INSIDE, _ADMIN, "POST"),
    f"{_API}people/teams/<int:pk>/": api(Place.INSIDE, _ADMIN, thing="team"),
    **{
        f"{_API}people/teams/<int:pk>/{verb}/": api(Place.INSIDE, _ADMIN, "POST", thing="team")
        for verb in ("change", "rights", "close")
    },
    # One's own; all of them for who gives rights.
    f"{_API}access/": api(Place.INSIDE),
    f"{_API}access/ask/": api(Place.INSIDE, "", "POST"),
    f"{_API}access/<int:pk>/": Route(Place.INSIDE, thing="access_request", is_api=True, hidden=_ADMIN),
    f"{_API}access/<int:pk>/decline/": api(Place.INSIDE, _ADMIN, "POST", thing="access_request"),
    f"{_API}access/<int:pk>/withdraw/": Route(
        Place.INSIDE, thing="access_request", methods=_POST, is_api=True, is_own=True
    ),
    f"{_API}reviews/": api(Place.INSIDE, _ADMIN),
    f"{_API}reviews/begin/": api(Place.INSIDE, _ADMIN, "POST"),
    f"{_API}reviews/lines/": api(Place.INSIDE, _ADMIN),
    f"{_API}reviews/lines/<int:pk>/confirm/": api(Place.INSIDE, _ADMIN, "POST", thing="review_line"),
    f"{_API}account-groups/new/": api(Place.INSIDE, "enterprise.admin", "POST"),
    f"{_API}account-groups/<int:pk>/change/": api(Place.INSIDE, "enterprise.admin", "POST", thing="group"),
    f"{_API}account-groups/<int:pk>/close/": api(Place.INSIDE, "enterprise.admin", "POST", thing="group"),
}
STAFF |= {
    **{
        f"{_API}orders/<str:number>/{verb}/": api(Place.INSIDE, needs, "POST", thing="order")
        for needs, verbs in (
            ("order.care", ("not-ready", "ready")),
            (
                "order.activate",
                (
                    "activation/book",
                    "activation/call-off",
                    "activation/no-show",
                    "tests/record",
                    "sign-off",
                    "sites/up",
                    "sites/take-back",
                ),
            ),
        )
        for verb in verbs
    },
    "api/v1/orders/slots/": api(Place.ACROSS, "order.activate"),
    "api/v1/orders/slots/open/": api(Place.ACROSS, "order.activate", "POST"),
    "api/v1/orders/slots/close/": api(Place.ACROSS, "order.activate", "POST"),
    "api/v1/orders/reviews/": api(Place.ACROSS, "order.review"),
    "api/v1/orders/steps/<slug:order_type>/": api(Place.ACROSS, "milestone.change", thing="order_type"),
    **{
        f"api/v1/orders/steps/<slug:order_type>/{verb}/": api(
            Place.ACROSS, "milestone.change", "POST", thing="order_type"
        )
        for verb in ("set", "clear")
    },
    "e/<slug:enterprise>/orders/<str:number>/change-price/": inside("order.price", "POST", thing="changing"),
    f"{_API}team/add/": api(Place.INSIDE, "team.manage", "POST"),
    f"{_API}team/<int:pk>/end/": api(Place.INSIDE, "team.manage", "POST", thing="place"),
    "api/v1/team-gaps/": api(Place.ACROSS, "team.manage"),
    "api/v1/registrations/": api(Place.ACROSS, "administrator.appoint"),
    "api/v1/staff/": api(Place.ACROSS, "staff.view"),
    "api/v1/staff/hire/": api(Place.ACROSS, "staff.manage", "POST"),
    "api/v1/staff/<int:pk>/": api(Place.ACROSS, "staff.view", thing="colleague"),
    **{
        f"api/v1/staff/<int:pk>/{verb}/": api(Place.ACROSS, "staff.manage", "POST", thing="colleague")
        for verb in ("invite", "move", "remove")
    },
    "api/v1/roles/": api(Place.ACROSS, "staff.view"),
}
for _face in (CUSTOMER, STAFF):
    _face |= {f"{_API}audit/": api(Place.INSIDE, "audit.view"), f"{_API}audit/seen/": api(Place.INSIDE, "audit.view")}
ROUTES = {"customer": CUSTOMER, "staff": STAFF}

# --- who asks, and what each place answers them ------------------------------------------------------
# About Acme's enterprise and Acme's things. What is not named here is answered by what the person
# may do; each of these people is built in worlds.py.

STRANGERS = {
    "customer": {
        "nobody": {Place.OWN: Said.SIGN_IN, Place.INSIDE: Said.SIGN_IN},
        "a disabled user": {Place.OWN: Said.SIGN_IN, Place.INSIDE: Said.SIGN_IN},
        "an administrator of another enterprise": {Place.INSIDE: Said.MISSING},
        "a former member": {Place.INSIDE: Said.MISSING},
        "a member not yet confirmed": {Place.INSIDE: Said.MISSING},
        "one of the carrier's people": {Place.INSIDE: Said.MISSING},
    },
    "staff": {
        "nobody": {Place.OWN: Said.SIGN_IN, Place.ACROSS: Said.SIGN_IN, Place.INSIDE: Said.SIGN_IN},
        "a customer": {Place.ACROSS: Said.FORBIDDEN, Place.INSIDE: Said.FORBIDDEN},
        "a former colleague": {Place.ACROSS: Said.FORBIDDEN, Place.INSIDE: Said.FORBIDDEN},
        "staff without a second factor": {Place.ACROSS: Said.FACTOR, Place.INSIDE: Said.FACTOR},
        "staff without a visit": {Place.INSIDE: Said.REASON},
    },
}

# --- tables ----------------------------------------------------------------------------------------
# Each table's kind, and what the customers' side may do there besides reading it.

_SPAN = ("INSERT", "UPDATE (ended_by, until_at)")
WALLED = {
    "accounts_signon": (
        "INSERT",
        "UPDATE (name, issuer, client_id, sealed_secret, mail_claim, name_claim, factor_values)",
        "UPDATE (takes_newcomers, is_active, changed_at)",
    ),
    "accounts_signondomain": ("DELETE", "INSERT", "UPDATE (proven_at)"),
    "accounts_signonlink": ("DELETE", "INSERT", "UPDATE (last_used_at)"),
    "accounts_enterprise": (
        "UPDATE (custom_name, is_self_registration_open, is_sign_on_required, language, revision, time_zone)",
        "UPDATE (asks_everybody)",
    ),
    "accounts_account": (
        "UPDATE (address, alias, country, delivery, delivery_from_on, delivery_next, po_reference, revision)",
        "UPDATE (service_address)",
    ),
    "accounts_customernumber": (),
    "accounts_membership": (
        "INSERT",
        "UPDATE (name, phone, title, status, is_administrator, why)",
        "UPDATE (wants_billing, wants_keys, wants_orders, wants_people)",
        "UPDATE (invited_at, invited_until, invitations, joined_at, seen_on, warned_at)",
    ),
    "accounts_membershipbefore": ("INSERT",),
    "accounts_grant": _SPAN,
    "accounts_team": ("INSERT", "UPDATE (name, email, language, time_zone, is_active)"),
    "accounts_teamperson": _SPAN,
    "accounts_accountgroup": ("INSERT", "UPDATE (name, is_active)"),
    "accounts_groupedaccount": _SPAN,
    "accounts_contact": ("DELETE", "INSERT", "UPDATE"),
    "accounts_teammember": (),
    "accounts_staffvisit": (),
    "accounts_apikey": (
        "INSERT",
        "UPDATE (decided_at, decided_by, ended_at, last_used_at, last_used_from, owner_id, reason, status)",
    ),
    "accounts_accessrequest": ("INSERT", "UPDATE (answer, decided_at, decided_by, places, status, why)"),
    "accounts_registration": ("INSERT",),
    "accounts_accountstay": (),
    "accounts_accountcode": (),
    "accounts_moveside": ("INSERT", "UPDATE (answer, chosen, chosen_by, said, said_at, said_by)"),
    "accounts_accessreview": ("INSERT", "UPDATE (ended_at, status)"),
    "accounts_reviewline": ("INSERT", "UPDATE (answer, decided_at, decided_by, held, was_administrator)"),
    "accounts_apikeyaccount": ("INSERT",),
    "accounts_apisecret": ("INSERT", "UPDATE (ends_at)"),
    "inventory_site": (),
    "inventory_sitecontact": (),
    "inventory_service": ("UPDATE (alias, ended_on, started_on, status)",),
    "inventory_identifier": (),
    "inventory_tie": (),
    "inventory_hop": (),
    "inventory_dlr": (),
    "orders_order": (
        "INSERT",
        "UPDATE (a_site_id, account_id, product_id, project_id, service_id, status, title, type, z_site_id)",
        "UPDATE (customer_reference, monthly, notes, one_time, private_to, requested_on, term_months)",
        "UPDATE (completed_on, expected_on, placed_by, placed_on, remarks, revision, submitted_at)",
    ),
    "orders_orderproject": ("INSERT", "UPDATE (reference)"),
    "orders_orderitem": ("DELETE", "INSERT", "UPDATE (is_priced, monthly, one_time)"),
    "orders_quote": ("UPDATE (answer, answered_at, answered_by, status)",),
    "orders_authorisation": ("INSERT",),
    "orders_message": ("INSERT", "UPDATE (read_at, read_by)"),
    "orders_promise": (),
    "orders_escalation": ("INSERT",),
    "orders_internalnote": (),
    "orders_milestone": ("UPDATE (completed_at, expected_on, owner, status)",),
    "orders_notready": (
        "INSERT",
        "UPDATE (ended_at, ended_by, new_on, outcome)",
    ),
    "orders_activationcall": ("INSERT", "UPDATE (status)"),
    "orders_activationtest": (),
    "orders_turnup": ("UPDATE (decided_at, decided_by, decision, reason)",),
    "orders_orderedservice": ("INSERT", "UPDATE (agreed_at, agreed_by)"),
    "orders_disconnect": ("INSERT",),
    "orders_transfer": ("INSERT", "UPDATE (given_at, given_by, giver_id, taken_at, taken_by, taker_id)"),
    "orders_takeoverside": ("INSERT", "UPDATE (answer, said, said_at, said_by)"),
    "orders_trial": ("INSERT", "UPDATE (became, kept_as)"),
    "orders_endwarning": (),
    "orders_answer": (
        "INSERT",
        "UPDATE (answered_at, answered_by, reason, reviewed_at, reviewed_by, status, value)",
    ),
    "orders_reservation": ("UPDATE (released_at)",),
    "orders_deliverychoice": ("INSERT", "UPDATE (status)"),
    "orders_supplement": ("INSERT", "UPDATE (decided_at, decided_by, status)"),
    "orders_letter": (),
    "orders_ordercharge": ("INSERT",),
    "billing_charge": (),
    "billing_invoice": ("UPDATE (enterprise_id)",),  # to lock it
    "billing_invoiceline": (),
    "billing_dispute": ("INSERT", "UPDATE (decided_at, status)"),
    "billing_disputedline": ("INSERT", "UPDATE (decided_at, outcome)"),
    "billing_credit": (),
    "billing_posting": (),
    "portal_event": ("INSERT",),
    "portal_todo": ("INSERT", "UPDATE (attempts, due_at, hinted_at, last_error, lease_until, state)"),
    "portal_notice": (
        "INSERT",
        "UPDATE (attempts, doubts, due_at, hinted_at, last_error, lease_until, read_at, sent_at, state)",
    ),
    "portal_storedfile": ("INSERT",),
    "portal_export": (
        "INSERT",
        "UPDATE (asked_at, attempts, done_at, due_at, expires_at, file_id, hinted_at, language, last_error)",
        "UPDATE (lease_until, reach, reason, rows_done, rows_total, state, time_zone)",
    ),
    "portal_apianswer": ("INSERT", "UPDATE (body, location, status)"),
    "portal_enterpriseterm": (),
    "portal_look": ("INSERT",),
    "portal_listview": (
        "INSERT",
        "UPDATE (changed_at, columns, is_shared, name, opens_with, query)",
        "DELETE",
    ),
    "portal_following": ("DELETE", "INSERT", "UPDATE (is_following, is_muted)"),
    "portal_draft": ("DELETE", "INSERT", "UPDATE (expires_at, fields, kept_at)"),
}
ALL = ("DELETE", "INSERT", "UPDATE")
IDENTITY = {
    "accounts_user": ("INSERT", "UPDATE"),
    "portal_locator": ("INSERT",),
    "account_emailaddress": ALL,
    "account_emailconfirmation": ALL,
    "mfa_authenticator": ALL,
    "usersessions_usersession": ALL,
    "django_session": ALL,
}
PUBLISHED = {
    "accounts_staffcard",
    "accounts_staffabsence",
    "inventory_product",
    "inventory_productprice",
    "inventory_productquestion",
    "orders_activationslot",
    "orders_milestonetemplate",
    "orders_pace",
    "portal_carrierterm",
}
# What customers may write of what is published: that a time is taken, and nothing of who took it.
PUBLISHED_WRITES = {"orders_activationslot": ("UPDATE (taken_at)",)}
CARRIER_OWNED = {
    "accounts_move",
    "orders_takeover",
    "accounts_staffrole",
    "accounts_staffmember",
    "billing_billrun",
    "billing_billrunpart",
    "inventory_networkelement",
    "portal_numbercounter",
    "portal_stafflistview",
}
UNUSED = {
    "auth_group",
    "auth_group_permissions",
    "auth_permission",
    "django_content_type",
    "django_migrations",
}
# Indexes that lead across enterprises: each serves a work list of staff's, or a queue.
WORK_LISTS = {
    "accounts_moveside_waiting",
    "orders_takeoverside_waiting",
    "accounts_apikey_pending",
    "accounts_registration_waiting",
    "accounts_accessreview_due",
    "accounts_apikey_ending",
    "accounts_enterprise_name",
    "accounts_enterprise_words",
    "inventory_service_nkey_all",
    "inventory_service_akey_all",
    "inventory_identifier_key_all",
    "inventory_hop_element",
    "inventory_service_used",
    "orders_order_nkey_all",
    "orders_order_rkey_all",
    "billing_invoice_nkey_all",
    "billing_dispute_nkey_all",
    "billing_dispute_rkey_all",
    "accounts_teammember_card",
    "orders_order_workload",
    "orders_order_inbox",
    "orders_promise_due",
    "orders_promise_rate",
    "orders_notready_due",
    "orders_activationcall_day",
    "orders_turnup_due",
    "orders_disconnect_due",
    "orders_transfer_due",
    "orders_trial_due",
    "orders_answer_to_review",
    "billing_invoice_paperless",
    "billing_dispute_queue",
    "billing_posting_work",
    "portal_todo_due",
    "portal_todo_failed",
    "portal_notice_recipient",
    "portal_notice_unread",
    "portal_notice_failed",
    "portal_notice_doubts",
    "portal_export_due",
    "portal_export_expires",
    "portal_enterpriseterm_name",
    "portal_notice_staff",
    "portal_notice_due",
    "portal_apianswer_age",
    "portal_draft_expires",
}

# --- tasks -----------------------------------------------------------------------------------------
# The role that runs it, and what of a tenant's its pk names; "" for one that takes nothing of anybody's.

TASKS = {
    "portal.relay": ("portal_dispatch", ""),
    "portal.tell": ("portal_app", "todo"),
    "portal.send": ("portal_app", "notice"),
    "portal.export": ("portal_app", "export"),
    "portal.export_for_staff": ("portal_staff", "export"),
    "portal.measure": ("portal_dispatch", ""),
    "portal.reconcile": ("portal_staff", ""),
    "portal.expire_exports": ("portal_staff", ""),
    "portal.clean_files": ("portal_staff", ""),
    "portal.forget_answers": ("portal_staff", ""),
    "portal.expire_drafts": ("portal_staff", ""),
    "accounts.look_for_idle": ("portal_staff", ""),
    "accounts.look_at_reviews": ("portal_staff", ""),
    "accounts.watch_keys": ("portal_staff", ""),
    "accounts.judge_registrations": ("portal_staff", ""),
    "accounts.look_at_moves": ("portal_staff", ""),
    "orders.watch_promises": ("portal_staff", ""),
    "orders.watch_readiness": ("portal_staff", ""),
    "orders.follow_contracts": ("portal_staff", ""),
    "orders.look_at_takeovers": ("portal_staff", ""),
    "orders.warn_of_ends": ("portal_staff", ""),
    "orders.look_at_plans": ("portal_staff", ""),
    "orders.count_pace": ("portal_staff", ""),
    "orders.make_letter": ("portal_staff", "order"),
    "orders.print_notice": ("portal_staff", "turn_up"),
    "billing.resume_bill_runs": ("portal_staff", ""),
    "billing.bill_enterprise": ("portal_staff", "run"),
    "billing.print_missing": ("portal_staff", ""),
    "billing.make_pdf": ("portal_staff", "invoice"),
    "orders.print_authorisation": ("portal_staff", "authorisation"),
}

# --- answers that are files, and forms that offer rows ---------------------------------------------------

FILES = {
    "e/<slug:enterprise>/audit/export.csv",
    "e/<slug:enterprise>/audit/seen/export.csv",
    "e/<slug:enterprise>/people/export.csv",
    "e/<slug:enterprise>/people/review/export.csv",
    "e/<slug:enterprise>/people/many/template.csv",
    "e/<slug:enterprise>/people/teams/export.csv",
    "e/<slug:enterprise>/files/<int:pk>/",
    "e/<slug:enterprise>/billing/export.csv",
    "e/<slug:enterprise>/orders/export.csv",
    "e/<slug:enterprise>/orders/<str:number>/authorisation.pdf",
    "e/<slug:enterprise>/orders/<str:number>/letter/",
    "api/v1/e/<slug:enterprise>/orders/<str:number>/letter/",
    "e/<slug:enterprise>/billing/disputes/export.csv",
    "e/<slug:enterprise>/visits/export.csv",
    "e/<slug:enterprise>/keys/export.csv",
    "e/<slug:enterprise>/access/export.csv",
    "e/<slug:enterprise>/moves/export.csv",
    "e/<slug:enterprise>/orders/takeovers/export.csv",
    "e/<slug:enterprise>/services/export.csv",
    "e/<slug:enterprise>/services/names/template.csv",
    "e/<slug:enterprise>/accounts/export.csv",
    "e/<slug:enterprise>/accounts/many/template.csv",
    "e/<slug:enterprise>/contacts/export.csv",
    "e/<slug:enterprise>/account-groups/export.csv",
    "e/<slug:enterprise>/billing/invoices/<str:number>/pdf/",
    "e/<slug:enterprise>/billing/invoices/<str:number>/csv/",
    "e/<slug:enterprise>/orders/<str:number>/connection-notice.pdf",
    "api/v1/e/<slug:enterprise>/billing/invoices/<str:number>/pdf/",
}
# The source files that stream: a stream is read after its enterprise's scope has ended, so none may read the database.
STREAMS = {"portal/files/leaving.py"}  # from the storage
FORM_CHOICES: set[str] = set()  # "module.Form.field" of each form field that offers rows of a table
# "module.Form.field" of each field that suggests while one types, and the route that answers it.
SUGGEST_FIELDS = {
    "accounts.people.forms.InviteForm.colleague": "e/<slug:enterprise>/people/suggest/",
    "accounts.people.forms.RemoveForm.heir": "e/<slug:enterprise>/people/suggest/",
    "accounts.people.forms.RightsForm.colleague": "e/<slug:enterprise>/people/suggest/",
    "accounts.people.forms.TeamForm.time_zone": "suggest/time-zones/",
    "accounts.people.forms.WhyForm.account": "e/<slug:enterprise>/suggest/accounts/",
    "accounts.people.forms.WhyForm.person": "e/<slug:enterprise>/people/suggest/",
    "accounts.forms.ProfileForm.time_zone": "suggest/time-zones/",
    "orders.placing.forms.OrderForm.account": "e/<slug:enterprise>/orders/suggest/accounts/",
    "orders.placing.forms.ItemForm.a_site": "e/<slug:enterprise>/orders/suggest/sites/",
    "orders.placing.forms.ItemForm.z_site": "e/<slug:enterprise>/orders/suggest/sites/",
    "orders.placing.forms.TakeForm.care_manager": "suggest/colleagues/",
    "accounts.entrance.forms.WelcomeForm.time_zone": "suggest/time-zones/",
    "accounts.serving.forms.PlaceForm.who": "suggest/colleagues/",
    "accounts.serving.forms.PlaceForm.account": "e/<slug:enterprise>/suggest/accounts/",
    "accounts.serving.forms.AbsenceForm.who": "suggest/colleagues/",
    "accounts.serving.forms.AbsenceForm.deputy": "suggest/colleagues/",
    "orders.caring.forms.HandOverForm.who": "suggest/colleagues/",
    "accounts.staffing.forms.CardForm.time_zone": "suggest/time-zones/",
    "accounts.staffing.forms.HireForm.time_zone": "suggest/time-zones/",
    "accounts.staffing.forms.RemoveForm.successor": "suggest/colleagues/",
    "accounts.companies.forms.OurRecordForm.time_zone": "suggest/time-zones/",
    "accounts.companies.forms.CarriersRecordForm.time_zone": "suggest/time-zones/",
    "accounts.companies.forms.CarriersRecordForm.country": "suggest/countries/",
    "accounts.companies.forms.OurAccountForm.country": "suggest/countries/",
    "accounts.companies.forms.CarriersAccountForm.country": "suggest/countries/",
    "accounts.companies.forms.NewAccountForm.country": "suggest/countries/",
    "accounts.companies.forms.ContactForm.account": "e/<slug:enterprise>/suggest/accounts/",
    "accounts.companies.forms.ContactForm.time_zone": "suggest/time-zones/",
    "portal.termbook.forms.CarrierTermForm.country": "suggest/countries/",
    "portal.termbook.forms.WhomForm.customer": "suggest/customers/",
    "portal.following.forms.FollowForm.who": f"{_FOLLOWING}<slug:slug>/<str:number>/suggest/",
}
# The routes that suggest, with what of an enterprise's each may name; "" for what is nobody's.
SUGGESTIONS = {
    "suggest/countries/": "",
    "suggest/time-zones/": "",
    "suggest/customers/": "enterprise",
    "customers/suggest/": "enterprise",
    "suggest/colleagues/": "",
    "e/<slug:enterprise>/suggest/accounts/": "account",
    "e/<slug:enterprise>/orders/suggest/sites/": "site",
    "e/<slug:enterprise>/orders/suggest/accounts/": "account",
    "e/<slug:enterprise>/orders/suggest/projects/": "project",
    "e/<slug:enterprise>/people/suggest/": "person",
    "e/<slug:enterprise>/people/suggest/scopes/": "account",
    "e/<slug:enterprise>/suggest/account-groups/": "group",
    f"{_FOLLOWING}<slug:slug>/<str:number>/suggest/": "contact",
}

# What a GET may write, by route: who was where, and where they were last.
_LOOKS = {
    # Who saw what: a line for each of them, once a day.
    f"{root}e/<slug:enterprise>/{name}": {"portal_look"}
    for root, names in {
        "": (
            "services/<int:pk>/",
            "orders/<str:number>/",
            "orders/<str:number>/authorisation.pdf",
            "orders/<str:number>/plan/",
            "orders/<str:number>/letter/",
            "orders/<str:number>/connection-notice.pdf",
            "billing/invoices/<str:number>/",
            "billing/invoices/<str:number>/pdf/",
            "billing/invoices/<str:number>/csv/",
            "billing/disputes/<str:number>/",
            "files/<int:pk>/",
        ),
        "api/v1/": (
            "services/<int:pk>/",
            "orders/<str:number>/",
            "orders/<str:number>/plan/",
            "orders/<str:number>/letter/",
            "billing/invoices/<str:number>/",
            "billing/invoices/<str:number>/lines/",
            "billing/invoices/<str:number>/pdf/",
            "billing/disputes/<str:number>/",
        ),
    }.items()
    for name in names
}
GET_WRITES = {
    "customer": {
        **_LOOKS,
        "e/<slug:enterprise>/": {"accounts_user"},
        # Who opens what they were told has read it.
        "e/<slug:enterprise>/notices/<int:pk>/": {"portal_notice"},
    },
    "staff": {**_LOOKS, "told/<int:pk>/": {"portal_notice"}},
}
