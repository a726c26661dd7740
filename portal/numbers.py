"""Public numbers: the ones people quote.

Orders and disputes take theirs from a sequence: quick, unique at the carrier, gaps allowed.
Invoices and credit notes must have none, so theirs come from a counter row that commits or rolls
back with the document itself.
"""

from django.db import connection

# The series whose numbers come from a sequence: name -> prefix. Further apps add theirs here,
# because the sequences are made with the walls.
SERIES = {"order": "ORD", "dispute": "DSP", "move": "MOV", "service": "SVC", "site": "SITE"}


def sequence(series: str) -> str:
    """The name of a series' sequence in the database."""
    return f"portal_number_{series}"


def take(series: str, *, year: int) -> str:
    """The next number of a series, as ORD-2026-00417."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(%s::regclass)", [sequence(series)])
        value = cursor.fetchone()[0]
    return f"{SERIES[series]}-{year}-{value:05d}"


def move_past(series: str, value: int) -> None:
    """Let the series continue after a number that was brought from elsewhere. Owner only."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(%s::regclass, greatest(%s, (SELECT last_value FROM pg_sequences"
            " WHERE sequencename = %s), 1))",
            [sequence(series), value, sequence(series)],
        )


def take_gapless(series: str, *, issuer: str, year: int) -> int:
    """The next of a series without gaps, for one legal entity and year.

    The entity is named by a code that stays when its name changes: "" is the first there was.
    Call it as the last statement of its transaction: the counter's row stays locked until the
    commit, and a rollback gives the number back.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO portal_numbercounter AS c (series, issuer, year, last) VALUES (%s, %s, %s, 1)"
            " ON CONFLICT (series, issuer, year) DO UPDATE SET last = c.last + 1 RETURNING last",
            [series, issuer, year],
        )
        return int(cursor.fetchone()[0])
