from django.apps import AppConfig


class InventoryConfig(AppConfig):
    name = "inventory"

    def ready(self) -> None:
        from inventory import notices
        from inventory.models import Family
        from portal import terms

        notices.register_kinds()
        terms.PRODUCT_LINES.update(Family.choices)
