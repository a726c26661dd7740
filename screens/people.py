"""The pages of a customer's people, of their rights, and of the audit log."""

from screens.page import ADMINISTRATOR, CARE, FEW_RIGHTS, HERE, NOBODY, OWNER, on, opening, send

_c, _s = on("customer"), on("staff")
_IN = "e/<slug:enterprise>/"
_PEOPLE, _THERE = f"{_IN}people/", f"{HERE}people/"
_RIGHTS = "form:has([name=permissions]) [type=submit]"

PEOPLE = (
    _c(_PEOPLE, ADMINISTRATOR, _THERE),
    _c(_PEOPLE, ADMINISTRATOR, f"{_THERE}?q=no-such", "nothing found"),
    _c(f"{_PEOPLE}invite/", ADMINISTRATOR, f"{_THERE}invite/"),
    _c(f"{_PEOPLE}invite/", ADMINISTRATOR, f"{_THERE}invite/", "wrong", 422,
       act=send("form:has([name=email]) [type=submit]", email="no")),
    _c(f"{_PEOPLE}many/", ADMINISTRATOR, f"{_THERE}many/"),
    _c(f"{_PEOPLE}many/", ADMINISTRATOR, f"{_THERE}many/", "wrong", 422,
       act=send("form:has([name=file]) [type=submit]")),
    _c(f"{_PEOPLE}why/", ADMINISTRATOR, f"{_THERE}why/"),
    _c(f"{_PEOPLE}why/", ADMINISTRATOR, f"{_THERE}why/?permission=billing.view&account=5-KTR9C", "answered"),
    _c(f"{_PEOPLE}<int:pk>/", ADMINISTRATOR, f"{_THERE}{{member}}/"),
    _c(f"{_PEOPLE}<int:pk>/", ADMINISTRATOR, f"{_THERE}{{invited}}/", "tools open", act=opening("main summary")),
    _c(f"{_PEOPLE}<int:pk>/rights/", ADMINISTRATOR, f"{_THERE}{{member}}/rights/"),
    _c(f"{_PEOPLE}<int:pk>/rights/", ADMINISTRATOR, f"{_THERE}{{member}}/rights/", "wrong", 422, act=send(_RIGHTS)),
    _c(f"{_PEOPLE}review/", ADMINISTRATOR, f"{_THERE}review/"),
    _c(f"{_PEOPLE}<int:pk>/remove/", ADMINISTRATOR, f"{_THERE}{{member}}/remove/"),
    _c(f"{_PEOPLE}teams/", ADMINISTRATOR, f"{_THERE}teams/"),
    _c(f"{_PEOPLE}teams/", FEW_RIGHTS, f"{_THERE}teams/", "not allowed", 403),
    _c(f"{_PEOPLE}teams/new/", ADMINISTRATOR, f"{_THERE}teams/new/"),
    _c(f"{_PEOPLE}teams/<int:pk>/", ADMINISTRATOR, f"{_THERE}teams/{{crew}}/"),
    _c(f"{_PEOPLE}teams/<int:pk>/change/", ADMINISTRATOR, f"{_THERE}teams/{{crew}}/change/"),
    _c(f"{_PEOPLE}teams/<int:pk>/rights/", ADMINISTRATOR, f"{_THERE}teams/{{crew}}/rights/"),
    _c(f"{_IN}moves/", ADMINISTRATOR, f"{HERE}moves/"),
    _c(f"{_IN}moves/ask/", ADMINISTRATOR, f"{HERE}moves/ask/"),
    _c(f"{_IN}moves/ask/", ADMINISTRATOR, f"{HERE}moves/ask/?what=give", "wrong", 422,
       act=send("form:has([name=other]) [type=submit]", other="no")),
    _c(f"{_IN}moves/<int:pk>/", ADMINISTRATOR, f"{HERE}moves/{{side}}/"),
    _c(f"{_IN}orders/takeovers/", ADMINISTRATOR, f"{HERE}orders/takeovers/"),
    _c(f"{_IN}orders/takeovers/offer/", ADMINISTRATOR, f"{HERE}orders/takeovers/offer/"),
    _c(f"{_IN}orders/takeovers/<int:pk>/", ADMINISTRATOR, f"{HERE}orders/takeovers/{{offered}}/"),
    _c(f"{_IN}audit/", ADMINISTRATOR, f"{HERE}audit/"),
    _c(f"{_IN}audit/seen/", ADMINISTRATOR, f"{HERE}audit/seen/"),
    _c("join/<str:token>/", NOBODY, "/join/{invitation}/"),
    _c("join/<str:token>/", NOBODY, "/join/no-such/", "no longer good", 410),
    _c("join/<str:token>/", ADMINISTRATOR, "/join/{invitation}/", "somebody else's", 409),
)  # fmt: skip
STAFFS_PEOPLE = (
    _s(f"{_IN}administrators/", CARE, f"{HERE}administrators/"),
    _s(f"{_IN}administrators/", CARE, f"{HERE}administrators/", "wrong", 422,
       act=send("form:has([name=grounds]) [type=submit]", email="no")),
    _s("customers/<slug:public_id>/second-factor/", OWNER, "/customers/301774/second-factor/"),
    _s("registrations/", OWNER),
    _s("access-reviews/", OWNER),
    _s("moves/", OWNER),
    _s("moves/<int:pk>/", OWNER, "/moves/{move}/"),
    _s("takeovers/", OWNER),
    _s("takeovers/<int:pk>/", OWNER, "/takeovers/{takeover}/"),
    _s(f"{_IN}account-codes/", OWNER, f"{HERE}account-codes/"),
    _s(f"{_IN}audit/", CARE, f"{HERE}audit/"),
    _s(f"{_IN}audit/seen/", CARE, f"{HERE}audit/seen/"),
)  # fmt: skip
