"""Fields that suggest while one types, instead of long drop-downs.

Such a field is a plain text input: what was typed is looked up when the form is sent, and a text
that names nothing, or several things, comes back with what is near. htmx and a small script lay
the ARIA combobox over it. Whoever offers such a field gives it ``find``: from a text to at most a
few things within the actor's reach; the route that answers while typing calls the same.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from babel import Locale
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal import zones
from portal.errors import Text

MOST = 8  # suggestions at a time
CHARACTERS = 100


@dataclass(frozen=True)
class Suggestion:
    """One thing that may be meant: the value that the form gets, what people call it, and a remark."""

    value: str
    name: str = ""
    hint: str = ""

    @property
    def text(self) -> str:
        """What stands in the field once it is chosen."""
        return f"{self.name} ({self.value})" if self.name else self.value


Find = Callable[[str], Iterable[Suggestion]]
_CHOSEN = re.compile(r"^(?P<name>.+) \((?P<value>[^()]+)\)$")


def resolve(typed: str, find: Find) -> Suggestion:
    """The one thing that a text names. Raises ValidationError with what is near, where it names none or several."""
    chosen = _CHOSEN.match(typed)
    near = list(find(chosen["value"] if chosen else typed))
    wanted = {typed.casefold(), *([chosen["value"].casefold()] if chosen else [])}
    exact = [each for each in near if wanted & {each.value.casefold(), each.name.casefold(), each.text.casefold()}]
    if len(exact) == 1 or len(near) == 1:
        return (exact or near)[0]
    if not near:
        message = _("Nothing here is called “%(typed)s”. Type a part of its name or its number.")
        raise ValidationError(message, params={"typed": typed}, code="unknown")
    choices = "; ".join(each.text for each in near)
    raise ValidationError(_("Which one do you mean? %(choices)s"), params={"choices": choices}, code="several")


class SuggestInput(forms.TextInput):
    """The input with its list of suggestions, empty until something is typed."""

    url = ""

    def render(self, name: str, value: Any, attrs: dict[str, Any] | None = None, renderer: Any = None) -> SafeString:
        own = {**(attrs or {}), "autocomplete": "off", "spellcheck": "false"}
        if not self.url:
            return super().render(name, value, own, renderer)
        shelf = f"{own.get('id', name)}-list"
        own |= {
            "role": "combobox", "aria-autocomplete": "list", "aria-expanded": "false", "aria-controls": shelf,
            "hx-get": f"{self.url}?of={name}", "hx-trigger": "input changed delay:200ms, focus once",
            "hx-target": f"#{shelf}", "hx-sync": "this:queue last", "hx-indicator": "this",
        }  # fmt: skip
        box = super().render(name, value, own, renderer)
        rows = '<ul class="combobox-list" id="{}" role="listbox" aria-label="{}" hidden></ul>'
        return format_html(f'<div class="combobox" data-combobox>{{}}{rows}</div>', box, shelf, _("Suggestions"))


class SuggestField(forms.CharField):
    """Something that is chosen by typing a part of it; cleaned to its value. ``offer`` says of what, before use."""

    widget = SuggestInput

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=CHARACTERS, **kwargs)
        self.find: Find = lambda typed: ()

    def offer(self, find: Find, url: str = "") -> None:
        self.find = find
        assert isinstance(self.widget, SuggestInput)
        self.widget.url = url

    def clean(self, value: Any) -> str:
        typed = " ".join(str(super().clean(value)).split())
        return resolve(typed, self.find).value if typed else ""

    def prepare_value(self, value: Any) -> Any:
        """What stands there already, by its name; what was typed, as it was typed."""
        exact = [each for each in self.find(str(value)) if each.value == value] if value else []
        return exact[0].text if exact else value


def answer(request: HttpRequest, find: Find) -> HttpResponse:
    """The suggestions for what is typed into the field that asks: rows of its list."""
    typed = request.GET.get(request.GET.get("of", "q"), "").strip()[:CHARACTERS]
    chosen = _CHOSEN.match(typed)
    found = list(find(chosen["value"] if chosen else typed)) if "\0" not in typed else []
    of = slugify(getattr(getattr(request, "htmx", None), "trigger", None) or "suggestion")
    return render(request, "components/_suggestions.html", {"found": found, "of": of})


# --- what everybody may choose from ------------------------------------------------------------------


def among(choices: Iterable[tuple[str, Text]]) -> Find:
    """Suggestions out of a list that is at hand: those that begin so before those that hold it anywhere."""
    known = [(code, str(name)) for code, name in choices]

    def find(typed: str) -> list[Suggestion]:
        wanted = typed.casefold()
        ranked = [(_rank(wanted, code, name), name, code) for code, name in known]
        best = sorted(each for each in ranked if each[0] is not None)[:MOST]
        return [Suggestion(code, name if name != code else "") for _rank, name, code in best]

    return find


def _rank(wanted: str, code: str, name: str) -> int | None:
    """How well a choice fits what was typed, accents aside; None where it does not."""
    wanted, code, name = _bare(wanted), code.casefold(), _bare(name)
    if wanted in (code, name):
        return 0
    if name.startswith(wanted):
        return 1
    return 2 if wanted in name or wanted in code else None


def countries(codes: Iterable[str]) -> Find:
    """Countries by their names in the reader's language, or their two letters."""
    names = Locale(get_language() or "en").territories
    return among((code, names[code]) for code in codes if code in names)


def _bare(text: str) -> str:
    return "".join(each for each in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(each))


def time_zones(typed: str) -> list[Suggestion]:
    """Time zones by their city, their country or their own name, the nearest fit first, with the present distance."""
    if zones.is_known(typed) and typed not in zones.names():
        # An old name of another, or UTC: nothing near it is meant.
        return [Suggestion(typed)]
    wanted, now = _bare(typed.replace("_", " ")), timezone.now()
    ranked = ((_fit(wanted, each), each) for each in zones.cities(get_language() or "en"))
    best = sorted((fit, each.city, each) for fit, each in ranked if fit is not None)[:MOST]
    return [Suggestion(each.zone, f"{each.city}, {zones.offset(each.zone, now)}", each.country) for _, _, each in best]


def _fit(wanted: str, each: zones.City) -> int | None:
    city, own = _bare(each.city), _bare(each.zone.replace("_", " "))
    if wanted in (city, own):
        return 0
    if city.startswith(wanted):
        return 1
    return 2 if wanted in city or wanted in own or wanted in _bare(each.country) else None
