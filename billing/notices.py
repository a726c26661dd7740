"""What is told of invoices and disputes, and to whom."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.utils.dateparse import parse_date
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from accounts.models import BILLING_ROLES
from accounts.notices import customers_people
from accounts.serving.notices import of_account_team
from billing import selectors
from billing.models import Credit, Dispute, DisputedLine, Invoice
from billing.permissions import Permission
from portal import money
from portal.actors import ActorKind
from portal.models import Event
from portal.notices import EventKind, Recipient, register


def _billing_people(event: Event) -> Iterable[Recipient]:
    reason = _("You look after the bills of this account.")
    return customers_people(event, permission=Permission.BILLING_VIEW, wants="billing", reason=reason)


def _analysts(event: Event) -> Iterable[Recipient]:
    """The billing analysts of the account's team, on the staff face."""
    yield from of_account_team(event, roles=BILLING_ROLES, reason=_("You are the billing analyst of this account."))


def _both_sides(event: Event) -> Iterable[Recipient]:
    yield from _billing_people(event)
    yield from _analysts(event)


def _other_side(event: Event) -> Iterable[Recipient]:
    yield from _billing_people(event) if event.actor_kind == ActorKind.STAFF else _analysts(event)


def _invoice(event: Event) -> dict[str, Any]:
    invoice = Invoice.objects.select_related("account").get(enterprise_id=event.enterprise_id, pk=event.subject_id)
    return {"invoice": invoice}


def _pdf(event: Event) -> Iterable[tuple[str, bytes, str]]:
    """The document itself, for who has it by mail."""
    if event.facts.get("is_attached"):
        invoice: Invoice = _invoice(event)["invoice"]
        yield f"{invoice.number}.pdf", selectors.read_pdf(invoice), "application/pdf"


def _dispute(event: Event) -> dict[str, Any]:
    rows = Dispute.objects.filter(enterprise_id=event.enterprise_id).select_related("invoice", "account")
    dispute = rows.get(pk=event.story_id)
    lines = list(dispute.lines.select_related("line").order_by("line__position"))
    return {"dispute": dispute, "invoice": dispute.invoice, "lines": lines}


def _decision(event: Event) -> dict[str, Any]:
    line = DisputedLine.objects.select_related("line").get(enterprise_id=event.enterprise_id, pk=event.subject_id)
    credit = Credit.objects.filter(enterprise_id=event.enterprise_id, disputed_line=line).first()
    return {**_dispute(event), "line": line, "credit": credit}


def _words(facts: dict[str, Any]) -> dict[str, Any]:
    """Amounts, dates and the files that came with it, as the reader's language writes them."""
    words: dict[str, Any] = {"note": "\n".join([facts.get("note", ""), *_files_in(facts)]).strip()}
    for name in ("amount", "credited", "total"):
        if name in facts:
            words[name] = money.spoken(Decimal(facts[name]), facts["currency"])
    due_on = parse_date(facts.get("due_on", ""))
    return {**words, "due_on": date_format(due_on)} if due_on else words


def _files_in(facts: dict[str, Any]) -> list[str]:
    return [
        str(_("File: %(name)s")) % {"name": f"{each['name']} ({filesizeformat(each['size'])})"}
        for each in facts.get("files", [])
    ]


def register_kinds() -> None:
    _register_invoices()
    _register_disputes()
    register(
        EventKind("billrun.started", story=_("%(actor)s started the bill run of %(month)s"), is_internal=True),
        EventKind("billrun.completed", story=_("The bill run of %(month)s is complete"), is_internal=True),
    )


def _register_invoices() -> None:
    register(
        EventKind("invoice.made", story=_("Made by the bill run"), is_internal=True),
        EventKind("invoice.pdf_failed", story=_("The PDF could not be made: %(error)s"), tone="red", is_internal=True),
        EventKind("invoice.printed", story=_("The PDF is ready")),
        EventKind(
            "invoice.pdf_given_up",
            story=_("The PDF was given up, to be made again only by hand: %(error)s"),
            tone="red",
            is_internal=True,
        ),
        EventKind(
            "invoice.issued",
            story=_("Issued: %(total)s, due %(due_on)s"),
            recipients=_billing_people,
            context=_invoice,
            words=_words,
            encloses=_pdf,
        ),
        EventKind(
            "invoice.pdf_followed",
            story=_("The PDF was sent after the bill"),
            recipients=_billing_people,
            context=_invoice,
            encloses=_pdf,
        ),
        EventKind("invoice.posted", story=_("%(actor)s put it into the post")),
        EventKind(
            "invoice.unposted",
            story=_("%(actor)s said that it is to be posted after all"),
            words=lambda facts: {"note": facts.get("reason", "")},
            tone="amber",
        ),
    )


def _register_disputes() -> None:
    register(
        EventKind(
            "dispute.opened",
            story=_("%(actor)s disputed %(amount)s of %(invoice)s"),
            recipients=_both_sides,
            context=_dispute,
            tone="amber",
            words=_words,
        ),
        EventKind(
            "dispute.decided",
            story=_("%(actor)s decided: %(credited)s of %(amount)s credited"),
            recipients=_billing_people,
            context=_decision,
            tone="green",
            words=_words,
        ),
        EventKind(
            "dispute.noted",
            story=_("%(actor)s added to the dispute"),
            recipients=_other_side,
            context=_dispute,
            words=_words,
        ),
        EventKind(
            "dispute.withdrawn",
            story=_("%(actor)s withdrew the dispute"),
            recipients=_both_sides,
            context=_dispute,
            tone="gray",
        ),
    )
