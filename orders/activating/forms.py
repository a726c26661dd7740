"""What is typed to hold and release orders, to book calls, to record tests, and to refuse a service."""

from collections.abc import Sequence
from datetime import date, datetime, timedelta, tzinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Enterprise
from inventory.models import Family
from orders.models import NotReadyReason
from portal.drafts import kept
from portal.files import FilesForm


def date_input(**attrs: Any) -> forms.DateInput:
    return forms.DateInput(attrs={"type": "date", **attrs}, format="%Y-%m-%d")


@kept("order-not-ready")
class NotReadyForm(forms.Form):
    """Why the customer is not ready, in the customer's own reading."""

    reason = forms.ChoiceField(label=_("Why is the customer not ready?"), choices=NotReadyReason.choices)
    note = forms.CharField(
        label=_("What the customer should know of it"),
        max_length=500,
        min_length=5,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads this in the mail and in the story."),
    )


class ReadyForm(forms.Form):
    """From when on the customer is ready."""

    new_on = forms.DateField(label=_("New date"), widget=date_input())

    def __init__(self, data: Any = None, *, first: date, last: date) -> None:
        super().__init__(data, auto_id="ready-%s")
        self.fields["new_on"].widget.attrs |= {"min": f"{first:%Y-%m-%d}", "max": f"{last:%Y-%m-%d}"}


class SiteForm(forms.Form):
    """Since when a site is up."""

    position = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    up_on = forms.DateField(label=_("Up since"), widget=date_input())

    def __init__(self, data: Any = None, *, position: object, first: date, last: date) -> None:
        super().__init__(data, auto_id=f"site-{position}-%s", initial={"position": position, "up_on": last})
        self.fields["up_on"].widget.attrs |= {"min": f"{first:%Y-%m-%d}", "max": f"{last:%Y-%m-%d}"}


class PositionForm(forms.Form):
    """Which of an order's sites."""

    position = forms.IntegerField(min_value=1)


class CallForm(forms.Form):
    """Which time, and whom the engineer meets on the line."""

    slot = forms.TypedChoiceField(label=_("Time"), coerce=int, widget=forms.RadioSelect)
    contact_name = forms.CharField(label=_("Who is there on your side"), max_length=120)
    contact_phone = forms.CharField(label=_("Their phone at the site"), max_length=40)
    note = forms.CharField(label=_("What the engineer should know"), max_length=500, required=False)

    def __init__(self, data: Any = None, *, slots: Sequence[tuple[int, str]]) -> None:
        super().__init__(data)
        chosen = self.fields["slot"]
        assert isinstance(chosen, forms.ChoiceField)
        chosen.choices = slots
        chosen.error_messages["invalid_choice"] = _("This time has been taken meanwhile. Choose another.")


def _figure(label: Any, digits: int, places: int) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(label=label, max_digits=digits, decimal_places=places, required=False, widget=widget)


@kept("activation-test")
class TestForm(FilesForm):
    """What was measured and looked at, typed on a phone beside the equipment."""

    __test__ = False  # no class of tests
    field_order = ("loss_percent", "delay_ms", "jitter_ms", "throughput_mbps", "light_dbm", "checks", "result", "note")
    loss_percent = _figure(_("Loss, %"), 6, 3)
    delay_ms = _figure(_("Delay both ways, ms"), 8, 2)
    jitter_ms = _figure(_("Jitter, ms"), 8, 2)
    throughput_mbps = _figure(_("Throughput, Mbps"), 12, 2)
    light_dbm = _figure(_("Light received, dBm"), 5, 2)
    checks = forms.MultipleChoiceField(
        label=_("Looked at, and in order"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[
            ("link", _("Link up at both ends")),
            ("labels", _("Labels and demarcation as in the design")),
            ("addresses", _("Addresses reachable")),
            ("routing", _("Routing up, prefixes as ordered")),
            ("failover", _("Switches over and back")),
            ("monitoring", _("Seen by our monitoring")),
        ],
    )
    result = forms.ChoiceField(
        label=_("Result"), widget=forms.RadioSelect, choices=[("passed", _("Passed")), ("failed", _("Not passed"))]
    )
    note = forms.CharField(
        label=_("Note"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads it."),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        loss = data.get("loss_percent")
        if loss is not None and not 0 <= loss <= 100:
            self.add_error("loss_percent", _("A share of a hundred, from 0 to 100."))
        for name in ("delay_ms", "jitter_ms", "throughput_mbps"):
            if (data.get(name) or 0) < 0:
                self.add_error(name, _("This cannot be below zero."))
        if data.get("result") == "failed" and not data.get("note"):
            self.add_error("note", _("Say what did not pass."))
        return data


@kept("order-refusal")
class RefusalForm(FilesForm):
    """What is wrong with the service, for the engineer who tests it again."""

    reason = forms.CharField(
        label=_("What is wrong?"),
        min_length=10,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("What failed, since when, and how you saw it. A trace or a picture helps."),
        error_messages={"min_length": _("Say in a few words what is wrong: the engineer starts from them.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # The page has the form of a message too, whose fields have the same names.
        super().__init__(*args, **{"auto_id": "refusal-%s", **kwargs})


class SlotsForm(forms.Form):
    """Times of an engineer to be offered: on each working day of a span, one after the other."""

    day = forms.DateField(label=_("From"), widget=date_input())
    until = forms.DateField(label=_("Until"), widget=date_input())
    first = forms.TimeField(label=_("First call at"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    count = forms.IntegerField(label=_("Calls a day"), min_value=1, max_value=24)
    minutes = forms.IntegerField(label=_("Minutes each"), min_value=15, max_value=480)
    region = forms.ChoiceField(
        label=_("Region"), required=False, choices=[("", _("every region")), *Enterprise.Region.choices]
    )
    families = forms.MultipleChoiceField(
        label=_("Products"), required=False, choices=Family.choices, widget=forms.CheckboxSelectMultiple,
        help_text=_("None means all."),
    )  # fmt: skip
    bridge = forms.CharField(
        label=_("How to join"), max_length=200, help_text=_("A bridge's number and code, or a link.")
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        day, until = data.get("day"), data.get("until")
        if day and until and not 0 <= (until - day).days <= 92:
            self.add_error("until", _("Choose a day after the first, at most three months on."))
        return data

    def starts(self, zone: tzinfo) -> list[datetime]:
        """When each of the calls begins, Monday to Friday, by the clocks of a zone."""
        data = self.cleaned_data
        length = timedelta(minutes=data["minutes"])
        days = (data["day"] + timedelta(days=n) for n in range((data["until"] - data["day"]).days + 1))
        first = [datetime.combine(day, data["first"], zone) for day in days if day.weekday() < 5]
        return [start + length * n for start in first for n in range(data["count"])]
