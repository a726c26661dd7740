"""docs/load_carrier.md, written from the declarations so that it cannot lag behind them."""

from collections.abc import Iterator

from portal.loading.tables import Column, Reference, Table, discover

_HEAD = """\
# Loading a carrier

`manage.py load_carrier DIR` brings a carrier in from a folder of CSV files. This page is made from the
program's own declarations: `manage.py load_carrier --describe > docs/load_carrier.md`.

- The files are CSV in UTF-8 with commas, each with a header line. Columns may stand in any order. Blank lines
  are skipped. A file that is not marked *required* may be left out.
- Everything is checked first. Each fault is told as `file:line column: what is wrong`, the first 200 of them,
  and then nothing is written. What is written is written in one transaction.
- Loading is repeatable. A file's **key** says which row is meant: a known one is updated where it differs, an
  unknown one is added, and nothing is ever deleted. A reference may name a row of the folder or one that an
  earlier load brought.
- What the portal's people change from then on stays theirs. A column marked *first time* is set on new rows
  only; so is a date that counts from the day of loading. An optional column that is left out of the file leaves
  what is there; an empty cell empties it.
- Nobody is told: no mail, no notice, no line in a journal.
- Only the database role `portal_owner` may do it, and one load at a time.
- Option `--if-empty`: do nothing when there are customers already.

A date is written 2026-05-31, or counted from the day of loading: `today`, `today-12`, `today+30`, `month` (the
first day of this month), `month-2` (the first day of the month two months ago), `month-1+14` (fourteen days after
the first of last month: the fifteenth).

A folder that holds passwords is a secret: delete it once it is loaded.
"""


def page() -> str:
    """The whole page, in Markdown."""
    return _HEAD + "".join(f"\n{''.join(_section(table))}" for table in discover())


def _section(table: Table) -> Iterator[str]:
    yield f"## {table.file}\n\n{table.text}"
    yield " Required.\n" if table.is_required else "\n"
    yield f"\nKey: {', '.join(f'`{name}`' for name in table.key)}.\n\n"
    yield "| column | | what it holds | expected |\n|---|---|---|---|\n"
    for column in table.columns:
        yield f"| `{column.name}` | {_marks(column)} | {column.text} | {_expected(column)} |\n"


def _marks(column: Column) -> str:
    marks = ["required"] if column.is_required else []
    return ", ".join([*marks, "first time"] if column.is_first_time_only else marks)


def _expected(column: Column) -> str:
    text = column.cell.expected
    if isinstance(column, Reference):
        text = f"{' and '.join([*(f'`{name}`' for name in column.within), 'this'])} of `{column.to}.csv`"
    if column.is_never_emptied:
        text += "; empty leaves what is there"
    default = "" if column.default in (None, []) else str(column.default)
    if isinstance(column.default, bool):  # a number may equal one
        default = "yes" if column.default else "no"
    return f"{text}; else {default}" if default and not column.is_required else text
