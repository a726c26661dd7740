from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, lists, notices
        from accounts.audit import lists as audit
        from accounts.companies import lists as companies
        from accounts.companies.notices import register_kinds as register_companies
        from accounts.people import lists as people
        from accounts.people import notices as people_notices
        from portal import exports, listing

        _add_permissions()
        notices.register_kinds()
        people_notices.register_kinds()
        _add_followers()
        adapter.hear()
        _register_secrets()
        exports.register(lists.VISITS_EXPORT, people.PEOPLE_EXPORT, people.TEAMS_EXPORT)
        listing.register(people.PEOPLE_LIST, people.TEAM_LIST, audit.JOURNAL_LIST, audit.LOOK_LIST)
        exports.register(audit.JOURNAL_EXPORT, audit.LOOKS_EXPORT)
        register_companies()
        exports.register(lists.VISITS_EXPORT, companies.ACCOUNTS_EXPORT, companies.CONTACTS_EXPORT)
        exports.register(companies.GROUPS_EXPORT)
        listing.register(companies.ACCOUNT_LIST, companies.CONTACT_LIST, companies.GROUP_LIST)
        listing.register(lists.VISIT_LIST, lists.CUSTOMER_LIST)
        _add_keys()
        _add_sign_on()
        _add_doors()
        _declare_terms()
        _declare_security_terms()
        _join_serving_and_staffing()
        _add_joining()
        _add_moving()
        _add_reviewing()


def _add_permissions() -> None:
    from accounts import permissions
    from portal import registries

    registries.add_permissions(
        customer=permissions.CUSTOMER | permissions.FUTURE,
        staff=permissions.STAFF,
        staff_roles=permissions.STAFF_GRANTS,
        whole=permissions.WHOLE,
        future=permissions.FUTURE,
        sections=permissions.SECTIONS,
    )


def _register_secrets() -> None:
    from accounts import adapter
    from accounts.people import notices as people_notices
    from portal.notices import register_secret

    register_secret("reset_link", adapter.reset_link)
    register_secret("confirmation_link", adapter.confirmation_link)
    register_secret("invitation_link", people_notices.invitation_link)
    register_secret("password_link", people_notices.password_link)
    register_secret("staff_invitation", adapter.reset_link)


