"""Identifiers as people quote them: found without blanks, dashes, accents or case, and by an index.

Behind the wall only leakproof operators may use an index, which ``=`` and the comparisons of text
are and ``LIKE`` and ``upper()`` are not. So the database keeps each identifier in its plain
spelling, in a generated column, and whoever looks for one compares with that.
"""

import re
from collections.abc import Collection, Iterable
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchVectorField
from django.db.models import CharField, F, Func, GeneratedField, Index, Model, Q, QuerySet, Value
from django.db.models.functions import Collate, Concat, Lower
from django.utils.deconstruct import deconstructible

M = TypeVar("M", bound=Model)

CHARACTERS = 100  # more than anybody types of an identifier
# Letters and digits that must be there before what merely begins so is shown.
SHORTEST_BEGINNING = 4
_ACCENTED = "áàâãäåÁÀÂÃÄÅéèêëÉÈÊËíìîïÍÌÎÏóòôõöÓÒÔÕÖúùûüÚÙÛÜçÇñÑ"
_PLAIN = "aaaaaaaaaaaaeeeeeeeeiiiiiiiioooooooooouuuuuuuuccnn"
# Blanks and dashes of several kinds, as they come along with what is pasted.
_LEFT_OUT = " \t\u00a0\u2009\u202f-\u2010\u2011\u2012\u2013\u2014_./:,;#()"
_LAST = "\U0010ffff"
_NUMBER = re.compile(r"([a-z]{2,4})(\d{4})(\d{1,6})", re.IGNORECASE)


@deconstructible(path="portal.identifiers.PlainSpelling")
class PlainSpelling(Func):
    """An identifier in lower case, without what people leave out or add; the same under every collation."""

    function = "TRANSLATE"

    def __init__(self, expression: Any, **extra: Any) -> None:
        lower = Lower(Collate(F(expression) if isinstance(expression, str) else expression, "C"))
        super().__init__(lower, Value(_ACCENTED + _LEFT_OUT), Value(_PLAIN), output_field=CharField(), **extra)


def key(name: str, *, max_length: int) -> Any:
    """The column that keeps another one's plain spelling."""
    output = CharField(max_length=max_length, db_collation="C")
    return GeneratedField(expression=PlainSpelling(name), output_field=output, db_persist=True)


def indexes(name: str, prefix: str) -> list[Index]:
    """A key's two indexes: within an enterprise, and for staff who ask across all of them."""
    return [Index(fields=["enterprise", name], name=prefix), Index(fields=[name], name=f"{prefix}_all")]


@deconstructible(path="portal.identifiers.WordsOf")
class WordsOf(Func):
    """The words of several columns, in lower case and without accents, to be found by their beginnings."""

    function = "to_tsvector"

    def __init__(self, *names: str, **extra: Any) -> None:
        parts = [part for name in names for part in (F(name), Value(" "))]
        lower = Lower(Collate(Concat(*parts, output_field=CharField()), "C"))
        folded = Func(lower, Value(_ACCENTED), Value(_PLAIN), function="TRANSLATE")
        super().__init__(Value("simple"), folded, output_field=SearchVectorField(), **extra)


def words(*names: str) -> Any:
    """A column of the others' words. Only staff may use its index: behind the wall no search in words is leakproof."""
    return GeneratedField(expression=WordsOf(*names), output_field=SearchVectorField(), db_persist=True)


def folded(text: str) -> str:
    """A text in lower case and without accents, for comparing and sorting here."""
    return text.lower().translate(str.maketrans(_ACCENTED, _PLAIN))


def has_words(name: str, typed: str) -> Q:
    """Each word that was typed begins a word of the column."""
    found = re.findall(r"\w+", folded(typed))
    if not found:
        return Q(pk__in=[])
    return Q(**{name: SearchQuery(" & ".join(f"{word}:*" for word in found), search_type="raw", config="simple")})


_SPELLED = str.maketrans(_ACCENTED + "ABCDEFGHIJKLMNOPQRSTUVWXYZ", _PLAIN + "abcdefghijklmnopqrstuvwxyz", _LEFT_OUT)


def plain(text: str) -> str:
    """The plain spelling of a text, as PlainSpelling has the database make it."""
    return text.translate(_SPELLED)


def cleaned(text: str) -> str:
    """What was typed, or "" where it cannot be an identifier: nothing but signs, or no text at all."""
    typed = " ".join(text.split())[:CHARACTERS]
    return typed if "\0" not in typed and any(character.isalnum() for character in typed) else ""


def spellings(typed: str) -> set[str]:
    """How a number may be meant: one of ours is written with zeros that people leave out."""
    found = {typed}
    match = _NUMBER.fullmatch("".join(character for character in typed if character.isalnum()))
    if match:
        prefix, year, place = match.groups()
        found |= {f"{prefix}{year}{place.zfill(width)}" for width in (5, 6)}
    return found


def is_one_of(name: str, typed: Iterable[str]) -> Q:
    """The key is one of these, whole."""
    return Q(**{f"{name}__in": [PlainSpelling(Value(each)) for each in sorted(typed)]})


def begins_with(name: str, typed: str) -> Q:
    """The key begins so: a range, since no index serves LIKE behind the wall."""
    first = PlainSpelling(Value(typed))
    return Q(**{f"{name}__gte": first, f"{name}__lt": Concat(first, Value(_LAST), output_field=CharField())})


def find(rows: QuerySet[M], names: Collection[str], typed: str, *, most: int, is_whole: bool = False) -> list[M]:
    """What has the identifier, else, unless it must be whole, what has one that begins so; the latest first.

    ``names`` are the keys to look at.
    """
    spelled = spellings(typed)
    found = list(rows.filter(_any(is_one_of(name, spelled) for name in names)).order_by("-pk")[:most])
    if found or is_whole or sum(character.isalnum() for character in typed) < SHORTEST_BEGINNING:
        return found
    return list(rows.filter(_any(begins_with(name, typed) for name in names)).order_by("-pk")[:most])


def _any(conditions: Iterable[Q]) -> Q:
    either = Q()
    for condition in conditions:
        either |= condition
    return either
