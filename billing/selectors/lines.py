"""A line of an invoice with what came of it, and what an invoice comes to."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from billing import rules
from billing.models import DisputedLine, Invoice, InvoiceLine, LineKind, Outcome
from portal.money import ZERO


@dataclass(frozen=True)
class Line:
    """A line of an invoice with what was contested of it and what came of that."""

    line: InvoiceLine
    disputes: list[DisputedLine] = field(default_factory=list)
    returned: Decimal = ZERO  # what later invoices gave back of its days

    @property
    def amount(self) -> Decimal:
        return Decimal(self.line.amount)

    @property
    def is_credit(self) -> bool:
        return self.line.kind == LineKind.CREDIT

    @property
    def is_returned(self) -> bool:
        """Whether it gives days back that were billed before."""
        return self.line.kind == LineKind.RETURNED

    @property
    def is_reduced(self) -> bool:
        """Whether it gives back less than its days came to, because a dispute gave back some of that."""
        return self.is_returned and -self.amount != rules.prorated(
            self.line.rate, *self.line.span, currency=self.line.invoice.currency
        )

    @property
    def part(self) -> rules.Part:
        """Of which charge it is, and which part of it."""
        about = rules.RETURNED if self.is_returned else rules.LATE if self.line.is_late else ""
        return self.line.service_number, self.line.text, about

    @property
    def last_on(self) -> date | None:
        """The last day billed."""
        return self.line.to_on - timedelta(days=1) if self.line.to_on else None

    @property
    def open_dispute(self) -> DisputedLine | None:
        return next((d for d in self.disputes if d.outcome == Outcome.OPEN), None)

    @property
    def decided(self) -> list[DisputedLine]:
        return [d for d in self.disputes if d.outcome not in {Outcome.OPEN, Outcome.WITHDRAWN}]

    @property
    def credited(self) -> Decimal:
        return sum((d.credited for d in self.disputes), ZERO)

    @property
    def in_dispute(self) -> Decimal:
        return self.open_dispute.amount if self.open_dispute else ZERO

    @property
    def disputable(self) -> Decimal:
        """How much of it can be disputed now."""
        return rules.disputable(self.amount - self.returned, credited=self.credited, in_dispute=self.in_dispute)


@dataclass(frozen=True)
class Sums:
    """An invoice in five figures; ``due`` is what to pay by its date."""

    charges: Decimal
    credits: Decimal
    total: Decimal
    in_dispute: Decimal
    due: Decimal


def sums(invoice: Invoice, lines: Sequence[Line]) -> Sums:
    credits = sum((each.amount for each in lines if each.is_credit or each.is_returned), ZERO)
    in_dispute = sum((each.in_dispute for each in lines), ZERO)
    due = max(ZERO, invoice.total - in_dispute)
    return Sums(invoice.total - credits, credits, invoice.total, in_dispute, due)


def disputes_of(lines: Sequence[Line]) -> set[int]:
    """The keys of the disputes about these lines, which are at hand."""
    return {each.dispute_id for row in lines for each in row.disputes}
