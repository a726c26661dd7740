from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, lists, notices, permissions
        from portal import exports, listing, registries
        from portal.notices import register_secret

        registries.add_permissions(
            customer=permissions.CUSTOMER, staff=permissions.STAFF, staff_roles=permissions.STAFF_GRANTS
        )
        notices.register_kinds()
        register_secret("reset_link", adapter.reset_link)
        register_secret("confirmation_link", adapter.confirmation_link)
        register_secret("staff_invitation", adapter.reset_link)
        exports.register(lists.VISITS_EXPORT)
        listing.register(lists.VISIT_LIST, lists.CUSTOMER_LIST)
        _add_doors()
        _declare_terms()
        _join_serving_and_staffing()


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
        areas={"staff": _("The carrier's staff")},
    )


def _join_serving_and_staffing() -> None:
    """Account teams, absences, and the carrier's own people and roles."""
    from accounts.permissions import Permission
    from accounts.serving import lists as serving
    from accounts.serving import notices as serving_notices
    from accounts.staffing import lists as staffing
    from accounts.staffing import notices as staffing_notices
    from portal import exports, listing
    from portal.registries import Card, NavItem, add_cards, add_nav

    serving_notices.register_kinds()
    staffing_notices.register_kinds()
    exports.register(serving.GAPS_EXPORT, serving.ABSENCES_EXPORT, staffing.STAFF_EXPORT, staffing.ROLES_EXPORT)
    listing.register(serving.GAP_LIST, serving.ABSENCE_LIST, staffing.STAFF_LIST, staffing.ROLE_LIST)
    see, teams = Permission.STAFF_VIEW, Permission.TEAM_MANAGE
    add_nav(
        NavItem(_("Account team"), "users", "serving:team", "customer", order=70),
        NavItem(_("Account team"), "users", "serving:team", "staff", order=70),
        NavItem(_("Teams with gaps"), "flag", "serving_work:gaps", "staff", teams, is_inside=False, order=62),
        NavItem(_("Who is away"), "calendar", "serving_work:absences", "staff", see, is_inside=False, order=64),
        NavItem(_("Colleagues"), "users", "staffing:list", "staff", see, is_inside=False, order=66),
        NavItem(_("Roles"), "shield-check", "staffing:roles", "staff", see, is_inside=False, order=68),
    )
    add_cards(
        Card("serving/_served_card.html", "staff", serving.served_card, order=60),
        Card("serving/_gaps_card.html", "staff", serving.gaps_card, permission=teams, order=30, column="side"),
        Card("serving/_away_card.html", "staff", serving.away_card, permission=Permission.ABSENCE_MANAGE, order=32,
             column="side"),
        Card("staffing/_waiting_card.html", "staff", staffing.waiting_card, permission=Permission.STAFF_MANAGE,
             order=35, column="side"),
    )  # fmt: skip
    _declare_needs()


def _declare_needs() -> None:
    from accounts.serving.selectors import NEEDS
    from portal.kinds import YesNo
    from portal.terms import Term, declare

    scopes = ("segment", "country")
    declare(
        *(
            Term(
                need.term,
                need.is_shipped,
                "",
                _("Whether every customer must have one in its account team; who lacks one is listed for staff."),
                _("Own choice, after the carrier's handbooks"),
                kind=YesNo(),
                title=need.label,
                by_segment={"wholesale": True} if need.key == "csm" else {},
                scopes=("product_line", *scopes) if need.by_family else scopes,
                is_internal=True,
            )
            for need in NEEDS
        ),
        areas={"team": _("Account teams")},
    )
