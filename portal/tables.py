"""The four kinds of table. Walls, grants and gates are generated from a table's kind.

A model names its kind by its base; ``extra_grants`` adds what this one table needs beyond the
kind, and ``withheld`` takes away what it must not have. portal.db reconciles the database.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar

from django.apps import apps
from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models.constraints import BaseConstraint


class Kind(StrEnum):
    """Who owns the rows of a table, and so who may touch them."""

    TENANT_OWNED = "tenant"
    IDENTITY = "identity"
    PUBLISHED = "published"
    CARRIER_OWNED = "carrier"


# role -> privileges, each "SELECT" or with columns "UPDATE (due_at)"
Grants = Mapping[str, tuple[str, ...]]


class TenantUnique(models.UniqueConstraint):
    """The target of composite keys; going backwards drops the keys that lean on it too."""

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        table = schema_editor.quote_name(model._meta.db_table)
        return f"ALTER TABLE {table} DROP CONSTRAINT IF EXISTS {schema_editor.quote_name(self.name)} CASCADE"


class TenantKey(BaseConstraint):
    """FOREIGN KEY (enterprise_id, x_id): a link that cannot cross from one tenant to another.

    PostgreSQL's own key checks do not obey row-level security, so a plain key would accept a
    foreign tenant's row, and reveal by its refusal that a row exists.
    """

    def __init__(self, *, name: str, column: str, target: str, **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        self.column, self.target = column, target

    def _add_sql(self, model: type[models.Model], schema_editor: BaseDatabaseSchemaEditor) -> str:
        quote = schema_editor.quote_name
        return (
            f"ALTER TABLE {quote(model._meta.db_table)} ADD CONSTRAINT {quote(self.name)} "
            f"FOREIGN KEY (enterprise_id, {quote(self.column)}) "
            f"REFERENCES {quote(self.target)} (enterprise_id, id) DEFERRABLE INITIALLY IMMEDIATE"
        )

    def constraint_sql(self, model: Any, schema_editor: Any) -> Any:
        # The target's unique constraint may come later in the same migration.
        schema_editor.deferred_sql.append(self._add_sql(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> Any:
        return self.constraint_sql(model, schema_editor)

    def remove_sql(self, model: Any, schema_editor: Any) -> Any:
        quote = schema_editor.quote_name
        return f"ALTER TABLE {quote(model._meta.db_table)} DROP CONSTRAINT IF EXISTS {quote(self.name)}"

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Nothing to ask: the form's queryset is scoped, and the database has the last word."""

    def deconstruct(self) -> tuple[str, tuple[Any, ...], dict[str, Any]]:
        path, args, kwargs = super().deconstruct()
        return path, tuple(args), {**kwargs, "column": self.column, "target": self.target}

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, TenantKey):
            return NotImplemented
        return (self.name, self.column, self.target) == (other.name, other.column, other.target)


def _constraint_name(*parts: str) -> str:
    name = "_".join(parts)
    return name if len(name) <= 60 else f"{name[:50]}_{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _append_constraint(cls: type[models.Model], constraint: BaseConstraint) -> None:
    # A migration's historical model brings its constraints in its options already.
    if cls._meta.abstract or cls.__module__ == "__fake__":
        return
    cls._meta.constraints = [*cls._meta.constraints, constraint]
    cls._meta.original_attrs["constraints"] = cls._meta.constraints


