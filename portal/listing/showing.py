"""A list as the component shows it, whole or as the part that htmx asks for."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlencode

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy

from portal import cells
from portal.cells import Column, Picks
from portal.http import ActorRequest
from portal.listing.declared import Action, Listing
from portal.listing.selectors import Kept, View, get_kept
from portal.lists import Page

FORM = "list-picks"
PART = "list"  # the id of the component, by which htmx asks for it
_CHOOSE, _CHOOSE_ALL = gettext_lazy("Choose"), gettext_lazy("Choose all on this page")
_CURRENT = ' aria-current="true"'


@dataclass(frozen=True)
class Shown:
    """One list as one person has it now."""

    listing: Listing
    page: Page
    all_columns: Sequence[Column]
    columns: Sequence[Column]
    kept: Kept
    view: View | None
    actions: Sequence[Action]
    request: ActorRequest
    is_moving: bool = False  # something in it is under way, so that it asks for itself again

    @cached_property
    def table(self) -> SafeString:
        picks = Picks(FORM, _CHOOSE, _CHOOSE_ALL) if self.actions else None
        heads = self.page.heads()
        return cells.table(self.columns, self.page.rows, self.listing.css, heads, picks, self.listing.groups)

    @property
    def column_boxes(self) -> SafeString:
        """The columns to choose from, those that are shown ticked."""
        shown = {each.key for each in self.columns}
        free = ((each.key, escape(each.label)) for each in self.all_columns if each.key and not each.is_lead)
        return mark_safe(  # noqa: S308 - keys are ours, headings escaped
            "".join(
                f'<label class="field-check"><input type="checkbox" name="column" value="{key}"'
                f"{' checked' * (key in shown)}><span>{label}</span></label>"
                for key, label in free
            )
        )

    @property
    def sort_links(self) -> SafeString:
        return mark_safe(  # noqa: S308 - each part is escaped here
            "".join(
                f'<a href="{escape(each["url"])}"{_CURRENT * each["current"]}>{escape(each["label"])}</a>'
                for each in self.page.sorts
            )
        )

    @property
    def is_changed(self) -> bool:
        """Whether what is looked at is no longer what the current view keeps."""
        whole = self.listing.page.whole_query
        kept = dict(parse_qsl(self.view.query)) if self.view else {}
        return self.view is not None and whole(kept) != whole(self.request.GET)

    @property
    def here(self) -> str:
        """The whole address of what is looked at."""
        return self.request.get_full_path()

    @property
    def all_url(self) -> str:
        """The whole list, also for who has it open with a view."""
        return f"{self.request.path}?view=all" if self.kept.opens_with else self.request.path

    @property
    def column_keys(self) -> str:
        return " ".join(each.key for each in self.columns)

    @property
    def page_keys(self) -> str:
        return " ".join([str(row.id) for row in self.page.rows])

    @property
    def page_seen(self) -> str:
        """What each row was like when it was shown, by its key."""
        seen = self.listing.seen
        return " ".join(f"{row.id}:{seen(row)}" for row in self.page.rows) if seen else ""

    @property
    def has_line(self) -> bool:
        """Whether there is anything to narrow, keep or take."""
        return bool(self.page.rows or self.page.is_filtered or self.kept.views)

    @cached_property
    def views_url(self) -> str:
        route = "views:list" if self.listing.is_inside else "staff_views:list"
        return f"{self.listing.link(route, self.request.actor)}?{urlencode({'list': self.listing.name})}"

    @property
    def export_url(self) -> str:
        if not (self.listing.export and self.page.rows):
            return ""
        query = self.page.query
        return self.listing.link(self.listing.export, self.request.actor) + (f"?{query}" if query else "")

    @property
    def bulk_url(self) -> str:
        return self.listing.link(self.listing.bulk, self.request.actor)

    @property
    def nothing_url(self) -> str:
        words = self.listing.nothing
        return self.listing.link(words.action_url, self.request.actor) if words.action_url else ""

    @property
    def may_share(self) -> bool:
        return not (self.request.actor.is_staff and self.listing.is_inside)


def show(
    request: ActorRequest,
    listing: Listing,
    rows: Any,
    columns: Sequence[Column],
    *,
    template: str = "list_page.html",
    context: Mapping[str, Any] | None = None,
    status: int = 200,
    is_moving: bool = False,
) -> HttpResponse:
    """The page of a list; for htmx the list alone. Opened bare, it leads to the view that the person has first."""
    kept = get_kept(request.actor, listing.name) if listing.has_views else Kept()
    first = kept.view(kept.opens_with)
    if first and not request.GET and request.method in {"GET", "HEAD"}:
        return redirect(f"{request.path}?{first.address}")
    view = kept.view(request.GET.get("view", ""))
    keep = {"view": view.key} if view else {"view": "all"} if first else {}
    page = listing.page.show(rows, request.GET, keep)
    shown = Shown(
        listing=listing,
        page=page,
        all_columns=columns,
        columns=_chosen(columns, (view.columns if view else ()) or kept.columns),
        kept=kept,
        view=view,
        actions=[each for each in listing.actions if request.actor.may(each.permission)] if page.rows else (),
        request=request,
        is_moving=is_moving,
    )
    if request.htmx and request.htmx.target in {None, PART}:
        return _part(request, shown)
    return render(request, template, {**(context or {}), "list": shown, "page": page}, status=status)


def _part(request: ActorRequest, shown: Shown) -> HttpResponse:
    # Asked for by itself, it is neither announced nor another place to come back to.
    is_asked = request.htmx.trigger != PART
    answer = render(request, "components/_list.html", {"list": shown, "page": shown.page, "is_part": is_asked})
    if is_asked:
        # As a person would copy it: without the empty fields of the form.
        given = {name: value for name, value in request.GET.items() if value}
        answer["HX-Push-Url"] = f"{request.path}?{urlencode(given)}" if given else shown.all_url
    return answer


def _chosen(columns: Sequence[Column], keys: Sequence[str]) -> list[Column]:
    """In the list's own order; the lead is always there, and what is no column any more is left out."""
    known = {each.key for each in columns if each.key and not each.is_lead}
    if not known.intersection(keys):
        return [each for each in columns if not each.is_extra]
    return [each for each in columns if each.is_lead or not each.key or each.key in keys]
