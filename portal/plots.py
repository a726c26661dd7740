"""Plots: small, labelled in words, with their table one click away; SVG made by the server, without a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from portal import cells
from portal.errors import Text

# Pixels: what stands above the bars, the bars, what stands below.
_ABOVE, _BARS, _BELOW = 18, 84, 20
_SHARE = 0.6  # of its column that a bar takes


@dataclass(frozen=True)
class Bar:
    """One bar: ``short`` stands on it, ``label`` below, and the table has ``name`` and ``words`` in full."""

    label: Text
    value: Decimal
    short: Text
    name: Text
    words: Text


@dataclass(frozen=True)
class Plot:
    """Bars of one quantity over time. ``summary`` says what they show to who does not see them."""

    key: str
    title: Text
    summary: Text
    heads: tuple[Text, Text]
    bars: Sequence[Bar]

    @property
    def svg(self) -> SafeString:
        """Widths in percent and heights in pixels, so that its letters keep their size on every screen."""
        highest = max((each.value for each in self.bars), default=Decimal(0)) or Decimal(1)
        column = 100 / max(1, len(self.bars))
        drawn = [self._drawn(place, each, column, highest) for place, each in enumerate(self.bars)]
        shown = format_html_join("", "{}", ((each,) for each in drawn))
        floor = _ABOVE + _BARS
        return format_html(
            '<svg class="plot-drawing" height="{}" role="img" aria-labelledby="{}-title {}-summary">{}'
            '<line class="plot-floor" x1="0" x2="100%" y1="{}" y2="{}"></line></svg>',
            floor + _BELOW, self.key, self.key, shown, floor, floor,
        )  # fmt: skip

    @staticmethod
    def _drawn(place: int, bar: Bar, column: float, highest: Decimal) -> SafeString:
        height = max(0, int(_BARS * bar.value / highest))
        top = _ABOVE + _BARS - height
        middle = f"{column * (place + 0.5):.2f}%"
        return format_html(
            '<rect class="plot-bar" x="{}" y="{}" width="{}" height="{}" rx="2"></rect>'
            '<text class="plot-value" x="{}" y="{}">{}</text><text class="plot-label" x="{}" y="{}">{}</text>',
            f"{column * (place + (1 - _SHARE) / 2):.2f}%", top, f"{column * _SHARE:.2f}%", height,
            middle, top - 5, bar.short, middle, _ABOVE + _BARS + 15, bar.label,
        )  # fmt: skip

    @property
    def table(self) -> SafeString:
        name, quantity = self.heads
        columns = [
            cells.Column(name, lambda each: each.name, is_lead=True),
            cells.Column(quantity, lambda each: each.words, css="num"),
        ]
        return cells.table(columns, self.bars)

    @property
    def table_label(self) -> str:
        return _("Show as a table")