class EnterpriseKey(models.ForeignKey):  # type: ignore[type-arg]
    """The tenant of a walled row. It makes (enterprise, id) a target for composite keys."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("to", settings.ENTERPRISE_MODEL)
        kwargs.setdefault("on_delete", models.PROTECT)
        kwargs.setdefault("related_name", "+")
        # Every unique constraint and index leads with the tenant, so one of its own is waste.
        kwargs.setdefault("db_index", False)
        super().__init__(**kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        super().contribute_to_class(cls, name, private_only, **kwargs)
        constraint = _constraint_name(cls._meta.db_table, "enterprise_id", "key")
        _append_constraint(cls, TenantUnique(fields=["enterprise", "id"], name=constraint))


class TenantForeignKey(models.ForeignKey):  # type: ignore[type-arg]
    """A link between two walled tables, held by a composite key and not by one of its own."""

    def __init__(self, to: Any, on_delete: Any = models.PROTECT, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        # An index that serves behind the wall leads with the tenant: the model declares it.
        kwargs.setdefault("db_index", False)
        super().__init__(to, on_delete, **kwargs)

    def contribute_to_class(
        self, cls: type[models.Model], name: str, private_only: bool = False, **kwargs: Any
    ) -> None:
        super().contribute_to_class(cls, name, private_only, **kwargs)
        if cls._meta.abstract or cls.__module__ == "__fake__":
            return
        to = self.remote_field.model
        label = to if isinstance(to, str) else to._meta.label_lower
        target = f"{cls._meta.app_label}.{cls.__name__}" if label == "self" else label
        app_label, model_name = target.split(".")
        # Our tables all have Django's default names, known before the target is loaded.
        constraint = _constraint_name(cls._meta.db_table, f"{name}_id", "tenant")
        table = f"{app_label}_{model_name.lower()}"
        _append_constraint(cls, TenantKey(name=constraint, column=f"{name}_id", target=table))


def linked(*names: str, prefix: str) -> list[models.Index]:
    """Indexes that find who names a row of another walled table, for links that may be empty.

    When that row changes its enterprise, the composite key asks for each row who still names it.
    """
    return [
        models.Index(
            fields=["enterprise", name], name=f"{prefix}_{name}", condition=models.Q((f"{name}__isnull", False))
        )
        for name in names
    ]


class Table(models.Model):
    """What every table of ours says of itself."""

    table_kind: ClassVar[Kind]
    extra_grants: ClassVar[Grants] = {}
    withheld: ClassVar[Grants] = {}

    class Meta:
        abstract = True


class TenantOwned(Table):
    """A row of one customer company, behind the wall."""

    table_kind: ClassVar[Kind] = Kind.TENANT_OWNED
    enterprise = EnterpriseKey()

    class Meta:
        abstract = True


class Queue(TenantOwned):
    """Work due at a time: leased by one worker at once, found by the relay without its content."""

    class State(models.TextChoices):
        WAITING = "waiting"
        WORKING = "working"
        DONE = "done"
        FAILED = "failed"
        CANCELLED = "cancelled"

    # Work moves on, and what it says stays. The relay sees which rows are due and notes that it hinted at them.
    extra_grants: ClassVar[Grants] = {
        "portal_app": ("INSERT", "UPDATE (state, due_at, lease_until, hinted_at, attempts, last_error)"),
        "portal_dispatch": (
            "SELECT (id, enterprise_id, due_at, state, lease_until, hinted_at)",
            "UPDATE (hinted_at)",
        ),
    }
    withheld: ClassVar[Grants] = {"portal_staff_inside": ("DELETE",)}
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    # When it may next be worked on; only the work itself moves it, so that what is late shows as late.
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    hinted_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    last_error = models.TextField(blank=True)

    class Meta:
        abstract = True


class Identity(Table):
    """What signing in needs before any company is known: mail, password, factors, sessions."""

    table_kind: ClassVar[Kind] = Kind.IDENTITY

    class Meta:
        abstract = True


class Published(Table):
    """What the carrier shows to all customers; their side may only read it."""

    table_kind: ClassVar[Kind] = Kind.PUBLISHED

    class Meta:
        abstract = True


class CarrierOwned(Table):
    """The carrier's own; the customers' side has no grant on it."""

    table_kind: ClassVar[Kind] = Kind.CARRIER_OWNED

    class Meta:
        abstract = True


# Tables of libraries, which cannot name their kind themselves. None means no grant to anybody.
LIBRARY_TABLES: Mapping[str, Kind | None] = {
    "account_emailaddress": Kind.IDENTITY,
    "account_emailconfirmation": Kind.IDENTITY,
    "mfa_authenticator": Kind.IDENTITY,
    "usersessions_usersession": Kind.IDENTITY,
    "django_session": Kind.IDENTITY,
    "auth_group": None,
    "auth_group_permissions": None,
    "auth_permission": None,
    "django_content_type": None,
    "django_migrations": None,
}


def tables() -> dict[str, type[Table]]:
    """Our own tables by name."""
    return {m._meta.db_table: m for m in apps.get_models(include_auto_created=True) if issubclass(m, Table)}
