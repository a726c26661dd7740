from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        from inventory import notices, rules, selectors
        from inventory.models import MANAGED, Family
        from portal import registries, terms
        from portal.moving import declare

        declare(rules.WAYS)
        notices.register_kinds()
        terms.PRODUCT_LINES.update(Family.choices)
        registries.set_use(registries.Use(selectors.in_use, MANAGED))
