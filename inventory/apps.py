from typing import Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        from inventory import lists, notices, permissions, rules, selectors, services
        from inventory import terms as numbers
        from inventory.models import MANAGED, Family
        from inventory.permissions import Permission
        from portal import exports, files, listing, registries, terms
        from portal.moving import WAY_MAKERS, declare
        from portal.registries import Held, NavItem

        registries.add_permissions(
            customer=permissions.CUSTOMER, staff=permissions.STAFF, staff_roles=permissions.STAFF_GRANTS
        )
        declare(rules.WAYS)
        WAY_MAKERS.append(services.make_way)
        notices.register_kinds()
        terms.PRODUCT_LINES.update(Family.choices)
        terms.declare(*numbers.TERMS, areas=numbers.AREAS)
        registries.set_use(registries.Use(selectors.in_use, MANAGED))
        see: dict[str, Any] = {"permission": Permission.SERVICE_VIEW}
        registries.add_nav(
            NavItem(_("My services"), "network", "services:list", "customer", order=15, **see),
            NavItem(_("Services"), "network", "services:list", "staff", order=15, **see),
        )
        self._make_found(see)
        registries.add_held(
            Held(_("Services"), rows=selectors.list_services, url_name="services:list", order=15, **see)
        )
        files.register_holder("inventory.dlr", selectors.may_see_dlr)
        exports.register(lists.SERVICES_EXPORT)
        listing.register(lists.SERVICE_LIST)

    def _make_found(self, see: dict[str, Any]) -> None:
        """By what people type, and by what names a service."""
        from inventory import search, selectors
        from portal import registries
        from portal.registries import Page, Search

        registries.add_searches(
            Search(
                _("Services"),
                _("circuit or service ID, BTN, SCID, former number, your name for it"),
                find=search.find_services,
                order=15,
                **see,
            )
        )
        registries.add_pages(
            Page("inventory.service", _("See the service"), "services:service", selectors.get_number, is_by_key=True)
        )
