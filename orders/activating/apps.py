"""What this part of the app adds to the portal's registries."""

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Called once, when the app is ready."""
    from orders import services as orders
    from orders.activating import lists, notices, selectors, services, tasks, terms  # noqa: F401 - the tasks make themselves known
    from orders.activating.views import parts
    from orders.permissions import Permission
    from portal import files
    from portal.registries import Card, NavItem, Part, add_cards, add_nav, add_parts
    from portal.terms import declare

    notices.register_kinds()
    declare(*terms.TERMS, areas=terms.AREAS)
    orders.ON_RELEASE.append(services.end_when_met)
    orders.CALLED_OFF.append(services.free_call)
    files.register_holder("orders.activationtest", selectors.may_see_test)
    files.register_holder("orders.turnup", selectors.may_see_turn_up)
    add_nav(
        NavItem(
            _("My activations"), "calendar", "orders_work:activations", "staff", Permission.ORDER_ACTIVATE,
            is_inside=False, order=12,
        )
    )  # fmt: skip
    add_cards(
        Card("orders/activating/_calls.html", "staff", lists.calls_card, permission=Permission.ORDER_ACTIVATE, order=12)
    )
    see = Permission.ORDER_VIEW
    add_parts(
        Part("orders.order", "orders/activating/_not_ready.html", see, parts.not_ready_part, order=10, place="top"),
        Part("orders.order", "orders/activating/_hold.html", see, parts.hold_part, order=50, place="actions"),
        Part("orders.order", "orders/activating/_activation.html", see, parts.activation_part, order=20, place="top"),
        Part("orders.order", "orders/activating/_sites.html", see, parts.sites_part, order=21, place="top"),
        Part("orders.order", "orders/activating/_files.html", see, lists.files_part, order=55),
        Part("inventory.service", "orders/activating/_of_service.html", see, parts.notice_of_service, order=25),
    )
