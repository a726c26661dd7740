"""Tags and filters of every template: links within the enterprise, amounts, moments, states."""

import re
from decimal import Decimal
from typing import Any

from django import template
from django.conf import settings
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from portal import cells, registries
from portal import money as amounts
from portal.flows import FLOWS
from portal.glossary import GLOSSARY
from portal.kinds import spoken_shift
from portal.links import address

register = template.Library()

_MAIL = re.compile(r"[^@\s]+@[^@\s]+")
_UNIT = re.compile(r"(?<=\d) (?=[kMGT]?bps\b|kVA\b)")
_IDENT = re.compile(r"\b[A-Z]{2,4}-(?:\w+-)*\d{3,}\b")
# The first mark that fits names it, so those that pose as others stand before them.
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
             ("FxiOS", "Firefox"), ("Chrome", "Chrome"), ("CriOS", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"),
            ("CrOS", "ChromeOS"), ("Mac OS", "macOS"), ("Linux", "Linux"))  # fmt: skip


@register.simple_tag(takes_context=True)
def link(context: dict[str, Any], name: str, *args: Any, enterprise: str = "") -> str:
    """The address of a page inside the actor's enterprise, or inside the one given."""
    actor = context.get("actor")
    public_id = enterprise or (actor.enterprise_public_id if actor else "")
    return address(name, public_id, *args)


@register.simple_tag(takes_context=True)
def mail_link(context: dict[str, Any], name: str, *args: Any) -> str:
    """The same as a whole address for a mail, on the face the recipient uses."""
    recipient, enterprise = context["recipient"], context["enterprise"]
    path = reverse(name, args=[enterprise.public_id, *args], urlconf=f"portal.urls.{recipient.face}")
    return f"{settings.STAFF_URL if recipient.face == 'staff' else settings.CUSTOMER_URL}{path}"


@register.filter
def money(value: Decimal | None, currency: str) -> str:
    """An amount with its currency, as the reader writes it."""
    return "" if value is None else amounts.spoken(value, currency)


register.filter("zoned", cells.zoned)
register.filter("moment", cells.moment)
register.simple_tag(cells.status, name="status")
register.simple_tag(cells.table, name="table")
register.simple_tag(cells.icon, name="icon")
register.simple_tag(cells.ident, name="ident")
register.simple_tag(cells.when, name="when")


register.simple_tag(cells.icon, name="icon")


@register.simple_tag(takes_context=True)
def hint(context: Context, word: str, *, mark: bool = False) -> SafeString:
    """A word of the field with its explanation one press away: by mouse, touch or keyboard, and without a script.

    With ``mark`` a question mark stands beside a label that says the word already.
    """
    entry = GLOSSARY[word]
    request = getattr(context, "request", None)
    # Numbered within the page, so that no two are the same and a page reads the same each time.
    place = getattr(request, "hints_given", 0) + 1
    if request is not None:
        request.hints_given = place
    name = format_html("<strong>{}</strong> ", entry.name) if entry.name else ""
    label = _("What %(word)s means") % {"word": entry.term} if mark else entry.term
    shown = format_html('{}<span class="visually-hidden">{}</span>', cells.icon("help"), label) if mark else label
    return format_html(
        '<button class="hint{}" type="button" popovertarget="hint-{place}">{}</button>'
        '<span class="hint-panel" id="hint-{place}" popover>{}{}</span>',
        " hint-mark" if mark else "", shown, name, entry.text, place=place,
    )  # fmt: skip


@register.filter
def permission(code: str) -> str:
    """What a permission lets somebody do, in words."""
    return str(registries.permissions().get(code, code))


@register.filter
def tone(state: str, flow: str) -> str:
    """The colour that a state of a machine carries."""
    return FLOWS[flow].tone(state)


@register.filter
def allows(state: str, move: str) -> bool:
    """Whether a machine lets a thing go on: {{ order.status|allows:"order:cancelled" }}."""
    flow, _, target = move.partition(":")
    return FLOWS[flow].allows(state, target)


@register.filter
def idents(text: str) -> SafeString:
    """The text with each identifier in it (INV-2026-000005) kept on one line."""
    return mark_safe(_IDENT.sub(r'<span class="ident-text">\g<0></span>', conditional_escape(text)))  # noqa: S308 - escaped above


@register.filter
def unbroken(text: str) -> str:
    """A phone number and the like, on one line."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")


@register.filter
def units(text: str) -> str:
    """A title whose figures stay with their unit: "10 Gbps" on one line."""
    return _UNIT.sub("\N{NO-BREAK SPACE}", text)


@register.filter
def shift(card: Any) -> str:
    """When one of the carrier's people works, in the reader's own time; what they wrote of it, where that is all."""
    if not card.works_on:
        return str(card.hours)
    here, now = timezone.get_current_timezone(), timezone.now()
    return spoken_shift(card.works_on, card.works_from, card.works_until, of=card.time_zone, to=here, now=now)


@register.filter
def at_break(address: str) -> SafeString:
    """A mail address that, where it must break, breaks at its sign."""
    return mark_safe(escape(address).replace("@", "@<wbr>"))  # noqa: S308 - escaped before


@register.filter
def mail(value: Any) -> Any:
    """What may be a mail address, which then breaks at its sign only; anything else as it is."""
    is_one = isinstance(value, str) and not isinstance(value, SafeString) and _MAIL.fullmatch(value)
    return at_break(value) if is_one else value


@register.filter
def browser(agent: str) -> str:
    """A browser as its user calls it: "Firefox, Windows"; what is not known, as it calls itself."""
    found = [next((name for mark, name in marks if mark in agent), "") for marks in (_BROWSERS, _SYSTEMS)]
    return ", ".join(word for word in found if word) or agent[:60]


@register.filter
def get(mapping: Any, key: Any) -> Any:
    """An item of a mapping by a variable key."""
    return mapping.get(key)


@register.simple_tag(takes_context=True)
def may(context: dict[str, Any], permission: str, account_id: int | None = None) -> bool:
    """Whether the actor may, here or on this account."""
    actor = context.get("actor")
    if actor is None:
        return False
    return bool(actor.may(permission) if account_id is None else actor.may_on(permission, account_id))


@register.simple_tag
def polling(url: str, is_going_on: bool) -> SafeString:
    """The attributes of a part that asks for itself again while work goes on, and stops by itself when that is over."""
    if not is_going_on:
        return SafeString()
    return format_html(' hx-get="{}" hx-trigger="every 3s" hx-swap="outerHTML" hx-indicator="this"', url)
