"""What many events ask alike is asked once, while they are told together.

Each kind of event says for one event who is told, and of what. Where many are told together, the first that
asks has its question put for all of them: about every account, or every thing, that they are about.
"""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar

# So many are told in one transaction: far less than a lease long, however slow their words are to make.
MOST = 100

K = TypeVar("K")
V = TypeVar("V")
P = ParamSpec("P")
_OfMany = Callable[Concatenate[int, Collection[K], P], Mapping[K, V]]
_OfOne = Callable[Concatenate[int, K, P], V]


@dataclass(frozen=True)
class _Batch:
    events: list[Any]
    answers: dict[Any, Any] = field(default_factory=dict)


_told: ContextVar[_Batch | None] = ContextVar("told_together", default=None)


@contextmanager
def telling(events: Iterable[Any]) -> Iterator[None]:
    """Tell events of one enterprise together: what is found meanwhile holds for all of them."""
    token = _told.set(_Batch(list(events)))
    try:
        yield
    finally:
        _told.reset(token)


def asked_for_all(field: str) -> Callable[[_OfMany[K, P, V]], _OfOne[K, P, V]]:
    """Let a question about many be asked about one, and answered for all events that are told together.

    ``field`` is the event's own that is asked about, as ``account_id``; the function takes the enterprise and the
    keys, and answers by key. What it answers is shared, and not to be changed. Elsewhere one is asked about alone.
    """

    def of_one(find: _OfMany[K, P, V]) -> _OfOne[K, P, V]:
        @wraps(find)
        def ask(enterprise_id: int, key: K, /, *args: P.args, **more: P.kwargs) -> V:
            batch = _told.get()
            keys = {getattr(each, field) for each in batch.events} if batch else set()
            if batch is None or key not in keys:
                return find(enterprise_id, [key], *args, **more)[key]
            question = (find, enterprise_id, args, tuple(more.items()))
            if question not in batch.answers:
                batch.answers[question] = find(enterprise_id, keys, *args, **more)
            answer: V = batch.answers[question][key]
            return answer

        return ask

    return of_one


def asked_once(find: Callable[P, V]) -> Callable[P, V]:
    """Let a question that is the same for all events be asked once, while they are told together."""

    @wraps(find)
    def ask(*args: P.args, **more: P.kwargs) -> V:
        batch = _told.get()
        if batch is None:
            return find(*args, **more)
        question = (find, args, tuple(more.items()))
        if question not in batch.answers:
            batch.answers[question] = find(*args, **more)
        answer: V = batch.answers[question]
        return answer

    return ask
