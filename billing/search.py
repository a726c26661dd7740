"""Invoices and disputes, and the services they bill, found by what people quote."""

from urllib.parse import quote

from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Account, AccountStatus
from billing import selectors
from billing.models import DISPUTE_FLOW, Dispute, Invoice
from inventory.models import SERVICE_FLOW, Service
from portal import identifiers, money
from portal.actors import Actor
from portal.registries import Hit

HITS = 5


def find_invoices(actor: Actor, typed: str) -> list[Hit]:
    """Invoices by their number."""
    rows = selectors.list_invoices(actor).select_related("enterprise")
    found = identifiers.find(rows, ["number_key"], typed, most=HITS, is_whole=_is_outside(actor))
    return [_invoice(actor, each) for each in found]


def _invoice(actor: Actor, invoice: Invoice) -> Hit:
    in_dispute = invoice.in_dispute  # type: ignore[attr-defined]
    total = money.spoken(invoice.total, invoice.currency)
    month = capfirst(date_format(invoice.period_on, "MONTH_FORMAT"))
    return Hit(
        gettext_lazy("Invoice"),
        invoice.number,
        " · ".join((month, invoice.account.number, total)),
        "billing:invoice",
        (invoice.number,),
        state=_("in dispute") if in_dispute else _("to pay by %(day)s") % {"day": date_format(invoice.due_on)},
        tone="amber" if in_dispute or not invoice.due else "gray",
        **_whose(actor, invoice),
    )


def find_accounts(actor: Actor, typed: str) -> list[Hit]:
    """A billing account by its number; it is seen best on its invoices."""
    return [
        Hit(
            gettext_lazy("Account"),
            each.number,
            each.name,
            "billing:invoices",
            (),
            leads_to=_("its invoices"),
            query=f"?account={quote(each.number)}",
            state="" if each.status == AccountStatus.ACTIVE else each.get_status_display(),
            **_whose(actor, each),
        )
        for each in selectors.find_accounts(actor, typed)
    ]


def find_disputes(actor: Actor, typed: str) -> list[Hit]:
    """Disputes by their number or the customer's own reference."""
    rows = selectors.list_disputes(actor).select_related("enterprise")
    names = ["number_key", "reference_key"]
    found = identifiers.find(rows, names, typed, most=HITS, is_whole=_is_outside(actor))
    return [
        Hit(
            gettext_lazy("Dispute"),
            each.number,
            " · ".join(part for part in (each.invoice.number, each.customer_reference) if part),
            "billing:dispute",
            (each.number,),
            state=each.get_status_display(),
            tone=DISPUTE_FLOW.tone(each.status),
            **_whose(actor, each),
        )
        for each in found
    ]


def find_services(actor: Actor, typed: str) -> list[Hit]:
    """Services on the invoices of who does not see their orders; seen best on their account's invoices."""
    rows = selectors.find_billed_services(actor)
    found = identifiers.find(rows, ["number_key", "alias_key"], typed, most=HITS, is_whole=_is_outside(actor))
    return [
        Hit(
            gettext_lazy("Service"),
            each.number,
            " · ".join(part for part in (each.alias, each.product.name, each.route) if part),
            "billing:invoices",
            (),
            state=each.get_status_display(),
            tone=SERVICE_FLOW.tone(each.status),
            leads_to=_("the invoices of its account, %(number)s") % {"number": each.account.number},
            query=f"?account={quote(each.account.number)}",
            **_whose(actor, each),
        )
        for each in found
    ]


def _is_outside(actor: Actor) -> bool:
    return actor.enterprise_id is None


def _whose(actor: Actor, thing: Invoice | Dispute | Service | Account) -> dict[str, str]:
    """Whose it is, for staff who look across all customers."""
    if not _is_outside(actor):
        return {}
    return {"enterprise": thing.enterprise.public_id, "whose": thing.enterprise.name}
