"""Setting a term: the fields that its kind of value needs, its place, its day and the reason."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from portal import suggestions, terms
from portal.kinds import Choice, Fraction, Hours, Sum, Whole, Window, YesNo
from portal.loading.cells import countries
from portal.suggestions import SuggestField
from portal.termbook import selectors
from portal.terms import Term

_UNIT_LABELS = {
    "days": _("Value, in days"),
    "business days": _("Value, in business days"),
    "hours": _("Value, in hours"),
    "business hours": _("Value, in business hours"),
    "minutes": _("Value, in minutes"),
}


def _country(field: SuggestField) -> SuggestField:
    field.offer(suggestions.countries(countries()), reverse("suggest_countries"))
    return field


def _clock(label: Any) -> forms.CharField:
    return forms.CharField(label=label, widget=forms.TimeInput(attrs={"type": "time"}), max_length=5)


def value_fields(term: Term, standing: Any) -> dict[str, forms.Field]:
    """The fields for one kind of value, filled with what stands there now."""
    kind, label = term.kind, _UNIT_LABELS.get(term.unit, _("Value"))
    if isinstance(kind, Whole):
        field = forms.IntegerField(label=label, initial=standing, min_value=kind.least, max_value=kind.most)
        return {"value": field}
    if isinstance(kind, Fraction):
        return {
            "value": forms.DecimalField(
                label=label,
                initial=standing,
                min_value=kind.least,
                max_value=kind.most,
                decimal_places=kind.places,
                localize=False,
            )
        }
    if isinstance(kind, Sum):
        return {
            "amount": forms.DecimalField(label=_("Amount"), min_value=0, initial=standing["amount"]),
            "currency": forms.CharField(label=_("Currency"), max_length=3, initial=standing["currency"]),
        }
    if isinstance(kind, YesNo | Choice):
        return {"value": _chosen(kind, standing)}
    if isinstance(kind, Window):
        found = {"opens": _clock(_("From")), "closes": _clock(_("Until"))}
        found["opens"].initial, found["closes"].initial = standing
        return dict(found)
    assert isinstance(kind, Hours)
    return _calendar(standing)


def _chosen(kind: YesNo | Choice, standing: Any) -> forms.ChoiceField:
    if isinstance(kind, Choice):
        return forms.ChoiceField(label=_("Value"), choices=list(kind.options.items()), initial=standing)
    choices = [("yes", _("yes")), ("no", _("no"))]
    return forms.ChoiceField(label=_("Value"), choices=choices, initial="yes" if standing else "no")


def _calendar(standing: dict[str, Any]) -> dict[str, forms.Field]:
    windows = ", ".join("-".join(each) for each in standing["windows"])
    zone = SuggestField(label=_("Time zone"), initial=standing["time_zone"], help_text=_("As America/Chicago."))
    zone.offer(suggestions.time_zones, reverse("suggest_time_zones"))
    return {
        "weekdays": forms.TypedMultipleChoiceField(
            label=_("Weekdays"),
            choices=list(WEEKDAYS.items()),
            coerce=int,
            initial=standing["weekdays"],
            widget=forms.CheckboxSelectMultiple,
        ),
        "windows": forms.CharField(
            label=_("Hours"),
            initial=windows,
            max_length=120,
            help_text=_("As 07:00-12:00, 13:00-19:00; 00:00 ends a day."),
        ),
        "time_zone": zone,
        "calendar_country": _country(
            SuggestField(
                label=_("Holidays of"),
                initial=standing["country"],
                required=False,
                help_text=_("A country; without one there are no holidays."),
            )
        ),
    }


def composed(term: Term, data: dict[str, Any]) -> Any:
    """The value as the term keeps it, of what was typed into its fields."""
    kind = term.kind
    if isinstance(kind, Fraction):
        return f"{data['value']:f}"
    if isinstance(kind, Sum):
        return {"amount": str(data["amount"]), "currency": data["currency"].strip().upper()}
    if isinstance(kind, YesNo):
        return data["value"] == "yes"
    if isinstance(kind, Window):
        return [data["opens"], data["closes"]]
    if isinstance(kind, Hours):
        windows = [[end.strip() for end in each.split("-")] for each in data["windows"].split(",") if each.strip()]
        keys = {"weekdays": data["weekdays"], "time_zone": data["time_zone"].strip(), "windows": windows}
        return {**keys, "country": data["calendar_country"]}
    return data["value"]


def _reason() -> forms.CharField:
    return forms.CharField(
        label=_("Reason"),
        min_length=5,
        max_length=300,
        help_text=_("It stands in the history."),
        error_messages={"min_length": _("Say in a few words why: it stands in the history.")},
    )


class _SettingForm(forms.Form):
    """What both forms share. ``seen`` is the last row of the history that the page shows."""

    starts_on = forms.DateField(
        label=_("From"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        help_text=_("Today or later: the past stays as it was."),
    )
    reason = _reason()
    is_end = forms.BooleanField(
        label=_("End the value of its own here: from that day on the wider one binds"), required=False
    )
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)

    def __init__(self, term: Term, standing: Any, *args: Any, can_end: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.term = term
        if not can_end:
            # Nothing has a value of its own yet that could end.
            self.fields["is_end"].widget = forms.HiddenInput()
        own = value_fields(term, standing)
        self.value_names = list(own)
        self.fields.update(own)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("is_end"):
            for name in self.value_names:
                self.errors.pop(name, None)
            return data
        if not self.errors:
            try:
                data["composed"] = self.term.kind.clean(composed(self.term, data))
            except ValueError as error:
                self.add_error(self.value_names[0], str(error))
        return data

    def field_of(self, name: str | None) -> str | None:
        """The form's own field for what a service refused."""
        own = self.value_names[0] if name == "value" else name
        return own if own in self.fields and not self[own].is_hidden else None


