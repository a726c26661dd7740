from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import lists, notices, permissions, selectors
        from portal import exports, files, registries

        registries.add_permissions(
            customer=permissions.CUSTOMER, staff=permissions.STAFF, staff_roles=permissions.STAFF_GRANTS
        )
        _declare_terms()
        _add_doors()
        notices.register_kinds()
        exports.register(lists.INVOICES_EXPORT, lists.LINES_EXPORT)
        files.register_holder("billing.dispute", selectors.may_see_dispute)
        files.register_keeper("invoices", selectors.known_papers)


def _declare_terms() -> None:
    from portal.terms import Term, declare

    clauses = "Usual in carriers' service agreements"
    declare(
        Term("billing.payment_days", 30, "days", _("Days from an invoice's date to its due date."), clauses),
        Term(
            "dispute.window_days", 90, "days", _("Days from an invoice's date to the last day to dispute it."), clauses
        ),
        Term(
            "dispute.answer_business_hours",
            48,
            "business hours",
            _("Working hours of the billing analysts within which a dispute is answered."),
            "North American readiness handbook: billing mail is acknowledged within 48 business hours",
        ),
        Term(
            "billing.live_hours",
            {
                "time_zone": "America/Chicago",
                "country": "US",
                "enterprise": ["07:00", "19:00"],
                "wholesale": ["08:00", "17:00"],
            },
            "local hours by segment",
            _("When the billing analysts work: the hours that count towards an answer."),
            "North American readiness handbook: live hours of the billing desks",
        ),
        Term(
            "billing.pdf_wait_minutes",
            60,
            "minutes",
            _("How long a ready bill waits for its PDF before its people are told without."),
            "Own choice: an hour late is better than not at all",
        ),
    )


def _add_doors() -> None:
    from billing import lists
    from billing.permissions import Permission
    from portal import registries
    from portal.registries import Card, NavItem

    view, decide, runs = Permission.BILLING_VIEW, Permission.DISPUTE_DECIDE, Permission.BILLRUN_MANAGE
    registries.add_nav(
        NavItem(_("Billing"), "receipt", "billing:invoices", "customer", permission=view, order=40),
        NavItem(_("Billing"), "receipt", "billing:invoices", "staff", permission=view, order=40),
        NavItem(_("Disputes"), "message", "billing_work:disputes", "staff", decide, is_inside=False, order=30),
        NavItem(_("Bill runs"), "player-play", "billing_work:runs", "staff", runs, is_inside=False, order=35),
    )
    registries.add_cards(
        Card("billing/_invoices_card.html", "customer", lists.invoices_card, permission=view, order=40),
        Card("billing/_invoices_card.html", "staff", lists.invoices_card, permission=view, order=45),
        Card("billing/_queue_card.html", "staff", lists.queue_card, permission=decide, order=20),
        Card("billing/_run_card.html", "staff", lists.last_run_card, permission=runs, order=30, column="side"),
    )
