"""What this part of the app adds to the portal's registries."""


def register() -> None:
    """Called once, when the app is ready."""
    from orders.contracts import lists, notices, tasks, terms, views  # noqa: F401 - the tasks make themselves known
    from orders.contracts.services import changes, disconnects, renewals, transfers, trials
    from orders.models import OrderType
    from orders.permissions import Permission
    from orders.services import OUTCOMES, UNDOINGS
    from portal.registries import Card, Part, add_cards, add_parts
    from portal.terms import declare

    declare(*terms.TERMS, areas=terms.AREAS)
    notices.register_kinds()
    _add_takeovers()
    outcomes = {
        OrderType.DISCONNECT: disconnects.outcome, OrderType.CHANGE: changes.outcome,
        OrderType.RENEWAL: renewals.outcome, OrderType.TRANSFER: transfers.outcome, OrderType.TRIAL: trials.outcome,
    }  # fmt: skip
    OUTCOMES.update({str(kind): each for kind, each in outcomes.items()})
    UNDOINGS[OrderType.DISCONNECT] = disconnects.undo
    see, where = Permission.ORDER_VIEW, "orders/contracts"
    add_parts(
        Part("inventory.service", f"{where}/_actions.html", "", lists.service_actions, place="actions"),
        Part("inventory.service", f"{where}/_ending.html", see, lists.service_ending, place="top"),
        Part("orders.order", f"{where}/_of_order.html", see, views.of_order, place="top", order=30),
    )
    add_cards(
        Card(f"{where}/_waiting.html", "customer", lists.waiting_card, permission=Permission.SERVICE_CHANGE, order=15)
    )


def _add_takeovers() -> None:
    """Services that go to another company."""
    from django.utils.translation import gettext_lazy as _

    from accounts.permissions import Permission
    from orders.contracts.lists import takeovers as lists
    from orders.contracts.notices import takeovers as notices
    from portal import exports, listing
    from portal.registries import Card, NavItem, add_cards, add_nav

    notices.register_kinds()
    exports.register(lists.OURS_EXPORT, lists.ALL_EXPORT)
    listing.register(lists.OUR_LIST, lists.ALL_LIST)
    title, admin, change = _("Transfers between companies"), Permission.ENTERPRISE_ADMIN, Permission.ENTERPRISE_CHANGE
    add_nav(
        NavItem(title, "truck", "orders:takeovers", "customer", admin, order=74),
        NavItem(title, "truck", "orders_work:takeovers", "staff", change, is_inside=False, order=64),
    )
    wait = "orders/contracts/_takeovers_wait.html"
    add_cards(Card(wait, "staff", lists.waiting_card, permission=change, order=34, column="side"))
