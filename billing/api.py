"""Invoices and disputes as JSON, on the same selectors and services as the pages."""

from datetime import date
from typing import Any

from django.http import Http404
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.response import Response

from billing import lists, selectors, services
from billing.models import (
    DISPUTE_FLOW,
    INVOICE_FLOW,
    OUTCOME_FLOW,
    Credit,
    Dispute,
    DisputeReason,
    Invoice,
    LineKind,
)
from billing.permissions import Permission
from portal import files, looks
from portal.api import (
    ApiRequest,
    ApiView,
    FlowState,
    Href,
    Moment,
    MoneyField,
    Nothing,
    Taken,
    found,
    operation,
    paged,
    taken,
)
from portal.errors import Refused
from portal.policy import requires

INVOICES, DISPUTES = "invoices", "disputes"


# --- invoices ------------------------------------------------------------------------------------


class InvoiceAccount(serializers.Serializer[Any]):
    number = serializers.CharField()
    name = serializers.CharField()


class InvoiceRow(serializers.Serializer[Any]):
    """A month's bill of one account. ``due`` is the total without what is in dispute.

    ``state`` is TM Forum's word (TMF678) for ``status``.
    """

    number = serializers.CharField()
    href = Href("billing:invoice", "number")
    status = serializers.ChoiceField(choices=INVOICE_FLOW.states.choices)
    state = FlowState(INVOICE_FLOW)
    account = InvoiceAccount()
    period_on = serializers.DateField()
    issued_on = serializers.DateField()
    due_on = serializers.DateField()
    dispute_by_on = serializers.DateField()
    total = MoneyField("total", currency="currency")
    in_dispute = MoneyField("in_dispute", currency="currency")
    due = MoneyField("due", currency="currency")


class BillTo(serializers.Serializer[Any]):
    """Whom the invoice was addressed to and by whom it was issued, as of its day."""

    name = serializers.CharField()
    account_number = serializers.CharField()
    account_name = serializers.CharField()
    address = serializers.CharField()
    country = serializers.CharField()
    tax_id = serializers.CharField()
    po_reference = serializers.CharField()
    issuer = serializers.CharField()
    issuer_address = serializers.CharField()


class InvoiceShape(InvoiceRow):
    """The same with its addressee, its lines' address, and its document's."""

    bill_to = BillTo()
    lines = Href("billing:lines", "number")
    pdf = Href("billing:pdf", "number")
    pdf_sha256 = serializers.CharField(help_text="Empty while the document is being made.")


class LineDispute(serializers.Serializer[Any]):
    """What of a line was contested, and what came of it. ``state`` is MEF 141's word for ``outcome``."""

    number = serializers.CharField(source="dispute.number")
    href = Href("billing:dispute", "dispute.number")
    outcome = serializers.ChoiceField(choices=OUTCOME_FLOW.states.choices)
    state = FlowState(OUTCOME_FLOW, source="outcome")
    amount = MoneyField("amount", currency="line.invoice.currency")
    credited = MoneyField("credited", currency="line.invoice.currency")


class LineShape(serializers.Serializer[Any]):
    """One amount of an invoice, with all that is needed to compute it again: amount = rate × days ÷ days of the month.

    ``position`` names it within the invoice; ``last_on`` is the last day billed. A line of kind ``returned`` gives days
    back that the invoice ``gives_back`` billed; one whose days are before the invoice's month bills them late.
    """

    position = serializers.IntegerField(source="line.position")
    kind = serializers.ChoiceField(choices=LineKind.choices, source="line.kind")
    service = serializers.CharField(source="line.service_number")
    text = serializers.CharField(source="line.text")
    from_on = serializers.DateField(source="line.from_on", allow_null=True)
    last_on = serializers.SerializerMethodField()
    days = serializers.IntegerField(source="line.days")
    days_of_month = serializers.IntegerField(source="line.days_of_month")
    rate = MoneyField("line.rate", currency="line.invoice.currency")
    amount = MoneyField("amount", currency="line.invoice.currency")
    disputable = MoneyField("disputable", currency="line.invoice.currency")
    gives_back = serializers.CharField(source="line.gives_back.invoice.number", default=None, allow_null=True)
    disputes = LineDispute(many=True)

    def get_last_on(self, row: selectors.Line) -> date | None:
        return row.last_on if row.line.days else None


_EXAMPLE = {
    "number": "INV-2026-000123",
    "href": "https://portal.carrier.example/api/v1/e/204817/billing/invoices/INV-2026-000123/",
    "status": "issued",
    "state": "sent",
    "account": {"number": "5-KTR2P", "name": "Headquarters"},
    "period_on": "2026-11-01",
    "issued_on": "2026-11-20",
    "due_on": "2026-12-20",
    "dispute_by_on": "2027-02-18",
    "total": {"value": "3137.25", "currency": "USD"},
    "in_dispute": {"value": "287.25", "currency": "USD"},
    "due": {"value": "2850.00", "currency": "USD"},
}


