"""Amounts: Decimal with a currency. The only place that rounds, and the only one that prints them."""

import re
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_compact_decimal, format_currency, get_currency_precision
from django.utils.translation import get_language

ZERO = Decimal("0.00")


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, 1 for the Chilean peso."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up to the currency's smallest unit; where a document says "rounded", it is this."""
    return amount.quantize(unit(currency), rounding=ROUND_HALF_UP)


def share(amount: Decimal, start: int, end: int, *, of: int, currency: str) -> Decimal:
    """The part of an amount from the ``start``-th to before the ``end``-th of ``of`` equal pieces.

    A share is the difference of two rounded sums, so that the shares of consecutive parts add up
    to the amount to its smallest unit, however it is cut; one can differ by a unit from its own
    rounded fraction. Raises ValueError for parts that run backwards or beyond the whole.
    """
    if not 0 <= start <= end <= of or not of:
        raise ValueError(f"{start} to {end} is no part of {of}.")
    return rounded(amount * end / of, currency) - rounded(amount * start / of, currency)


class MixedCurrenciesError(ValueError):
    """Amounts of different currencies cannot be added up."""


def total(amounts: Iterable[tuple[Decimal, str]], *, currency: str) -> Decimal:
    """The sum of amounts that are all of one currency. Raises MixedCurrenciesError for another's."""
    found = ZERO
    for amount, own in amounts:
        if own != currency:
            raise MixedCurrenciesError(f"{amount} {own} is no amount of {currency}.")
        found += amount
    return found


_LOCALES = {"pt": "pt_BR", "es": "es_419"}


def brief(amount: Decimal, language: str) -> str:
    """An amount in few letters, for a plot that names its currency: 18K, 18 mil. Its table says it in full."""
    text = format_compact_decimal(abs(amount), locale=_LOCALES.get(language, "en_US"), fraction_digits=1)
    return f"−{text}" if amount < 0 else text


def spoken(amount: Decimal, currency: str, language: str = "") -> str:
    """An amount as a reader of the language writes it, with its currency: $18,014.91, BRL 1.234,50.

    Where no language is named it is that of whoever is answered now. The dollar sign alone stands for US dollars only;
    other dollars and pesos keep their code.
    """
    text = format_currency(abs(amount), currency, locale=_LOCALES.get(language or get_language() or "", "en_US"))
    # A code leans on its figures in some languages; it reads better apart.
    text = re.sub(r"^([A-Z]{3})(?=\d)", "\\1\u00a0", text)
    return f"−{text}" if amount < 0 else text
