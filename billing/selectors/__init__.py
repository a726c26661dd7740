"""What is billed, what is due, what is contested: everything here is read within reach of the actor."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from django.core.files.storage import default_storage
from django.db import models
from django.db.models import (
    Count,
    F,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.functions import Coalesce
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext_lazy as _

from accounts import selectors as people
from accounts.models import BILLING_ROLES, Account, Enterprise, TeamMember
from billing import rules
from billing.models import (
    Credit,
    Dispute,
    DisputedLine,
    DisputeStatus,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    Outcome,
)
from billing.permissions import Permission
from billing.selectors.lines import Line as Line
from billing.selectors.lines import Sums as Sums
from billing.selectors.lines import disputes_of as disputes_of
from billing.selectors.lines import sums as sums
from billing.selectors.proofs import is_proven_by_invoice as is_proven_by_invoice
from billing.selectors.runs import (
    list_billable_enterprises as list_billable_enterprises,
)
from billing.selectors.runs import (
    list_failed_parts as list_failed_parts,
)
from billing.selectors.runs import (
    list_given_up as list_given_up,
)
from billing.selectors.runs import (
    list_open_parts as list_open_parts,
)
from billing.selectors.runs import (
    list_postings as list_postings,
)
from billing.selectors.runs import (
    list_runs as list_runs,
)
from billing.selectors.runs import (
    list_unapplied_credits as list_unapplied_credits,
)
from billing.selectors.runs import (
    list_without_pdf as list_without_pdf,
)
from inventory.models import Service
from inventory.permissions import Permission as ServicePermission
from orders.models import OrderCharge
from orders.permissions import Permission as OrderPermission
from portal import events, locator
from portal.actors import Actor
from portal.errors import Refused
from portal.models import Event, Notice
from portal.money import ZERO
from portal.reading import joined, the_one
from portal.tenancy import of_enterprise, within_accounts

_AMOUNT = models.DecimalField(max_digits=12, decimal_places=2)


def local_date(enterprise: Enterprise, at: datetime) -> date:
    """The date of a moment where the enterprise is: the one that its deadlines go by."""
    return at.astimezone(ZoneInfo(enterprise.time_zone)).date()


# --- invoices --------------------------------------------------------------------------------


def list_invoices(actor: Actor) -> QuerySet[Invoice]:
    """Issued invoices, each with ``in_dispute`` (not due until decided), and so with ``due`` (the rest)."""
    contested = (
        DisputedLine.objects.filter(
            enterprise_id=OuterRef("enterprise_id"), dispute__invoice_id=OuterRef("pk"), outcome=Outcome.OPEN
        )
        .values("enterprise_id")
        .annotate(sum=Sum("amount"))
        .values("sum")
    )
    found = _issued(actor).annotate(in_dispute=Coalesce(Subquery(contested), Value(ZERO), output_field=_AMOUNT))
    return joined(found, "account", *Account.BRIEF)


def _issued(actor: Actor) -> QuerySet[Invoice]:
    found = within_accounts(of_enterprise(Invoice.objects, actor), actor, Permission.BILLING_VIEW)
    return found.filter(status=InvoiceStatus.ISSUED)


def get_invoice(actor: Actor, number: str) -> Invoice | None:
    """One invoice by its number with its enterprise, or None where the actor has no such invoice."""
    return the_one(list_invoices(actor).select_related("enterprise").filter(number=number))


class Month(NamedTuple):
    """What was billed in one month, in one currency."""

    period_on: date
    currency: str
    total: Decimal


def list_spend(actor: Actor, *, since: date) -> list[Month]:
    """What was billed by month and currency, the oldest first, in one query."""
    found = _issued(actor).filter(period_on__gte=since).order_by("period_on", "currency")
    return [Month(*row) for row in found.values_list("period_on", "currency").annotate(sum=Sum("total"))]


def list_lines(actor: Actor, invoice: Invoice) -> list[Line]:
    """The invoice's lines in their order, in five queries at most however many there are."""
    return [line_of(row) for row in list_line_rows(actor, invoice)]


def list_line_rows(actor: Actor, invoice: Invoice) -> QuerySet[InvoiceLine]:
    """The same as rows, for a page of them; ``line_of`` makes a Line of each."""
    return _whole(of_enterprise(invoice.lines, actor), actor).order_by("position")