class Invoices(ApiView):
    @operation(InvoiceRow, page=lists.INVOICES, summary="Invoices", tag=INVOICES, example=_EXAMPLE)
    @requires(Permission.BILLING_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """The issued invoices on the accounts within reach."""
        return paged(request, lists.INVOICES, selectors.list_invoices(request.actor), InvoiceRow)


class InvoiceDetail(ApiView):
    @operation(InvoiceShape, summary="One invoice", tag=INVOICES)
    @requires(Permission.BILLING_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        return Response(InvoiceShape(_invoice(request, number), context={"request": request}).data)


def _invoice(request: ApiRequest, number: str) -> Invoice:
    invoice = found(selectors.list_invoices(request.actor).filter(number=number).first())
    looks.note(request.actor, invoice, "api", label=number, at=timezone.now())
    return invoice


class InvoiceLines(ApiView):
    @operation(LineShape, page=lists.LINES, summary="The lines of an invoice", tag=INVOICES)
    @requires(Permission.BILLING_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        """In the invoice's order."""
        rows = selectors.list_line_rows(request.actor, _invoice(request, number))
        return paged(request, lists.LINES, rows, LineShape, each=selectors.line_of)


class PdfRenderer(BaseRenderer):
    """Only to be asked for: the document is stored, and problems are JSON as everywhere."""

    media_type, format = "application/pdf", "pdf"


class InvoicePdf(ApiView):
    renderer_classes = [PdfRenderer, JSONRenderer]

    @operation(None, media_type="application/pdf", summary="The document of an invoice", tag=INVOICES, problems=(409,))
    @requires(Permission.BILLING_VIEW)
    def get(self, request: ApiRequest, number: str) -> HttpResponseBase:
        """As it was issued, word for word; 409 while it is being made."""
        invoice = _invoice(request, number)
        if not invoice.pdf_sha256:
            raise Refused(
                _("The PDF of this invoice is still being made."),
                way_out=_("It usually takes a few minutes after the invoice was issued. Its lines are here already."),
            )
        return files.download(selectors.read_pdf(invoice), name=f"{invoice.number}.pdf", media_type="application/pdf")


# --- disputes ------------------------------------------------------------------------------------


class DisputedInvoice(serializers.Serializer[Any]):
    number = serializers.CharField()
    href = Href("billing:invoice", "number")


class DisputeRow(serializers.Serializer[Any]):
    """A customer's contest of an invoice. ``state`` is TM Forum's word (TMF621) for ``status``."""

    number = serializers.CharField()
    href = Href("billing:dispute", "number")
    status = serializers.ChoiceField(choices=DISPUTE_FLOW.states.choices)
    state = FlowState(DISPUTE_FLOW)
    account = InvoiceAccount()
    invoice = DisputedInvoice()
    customer_reference = serializers.CharField()
    opened_at = Moment()
    opened_by = serializers.CharField()
    answer_by_at = Moment()
    decided_at = Moment(allow_null=True)
    contested = MoneyField("contested", currency="invoice.currency")
    credited = MoneyField("given", currency="invoice.currency")


class CreditNote(serializers.Serializer[Any]):
    """What was given back; ``invoice`` is the one it stands on, if it does already."""

    number = serializers.CharField()
    amount = MoneyField("amount", currency="currency")
    invoice = serializers.SerializerMethodField()

    def get_invoice(self, credit: Credit) -> str | None:
        return next((line.invoice.number for line in credit.lines.all()), None)


class DisputedLineShape(serializers.Serializer[Any]):
    """A contested line: how much of it and why, and what was decided. ``state`` is MEF 141's word for ``outcome``."""

    id = serializers.IntegerField(source="pk")
    position = serializers.IntegerField(source="line.position")
    service = serializers.CharField(source="line.service_number")
    text = serializers.CharField(source="line.text")
    amount = MoneyField("amount", currency="dispute.invoice.currency")
    reason = serializers.ChoiceField(choices=DisputeReason.choices)
    statement = serializers.CharField()
    outcome = serializers.ChoiceField(choices=OUTCOME_FLOW.states.choices)
    state = FlowState(OUTCOME_FLOW, source="outcome")
    credited = MoneyField("credited", currency="dispute.invoice.currency")
    decision = serializers.CharField()
    decided_at = Moment(allow_null=True)
    credit_note = CreditNote(allow_null=True)


class DisputeShape(DisputeRow):
    """The same with its lines."""

    lines = DisputedLineShape(many=True, source="contested_lines")


class Disputes(ApiView):
    @operation(DisputeRow, page=lists.DISPUTES, summary="Disputes", tag=DISPUTES)
    @requires(Permission.BILLING_VIEW)
    def get(self, request: ApiRequest) -> Response:
        """The disputes on the accounts within reach."""
        return paged(request, lists.DISPUTES, selectors.list_disputes(request.actor), DisputeRow)


class DisputeDetail(ApiView):
    @operation(DisputeShape, summary="One dispute with its lines", tag=DISPUTES)
    @requires(Permission.BILLING_VIEW)
    def get(self, request: ApiRequest, number: str) -> Response:
        return Response(_whole(request, number))


def _dispute(request: ApiRequest, number: str) -> Dispute:
    dispute = found(selectors.list_disputes(request.actor).filter(number=number).first())
    looks.note(request.actor, dispute, "api", label=number, at=timezone.now())
    return dispute


def _whole(request: ApiRequest, number: str) -> Any:
    dispute = _dispute(request, number)
    credits = selectors.get_credits_of(request.actor, dispute)
    lines = list(selectors.list_disputed_lines(request.actor).filter(dispute=dispute))
    for line in lines:
        line.credit_note = credits.get(line.pk)  # type: ignore[attr-defined]
    dispute.contested_lines = lines  # type: ignore[attr-defined]
    return DisputeShape(dispute, context={"request": request}).data


class ClaimShape(Taken):
    """What is said of one line: how much of it is wrong, in the invoice's currency, and why."""

    position = serializers.IntegerField(min_value=1, max_value=2**31 - 1)
    amount = serializers.DecimalField(max_digits=12, decimal_places=2)
    reason = serializers.ChoiceField(choices=DisputeReason.choices)
    statement = serializers.CharField(max_length=2000)


class NewDispute(Taken):
    """Lines of one invoice, each in whole or in part, and the caller's own reference."""

    lines = ClaimShape(many=True, allow_empty=False, max_length=100)  # type: ignore[call-arg]
    customer_reference = serializers.CharField(max_length=40, allow_blank=True, default="")


class InvoiceDisputes(ApiView):
    @operation(
        DisputeShape,
        takes=NewDispute,
        status=201,
        summary="Dispute lines of an invoice",
        tag=DISPUTES,
        example={
            "lines": [
                {"position": 2, "amount": "287.25", "reason": "duplicate", "statement": "The same circuit as line 1."}
            ],
            "customer_reference": "AP-7731",
        },
    )
    @requires(Permission.DISPUTE_MANAGE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """What is contested is not due until it is decided. Refused after the invoice's last day to dispute."""
        invoice = _invoice(request, number)
        _require_reach(request, invoice.account_id)
        sent = taken(request, NewDispute)
        opened = services.open_dispute(
            invoice.pk,
            actor=request.actor,
            at=timezone.now(),
            lines=_claims(request, invoice, sent["lines"]),
            customer_reference=sent["customer_reference"],
        )
        body = _whole(request, opened.number)
        return Response(body, status=201, headers={"Location": body["href"]})


def _require_reach(request: ApiRequest, account_id: int) -> None:
    """Seeing an account's invoices is not yet disputing them."""
    if not request.actor.may_on(Permission.DISPUTE_MANAGE, account_id):
        raise Http404


def _claims(request: ApiRequest, invoice: Invoice, lines: list[dict[str, Any]]) -> list[services.Claim]:
    keys = selectors.find_lines(request.actor, invoice, [line["position"] for line in lines])
    missing = [{} if line["position"] in keys else {"position": [_("The invoice has no such line.")]} for line in lines]
    if any(missing):
        raise serializers.ValidationError({"lines": missing})
    return [services.Claim(keys[line.pop("position")], **line) for line in lines]


class DisputeWithdraw(ApiView):
    @operation(DisputeShape, takes=Nothing, summary="Withdraw a dispute", tag=DISPUTES)
    @requires(Permission.DISPUTE_MANAGE)
    def post(self, request: ApiRequest, number: str) -> Response:
        """What of it is not decided is due again with its invoice."""
        dispute = _dispute(request, number)
        _require_reach(request, dispute.account_id)
        taken(request, Nothing)
        services.withdraw_dispute(dispute.pk, actor=request.actor, at=timezone.now())
        return Response(_whole(request, number))


class Decision(Taken):
    """What is given back of a disputed line (0 denies, all of it upholds), and why: the customer reads it."""

    credited = serializers.DecimalField(max_digits=12, decimal_places=2)
    decision = serializers.CharField(max_length=2000)


class DisputedLineDecide(ApiView):
    @operation(
        DisputeShape,
        takes=Decision,
        summary="Decide a disputed line",
        tag=DISPUTES,
        example={"credited": "80.00", "decision": "The rate of the order is 207.25; the rest is given back."},
    )
    @requires(Permission.DISPUTE_DECIDE)
    def post(self, request: ApiRequest, pk: int) -> Response:
        """A credit note follows at once. The last line decided closes the dispute. The customer's people are told."""
        line = found(selectors.list_disputed_lines(request.actor).filter(pk=pk).first())
        sent = taken(request, Decision)
        services.decide(line.pk, actor=request.actor, at=timezone.now(), **sent)
        return Response(_whole(request, line.dispute.number))
