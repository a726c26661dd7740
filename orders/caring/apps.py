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


def _add_parts() -> None:
    from orders.caring import lists
    from orders.permissions import Permission
    from portal.registries import Part, add_parts

    order, see = "orders.order", Permission.ORDER_VIEW
    add_parts(
        Part(order, "orders/caring/_messages.html", see, lists.messages_part, order=60),
        Part(order, "orders/caring/_notes.html", see, lists.notes_part, order=70),
        Part(order, "orders/caring/_care.html", see, lists.care_part, order=10, place="side"),
        Part(order, "orders/caring/_others.html", see, lists.others_part, order=60, place="side"),
    )
