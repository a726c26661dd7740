"""What this part of the app adds to the portal's registries."""

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the app is ready."""
    from orders.permissions import Permission
    from orders.placing import lists, notices, selectors, tasks, terms, views  # noqa: F401 - the task makes itself known
    from portal import exports, files, listing
    from portal.registries import Card, NavItem, Part, add_cards, add_nav, add_parts
    from portal.terms import declare

    declare(*terms.TERMS, areas=terms.AREAS)
    notices.register_kinds()
    exports.register(lists.INBOX_EXPORT)
    listing.register(lists.INBOX_LIST)
    files.register_keeper("authorisations", selectors.known_papers)
    add_nav(
        NavItem(
            _("Inbox of orders"), "inbox", "orders_work:inbox", "staff", is_inside=False, order=9,
            permission=Permission.ORDER_ASSIGN,
        )
    )  # fmt: skip
    price = Permission.ORDER_PRICE
    add_cards(Card("orders/placing/_to_price.html", "staff", lists.pricing_card, permission=price, order=14))
    see = Permission.ORDER_VIEW
    add_parts(
        Part("orders.order", views.MOVE, see, views.move_part, order=10, place="top"),
        Part("orders.order", "orders/placing/_items.html", see, lists.items_part, order=10),
    )
