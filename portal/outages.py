"""Trouble that passes by itself: what of an exception says that coming again will help.

None of these is a fault of the page or of the person: the database restarts, is locked or slow,
or the cache is away.
"""

from dataclasses import dataclass

from django.db import DatabaseError, Error, InterfaceError, OperationalError
from redis.exceptions import RedisError


@dataclass(frozen=True)
class Outage:
    """What is in trouble, and how many seconds to leave it alone."""

    name: str
    retry_after: int
    # The line broke, so that nobody can tell whether a commit under way was made.
    is_lost: bool = False


CLASH = Outage("clash", 1)
BUSY = Outage("busy", 2)
LOST = Outage("lost", 5, is_lost=True)
CACHE = Outage("cache", 5)

# PostgreSQL's SQLSTATEs, or the class that their first two characters are.
_STATES = {
    "40001": CLASH,  # serialization failure
    "40P01": CLASH,  # deadlock
    "55P03": BUSY,  # lock timeout
    "57014": BUSY,  # statement timeout
    "25P03": LOST,  # idle too long in a transaction
    "25P04": LOST,  # transaction timeout
    "25006": LOST,  # read-only: a failover is under way
    "53": BUSY,  # out of connections, memory or disk
    "57P": LOST,  # shut down, crashed, starting
    "08": LOST,  # the line
}
# A broken line has no SQLSTATE, and psycopg2 tells of it by any of these.
_OF_THE_LINE = (OperationalError, InterfaceError, DatabaseError)


def outage_of(error: BaseException | None) -> Outage | None:
    """The trouble behind an exception, or None where it is a fault to be repaired."""
    if isinstance(error, RedisError):
        return CACHE
    if not isinstance(error, Error):
        return None
    state = getattr(error.__cause__, "pgcode", None)
    if state:
        return _STATES.get(state) or _STATES.get(state[:3]) or _STATES.get(state[:2])
    return LOST if type(error) in _OF_THE_LINE else None
