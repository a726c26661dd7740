"""Amounts: Decimal with a currency. The only place that rounds, and the only one that prints them."""

import re
from decimal import ROUND_HALF_UP, Decimal

from babel.numbers import format_currency, get_currency_precision

ZERO = Decimal("0.00")


def unit(currency: str) -> Decimal:
    """The smallest amount of a currency: 0.01 for most, 1 for the Chilean peso."""
    return Decimal(1).scaleb(-get_currency_precision(currency))


def rounded(amount: Decimal, currency: str) -> Decimal:
    """Half up to the currency's smallest unit; where a document says "rounded", it is this."""
    return amount.quantize(unit(currency), rounding=ROUND_HALF_UP)


def spoken(amount: Decimal, currency: str, language: str) -> str:
    """An amount as a reader of the language writes it, with its currency: $18,014.91, BRL 1.234,50.

    The dollar sign alone stands for US dollars only; other dollars and pesos keep their code.
    """
    locale = {"pt": "pt_BR", "es": "es_419"}.get(language, "en_US")
    text = format_currency(abs(amount), currency, locale=locale)
    # A code leans on its figures in some languages; it reads better apart.
    text = re.sub(r"^([A-Z]{3})(?=\d)", "\\1\u00a0", text)
    return f"−{text}" if amount < 0 else text
