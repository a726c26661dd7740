"""What is told of a customer's sign-on, on its page; and by mail what changes how people come in."""

from django.utils.translation import gettext_lazy as _

from accounts.notices import UNEXPECTED, Plain, administrators_but_who_did_it, of_membership, plain
from portal.notices import EventKind, register

_DOOR = "sign_on:here"


_SETTINGS = (
    plain(
        "sign_on.saved",
        story=_("%(actor)s set the sign-on up: %(issuer)s"),
        recipients=administrators_but_who_did_it,
        mail=Plain(
            _("The sign-on of %(company)s was set up"),
            _("%(actor)s named the provider or changed it. Whom that vouches for comes in."),
            UNEXPECTED,
            _DOOR,
        ),
    ),
    plain(
        "sign_on.required",
        story=_("%(actor)s made the sign-on the only way in"),
        recipients=administrators_but_who_did_it,
        mail=Plain(
            _("The sign-on of %(company)s is the only way in now"),
            _("%(actor)s decided that. Passwords open the company to administrators with a second step alone."),
            UNEXPECTED,
            _DOOR,
        ),
        tone="amber",
    ),
    plain(
        "sign_on.released",
        story=_("%(actor)s let people in by their passwords too"),
        recipients=administrators_but_who_did_it,
        mail=Plain(
            _("Passwords open %(company)s again"),
            _("%(actor)s decided that people come in by their own passwords too, and not by the sign-on alone."),
            UNEXPECTED,
            _DOOR,
        ),
        tone="amber",
    ),
    plain(
        "sign_on.domain_proven",
        story=_("%(actor)s proved the domain %(domain)s"),
        recipients=administrators_but_who_did_it,
        mail=Plain(
            _("A mail domain of %(company)s was proven"),
            _("%(actor)s proved %(domain)s. Whoever signs on with an address of it can come in by the sign-on."),
            UNEXPECTED,
            _DOOR,
        ),
        tone="green",
    ),
)


def register_kinds() -> None:
    register(
        EventKind("sign_on.domain_added", story=_("%(actor)s named the domain %(domain)s")),
        EventKind("sign_on.domain_removed", story=_("%(actor)s took the domain %(domain)s away"), tone="gray"),
        # They stand on the list of people; a mail for each of thousands would be read by nobody.
        EventKind("sign_on.joined", story=_("%(person)s is new here, by the sign-on"), tone="green"),
    )
    register(*_SETTINGS)
    _register_links()


def _register_links() -> None:
    register(
        plain(
            "sign_on.linked",
            story=_("%(person)s signed on for the first time"),
            recipients=of_membership,
            mail=Plain(
                _("The sign-on of %(company)s opens the portal to you"),
                _("Somebody has shown your password and came in by it. From now on it opens %(company)s without."),
                _("If it was not you, call us at once, and choose a new password."),
                "accounts:home",
            ),
            tone="green",
        ),
        plain(
            "sign_on.forgotten",
            story=_("%(actor)s ended the link of %(person)s"),
            recipients=of_membership,
            mail=Plain(
                _("Your link to the sign-on of %(company)s was ended"),
                _("%(actor)s ended it. When you next sign on, show your password once to make a new one."),
                door="accounts:home",
            ),
            tone="amber",
        ),
    )