def _add_doors() -> None:
    from accounts.companies.search import find_accounts
    from accounts.lists import failures_card
    from accounts.permissions import Permission
    from accounts.search import find_enterprises
    from portal.registries import Card, NavItem, Search, add_cards, add_nav, add_searches

    open_, read, admin = Permission.ENTERPRISE_OPEN, Permission.NOTICE_VIEW, Permission.ENTERPRISE_ADMIN
    audits, appoints = Permission.AUDIT_VIEW, Permission.ADMINISTRATOR_APPOINT
    terms, users, change = Permission.TERM_VIEW, Permission.USER_ADMIN, Permission.ACCOUNT_CHANGE
    for face, administer in (("customer", admin), ("staff", open_)):
        add_nav(
            NavItem(_("Accounts"), "folder", "accounts:accounts", face, order=45),
            NavItem(_("Contacts"), "mail", "accounts:contacts", face, change, order=62),
            NavItem(_("Enterprise"), "building", "accounts:record", face, administer, order=64),
        )
    add_nav(
        NavItem(_("People"), "users", "people:list", "customer", users, order=60),
        NavItem(_("Administrators"), "shield-lock", "people:administrators", "staff", appoints, order=71),
        NavItem(_("Audit log"), "history", "audit:journal", "customer", audits, order=78),
        NavItem(_("Audit log"), "history", "audit:journal", "staff", audits, order=78),
        NavItem(_("Home"), "home", "accounts:home", "customer", order=0),
        NavItem(_("Our terms"), "list-check", "terms:here", "customer", admin, order=75),
        NavItem(_("My day"), "home", "accounts:root", "staff", is_inside=False, order=0),
        NavItem(_("Customers"), "building", "accounts:enterprises", "staff", open_, is_inside=False, order=20),
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


def _add_sign_on() -> None:
    from accounts.permissions import Permission
    from accounts.signon import notices
    from portal import registries
    from portal.registries import NavItem

    notices.register_kinds()
    admin = Permission.ENTERPRISE_ADMIN
    registries.add_nav(NavItem(_("Sign-on"), "lock", "sign_on:here", "customer", admin, order=72))


def _add_followers() -> None:
    from accounts import services
    from accounts.people import lists, notices
    from portal import hearers

    hearers.add_kinds(*notices.FOLLOWERS)
    services.HAND_OVERS.append(
        services.HandOver(_("What they follow"), _("It ends."), lists.list_left, services.leave_followings)
    )


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
    services.HAND_OVERS.append(
        services.HandOver(_("API keys"), _("They end at once."), lists.list_left, services.leave_keys)
    )
    exports.register(lists.KEYS_EXPORT, lists.KEYS_EXPORT_FOR_STAFF)
    listing.register(lists.KEY_LIST, lists.KEY_LIST_FOR_STAFF, lists.PENDING_LIST)
    registries.add_pages(Page("accounts.apikey", _("See the key"), "keys:key", get_key_number))
    manage, approve = Permission.API_KEY_MANAGE, Permission.API_KEY_APPROVE
    registries.add_nav(
        NavItem(_("API keys"), "key", "keys:list", "customer", manage, order=70),
        NavItem(_("API keys to approve"), "key", "key_work:list", "staff", approve, is_inside=False, order=65),
        NavItem(_("API keys"), "key", "keys:list", "staff", approve, order=65),
    )


def _add_joining() -> None:
    from accounts import services
    from accounts.joining import lists, notices, tasks, terms  # noqa: F401 - the task makes itself known
    from accounts.permissions import Permission
    from portal import exports, listing
    from portal.registries import Card, NavItem, add_cards, add_nav
    from portal.terms import declare

    notices.register_kinds()
    declare(*terms.TERMS)
    services.HAND_OVERS.append(
        services.HandOver(
            _("Requests for access"), _("They are withdrawn."), lists.list_left, services.leave_requests, gives=False
        )
    )
    exports.register(lists.ACCESS_EXPORT)
    listing.register(lists.ACCESS_LIST, lists.REGISTRATION_LIST)
    appoint = Permission.ADMINISTRATOR_APPOINT
    add_nav(NavItem(_("Registrations"), "users", "joining_work:list", "staff", appoint, is_inside=False, order=61))
    add_cards(Card("joining/_waiting_card.html", "customer", lists.waiting_card, order=15, column="side"))


def _add_moving() -> None:
    from accounts.moving import lists, notices, rules, services, tasks, terms  # noqa: F401 - the task makes itself known
    from accounts.permissions import Permission
    from portal import exports, listing, moving, registries
    from portal.registries import Card, NavItem
    from portal.terms import declare

    moving.declare(rules.WAYS)
    moving.keep_former("accounts_account", services.former_account)
    notices.register_kinds()
    declare(*terms.TERMS)
    registries.add_owner_jobs(services.carry_out_due)
    exports.register(lists.OURS_EXPORT, lists.ALL_EXPORT)
    listing.register(lists.OUR_LIST, lists.ALL_LIST)
    admin, change, add = Permission.ENTERPRISE_ADMIN, Permission.ENTERPRISE_CHANGE, Permission.ACCOUNT_ADD
    registries.add_nav(
        NavItem(_("Moves of accounts"), "folder", "moving:list", "customer", admin, order=73),
        NavItem(_("Moves of accounts"), "folder", "moving:list", "staff", change, is_inside=False, order=63),
        NavItem(_("Authentication codes"), "key", "moving:codes", "staff", add, order=73),
    )
    registries.add_cards(
        Card("moving/_asked_card.html", "customer", lists.asked_card, permission=admin, order=16, column="side"),
        Card("moving/_waiting_card.html", "staff", lists.waiting_card, permission=change, order=33, column="side"),
    )
    registries.add_proofs(
        registries.Proof(
            "code",
            _("An authentication code from us"),
            _("As we gave it to you: sixteen letters and digits. It counts once."),
            services.spend_code,
            order=60,
        )
    )


def _add_reviewing() -> None:
    from accounts.permissions import Permission
    from accounts.reviewing import lists, notices, tasks, terms  # noqa: F401 - the task makes itself known
    from portal import exports, listing
    from portal.registries import Card, NavItem, add_cards, add_nav
    from portal.terms import declare

    notices.register_kinds()
    declare(*terms.TERMS)
    exports.register(lists.LINES_EXPORT)
    listing.register(lists.LINE_LIST, lists.REVIEW_LIST)
    users, appoint = Permission.USER_ADMIN, Permission.ADMINISTRATOR_APPOINT
    add_nav(NavItem(_("Access reviews"), "shield-check", "reviewing_work:list", "staff", appoint, is_inside=False,
                    order=63))  # fmt: skip
    add_cards(
        Card("reviewing/_review_card.html", "customer", lists.review_card, permission=users, order=12, column="side"),
        Card("reviewing/_late_card.html", "staff", lists.late_card, permission=appoint, order=31, column="side"),
    )


def _declare_terms() -> None:
    from accounts.companies import terms as companies
    from accounts.people import terms as people
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
    declare(*people.TERMS, areas={"people": _("People")})


def _declare_security_terms() -> None:
    from accounts import factors
    from portal.kinds import Choice, Whole
    from portal.terms import Term, declare

    declare(
        Term(
            factors.SECOND_FACTOR,
            factors.ADMINISTRATORS,
            "",
            _("Who of a customer's people must have a second step at sign-in; the carrier's own people always must."),
            _("Own choice: whoever gives rights to others must not be opened by a stolen password alone"),
            kind=Choice(
                {factors.ADMINISTRATORS: _("its administrators"), factors.EVERYBODY: _("everybody in the enterprise")}
            ),
            title=_("A second step is asked of"),
        ),
        Term(
            "people.few_codes",
            3,
            "codes",
            _("From how many unused recovery codes on a person is reminded to make new ones."),
            _("Own choice: time enough before the last one is used"),
            kind=Whole(1, 9),
            title=_("Recovery codes are few"),
            is_internal=True,
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
        NavItem(_("Account team"), "users", "serving:team", "customer", order=50),
        NavItem(_("Account team"), "users", "serving:team", "staff", order=50),
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
