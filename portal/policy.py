"""Who may call a view. Every view says so; one that does not is refused, and fails a test.

The tenant middleware reads the policy before the view runs: nobody signed in is sent to sign
in, not yours is 404, a permission that is lacking is 403.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, TypeVar

SAFE = ("GET", "HEAD", "OPTIONS")
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
View = TypeVar("View", bound=Callable[..., Any])


class Access(StrEnum):
    PUBLIC = "public"  # anybody
    SIGNED_IN = "signed in"  # anybody who has signed in
    PERMISSION = "permission"  # who holds the permission, in the enterprise of the URL or as staff


@dataclass(frozen=True)
class Policy:
    access: Access
    permission: str = ""
    is_library: bool = False
    is_fresh: bool = False  # what it does, and not what it shows, takes a second factor shown lately


PUBLIC = Policy(Access.PUBLIC)
SIGNED_IN = Policy(Access.SIGNED_IN)

# Views of libraries, by the module they come from or their full name. Sign-up is closed by the
# adapter, and reset keys are verified by the view itself.
_LIBRARY_PUBLIC = Policy(Access.PUBLIC, is_library=True)
_LIBRARY_SIGNED_IN = Policy(Access.SIGNED_IN, is_library=True)
LIBRARY_VIEWS: Mapping[str, Policy] = {
    "allauth.account.views": _LIBRARY_PUBLIC,
    "allauth.mfa": _LIBRARY_SIGNED_IN,
    "allauth.mfa.base.views.AuthenticateView": _LIBRARY_PUBLIC,
    "allauth.mfa.webauthn.views.LoginWebAuthnView": _LIBRARY_PUBLIC,
    "allauth.usersessions.views": _LIBRARY_SIGNED_IN,
}


def requires(permission: str) -> Callable[[View], View]:
    """Only for who holds the permission."""

    def mark(view: View) -> View:
        view.policy = Policy(Access.PERMISSION, permission)  # type: ignore[attr-defined]
        return view

    return mark


def public(view: View) -> View:
    """For anybody, signed in or not."""
    view.policy = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """For anybody who has signed in, whatever they may do."""
    view.policy = SIGNED_IN  # type: ignore[attr-defined]
    return view


def about_sign_in(view: View) -> View:
    """A library's page bent to the portal: for anybody who has signed in, before they are admitted anywhere."""
    view.policy = _LIBRARY_SIGNED_IN  # type: ignore[attr-defined]
    return view


def fresh(view: View) -> View:
    """What is sent to it takes a second factor that was shown lately; stands above the view's policy.

    Who is asked for one comes back to what they were doing, with all that they had typed.
    """
    view.policy = replace(view.policy, is_fresh=True)  # type: ignore[attr-defined]
    return view


def untied(view: View) -> View:
    """It asks others in the world, for as long as they take: no transaction is held meanwhile, and it opens its own."""
    view.is_untied = True  # type: ignore[attr-defined]
    return view


def policy_of(view: Callable[..., Any], method: str = "GET") -> Policy | None:
    """The policy of a view for a method: its own, its handler's or its library's; None when nobody said.

    A class states one at each of its handlers. A method that it has no handler for needs no more
    than being let in, to be told so.
    """
    own = getattr(view, "policy", None)
    if isinstance(own, Policy):
        return own
    target = getattr(view, "view_class", view)
    name = f"{target.__module__}.{getattr(target, '__name__', '')}"
    matches = [prefix for prefix in LIBRARY_VIEWS if name == prefix or name.startswith(f"{prefix}.")]
    if matches:
        return LIBRARY_VIEWS[max(matches, key=len)]
    stated = by_method(view)
    if not stated or None in stated.values():
        return None
    return stated.get("GET" if method == "HEAD" else method, SIGNED_IN)


def by_method(view: Callable[..., Any]) -> dict[str, Policy | None]:
    """What the handlers of a class state, by method; nothing for a function."""
    handlers = {method: getattr(getattr(view, "view_class", None), method.lower(), None) for method in METHODS}
    return {method: getattr(handler, "policy", None) for method, handler in handlers.items() if handler}


def permissions_of(view: Callable[..., Any]) -> set[str]:
    """All that a view can ask for, whatever the method."""
    asked = {policy_of(view, method) for method in METHODS}
    return {policy.permission for policy in asked if policy and policy.permission}
