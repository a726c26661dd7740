"""What this part of the app adds to the portal's registries."""

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the app is ready."""
    from orders import services as orders
    from orders.permissions import Permission
    from orders.planning import lists, notices, selectors, services, tasks, terms  # noqa: F401 - tasks make themselves known
    from portal import files, listing, registries
    from portal.registries import Card, NavItem, Part
    from portal.terms import declare

    declare(*terms.TERMS, areas=terms.AREAS)
    notices.register_kinds()
    orders.CONCLUDED.append(services.settle_expedite)
    # An expedite is part of what an order costs once only where it was met.
    orders.CALLED_OFF += [services.release_capacity, services.spare_expedite]
    view, review, change = Permission.ORDER_VIEW, Permission.ORDER_REVIEW, Permission.MILESTONE_CHANGE
    registries.add_parts(
        Part("orders.order", "planning/_move.html", view, lists.move, place="top", order=10),
        Part("orders.order", "planning/_dates.html", view, lists.dates, place="main", order=10),
    )
    registries.add_nav(
        NavItem(
            _("Technical reviews"), "list-check", "orders_work:reviews", "staff", review, is_inside=False, order=12
        ),
        NavItem(_("Steps of orders"), "list-check", "orders_work:steps", "staff", change, is_inside=False, order=76),
    )
    registries.add_cards(
        Card("planning/_waiting_card.html", "staff", lists.waiting_card, permission=review, order=22, column="side")
    )
    listing.register(lists.REVIEW_LIST)
    files.register_holder("orders.letter", selectors.may_see_letter)
    files.register_holder("orders.order", selectors.may_see_answer)
