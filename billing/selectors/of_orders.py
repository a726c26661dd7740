"""The invoices on which orders stand."""

from collections.abc import Collection

from billing.models import InvoiceLine
from portal.actors import Actor
from portal.tenancy import of_enterprise


def lines_of_charges(actor: Actor, charges: Collection[int]) -> dict[int, InvoiceLine]:
    """The lines that bill what an order costs once, by the keys of those charges, each with its invoice."""
    rows = of_enterprise(InvoiceLine.objects, actor).filter(order_charge__in=charges)
    return {each.order_charge_id: each for each in rows.select_related("invoice") if each.order_charge_id}
