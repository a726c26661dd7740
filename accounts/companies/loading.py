"""A table of accounts, as a spreadsheet makes it: what each row comes to."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils.translation import gettext as _

from portal.sheets import Fault, Looked

# Of a row as typed: what it comes to, and what is wrong with it by column.
Judge = Callable[[Mapping[str, str]], tuple[dict[str, Any] | None, Mapping[str, str]]]


def look_at(looked: Looked, judge: Judge, *, taken: Iterable[str]) -> Looked:
    """What each row comes to as an account, and what is wrong with it; ``taken`` are numbers known at the carrier."""
    known = {number.strip().casefold() for number in taken}
    seen: dict[str, int] = {}
    for line, row in zip(looked.lines, looked.rows, strict=True):
        number = row.get("number", "").casefold()
        if number and number in seen:
            text = _("The number stands in line %(line)s already.") % {"line": seen[number]}
            looked.faults.append(Fault(line, "number", text))
        elif number in known:
            looked.faults.append(Fault(line, "number", _("The carrier has an account of this number already.")))
        seen.setdefault(number, line)
        record, wrong = judge(row)
        looked.records += [record] if record is not None else []
        said = {each.column for each in looked.faults if each.line == line}
        looked.faults += [Fault(line, column, words) for column, words in wrong.items() if column not in said]
    looked.faults.sort(key=lambda each: each.line)
    return looked
