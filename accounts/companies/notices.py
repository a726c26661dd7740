"""What is told of enterprises' records, accounts and contacts."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import selectors
from accounts.companies import rules
from accounts.models import LANGUAGES, Account, AccountStatus, Delivery, Enterprise
from accounts.notices import customers_people, to_member
from portal.kinds import YesNo
from portal.models import Event
from portal.notices import EventKind, Recipient, register

BILLING_VIEW = "billing.view"
_CHOICES: dict[str, dict[str, Any]] = {
    "segment": dict(Enterprise.Segment.choices),
    "region": dict(Enterprise.Region.choices),
    "language": dict(LANGUAGES),
}


def spoken(name: str, value: Any) -> str:
    """A frozen value of a field, in the reader's words."""
    if isinstance(value, bool):
        return str(YesNo().spoken(value, ""))
    if value in (None, ""):
        return "—"
    if name.endswith("_on"):
        return str(date_format(date.fromisoformat(str(value)), "DATE_FORMAT"))
    lines = str(_CHOICES.get(name, {}).get(value, value)).split("\n")
    return ", ".join(line.strip() for line in lines if line.strip())


def lines_of(changes: Iterable[dict[str, Any]]) -> list[dict[str, str]]:
    """Each changed field in words: label, before, after."""
    return [
        {
            "label": str(rules.LABELS.get(each["field"], each["field"])),
            "before": spoken(each["field"], each["before"]),
            "after": spoken(each["field"], each["after"]),
        }
        for each in changes
    ]


def _changes(facts: dict[str, Any]) -> dict[str, Any]:
    lines = lines_of(facts.get("changes", []))
    return {"note": "\n".join(f"{each['label']}: {each['before']} → {each['after']}" for each in lines)}


def _moved(facts: dict[str, Any]) -> dict[str, Any]:
    """Which accounts came and which left; many are counted."""
    lines = []
    for name, words in (("came", _("came: %(numbers)s")), ("left", _("left: %(numbers)s"))):
        numbers = facts.get(name, [])
        shown = ", ".join(numbers[:20]) + (" …" if len(numbers) > 20 else "")
        lines += [words % {"numbers": shown}] if numbers else []
    before = facts.get("before", facts.get("group"))
    if before != facts.get("group"):
        lines.insert(0, _("it was called “%(name)s”") % {"name": before})
    return {"note": "\n".join(lines)}


def _status(facts: dict[str, Any]) -> dict[str, Any]:
    labels = dict(AccountStatus.choices)
    return {"state": labels.get(facts.get("after", ""), ""), "note": facts.get("reason", "")}


def _delivery(facts: dict[str, Any]) -> dict[str, Any]:
    from_on = facts.get("from_on")
    since = _("from %(day)s at the latest") % {"day": spoken("from_on", from_on)} if from_on else ""
    return {"delivery": dict(Delivery.choices).get(facts.get("after", ""), ""), "note": since}


def billed(event: Event) -> Iterable[Recipient]:
    """Those who see the account's bills, and its contacts for them."""
    reason = gettext_lazy("You see the bills of this account, or are its contact for them.")
    return customers_people(event, permission=BILLING_VIEW, wants="billing", reason=reason)


def administrators(event: Event) -> Iterable[Recipient]:
    """Those who administer the enterprise."""
    for member in selectors.list_all_administrators(event.enterprise_id):
        yield to_member(member, reason=gettext_lazy("You administer this enterprise."))


def _account(event: Event) -> dict[str, Any]:
    account = Account.objects.get(enterprise_id=event.enterprise_id, pk=event.subject_id)
    before, after = event.facts.get("before", ""), event.facts.get("after", "")
    labels = {**dict(Delivery.choices), **dict(AccountStatus.choices)}
    from_on = event.facts.get("from_on")
    return {
        "account": account,
        "before": labels.get(before, before),
        "after": labels.get(after, after),
        "from_on": date.fromisoformat(from_on) if from_on else None,
    }


_KINDS = (
    EventKind("enterprise.changed", story=gettext_lazy("%(actor)s changed the enterprise's record"), words=_changes),
    EventKind(
        "enterprise.closed",
        story=gettext_lazy("%(actor)s closed the enterprise: %(reason)s"),
        tone="red",
        recipients=administrators,
    ),
    EventKind(
        "enterprise.reopened",
        story=gettext_lazy("%(actor)s opened the enterprise again: %(reason)s"),
        recipients=administrators,
    ),
    EventKind("enterprise.number_added", story=gettext_lazy("%(actor)s added customer number %(number)s")),
    EventKind(
        "enterprise.number_removed", story=gettext_lazy("%(actor)s removed customer number %(number)s"), tone="gray"
    ),
    EventKind("account.added", story=gettext_lazy("%(actor)s added the account")),
    EventKind("account.changed", story=gettext_lazy("%(actor)s changed the account"), words=_changes),
    EventKind(
        "account.delivery_changed",
        story=gettext_lazy("%(actor)s chose for the invoices: %(delivery)s"),
        words=_delivery,
        recipients=billed,
        context=_account,
    ),
    EventKind(
        "account.status_changed",
        story=gettext_lazy("%(actor)s set the account to “%(state)s”"),
        words=_status,
        recipients=billed,
        context=_account,
    ),
    EventKind("group.made", story=gettext_lazy("%(actor)s made the account group “%(group)s”"), words=_moved),
    EventKind("group.changed", story=gettext_lazy("%(actor)s changed the account group “%(group)s”"), words=_moved),
    EventKind("group.closed", story=gettext_lazy("%(actor)s deleted the account group “%(group)s”"), tone="gray"),
    EventKind("contact.added", story=gettext_lazy("%(actor)s added the contact %(name)s <%(email)s>")),
    EventKind("contact.changed", story=gettext_lazy("%(actor)s changed the contact %(name)s"), words=_changes),
    EventKind("contact.removed", story=gettext_lazy("%(actor)s removed the contact %(name)s <%(email)s>"), tone="gray"),
)


def register_kinds() -> None:
    register(*_KINDS)
