from typing import TYPE_CHECKING, Any

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.db.models import QuerySet

    from portal.actors import Actor


class BillingConfig(AppConfig):
    name = "billing"

    def ready(self) -> None:
        from billing import lists, notices, permissions, rules, selectors, terms
        from billing.lists import posting
        from billing.selectors.papers import known_papers
        from portal import exports, files, listing, registries
        from portal.moving import declare as declare_moves
        from portal.terms import declare

        registries.add_permissions(
            customer=permissions.CUSTOMER, staff=permissions.STAFF, staff_roles=permissions.STAFF_GRANTS
        )
        declare_moves(rules.WAYS)
        declare(*terms.TERMS, areas=terms.AREAS)
        _add_doors()
        _add_followed()
        _add_proofs()
        notices.register_kinds()
        exports.register(lists.INVOICES_EXPORT, lists.LINES_EXPORT, lists.DISPUTES_EXPORT, lists.PAPERS_EXPORT)
        listing.register(lists.INVOICE_LIST, lists.DISPUTE_LIST, lists.QUEUE_LIST, lists.RUN_LIST)
        exports.register(posting.POSTINGS_EXPORT)
        listing.register(posting.POSTING_LIST)
        files.register_holder("billing.dispute", selectors.may_see_dispute)
        files.register_keeper("invoices", known_papers)
        _follow_orders()


def _follow_orders() -> None:
    """Concluded orders end charges, and begin others; an order's page tells of what is billed for it."""
    from billing.lists.of_orders import charges_of_order
    from billing.services import charging
    from orders.permissions import Permission
    from orders.services import BILLERS
    from portal import registries

    registries.add_parts(
        registries.Part(
            "orders.order", "billing/_charges_of_order.html", Permission.ORDER_VIEW, charges_of_order, order=15
        )
    )

    BILLERS.append(charging)


def _number_in(rows: "Callable[[Actor], QuerySet[Any]]") -> "Callable[[Actor, int], str | None]":
    """How a thing's number is found by its key, within the actor's reach."""
    from billing.selectors import number_of

    return lambda actor, pk: number_of(rows(actor), pk)


def _add_doors() -> None:
    from billing import lists, search, selectors
    from billing.permissions import Permission
    from portal import registries
    from portal.registries import Card, Held, NavItem, Page, Part, Search

    view, decide, runs = Permission.BILLING_VIEW, Permission.DISPUTE_DECIDE, Permission.BILLRUN_MANAGE
    registries.add_nav(
        NavItem(_("Billing"), "receipt", "billing:invoices", "customer", permission=view, order=40),
        NavItem(_("Billing"), "receipt", "billing:invoices", "staff", permission=view, order=40),
        NavItem(_("Disputes"), "message", "billing_work:disputes", "staff", decide, is_inside=False, order=30),
        NavItem(_("Bill runs"), "player-play", "billing_work:runs", "staff", runs, is_inside=False, order=35),
        NavItem(_("By post"), "mail", "billing_work:postings", "staff", runs, is_inside=False, order=36),
    )
    registries.add_searches(
        Search(_("Invoices"), _("invoice number"), view, search.find_invoices, order=40),
        Search(_("Accounts"), _("account number"), view, search.find_accounts, order=45),
        Search(_("Disputes"), _("dispute number, your reference"), view, search.find_disputes, order=50),
        Search(_("Services"), _("service or circuit ID, your name for it"), view, search.find_services, order=60),
    )
    registries.add_pages(
        Page("billing.invoice", _("See the invoice"), "billing:invoice", _number_in(selectors.list_invoices)),
        Page("billing.dispute", _("See the dispute"), "billing:dispute", _number_in(selectors.list_disputes)),
    )
    registries.add_held(
        Held(_("Invoices"), view, selectors.list_invoices, "billing:invoices", order=40),
        Held(_("Disputes"), view, selectors.list_disputes, order=50),
    )
    registries.add_parts(Part("inventory.service", "billing/_of_service.html", view, lists.lines_of_service, order=40))
    registries.add_parts(
        Part("orders.order", "billing/_of_order.html", view, lists.disputes_of_order, order=70, place="side")
    )
    registries.add_cards(
        Card("billing/_invoices_card.html", "customer", lists.invoices_card, permission=view, order=40),
        Card("billing/_invoices_card.html", "staff", lists.invoices_card, permission=view, order=45),
        Card("billing/_queue_card.html", "staff", lists.queue_card, permission=decide, order=20),
        Card("billing/_run_card.html", "staff", lists.last_run_card, permission=runs, order=30, column="side"),
    )


def _add_followed() -> None:
    from billing.permissions import Permission
    from billing.selectors import list_disputes
    from portal.hearers import Followable, add_things

    add_things(
        Followable(
            "billing.dispute", "dispute", _("Dispute"), _("this dispute"), Permission.BILLING_VIEW,
            rows=list_disputes, title=lambda dispute: dispute.invoice.number,
        )
    )  # fmt: skip


def _add_proofs() -> None:
    from billing import selectors
    from portal import registries

    registries.add_proofs(
        registries.Proof(
            "invoice",
            _("An invoice of the last months"),
            _("Its number, or its total as it is printed on it."),
            selectors.is_proven_by_invoice,
        )
    )
