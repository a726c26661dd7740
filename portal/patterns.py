"""The components in all their states, for the carrier's people to look at: no data of anybody's."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal import cells, listing, money, suggestions
from portal.cells import Column
from portal.clocks import Clock, Spell
from portal.errors import IllegalMove, Text
from portal.filters import DateRange
from portal.http import ActorRequest
from portal.listing import Action, Listing, Words
from portal.lists import Filter, ListPage, Params, Sort
from portal.models import StoredFile
from portal.plots import Bar, Plot
from portal.policy import signed_in

WORK_STEPS = 5
LONG = "Compañía Transoceánica de Telecomunicaciones y Servicios Administrados del Pacífico Sur S.A. de C.V."
PERSON = {
    "name": "Rosa Okafor", "initials": "RO", "role": gettext_lazy("Care manager"), "phone": "+1 720 555 0142",
    "email": "rosa.okafor@larkfield.example", "hours": "Mon–Fri 08:00–18:00 MST", "languages": "English, Español",
}  # fmt: skip
DEPUTY = {"name": "Kenji Brandt", "phone": "+1 720 555 0191", "email": "kenji.brandt@larkfield.example"}


class SampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(
        label=gettext_lazy("Contact on site"), max_length=40, help_text=gettext_lazy("Who opens the door.")
    )
    zone = suggestions.SuggestField(label=gettext_lazy("Time zone"), help_text=gettext_lazy("Type a city."))
    day = forms.DateField(label=gettext_lazy("Day"), widget=forms.DateInput(attrs={"type": "date"}))
    kind = forms.ChoiceField(
        label=gettext_lazy("Access"),
        choices=[("key", gettext_lazy("With a key")), ("escort", gettext_lazy("With an escort"))],
        widget=forms.RadioSelect,
    )
    notes = forms.CharField(
        label=gettext_lazy("Notes"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    is_sure = forms.BooleanField(label=gettext_lazy("The rack has power"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        zone = self.fields["zone"]
        assert isinstance(zone, suggestions.SuggestField)
        zone.offer(suggestions.time_zones, reverse("suggest_time_zones"))


@require_safe
@signed_in
def show_all(request: ActorRequest) -> HttpResponse:
    """Every component, each in its states."""
    now = timezone.now()
    context = {
        "tones": _tones(),
        "clocks": _clocks(now),
        "plots": [_plot("plot-months", 6), _plot("plot-empty", 0)],
        "dates": _dates(now),
        "story": _story(now),
        "file": _file(now),
        "columns": _columns(),
        "rows": [("WV-10G-003318", LONG, Decimal("2950.00")), ("IP-1G-020114", "DEN-RNO", Decimal("-411.67"))],
        "amounts": [money.spoken(Decimal("18014.91"), each) for each in ("USD", "MXN", "BRL")],
        "person": PERSON,
        "deputy": DEPUTY,
        "long": LONG,
        "refusal": IllegalMove(),
        "now": now,
    }
    return render(request, "patterns/page.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def show_detail(request: ActorRequest) -> HttpResponse:
    """The page about one thing, and its form, which is looked at and kept nowhere."""
    now = timezone.now()
    wrong = {"name": "x" * 41, "zone": "Argentina", "notes": _("What was typed comes back.")}
    form = SampleForm(request.POST or (wrong if "wrong" in request.GET else None))
    context = {
        "dates": _dates(now), "story": _story(now), "clock": _clocks(now)[0], "person": PERSON, "file": _file(now),
        "form": form, "is_sound": form.is_valid(),
    }  # fmt: skip
    return render(
        request, "patterns/detail.html", context, status=422 if request.method == "POST" and form.errors else 200
    )


@dataclass(frozen=True)
class Sample:
    """A row of the sample list, which no table holds."""

    id: int
    number: str
    customer: str
    state: str
    due_on: date
    amount: Decimal


class _Days(DateRange):
    """The same over rows that stand in a list."""

    def narrow(self, rows: Any, values: Params) -> Any:
        start, end = (values.get(name, "") for name in self.names)
        return [each for each in rows if (start or "") <= f"{each.due_on}" <= (end or "9999")]


def _refuse_rows(request: ActorRequest, rows: list[Any]) -> HttpResponse:
    raise IllegalMove


_STATES = {"late": "red", "yours": "amber", "done": "green"}
SAMPLES = Listing(
    name="patterns",
    title=gettext_lazy("A list"),
    page=ListPage(
        sorts=[Sort("due", gettext_lazy("Due first"), "due_on", column="due")],
        filters=[
            Filter(
                "state",
                gettext_lazy("State"),
                lambda rows, value: [each for each in rows if each.state == value],  # type: ignore[arg-type, return-value]
                choices=[
                    ("late", gettext_lazy("late")),
                    ("yours", gettext_lazy("waiting for you")),
                    ("done", gettext_lazy("done")),
                ],
            ),
            _Days("due", gettext_lazy("Due"), "due_on"),
        ],
    ),
    permission="",
    url="patterns:list",
    bulk="patterns:refuse",
    is_inside=False,
    has_views=False,
    actions=[Action("withdraw", gettext_lazy("Withdraw"), "x", _refuse_rows, "enterprise.open")],
    nothing=Words(
        gettext_lazy("Nothing here yet"),
        gettext_lazy("This says what will fill the list, and who to ask."),
        icon="inbox",
    ),
    none_found=Words(gettext_lazy("Nothing answers to that"), gettext_lazy("This says what to try instead.")),
)


@require_safe
@signed_in
def show_list(request: ActorRequest) -> HttpResponse:
    """A list with its filters, chosen rows and every way of being empty; ?rows= says how many there are."""
    many = request.GET.get("rows", "")
    today = timezone.localdate()
    rows = [_sample(n, today) for n in range(min(int(many), 200) if many.isascii() and many.isdigit() else 12)]
    return listing.show(request, SAMPLES, rows, _list_columns(), template="patterns/list.html")


def _sample(n: int, today: date) -> Sample:
    names, states = ("DEN-RNO", LONG, "Acme"), list(_STATES)
    amount = Decimal("2950.00") * (n + 1) - Decimal(9000)
    return Sample(
        n + 1, f"WV-10G-{3318 + n:06d}", names[n % 3], states[n % 3], today + timedelta(days=3 * n - 6), amount
    )


def _list_columns() -> list[Column]:
    words = {"late": _("late"), "yours": _("waiting for you"), "done": _("done")}
    return [
        Column(_("Service"), lambda each: cells.ident(each.number), is_lead=True, key="service"),
        Column(_("Customer"), lambda each: each.customer, key="customer", css="cell-wide"),
        Column(
            _("State"),
            lambda each: cells.status(words[each.state], _STATES[each.state]),
            key="state",
            is_own_label=True,
        ),
        Column(_("Due"), lambda each: cells.day(each.due_on), key="due"),
        Column(_("Amount"), lambda each: money.spoken(each.amount, "USD"), key="amount", css="num"),
    ]


@require_safe
@signed_in
def show_work(request: ActorRequest) -> HttpResponse:
    """Work in the background that gets on each time one looks, and is over after some."""
    try:
        step = min(WORK_STEPS, max(0, int(request.GET.get("step", ""))))
    except ValueError:
        step = 0
    here = reverse("patterns:work")
    context = {
        "done": step * 200,
        "total": WORK_STEPS * 200,
        "next": f"{here}?step={step + 1}",
        "again": f"{here}?step=0",
    }
    context["is_going_on"] = step < WORK_STEPS
    return render(request, "patterns/_work.html" if request.htmx else "patterns/work.html", context)


@require_POST
@signed_in
def refuse(request: ActorRequest) -> HttpResponse:
    return _refuse_rows(request, [])


def _tones() -> list[tuple[Text, str]]:
    return [
        (_("late"), "red"), (_("waiting for you"), "amber"), (_("third party"), "purple"),
        (settings.CARRIER["short_name"], "blue"), (_("done"), "green"), (_("to come"), "gray"),
    ]  # fmt: skip


def _clocks(now: datetime) -> list[Clock]:
    started, target = now - timedelta(hours=1, minutes=31), now + timedelta(hours=2, minutes=29)
    title = _("Restore by")
    spells = [
        Spell(settings.CARRIER["short_name"], timedelta(minutes=52)),
        Spell(_("third party"), timedelta(minutes=20), "purple"),
        Spell(_("waiting for you"), timedelta(minutes=19), "amber"),
    ]
    waits = _("we need someone to confirm power on rack R14")
    early = now - timedelta(hours=5)
    return [
        Clock(title, started, target, now),
        Clock(title, started, target, now, spells=spells, paused_at=now - timedelta(minutes=48), paused_by=waits),
        Clock(title, early, now - timedelta(hours=1), now, note=_("The shift lead has been told.")),
        Clock(title, early, now, now, stopped_at=now - timedelta(hours=2)),
        Clock(title, early, now - timedelta(hours=2), now, stopped_at=now - timedelta(minutes=20)),
    ]


def _plot(key: str, months: int) -> Plot:
    language, today = get_language() or "en", timezone.localdate().replace(day=1)
    days = [(today - timedelta(days=30 * back)).replace(day=1) for back in range(months)][::-1]
    values = [Decimal(text) for text in ("16980.40", "17678.00", "17678.00", "0", "18402.16", "18014.91")]
    bars = [
        Bar(date_format(day, "M"), value, money.brief(value, language), date_format(day, "YEAR_MONTH_FORMAT"),
            money.spoken(value, "USD"))
        for day, value in zip(days, values, strict=False)
    ]  # fmt: skip
    summary = _("between %(least)s and %(most)s") % {"least": bars[3].words, "most": bars[4].words} if bars else ""
    return Plot(
        key,
        _("Billed by month, %(currency)s") % {"currency": "USD"},
        summary or _("nothing yet"),
        (_("Month"), _("Billed")),
        bars,
    )


def _dates(now: datetime) -> list[dict[str, Any]]:
    day = now.date()
    return [
        {"label": _("You asked for (CRD)"), "term": "CRD", "value": day - timedelta(days=20)},
        {"label": _("We committed to (CCD)"), "term": "CCD", "value": day},
        {
            "label": _("We now expect"), "value": day + timedelta(days=4), "tone": "red", "owner": _("third party"),
            "owner_tone": "purple", "note": _("no date yet"),
        },
    ]  # fmt: skip


def _story(now: datetime) -> list[dict[str, Any]]:
    return [
        {"at": now, "text": _("Receive level is below threshold at R14"), "actor": PERSON["name"], "tone": "amber",
         "word": _("waiting for you"), "note": _("What was typed comes back.")},
        {"at": now - timedelta(hours=3), "text": "INV-2026-000005", "actor": LONG, "tone": "purple",
         "word": _("third party")},
        {"at": now - timedelta(days=2), "text": _("Completed"), "actor": DEPUTY["name"], "tone": "green"},
    ]  # fmt: skip


def _file(now: datetime) -> StoredFile:
    return StoredFile(name=f"{'contrato-marco-' * 6}2026.pdf", size=1_843_200, added_by="Rosa Okafor", added_at=now)


def _columns() -> list[Column]:
    late, done = cells.status(_("late"), "red"), cells.status(_("done"), "green")
    return [
        Column(_("Service"), lambda row: cells.ident(row[0], copy=True), is_lead=True),
        Column(_("Customer"), lambda row: row[1]),
        Column(_("State"), lambda row: late if row[2] > 0 else done),
        Column(_("Amount"), lambda row: money.spoken(row[2], "USD"), css="num"),
    ]  # fmt: skip
