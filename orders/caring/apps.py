"""What this part of the app adds to the portal's registries."""


def register() -> None:
    """Called once, when the app is ready."""
    from orders.caring import notices, selectors, tasks, terms  # noqa: F401 - the task makes itself known
    from portal import files
    from portal.terms import declare

    declare(*terms.TERMS, areas=terms.AREAS)
    notices.register_kinds()
    files.register_holder("orders.message", selectors.may_see_message)
    _add_parts()
    _add_work()


def _add_parts() -> None:
    from orders.caring.views import parts
    from orders.permissions import Permission
    from portal.registries import Part, add_parts

    order, see = "orders.order", Permission.ORDER_VIEW
    add_parts(
        Part(order, "orders/caring/_messages.html", see, parts.messages_part, order=60),
        Part(order, "orders/caring/_notes.html", see, parts.notes_part, order=70),
        Part(order, "orders/caring/_care.html", see, parts.care_part, order=10, place="side"),
        Part(order, "orders/caring/_others.html", see, parts.others_part, order=60, place="side"),
    )


def _add_work() -> None:
    from django.utils.translation import gettext_lazy as _

    from orders.caring.lists import calendar, portfolio, work
    from orders.permissions import Permission
    from portal import exports, listing
    from portal.registries import Card, NavItem, add_cards, add_nav

    care = Permission.ORDER_CARE
    listing.register(work.WORK_LIST, calendar.CALENDAR_LIST)
    exports.register(work.WORK_EXPORT, calendar.CALENDAR_EXPORT, *portfolio.EXPORTS.values())
    add_nav(
        NavItem(_("Activations"), "calendar", "orders_work:calendar", "staff", care, is_inside=False, order=12),
        NavItem(_("Promises"), "clock", "orders_work:promises", "staff", care, is_inside=False, order=14),
    )
    add_cards(
        Card(
            "orders/caring/_portfolio.html",
            "staff",
            portfolio.portfolio_card,
            permission=Permission.ORDER_VIEW,
            order=15,
        )
    )
