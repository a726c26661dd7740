"""Many rows from one file: chosen, shown row by row, then written just as they were shown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django import forms
from django.core import signing
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal import sheets, terms
from portal.actors import Actor

_HOURS = 2  # how long a preview may be written


class FileForm(forms.Form):
    """The file itself; what its rows lack is told line by line, in the preview."""

    file = forms.FileField(
        label=gettext_lazy("CSV file"),
        widget=forms.FileInput(attrs={"accept": ".csv,text/csv"}),
        error_messages={"required": gettext_lazy("Choose a file."), "empty": gettext_lazy("This file is empty.")},
    )

    @classmethod
    def refused(cls, words: str) -> "FileForm":
        """An empty form that says why the file must be chosen again."""
        form = cls({})
        form.full_clean()
        form.errors.pop("file", None)
        form.add_error("file", words)
        return form


@dataclass(frozen=True)
class Limits:
    """Of one file: how many rows, and kilobytes of 1,000 bytes."""

    rows: int
    kilobytes: int


def limits(prefix: str, actor: Actor, *, on: date) -> Limits:
    """From the terms ``<prefix>.bulk_rows`` and ``<prefix>.bulk_kilobytes``, as they are for the actor's enterprise."""
    rows, kilobytes = f"{prefix}.bulk_rows", f"{prefix}.bulk_kilobytes"
    found = terms.values([rows, kilobytes], on=on, enterprise_id=actor.enterprise_id)
    return Limits(found[rows], found[kilobytes])


def read(upload: Any, *, columns: Sequence[str], required: Sequence[str], most: Limits) -> sheets.Looked:
    """The rows of an uploaded file as they were typed. Raises NoTable for what is too large or no such table."""
    if upload.size > most.kilobytes * 1000:
        words = _("This file is larger than %(most)s kB. Divide it into several.")
        raise sheets.NoTable(words % {"most": most.kilobytes})
    return sheets.read(upload.read(), columns=columns, required=required, most=most.rows)


def seal(looked: sheets.Looked, actor: Actor, *, salt: str) -> str:
    """The rows as they are shown, so that nobody changes them before they are written."""
    return signing.dumps([actor.enterprise_id, actor.user_id, looked.rows, looked.lines], salt=salt, compress=True)


def unseal(sealed: str, actor: Actor, *, salt: str) -> sheets.Looked | None:
    """The rows that this actor was shown, to be looked at once more; None where that is too long ago or not theirs."""
    try:
        enterprise_id, user_id, rows, lines = signing.loads(sealed, salt=salt, max_age=_HOURS * 3600)
    except signing.BadSignature:
        return None
    if (enterprise_id, user_id) != (actor.enterprise_id, actor.user_id):
        return None
    return sheets.Looked(rows=rows, lines=lines)


def shown(looked: sheets.Looked, columns: Sequence[str]) -> list[dict[str, Any]]:
    """Each row with its line, its cells in order, and whether something is wrong with it."""
    wrong = {fault.line for fault in looked.faults}
    return [
        {"line": line, "cells": [row.get(name, "") for name in columns], "faults": line in wrong}
        for line, row in zip(looked.lines, looked.rows, strict=True)
    ]
