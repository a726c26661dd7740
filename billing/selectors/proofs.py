"""What of an invoice shows that an account is somebody's."""

import re
from datetime import date

from billing.models import Invoice, InvoiceStatus


def is_proven_by_invoice(enterprise_id: int, account_id: int, typed: str, since: date) -> bool:
    """Whether a text is the number or the total of an invoice of the account, issued on that day or later."""
    rows = Invoice.objects.filter(enterprise_id=enterprise_id, account_id=account_id, status=InvoiceStatus.ISSUED)
    typed = typed.strip()
    return any(
        number.casefold() == typed.casefold() or (total > 0 and _digits(typed) == _digits(f"{total:.2f}"))
        for number, total in rows.filter(issued_on__gte=since).values_list("number", "total")
    )


def _digits(amount: str) -> str:
    """An amount in cents, however it is written: 2,950.00 and 2.950,00 and 2950 are the same."""
    has_cents = re.search(r"[.,]\d{2}\D*$", amount)
    digits = re.sub(r"\D", "", amount)
    return digits if has_cents else f"{digits}00"
