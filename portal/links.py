"""The addresses of pages, worked out once: every page of the frame asks for two dozen of the same."""

from functools import lru_cache

from django.conf import settings
from django.urls import get_script_prefix, get_urlconf, reverse


def address(name: str, *args: object) -> str:
    """What ``reverse`` says of a route; raises NoReverseMatch as it does. Made of routes alone, so it stays true."""
    return _known(get_urlconf() or settings.ROOT_URLCONF, get_script_prefix(), name, args)


@lru_cache(maxsize=10_000, typed=True)
def _known(urlconf: str, prefix: str, name: str, args: tuple[object, ...]) -> str:
    return reverse(name, urlconf, args)
