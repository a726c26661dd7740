"""The one way into a tenant, and the two filters that every selector goes through.

Two locks keep tenants apart. The wall is PostgreSQL's row-level security, over a setting that
lives as long as the transaction. The filter is ``of_enterprise``; each is tested with the other
open.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Manager, Model, QuerySet

from portal.actors import Actor
from portal.reading import AnyOf

M = TypeVar("M", bound=Model)

_scope: ContextVar[int | None] = ContextVar("tenant_scope", default=None)
_role: ContextVar[str | None] = ContextVar("database_role", default=None)

# Only the isolation suite turns it off, to try the wall alone.
FILTERS_ARE_ON = True


class WrongScope(RuntimeError):
    """Code tried to step from one tenant into another, or to work outside any."""


def base_role() -> str:
    """The role this process, or this test, has outside any scope."""
    return _role.get() or str(settings.PORTAL_ROLE)


@contextmanager
def acting_as(role: str) -> Iterator[None]:
    """In tests, where one connection plays all roles: which one it plays now."""
    token = _role.set(role)
    try:
        yield
    finally:
        _role.reset(token)


def current_scope() -> int | None:
    """The enterprise this code works in, or None outside."""
    return _scope.get()


@contextmanager
def tenant_scope(enterprise_id: int, *, is_last: bool = False) -> Iterator[None]:
    """Work inside one enterprise: a transaction in which the database shows only its rows.

    Raises WrongScope inside the scope of another enterprise. Staff take the narrower role
    ``portal_staff_inside`` for the while, which sees and writes only there. Where it is the last
    thing in the transaction around it, an error inside undoes that, too.
    """
    outer = _scope.get()
    if outer is not None and outer != enterprise_id:
        raise WrongScope(f"Inside enterprise {outer}: it must be left before {enterprise_id} is entered.")
    token = _scope.set(enterprise_id)
    # The end of a transaction of its own, or of one in which it is the last thing, ends the setting with it.
    goes_on = len(connection.atomic_blocks) > is_last
    try:
        with transaction.atomic(savepoint=not is_last):
            _enter(enterprise_id)
            yield
            # After an error the rollback, to this block's savepoint or whole, undoes the setting.
            if goes_on and not connection.needs_rollback:
                _leave(outer)
    finally:
        _scope.reset(token)


def _enter(enterprise_id: int) -> None:
    role = "portal_staff_inside" if base_role() == "portal_staff" else None
    with connection.cursor() as cursor:
        if role:
            cursor.execute(
                "SELECT set_config('portal.enterprise_id', %s, true), set_config('role', %s, true)",
                [str(enterprise_id), role],
            )
        else:
            cursor.execute("SELECT set_config('portal.enterprise_id', %s, true)", [str(enterprise_id)])


def _leave(outer: int | None) -> None:
    """Put the outer value back, for a transaction that goes on after this scope."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('portal.enterprise_id', %s, true)", [str(outer or "")])
        if outer is None and base_role() == "portal_staff":
            cursor.execute("SELECT set_config('role', 'portal_staff', true)")


def of_enterprise(queryset: QuerySet[M] | Manager[M], actor: Actor) -> QuerySet[M]:
    """The rows of the actor's enterprise: the filter of every selector on a walled table.

    Staff outside any enterprise work on all of them, as their work lists do.
    """
    rows = queryset.all()
    if not FILTERS_ARE_ON:
        return rows
    if actor.enterprise_id is None:
        return rows if actor.is_staff else rows.none()
    return rows.filter(enterprise_id=actor.enterprise_id)


def within_accounts(queryset: QuerySet[M], actor: Actor, permission: str, *, path: str = "account_id") -> QuerySet[M]:
    """The rows on accounts for which the actor holds the permission."""
    accounts = actor.accounts_for(permission)
    if accounts is None:
        return queryset
    return queryset.filter(_OfAccounts(F(path), sorted(accounts)))


class _OfAccounts(AnyOf):
    """On one of the accounts that a person's grants reach."""


def narrowed_by(queryset: QuerySet[Any]) -> str:
    """The column of the rows' own table by which they are a person's accounts' alone; empty where all may be seen."""
    table = queryset.model._meta.db_table
    found = (each.lhs for each in queryset.query.where.children if isinstance(each, _OfAccounts))
    return next((column.target.attname for column in found if column.alias == table), "")
