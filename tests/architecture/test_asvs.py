"""docs/asvs.md answers every item of levels 1 and 2 on signing in, sessions and access; what it names is there."""

import ast
import re
from functools import cache
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ANSWERS = ("tests/", "Reason:", "Not applicable:", "Open:")
# ASVS 5.0.0, levels 1 and 2: chapter.section -> (items of level 1, items of level 2).
ITEMS = {
    "6.1": ([1], [2, 3]),
    "6.2": ([1, 2, 3, 4, 5, 6, 7, 8], [9, 10, 11, 12]),
    "6.3": ([1, 2], [3, 4]),
    "6.4": ([1, 2], [3, 4]),
    "6.5": ([], [1, 2, 3, 4, 5]),
    "6.6": ([], [1, 2, 3]),
    "6.8": ([], [1, 2, 3, 4]),
    "7.1": ([], [1, 2, 3]),
    "7.2": ([1, 2, 3, 4], []),
    "7.3": ([], [1, 2]),
    "7.4": ([1, 2], [3, 4, 5]),
    "7.5": ([], [1, 2]),
    "7.6": ([], [1, 2]),
    "8.1": ([1], [2]),
    "8.2": ([1, 2], [3]),
    "8.3": ([1], []),
    "8.4": ([], [1]),
}
WANTED = {
    f"{section}.{number}": level
    for section, levels in ITEMS.items()
    for level, numbers in enumerate(levels, start=1)
    for number in numbers
}


def rows():
    """(number, level, demand, answer) of every row of the tables."""
    text = (ROOT / "docs" / "asvs.md").read_text()
    lines = [line for line in text.splitlines() if re.match(r"\| \d+\.\d+\.\d+ \|", line)]
    return [tuple(cell.strip() for cell in line.strip("|").split("|")) for line in lines]


@cache
def names_in(path):
    tree = ast.parse((ROOT / path).read_text())
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_item_of_levels_one_and_two_is_answered_once():
    assert sorted(number for number, *_ in rows()) == sorted(WANTED)
    assert {number: int(level) for number, level, *_ in rows()} == WANTED
    assert [len([level for level in WANTED.values() if level == each]) for each in (1, 2)] == [23, 37]


def test_no_item_lacks_its_demand_or_its_answer():
    for number, _level, demand, answer in rows():
        assert len(demand) > 20, number
        assert answer.strip("`").startswith(ANSWERS) and len(answer) > 20, number


def test_every_test_that_is_named_is_there():
    for number, _level, _demand, answer in rows():
        for path, name in re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", answer):
            assert (ROOT / path).exists(), (number, path)
            assert name in names_in(path), (number, name)
        assert answer.count("tests/") == len(re.findall(r"`tests/[\w/]+\.py::test_\w+`", answer)), number


def test_what_is_open_is_said_at_the_top():
    text = (ROOT / "docs" / "asvs.md").read_text()
    named = re.findall(r"\d+\.\d+\.\d+", text.split("## What is open")[1].split("\n## ")[0])
    assert sorted(named) == sorted(number for number, _, _, answer in rows() if answer.startswith("Open:"))
