from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import adapter, notices, permissions
        from portal import registries, terms
        from portal.notices import register_secret
        from portal.registries import NavItem

        registries.add_permissions(customer={}, staff=permissions.STAFF, staff_roles=permissions.STAFF_GRANTS)
        registries.add_nav(
            NavItem(_("Home"), "home", "accounts:home", "customer", order=0),
            NavItem(_("My day"), "home", "accounts:root", "staff", is_inside=False, order=0),
            NavItem(
                _("Customers"),
                "building",
                "accounts:enterprises",
                "staff",
                permission=permissions.Permission.ENTERPRISE_OPEN,
                is_inside=False,
                order=60,
            ),
            NavItem(
                _("Notices"),
                "mail",
                "notices:list",
                "staff",
                permission=permissions.Permission.NOTICE_VIEW,
                is_inside=False,
                order=70,
            ),
        )
        terms.declare(
            terms.Term(
                "staff.visit_minutes",
                30,
                "minutes",
                _("How long staff may look into a customer's data before they must say why again."),
                "Own choice: long enough for a call",
            )
        )
        notices.register_kinds()
        register_secret("reset_link", adapter.reset_link)
        register_secret("confirmation_link", adapter.confirmation_link)