class CarrierTermForm(_SettingForm):
    """For all customers, or the segment, country or product line that the term is asked for."""

    product_line = forms.ChoiceField(label=_("Product line"), required=False)
    segment = forms.ChoiceField(label=_("Segment"), required=False)
    country = SuggestField(label=_("Country"), required=False, help_text=_("Empty for all countries."))

    def __init__(self, term: Term, standing: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(term, standing, *args, **kwargs)
        every = {
            "product_line": [("", _("all product lines")), *terms.PRODUCT_LINES.items()],
            "segment": [("", _("all segments")), *selectors.segments()],
        }
        for name, choices in every.items():
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        country = self.fields["country"]
        assert isinstance(country, SuggestField)
        _country(country)
        for name in (*every, "country"):
            if name not in term.scopes:
                del self.fields[name]
        self.order_fields([*self.value_names, *every, "country", "is_end", "starts_on", "reason"])

    @property
    def place(self) -> tuple[str, str, str]:
        data = self.cleaned_data
        return (data.get("product_line", ""), data.get("segment", ""), data.get("country", ""))


class AgreementForm(_SettingForm):
    """With one enterprise, or for one contract of it."""

    contract = forms.CharField(
        label=_("Contract"),
        max_length=40,
        required=False,
        help_text=_("Its number, where this holds for one contract only."),
    )

    def __init__(self, term: Term, standing: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(term, standing, *args, **kwargs)
        if "contract" not in term.scopes:
            del self.fields["contract"]
        self.order_fields([*self.value_names, "contract", "is_end", "starts_on", "reason"])


class WhomForm(forms.Form):
    """Which customer to agree with."""

    customer = SuggestField(label=_("Customer"))

    def __init__(self, find: suggestions.Find, *args: Any, url: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["customer"]
        assert isinstance(field, SuggestField)
        field.offer(find, url)


class WithdrawForm(forms.Form):
    reason = _reason()


def hidden(form: _SettingForm) -> list[tuple[str, str]]:
    """What was typed, to be sent again with the confirmation."""
    pairs = []
    for name in form.fields:
        if name in form.data:
            values = form.data.getlist(name) if hasattr(form.data, "getlist") else [form.data[name]]
            pairs += [(name, str(value)) for value in values]
    return pairs
