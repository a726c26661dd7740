"""How the tables of this app, and the kernel's, move from one enterprise to another, and what is said of it."""

from django.utils.translation import gettext as _

from portal.moving import Along, LeftBehind, Root, Stays, Story, Way, WithThing

_PEOPLE = Stays("people, and what they may do, belong to their company")
_COMPANY = Stays("it is the company's own")
_ACCOUNT = Along("accounts_account", "account_id")

WAYS: dict[str, Way] = {
    "accounts_account": Root(),
    # Who of the carrier serves an account goes on serving it. Whose contacts come along, the mover decides.
    "accounts_teammember": _ACCOUNT,
    "accounts_contact": _ACCOUNT,
    # What was held on an account is history of who held it.
    "accounts_grant": LeftBehind("account_id"),
    "accounts_groupedaccount": LeftBehind("account_id"),
    "accounts_accountstay": LeftBehind("account_id"),
    "accounts_moveside": Stays("what was asked and said, each side has for itself"),
    # Codes prove an account where it is; they end with its move.
    "accounts_accountcode": LeftBehind("account_id", is_span=False),
    "accounts_apikeyaccount": LeftBehind("account_id", is_span=False),
    "accounts_enterprise": _COMPANY,
    "accounts_customernumber": _COMPANY,
    "accounts_signon": _COMPANY,
    "accounts_signondomain": _COMPANY,
    "accounts_signonlink": _PEOPLE,
    "accounts_membership": _PEOPLE,
    "accounts_membershipbefore": _PEOPLE,
    "accounts_team": _PEOPLE,
    "accounts_teamperson": _PEOPLE,
    "accounts_accountgroup": _PEOPLE,
    "accounts_accessrequest": _PEOPLE,
    "accounts_registration": _PEOPLE,
    "accounts_accessreview": _PEOPLE,
    "accounts_reviewline": _PEOPLE,
    "accounts_apikey": _PEOPLE,
    "accounts_apisecret": _PEOPLE,
    "accounts_staffvisit": Stays("who looked at a company's data, and why, is that company's to read"),
    "portal_event": Story(),
    "portal_storedfile": WithThing(),
    "portal_look": Stays("who saw what is history of who saw it"),
    "portal_todo": Stays("the events it tells of stay; none that is about what moves may wait"),
    "portal_notice": Stays("what a company's people were told, word for word"),
    "portal_export": Stays("a file that somebody made for themselves"),
    "portal_apianswer": Stays("kept for a day for who called"),
    "portal_draft": Stays("what somebody has not sent; it goes when its time is over"),
    "portal_listview": Stays("how people have their lists"),
    "portal_enterpriseterm": Stays("what was agreed was agreed with the company"),
}


_SHOWN = 20  # account numbers in a line; more are counted


def numbers_said(numbers: list[str]) -> str:
    """Account numbers in a line."""
    rest = len(numbers) - _SHOWN
    shown = ", ".join(numbers[:_SHOWN])
    return _("%(numbers)s and %(count)s more") % {"numbers": shown, "count": rest} if rest > 0 else shown
