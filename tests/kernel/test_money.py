"""Amounts: exact, rounded in one place, and never of two currencies at once."""

import ast
from decimal import Decimal
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal import money

ROOT = Path(__file__).parents[2]
CURRENCIES = ["USD", "CLP", "JPY", "KWD", "BRL"]
amounts = st.decimals(-10_000_000, 10_000_000, places=6, allow_nan=False)


@pytest.mark.parametrize(
    ("amount", "currency", "kept"),
    [("1.0005", "KWD", "1.001"), ("-1.0005", "KWD", "-1.001"), ("0.5", "JPY", "1"), ("1.005", "BRL", "1.01")],
)
def test_three_decimals_and_none_round_half_up(amount, currency, kept):
    assert str(money.rounded(Decimal(amount), currency)) == kept


@pytest.mark.parametrize(
    ("amount", "currency", "language", "spoken"),
    [
        ("1234.567", "KWD", "en", "KWD\xa01,234.567"),
        ("1234", "JPY", "en", "¥1,234"),
        ("-0.5", "KWD", "pt", "−KWD\xa00,500"),
    ],
)
def test_each_currency_is_written_with_its_own_decimals(amount, currency, language, spoken):
    assert money.spoken(Decimal(amount), currency, language) == spoken


@given(amounts, st.sampled_from(CURRENCIES))
def test_rounding_moves_by_half_a_unit_at_most_and_once(amount, currency):
    kept = money.rounded(amount, currency)
    assert abs(kept - amount) * 2 <= money.unit(currency)
    assert money.rounded(kept, currency) == kept
    assert money.rounded(-amount, currency) == -kept


@given(
    st.decimals(0, 1_000_000, places=2, allow_nan=False),
    st.sampled_from(CURRENCIES),
    st.integers(1, 31),
    st.lists(st.integers(0, 31), max_size=6),
)
def test_parts_add_up_to_the_whole_however_it_is_cut(amount, currency, whole, cuts):
    edges = sorted({0, whole, *(cut for cut in cuts if cut <= whole)})
    parts = [money.share(amount, a, b, of=whole, currency=currency) for a, b in pairwise(edges)]
    assert sum(parts) == money.rounded(amount, currency)
    for part, (a, b) in zip(parts, pairwise(edges), strict=True):
        assert part == money.rounded(part, currency) and part >= 0
        assert abs(part - amount * (b - a) / whole) <= money.unit(currency)


@pytest.mark.parametrize(("start", "end", "of"), [(2, 1, 3), (-1, 1, 3), (0, 4, 3), (0, 0, 0)])
def test_a_part_that_is_none_of_the_whole_is_refused(start, end, of):
    with pytest.raises(ValueError, match="no part"):
        money.share(Decimal(1), start, end, of=of, currency="USD")


def test_amounts_of_two_currencies_are_never_added_up():
    dollars = [(Decimal("1.10"), "USD"), (Decimal("2.20"), "USD")]
    assert money.total(dollars, currency="USD") == Decimal("3.30")
    assert money.total([], currency="USD") == 0
    with pytest.raises(money.MixedCurrenciesError):
        money.total([*dollars, (Decimal(1), "BRL")], currency="USD")


def _sources():
    return [ROOT / "portal/money.py", *(p for p in (ROOT / "billing").rglob("*.py") if "migrations" not in p.parts)]


def test_no_amount_is_ever_a_float():
    """Neither the type nor a literal nor a division of two plain numbers into one, anywhere near money."""
    found = []
    for path in _sources():
        for node in ast.walk(ast.parse(path.read_text())):
            is_type = isinstance(node, ast.Name) and node.id == "float"
            if is_type or (isinstance(node, ast.Constant) and isinstance(node.value, float)):
                found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []


def test_only_money_rounds():
    found = []
    for folder in ("portal", "accounts", "inventory", "orders", "billing"):
        for path in (ROOT / folder).rglob("*.py"):
            # The loader refuses what has too many decimals; it does not round.
            if path in {ROOT / "portal/money.py", ROOT / "portal/loading/cells.py"} or "migrations" in path.parts:
                continue
            for node in ast.walk(ast.parse(path.read_text())):
                is_round = isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "round"
                if is_round or (isinstance(node, ast.Attribute) and node.attr in {"quantize", "ROUND_HALF_UP"}):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
