"""What a bill run works on: customers and charges still to bill, papers still to make."""

from collections.abc import Collection
from datetime import date

from django.db.models import (
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Sum,
)
from django.db.models.functions import Coalesce

from accounts.models import Account, Enterprise
from billing.models import (
    BillRun,
    BillRunPart,
    BillRunStatus,
    Charge,
    Credit,
    DisputedLine,
    Invoice,
    InvoiceLine,
    InvoiceStatus,
    LineKind,
    Posting,
)
from portal.actors import Actor
from portal.models import Event
from portal.tenancy import of_enterprise


def list_billable_enterprises() -> list[int]:
    """Active customers with an account; asked by staff outside any enterprise."""
    accounts = Account.objects.filter(enterprise_id=OuterRef("enterprise_id"))
    rows = Enterprise.objects.filter(Exists(accounts), is_active=True, is_house=False)
    return list(rows.order_by("enterprise_id").values_list("enterprise_id", flat=True))


def list_charges(actor: Actor, account: Account, *, before: date) -> QuerySet[Charge]:
    """The account's charges that began before a day, in the order of an invoice."""
    rows = of_enterprise(Charge.objects, actor).filter(account=account, starts_on__lt=before)
    return rows.select_related("service").order_by(
        F("service__number").asc(nulls_last=True), "-kind", "starts_on", "code"
    )


def closed_months(actor: Actor, account: Account, *, before: date) -> tuple[list[date], date | None]:
    """The months before a day that were billed, the earliest first, and the first one of which the account has a bill.

    One that a run is still to bill for this customer is open, unless the account has its invoice.
    """
    billed = of_enterprise(Invoice.objects, actor).filter(account=account, period_on__lt=before)
    own = set(billed.values_list("period_on", flat=True))
    to_do = BillRunPart.objects.filter(run_id=OuterRef("pk"), customer_id=account.enterprise_id, done_at__isnull=True)
    runs = BillRun.objects.filter(~Exists(to_do), period_on__lt=before)
    return sorted(own.union(runs.values_list("period_on", flat=True))), min(own, default=None)


def list_billed_days(actor: Actor, account: Account) -> dict[int, tuple[date, date, int]]:
    """By the keys of the account's charges the first day, the end, and the count of the days that invoices bill.

    The count is no day's where days were given back: that is to be looked at line by line.
    """
    rows = of_enterprise(InvoiceLine.objects, actor).filter(charge__account=account).order_by().values("charge")
    returned = Count("pk", filter=Q(kind=LineKind.RETURNED))
    found = rows.annotate(first=Min("from_on"), end=Max("to_on"), many=Sum("days"), returned=returned)
    return {row["charge"]: (row["first"], row["end"], -1 if row["returned"] else row["many"]) for row in found}


def list_billed_lines(actor: Actor, charges: Collection[int]) -> QuerySet[InvoiceLine]:
    """What bills these charges, with what gives it back and what is disputed of it at hand."""
    rows = of_enterprise(InvoiceLine.objects, actor).filter(charge__in=charges).exclude(kind=LineKind.RETURNED)
    given = of_enterprise(InvoiceLine.objects, actor)
    disputed = of_enterprise(DisputedLine.objects, actor)
    return (
        rows.select_related("invoice")
        .prefetch_related(Prefetch("given_back_by", queryset=given), Prefetch("disputes", queryset=disputed))
        .order_by("id")
    )


def list_unapplied_credits(actor: Actor, account: Account) -> QuerySet[Credit]:
    """Credit notes of the account, in its currency, that stand on no invoice yet."""
    used = InvoiceLine.objects.filter(enterprise_id=account.enterprise_id, credit_id=OuterRef("pk"))
    rows = of_enterprise(Credit.objects, actor).filter(~Exists(used), account=account, currency=account.currency)
    return rows.select_related("disputed_line__line").order_by("id")


def count_invoices(enterprise_id: int, period_on: date) -> int:
    return Invoice.objects.filter(enterprise_id=enterprise_id, period_on=period_on, status=InvoiceStatus.ISSUED).count()


def list_open_parts() -> list[tuple[int, int]]:
    """(run, enterprise) of all that is still to bill."""
    rows = BillRunPart.objects.filter(done_at__isnull=True, run__status=BillRunStatus.RUNNING)
    return list(rows.order_by("run_id", "customer_id").values_list("run_id", "customer_id"))


def list_without_pdf(*, since: date | None = None, period_on: date | None = None) -> list[tuple[int, int]]:
    """(enterprise, invoice) of the issued invoices that have no PDF yet.

    ``since`` leaves out older ones whose people have been told without it, and those that were
    given up and wait for a person.
    """
    rows = Invoice.objects.filter(status=InvoiceStatus.ISSUED, pdf_sha256="")
    if since:
        told, given_up = (Exists(_story_of_outer(kind)) for kind in ("invoice.issued", "invoice.pdf_given_up"))
        rows = rows.filter(Q(issued_on__gte=since) | ~told, ~given_up)
    rows = rows.filter(period_on=period_on) if period_on else rows
    return list(rows.order_by("pk").values_list("enterprise_id", "pk"))


def _story_of_outer(kind: str) -> QuerySet[Event]:
    return Event.objects.filter(
        enterprise_id=OuterRef("enterprise_id"),
        story_type=Invoice._meta.label_lower,
        story_id=OuterRef("pk"),
        kind=kind,
    )


def list_given_up(period_on: date) -> QuerySet[Invoice]:
    """The month's invoices whose PDF was given up, each with the reason as ``why``; made again only by hand."""
    why = _story_of_outer("invoice.pdf_given_up").order_by("-at", "-id").values("facts__error")[:1]
    rows = Invoice.objects.filter(status=InvoiceStatus.ISSUED, pdf_sha256="", period_on=period_on)
    found = rows.annotate(why=Subquery(why)).filter(why__isnull=False)
    return found.select_related("enterprise", "account").order_by("pk")


def list_runs() -> QuerySet[BillRun]:
    """Bill runs, each with ``total`` and ``done`` customers, ``failed`` ones and ``issued`` invoices."""
    return BillRun.objects.annotate(
        total=Count("parts"),
        done=Count("parts", filter=Q(parts__done_at__isnull=False)),
        failed=Count("parts", filter=Q(parts__done_at__isnull=True) & ~Q(parts__last_error="")),
        issued=Coalesce(Sum("parts__invoices"), 0),
    )


def list_failed_parts(run: BillRun) -> QuerySet[BillRunPart]:
    """The customers whose billing did not work, with the reasons; they are tried again."""
    rows = run.parts.filter(done_at__isnull=True).exclude(last_error="")
    return rows.select_related("customer").order_by("customer_id")


def list_postings(actor: Actor) -> QuerySet[Posting]:
    """The invoices that go by post, and went, with all that the work list shows of them."""
    return of_enterprise(Posting.objects, actor).select_related("enterprise", "invoice__account")
