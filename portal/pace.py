"""How often somebody does something, counted in the cache, a minute at a time."""

import logging

from django.core.cache import cache
from redis.exceptions import RedisError

WINDOW = 60  # seconds
log = logging.getLogger(__name__)


def count(key: str) -> int:
    """Count one more under this key, which names its window. Without the cache nobody is held up: the log says so."""
    try:
        cache.add(key, 0, timeout=2 * WINDOW)
        return cache.incr(key)
    except (RedisError, OSError, ValueError) as error:
        # ValueError: the key went away between the two, as when the cache is flushed.
        log.warning("A call was not counted: %s", error)
        return 0
