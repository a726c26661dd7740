"""The names people give their files: text to be shown, never a path."""

import re
import unicodedata

LONGEST = 120
_LONGEST_ENDING = 10
# What ends a path or means something to one of the systems on which it is saved.
_MEANINGFUL = re.compile(r'[<>:"|?*]')


def clean(name: str) -> str:
    """The last part of a name, without what is not to be seen: controls, turns of writing, ends of lines."""
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rpartition("/")[2]
    seen = "".join(each if each.isprintable() else " " if each.isspace() else "" for each in last)
    words = " ".join(_MEANINGFUL.sub("_", seen).split()).strip(". ")
    return _shortened(words) or "file"


def ending(name: str) -> str:
    """What stands after the last dot, in small letters; nothing where there is no dot."""
    return name.rpartition(".")[2].casefold() if "." in name else ""


def _shortened(name: str) -> str:
    if len(name) <= LONGEST:
        return name
    stem, dot, last = name.rpartition(".")
    tail = f"{dot}{last}" if stem and len(last) <= _LONGEST_ENDING else ""
    return (stem if tail else name)[: LONGEST - len(tail)].rstrip() + tail
