"""Shortest ways to billed months, disputes and decisions. Each plays the role that does it in life."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from django.urls import reverse

from accounts import selectors as people
from accounts.models import Account, Enterprise, User
from billing import services
from billing.models import BillRun, Dispute, DisputedLine, Invoice, InvoiceLine
from portal.actors import Actor
from portal.tenancy import tenant_scope
from tests.faces import FaceClient, as_app, as_staff, inside

NOVEMBER = date(2026, 11, 1)
DECEMBER = date(2026, 12, 1)
ISSUED_AT = datetime(2026, 11, 20, 18, tzinfo=UTC)
LATER = datetime(2026, 12, 20, 18, tzinfo=UTC)


def customer(person: User, enterprise: Enterprise) -> Actor:
    with inside(enterprise):
        actor = people.get_customer_actor(person, people.get_enterprise(enterprise.pk))
    assert actor is not None
    return actor


def staff(person: User, enterprise: Enterprise | None = None) -> Actor:
    from dataclasses import replace

    with as_staff():
        actor = people.get_staff_actor(person)
    assert actor is not None
    if enterprise is None:
        return actor
    return replace(actor, enterprise_id=enterprise.pk, enterprise_public_id=enterprise.public_id)


def start(person: User, month: date = NOVEMBER, at: datetime = ISSUED_AT) -> BillRun:
    actor = staff(person)
    with as_staff():
        return services.start_bill_run(month, actor=actor, at=at)


def bill(run: BillRun, enterprise: Enterprise, at: datetime = ISSUED_AT) -> list[Invoice]:
    with as_staff():
        return services.bill_enterprise(run.pk, enterprise.pk, at=at)


def issue(account: Account, month: date = NOVEMBER, at: datetime = ISSUED_AT) -> Invoice:
    """The account's invoice of a month, as a run would issue it."""
    with as_staff():
        invoice = services.issue_invoice(account.enterprise_id, account.pk, period_on=month, at=at)
    assert invoice is not None
    invoice.enterprise = account.enterprise  # at hand outside its scope
    return invoice


def lines(invoice: Invoice) -> list[InvoiceLine]:
    with inside(invoice.enterprise):
        return list(invoice.lines.order_by("position"))


def claim(line: InvoiceLine, amount: str = "", **fields: Any) -> services.Claim:
    fields = {"reason": "rate", "statement": "The order says less.", **fields}
    return services.Claim(line.pk, Decimal(amount) if amount else line.amount, **fields)


def dispute(person: User, invoice: Invoice, *claims: services.Claim, at: datetime = ISSUED_AT) -> Dispute:
    """Of the whole first line, unless said otherwise."""
    actor = customer(person, invoice.enterprise)
    wanted = claims or (claim(lines(invoice)[0]),)
    with as_app(), tenant_scope(invoice.enterprise_id):
        opened = services.open_dispute(invoice.pk, actor=actor, at=at, lines=wanted)
    opened.enterprise = invoice.enterprise
    return opened


def disputed(found: Dispute) -> DisputedLine:
    with inside(found.enterprise):
        return found.lines.select_related("dispute", "line", "enterprise").get()


def decide(person: User, line: DisputedLine, credited: str, at: datetime = ISSUED_AT) -> DisputedLine:
    actor = staff(person, line.enterprise)
    with as_staff(), tenant_scope(line.enterprise_id):
        return services.decide(
            line.pk, actor=actor, at=at, credited=Decimal(credited), decision="Checked against the order."
        )


def url(name: str, *args: Any, enterprise: str = "204817", face: str = "customer") -> str:
    """The address of a page of Acme's; with ``enterprise=""`` of a work list."""
    return reverse(name, args=[enterprise, *args] if enterprise else args, urlconf=f"portal.urls.{face}")


def page(client: FaceClient, name: str, *args: Any, enterprise: str = "204817") -> Any:
    return client.get(url(name, *args, enterprise=enterprise, face=client.face))
