from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OrdersConfig(AppConfig):
    name = "orders"

    def ready(self) -> None:
        from orders import lists, notices, permissions, rules, selectors, services
        from orders.activating import apps as activating
        from orders.caring import apps as caring
        from orders.contracts import apps as contracts
        from orders.permissions import Permission
        from orders.placing import apps as placing
        from orders.planning import apps as planning
        from portal import exports, listing, registries
        from portal.moving import declare, keep_former
        from portal.registries import Held, Page

        registries.add_permissions(
            customer=permissions.CUSTOMER, staff=permissions.STAFF, staff_roles=permissions.STAFF_GRANTS
        )
        declare(rules.WAYS)
        keep_former("inventory_service", services.former_service)
        see: dict[str, Any] = {"permission": Permission.ORDER_VIEW}
        _add_doors()
        registries.add_pages(Page("orders.order", _("See the order"), "orders:order", selectors.get_order_number))
        _add_followed()
        _add_parts()
        services.CALLED_OFF.append(services.spare_undelivered)
        for area in (placing, planning, activating, caring, contracts):
            area.register()
        registries.add_handovers(services.hand_over_orders)
        registries.add_held(
            Held(_("Orders"), rows=selectors.list_orders, url_name="orders:list", order=20, **see),
        )
        notices.register_kinds()
        exports.register(lists.ORDERS_EXPORT)
        listing.register(lists.ORDER_LIST)


def _add_doors() -> None:
    from orders import lists, search
    from orders.permissions import Permission
    from portal import registries
    from portal.registries import Card, NavItem, Search

    see: dict[str, Any] = {"permission": Permission.ORDER_VIEW}
    registries.add_nav(
        NavItem(_("Orders"), "truck", "orders:list", "customer", order=20, **see),
        NavItem(_("Orders"), "truck", "orders:list", "staff", order=20, **see),
        NavItem(_("My orders"), "list-check", "orders_work:mine", "staff", is_inside=False, order=10, **see),
    )
    registries.add_cards(
        Card("orders/_under_way.html", "customer", lists.under_way_card, order=20, **see),
        Card("orders/_under_way.html", "staff", lists.under_way_card, order=20, **see),
        Card("orders/_mine.html", "staff", lists.my_orders_card, order=20, **see),
    )
    registries.add_searches(
        Search(_("Orders"), _("order number, your reference (PO)"), find=search.find_orders, order=20, **see),
        Search(_("Services"), _("service or circuit ID, your name for it"), find=search.find_services, order=30, **see),
    )


def _add_followed() -> None:
    from orders.permissions import Permission
    from orders.selectors import find_orders
    from portal.hearers import Followable, add_things

    add_things(
        Followable(
            "orders.order", "order", _("Order"), _("this order"), Permission.ORDER_VIEW,
            rows=find_orders, title=lambda order: order.title,
        )
    )  # fmt: skip


def _add_parts() -> None:
    from orders import lists
    from orders.permissions import Permission
    from portal.registries import Part, add_parts

    add_parts(
        Part(
            "inventory.service",
            "orders/_of_service.html",
            Permission.ORDER_VIEW,
            lists.orders_of_service,
            tells=lists.told_with_service,
            order=20,
        )
    )
