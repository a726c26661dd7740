"""What a person was told, as a list."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.actors import Actor
from portal.cells import Cell, Column, anchor, moment, status
from portal.header.selectors import UNREAD_CAP
from portal.lists import Filter, ListPage, Sort
from portal.models import Notice

TOLD = ListPage(
    sorts=[Sort("newest", gettext_lazy("Newest first"), "created_at", is_descending=True)],
    filters=[
        Filter(
            "show",
            gettext_lazy("Show"),
            lambda rows, value: rows.filter(read_at__isnull=value == "unread"),
            choices=[("unread", gettext_lazy("Only what is unread")), ("read", gettext_lazy("Only what was read"))],
        )
    ],
)


def address(actor: Actor, page: str, *args: object) -> str:
    """A page of this list: inside an enterprise, or outside for staff."""
    if actor.enterprise_id is None:
        return reverse(f"told:{page}", args=args)
    return reverse(f"told:{page}", args=[actor.enterprise_public_id, *args])


def columns(actor: Actor) -> list[Column]:
    """What it says, whose customer it is about where that is not the same for all, and when."""
    unread = status(_("unread"), "blue")

    def subject(notice: Notice) -> Cell:
        link = anchor(notice.subject, address(actor, "notice", notice.pk))
        if notice.read_at:
            return format_html('<span class="told-read">{}</span>', link)
        return format_html("<strong>{}</strong> {}", link, unread)

    found = [Column(_("What we told you"), subject, is_lead=True)]
    if actor.enterprise_id is None:
        found.append(Column(_("Customer"), _customer))
    return [*found, Column(_("When"), lambda notice: moment(notice.created_at))]


def _customer(notice: Any) -> Cell:
    return str(notice.enterprise_name)


def badge(count: int) -> str:
    """The count as it stands at the bell."""
    return f"{UNREAD_CAP}+" if count > UNREAD_CAP else str(count or "")


def label(count: int) -> str:
    """The bell in words."""
    if not count:
        return _("Notices, nothing unread")
    if count > UNREAD_CAP:
        return _("Notices, more than %(count)s unread") % {"count": UNREAD_CAP}
    return ngettext("Notices, %(count)s unread", "Notices, %(count)s unread", count) % {"count": count}
