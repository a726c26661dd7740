"""What grants amount to: pure functions over permissions and the accounts they reach."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from portal.actors import Permissions


@dataclass(frozen=True, order=True)
class Held:
    """A permission on one account, on a group of accounts, or, with neither, on the whole enterprise."""

    permission: str
    group_id: int | None = None
    account_id: int | None = None

    @property
    def is_whole(self) -> bool:
        return self.group_id is None and self.account_id is None


@dataclass(frozen=True)
class Rights:
    """All that a person or a team holds by itself."""

    is_administrator: bool = False
    held: frozenset[Held] = field(default_factory=frozenset)

    @property
    def fingerprint(self) -> str:
        """Another for other rights: whoever changes them says by it which ones they saw."""
        rows = sorted(f"{each.permission}/{each.group_id or ''}/{each.account_id or ''}" for each in self.held)
        return hashlib.sha256("\n".join([str(self.is_administrator), *rows]).encode()).hexdigest()[:16]


def reach(held: Iterable[Held], grouped: Mapping[int, frozenset[int]]) -> Permissions:
    """For each permission the accounts it reaches, None for all; ``grouped`` says which accounts a group has.

    A permission that reaches no account, as on an empty group, is not held.
    """
    everywhere: set[str] = set()
    found: dict[str, set[int]] = defaultdict(set)
    for each in held:
        if each.is_whole:
            everywhere.add(each.permission)
        else:
            found[each.permission] |= _accounts(each, grouped)
    some = {permission: frozenset(accounts) for permission, accounts in found.items() if accounts}
    return some | dict.fromkeys(everywhere)


def _accounts(held: Held, grouped: Mapping[int, frozenset[int]]) -> frozenset[int]:
    return frozenset([held.account_id]) if held.account_id else grouped.get(held.group_id or 0, frozenset())


@dataclass(frozen=True)
class Difference:
    """What one permission reaches before and after: None stands for every account."""

    permission: str
    before: frozenset[int] | None
    after: frozenset[int] | None

    @property
    def gained(self) -> frozenset[int] | None:
        return _less(self.after, self.before)

    @property
    def lost(self) -> frozenset[int] | None:
        return _less(self.before, self.after)


def _less(some: frozenset[int] | None, others: frozenset[int] | None) -> frozenset[int] | None:
    """What is in some and not in others; None where it is every account, or all but a few."""
    if others is None:
        return frozenset()
    return None if some is None else some - others


def differences(before: Permissions, after: Permissions) -> list[Difference]:
    """The permissions whose reach changes, by their code."""
    nothing: frozenset[int] = frozenset()
    found = [Difference(code, before.get(code, nothing), after.get(code, nothing)) for code in {*before, *after}]
    return sorted((each for each in found if each.before != each.after), key=lambda each: each.permission)


def covers(own: Permissions, wanted: Held, grouped: Mapping[int, frozenset[int]]) -> bool:
    """Whether somebody may hand on a permission: they hold it on all that it is to reach."""
    if wanted.permission not in own:
        return False
    mine = own[wanted.permission]
    return mine is None or (not wanted.is_whole and _accounts(wanted, grouped) <= mine)
