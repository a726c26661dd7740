from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, lists, notices, permissions
        from portal import exports, listing, registries
        from portal.notices import register_secret

        registries.add_permissions(
            customer=permissions.CUSTOMER | permissions.FUTURE,
            staff=permissions.STAFF,
            staff_roles=permissions.STAFF_GRANTS,
            whole=permissions.WHOLE,
            future=permissions.FUTURE,
            sections=permissions.SECTIONS,
        )
        notices.register_kinds()
        register_secret("reset_link", adapter.reset_link)
        register_secret("confirmation_link", adapter.confirmation_link)
        exports.register(lists.VISITS_EXPORT)
        listing.register(lists.VISIT_LIST, lists.CUSTOMER_LIST)
        _add_keys()
        _add_sign_on()
        _add_doors()
        _declare_terms()


def _add_doors() -> None:
    from accounts.lists import failures_card
    from accounts.permissions import Permission
    from accounts.search import find_enterprises
    from portal.registries import Card, NavItem, Search, add_cards, add_nav, add_searches

    open_, read, admin = Permission.ENTERPRISE_OPEN, Permission.NOTICE_VIEW, Permission.ENTERPRISE_ADMIN
    terms = Permission.TERM_VIEW
    add_nav(
        NavItem(_("Home"), "home", "accounts:home", "customer", order=0),
        NavItem(_("Our terms"), "list-check", "terms:here", "customer", admin, order=75),
        NavItem(_("Who looked"), "eye", "accounts:visits", "customer", admin, order=80),
        NavItem(_("My day"), "home", "accounts:root", "staff", is_inside=False, order=0),
        NavItem(_("Customers"), "building", "accounts:enterprises", "staff", open_, is_inside=False, order=60),
        NavItem(_("Notices"), "mail", "notices:list", "staff", read, is_inside=False, order=70),
        NavItem(_("Policy terms"), "list-check", "termbook:list", "staff", terms, is_inside=False, order=75),
        NavItem(_("Terms"), "list-check", "terms:here", "staff", terms, order=75),
    )
    add_searches(
        Search(_("Customers"), _("name or number"), open_, find_enterprises, order=10, is_outside_only=True),
    )
    watch = Permission.PLATFORM_WATCH
    add_cards(Card("notices/_failures_card.html", "staff", failures_card, permission=watch, order=5, column="side"))


def _add_sign_on() -> None:
    from accounts.permissions import Permission
    from accounts.signon import notices
    from portal import registries
    from portal.registries import NavItem

    notices.register_kinds()
    admin = Permission.ENTERPRISE_ADMIN
    registries.add_nav(NavItem(_("Sign-on"), "lock", "sign_on:here", "customer", admin, order=72))


def _add_keys() -> None:
    from accounts import services
    from accounts.keys import lists, notices, tasks, terms  # noqa: F401 - the task makes itself known
    from accounts.permissions import Permission
    from accounts.selectors import get_key_number
    from portal import exports, listing, registries
    from portal.registries import NavItem, Page
    from portal.terms import declare

    notices.register_kinds()
    declare(*terms.TERMS)
    services.HAND_OVERS.append(services.leave_keys)
    exports.register(lists.KEYS_EXPORT, lists.KEYS_EXPORT_FOR_STAFF)
    listing.register(lists.KEY_LIST, lists.KEY_LIST_FOR_STAFF, lists.PENDING_LIST)
    registries.add_pages(Page("accounts.apikey", _("See the key"), "keys:key", get_key_number))
    manage, approve = Permission.API_KEY_MANAGE, Permission.API_KEY_APPROVE
    registries.add_nav(
        NavItem(_("API keys"), "key", "keys:list", "customer", manage, order=70),
        NavItem(_("API keys to approve"), "key", "key_work:list", "staff", approve, is_inside=False, order=65),
        NavItem(_("API keys"), "key", "keys:list", "staff", approve, order=65),
    )


def _declare_terms() -> None:
    from portal.kinds import Whole
    from portal.terms import Term, declare

    declare(
        Term(
            "staff.visit_minutes",
            30,
            "minutes",
            _("How long the carrier's staff may look into a customer's data before they must say why again."),
            _("Own choice: long enough for a call"),
            kind=Whole(1, 24 * 60),
            title=_("A staff visit"),
        ),
        Term(
            "people.fresh_minutes",
            10,
            "minutes",
            _("How long a second factor counts that was shown, before what touches people's rights asks for it again."),
            _("Own choice: long enough for a handful of changes in a row"),
            kind=Whole(1, 12 * 60),
            title=_("A second factor counts"),
        ),
        areas={"staff": _("The carrier's staff"), "people": _("People and signing in")},
    )
    declare(
        Term(
            "people.invitation_days",
            7,
            "days",
            _("How long an invitation can be accepted."),
            _("Own choice: a week holds most absences"),
            kind=Whole(1, 90),
            title=_("Invitations"),
        ),
        areas={"people": _("People")},
    )
