from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, lists, notices, permissions
        from accounts.companies import lists as companies
        from accounts.companies.notices import register_kinds as register_companies
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
        register_companies()
        exports.register(lists.VISITS_EXPORT, companies.ACCOUNTS_EXPORT, companies.CONTACTS_EXPORT)
        exports.register(companies.GROUPS_EXPORT)
        listing.register(companies.ACCOUNT_LIST, companies.CONTACT_LIST, companies.GROUP_LIST)
        listing.register(lists.VISIT_LIST, lists.CUSTOMER_LIST)
        _add_doors()
        _declare_terms()


def _add_doors() -> None:
    from accounts.companies.search import find_accounts
    from accounts.lists import failures_card
    from accounts.permissions import Permission
    from accounts.search import find_enterprises
    from portal.registries import Card, NavItem, Search, add_cards, add_nav, add_searches

    open_, read, admin = Permission.ENTERPRISE_OPEN, Permission.NOTICE_VIEW, Permission.ENTERPRISE_ADMIN
    terms, change = Permission.TERM_VIEW, Permission.ACCOUNT_CHANGE
    for face, administer in (("customer", admin), ("staff", open_)):
        add_nav(
            NavItem(_("Accounts"), "folder", "accounts:accounts", face, order=45),
            NavItem(_("Contacts"), "mail", "accounts:contacts", face, change, order=70),
            NavItem(_("Enterprise"), "building", "accounts:record", face, administer, order=72),
        )
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
        Search(_("Accounts"), _("account name, BTN"), "", find_accounts, order=46),
    )
    watch = Permission.PLATFORM_WATCH
    add_cards(Card("notices/_failures_card.html", "staff", failures_card, permission=watch, order=5, column="side"))


def _declare_terms() -> None:
    from accounts.companies import terms as companies
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
        *companies.TERMS,
        areas={"staff": _("The carrier's staff"), **companies.AREAS},
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