def _whole(lines: QuerySet[InvoiceLine], actor: Actor) -> QuerySet[InvoiceLine]:
    """The lines with what they bill, give back, and were disputed for.

    Few invoices bring credits or charges of orders: they are asked for where there are any.
    """
    disputed = of_enterprise(DisputedLine.objects, actor).select_related("dispute").order_by("id")
    credits = joined(of_enterprise(Credit.objects, actor), "disputed_line", "dispute")
    charges = joined(of_enterprise(OrderCharge.objects, actor), "order", "number", "account")
    returned = of_enterprise(InvoiceLine.objects, actor).only("gives_back", "amount")
    rows = joined(joined(lines, "gives_back", "invoice", "position"), "gives_back__invoice", "number")
    return rows.prefetch_related(
        Prefetch("disputes", queryset=disputed),
        Prefetch("given_back_by", queryset=returned),
        Prefetch("credit", queryset=joined(credits, "disputed_line__dispute", "number")),
        Prefetch("order_charge", queryset=charges),
    )


def line_of(row: InvoiceLine) -> Line:
    """A line with its disputes and what was given back of it, which are at hand."""
    return Line(row, list(row.disputes.all()), -sum((each.amount for each in row.given_back_by.all()), ZERO))


def list_all_lines(actor: Actor) -> QuerySet[InvoiceLine]:
    """The lines of all issued invoices within reach, each with its invoice and disputes at hand."""
    rows = _whole(of_enterprise(InvoiceLine.objects, actor), actor).filter(invoice__status=InvoiceStatus.ISSUED)
    rows = joined(rows, "invoice", "number", "status", "account", "currency", "period_on", "issued_on", "dispute_by_on")
    return within_accounts(rows, actor, Permission.BILLING_VIEW, path="invoice__account_id")


def find_lines(actor: Actor, invoice: Invoice, positions: Sequence[int]) -> dict[int, int]:
    """The keys of the invoice's lines by their positions; what it does not have is left out."""
    rows = of_enterprise(InvoiceLine.objects, actor).filter(invoice=invoice, position__in=positions)
    return dict(rows.values_list("position", "pk"))


def get_line(actor: Actor, invoice: Invoice, line_id: int) -> Line:
    """One line of the invoice. Raises InvoiceLine.DoesNotExist for another's."""
    return line_of(list_line_rows(actor, invoice).get(pk=line_id))


def compare(actor: Actor, invoice: Invoice, lines: Sequence[Line]) -> tuple[Invoice, rules.Comparison] | None:
    """The account's invoice of the month before and what differs from it; None for the first one."""
    before = _issued(actor).filter(account_id=invoice.account_id, period_on__lt=invoice.period_on)
    last = before.order_by("-period_on").first()
    if last is None:
        return None
    rows = of_enterprise(InvoiceLine.objects, actor).filter(invoice=last).order_by("position")
    past = [Line(row) for row in rows.select_related("invoice")]
    return last, rules.compared(((each.part, each.amount) for each in lines), ((x.part, x.amount) for x in past))


def list_credits_given(actor: Actor, invoice: Invoice, lines: Sequence[Line]) -> list[Credit]:
    """Credit notes that disputes of these lines led to, each with the invoice it stands on, if any."""
    if not disputes_of(lines):
        return []
    rows = of_enterprise(Credit.objects, actor).filter(disputed_line__dispute__invoice=invoice)
    applied = Prefetch("lines", queryset=InvoiceLine.objects.select_related("invoice"))
    return list(rows.select_related("disputed_line__dispute").prefetch_related(applied).order_by("id"))


def list_story(actor: Actor, thing: Invoice | Dispute, lines: Sequence[Line] = ()) -> list[Event]:
    """What happened to an invoice and the disputes of its lines, or to one dispute, newest first.

    A customer's is without the carrier's own business.
    """
    found = Q(story_type=thing._meta.label_lower, story_id=thing.pk)
    about = disputes_of(lines)
    if about:
        found |= Q(story_type=Dispute._meta.label_lower, story_id__in=about)
    rows = of_enterprise(Event.objects, actor).filter(found, enterprise_id=thing.enterprise_id)
    return list((rows if actor.is_staff else events.told_to_customers(rows)).order_by("-at", "-id"))


class Told(NamedTuple):
    """How many people an event's mail has left for."""

    event_id: int
    people: int


def list_told(actor: Actor, story: Sequence[Event]) -> list[Told]:
    """The mails that have left for what the story tells."""
    sent = of_enterprise(Notice.objects, actor).filter(event_id__in=[event.pk for event in story])
    counted = sent.filter(sent_at__isnull=False).order_by().values("event_id")
    rows = counted.annotate(people=Count("recipient", distinct=True))
    return [Told(row["event_id"], row["people"]) for row in rows]


