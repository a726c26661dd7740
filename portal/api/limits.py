"""How many calls a caller may make: a term, counted a minute at a time."""

from dataclasses import dataclass
from datetime import datetime

from portal import pace, terms
from portal.actors import Actor
from portal.pace import WINDOW
from portal.repeats import caller_of

TERM = "api.requests_per_minute"
KEY_TERM = "api.key_calls_per_minute"


@dataclass(frozen=True)
class Allowance:
    """What a caller may still do, and for how long (seconds) until the count begins anew."""

    limit: int
    used: int
    resets_in: int
    policy: str = "person"

    @property
    def is_spent(self) -> bool:
        return self.used > self.limit

    @property
    def headers(self) -> dict[str, str]:
        """As the IETF's draft on RateLimit fields has them, and as its earlier versions had."""
        left = max(0, self.limit - self.used)
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.limit};w={WINDOW}',
            "RateLimit": f'"{self.policy}";r={left};t={self.resets_in}',
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(left),
            "RateLimit-Reset": str(self.resets_in),
        }


def take(actor: Actor, *, at: datetime) -> Allowance:
    """Count one call. Without the cache nobody is held up: the log says so."""
    name, policy = (KEY_TERM, "key") if actor.key_id else (TERM, "person")
    limit = int(terms.value(name, on=at.date(), enterprise_id=actor.enterprise_id))
    window, elapsed = divmod(int(at.timestamp()), WINDOW)
    used = pace.count(f"api-calls:{caller_of(actor)}:{window}")
    return Allowance(limit, used, WINDOW - elapsed, policy)
