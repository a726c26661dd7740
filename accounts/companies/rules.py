"""What of an enterprise and of an account is whose to change, what it is called, and when a new delivery begins."""

from datetime import date
from typing import Any

from django.utils.translation import gettext_lazy as _

LABELS: dict[str, Any] = {
    "legal_name": _("Legal name"),
    "custom_name": _("Custom name"),
    "segment": _("Segment"),
    "region": _("Region"),
    "country": _("Country"),
    "language": _("Language"),
    "time_zone": _("Time zone"),
    "is_self_registration_open": _("Self-registration"),
    "name": _("Name"),
    "alias": _("Customer's own name"),
    "btn": _("BTN"),
    "tax_id": _("Tax ID"),
    "address": _("Postal address"),
    "service_address": _("Service address"),
    "po_reference": _("Purchase order (PO)"),
    "payment_days": _("Payment terms"),
    "msa_number": _("MSA"),
    "msa_on": _("MSA signed on"),
    "contract_starts_on": _("Contract from"),
    "contract_ends_on": _("Contract until"),
    "email": _("Mail address"),
    "phone": _("Phone"),
    "wants_orders": _("Hears of orders"),
    "wants_billing": _("Hears of bills"),
}
# What each side decides of an enterprise and of an account.
ENTERPRISE_OURS = ("custom_name", "language", "time_zone", "is_self_registration_open")
ENTERPRISE_CARRIERS = ("legal_name", "segment", "region", "country", "language", "time_zone")
ACCOUNT_OURS = ("alias", "address", "country", "service_address", "po_reference")
ACCOUNT_CARRIERS = (
    "name", "btn", "tax_id", "address", "country", "service_address", "po_reference",
    "payment_days", "msa_number", "msa_on", "contract_starts_on", "contract_ends_on",
)  # fmt: skip


def delivery_begins(today: date, cycles: int) -> date:
    """The first of the month from which a new delivery holds, when a change takes so many monthly bill runs at most."""
    months = today.year * 12 + today.month - 1 + max(cycles, 1)
    return date(months // 12, months % 12 + 1, 1)