def read_pdf(invoice: Invoice) -> bytes:
    """The stored PDF. Raises Refused where the file is gone or not the one that was issued."""
    try:
        with default_storage.open(invoice.pdf_name) as file:
            content: bytes = file.read()
    except OSError:
        content = b""
    if not constant_time_compare(hashlib.sha256(content).hexdigest(), invoice.pdf_sha256):
        raise Refused(
            _("The stored file is not the document that was issued, so you do not get it."),
            way_out=_("The invoice itself is complete on its page and as CSV. Please tell your billing analyst."),
        )
    return content


def get_analyst(actor: Actor, account_id: int) -> TeamMember | None:
    """Who answers for the account's bills and decides its disputes: the account's own before the enterprise's."""
    found = people.list_team(actor, account_id).filter(role__in=BILLING_ROLES)
    return found.order_by(F("account").asc(nulls_last=True), "escalation", "id").first()


# --- disputes ----------------------------------------------------------------------------------


def list_disputes(actor: Actor) -> QuerySet[Dispute]:
    """Disputes with ``contested``, the sum of their lines, and ``given``, what was credited of it."""
    found = within_accounts(of_enterprise(Dispute.objects, actor), actor, Permission.BILLING_VIEW)
    return found.annotate(contested=_sum_of_lines("amount"), given=_sum_of_lines("credited")).select_related(
        "account", "invoice"
    )


def _sum_of_lines(column: str) -> Coalesce:
    rows = DisputedLine.objects.filter(enterprise_id=OuterRef("enterprise_id"), dispute_id=OuterRef("pk"))
    total = rows.values("dispute_id").annotate(sum=Sum(column)).values("sum")
    return Coalesce(Subquery(total), Value(ZERO), output_field=_AMOUNT)


def find_accounts(actor: Actor, typed: str) -> QuerySet[Account]:
    """The account of this number, if the actor sees its bills: it is unique at the carrier, so one at most."""
    place = locator.find(locator.ACCOUNT, typed)
    rows = within_accounts(of_enterprise(Account.objects, actor), actor, Permission.BILLING_VIEW, path="pk")
    if place is None or place.target_id is None:
        return rows.none()
    return rows.filter(enterprise_id=place.enterprise_id, pk=place.target_id).select_related("enterprise")


def find_billed_services(actor: Actor) -> QuerySet[Service]:
    """The services on the accounts whose bills the actor sees, and neither their services nor their orders."""
    found = within_accounts(of_enterprise(Service.objects, actor), actor, Permission.BILLING_VIEW)
    seen = actor.accounts_for(ServicePermission.SERVICE_VIEW)
    found = found.none() if seen is None else found.exclude(account_id__in=seen)
    ordered = actor.accounts_for(OrderPermission.ORDER_VIEW)
    found = found.none() if ordered is None else found.exclude(account_id__in=ordered)
    return found.select_related("enterprise", "product", "account", "a_site", "z_site")


def list_lines_of(actor: Actor, service: Service) -> QuerySet[InvoiceLine]:
    """What issued invoices bill of a service, by the number on them, the latest first."""
    found = within_accounts(
        of_enterprise(InvoiceLine.objects, actor), actor, Permission.BILLING_VIEW, path="invoice__account_id"
    )
    billed = found.filter(
        service_number=service.number, enterprise_id=service.enterprise_id, invoice__status=InvoiceStatus.ISSUED
    )
    return billed.select_related("invoice").order_by("-invoice__period_on", "-invoice_id", "position")


def number_of(rows: QuerySet[Any], pk: int) -> str | None:
    """The number of an invoice or dispute among these, by its key."""
    return rows.filter(pk=pk).values_list("number", flat=True).first()


def may_see_dispute(actor: Actor, dispute_id: int) -> bool:
    """Whether the dispute, and so what hangs on it, is within reach."""
    return list_disputes(actor).filter(pk=dispute_id).exists()


def list_open_disputes(actor: Actor) -> QuerySet[Dispute]:
    """The analysts' queue: of this enterprise, or outside any, of all."""
    return list_disputes(actor).filter(status=DisputeStatus.OPEN).select_related("enterprise")


def list_disputed_lines(actor: Actor) -> QuerySet[DisputedLine]:
    """Lines in dispute on the accounts within reach."""
    found = of_enterprise(DisputedLine.objects, actor)
    found = within_accounts(found, actor, Permission.BILLING_VIEW, path="dispute__account_id")
    return found.select_related("dispute__invoice", "dispute__account", "line").order_by("line__position")


def get_credits_of(actor: Actor, dispute: Dispute) -> dict[int, Credit]:
    """The credit notes of a dispute by disputed line, each with the invoice it stands on, if any."""
    applied = Prefetch("lines", queryset=InvoiceLine.objects.select_related("invoice"))
    rows = of_enterprise(Credit.objects, actor).filter(disputed_line__dispute=dispute).prefetch_related(applied)
    return {credit.disputed_line_id: credit for credit in rows}
