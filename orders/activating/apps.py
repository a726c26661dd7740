"""What this part of the app adds to the portal's registries."""


def register() -> None:
    """Called once, when the app is ready."""
    from orders import services as orders
    from orders.activating import notices, services, tasks, terms  # noqa: F401 - the tasks make themselves known
    from orders.activating.views import parts
    from orders.permissions import Permission
    from portal.registries import Part, add_parts
    from portal.terms import declare

    notices.register_kinds()
    declare(*terms.TERMS, areas=terms.AREAS)
    orders.ON_RELEASE.append(services.end_when_met)
    see = Permission.ORDER_VIEW
    add_parts(
        Part("orders.order", "orders/activating/_not_ready.html", see, parts.not_ready_part, order=10, place="top"),
        Part("orders.order", "orders/activating/_hold.html", see, parts.hold_part, order=50, place="actions"),
    )
