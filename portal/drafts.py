"""Drafts: what a person types into a long form is kept on the server while they type.

A form says that it is kept by one line, ``@kept("name")``. Its view brings the draft back before
it shows the form, and drops it where it acts, in the same transaction. Texts only: no password,
no file and no hidden field is ever kept. A draft is its writer's alone.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlencode

from django import forms
from django.conf import settings
from django.db.models import QuerySet

from portal import terms
from portal.actors import Actor
from portal.models import Draft
from portal.tenancy import of_enterprise, tenant_scope

Form = TypeVar("Form", bound=type[forms.Form])

KEEP_DAYS = "drafts.keep_days"
CHARACTERS = 20_000  # of one draft in all
MOST = 50  # a person's, in one enterprise and on one face; the oldest go

FORMS: dict[str, type[forms.Form]] = {}


@dataclass(frozen=True)
class Kept:
    """Where a form's draft belongs, and since when there is one."""

    name: str
    about: int
    at: datetime | None = None
    is_too_long: bool = False

    @property
    def query(self) -> str:
        """How its addresses name it."""
        return urlencode({"form": self.name, "about": self.about})


def kept(name: str) -> Callable[[Form], Form]:
    """Keep what is typed into this form under this name."""

    def mark(form: Form) -> Form:
        if name in FORMS:
            raise ValueError(f"{name} is kept twice.")
        form.draft_name = name  # type: ignore[attr-defined]
        FORMS[name] = form
        return form

    return mark


def texts(name: str, typed: Iterable[str] = ()) -> list[str]:
    """The fields of a form that may be kept; of ``typed`` those that it makes itself, by its ``draft_prefix``."""
    prefix = getattr(FORMS[name], "draft_prefix", "")
    made = [each for each in typed if prefix and each.startswith(prefix)]
    return [each for each, field in FORMS[name].base_fields.items() if _is_text(field)] + made


def _is_text(field: forms.Field) -> bool:
    is_secret = field.widget.is_hidden or isinstance(field.widget, forms.PasswordInput)
    return not is_secret and not field.widget.needs_multipart_form


def _mine(actor: Actor) -> QuerySet[Draft]:
    if actor.enterprise_id is None or actor.user_id is None:
        return Draft.objects.none()
    return of_enterprise(Draft.objects, actor).filter(person_id=actor.user_id, face=settings.FACE)


def bring_back(actor: Actor, *about: tuple[forms.BaseForm, int], now: datetime) -> None:
    """Fill each form that is not sent with what its writer had typed, all in one query."""
    asked = [(form, form.draft_name, pk) for form, pk in about]  # type: ignore[attr-defined]
    names, things = {name for _, name, _ in asked}, {pk for *_, pk in asked}
    rows = _mine(actor).filter(form__in=names, about__in=things, expires_at__gt=now)
    found = {(row.form, row.about): row for row in rows}
    for form, name, pk in asked:
        draft = found.get((name, pk))
        form.draft = Kept(name, pk, draft.kept_at if draft else None)  # type: ignore[attr-defined]
        if draft and not form.is_bound:
            form.initial = {
                **form.initial,
                **{key: draft.fields[key] for key in texts(name, draft.fields) if key in draft.fields},
            }


def keep(actor: Actor, name: str, about: int, typed: Mapping[str, str], *, at: datetime) -> Kept:
    """Keep what is typed now instead of what was kept before; where nothing is typed, nothing is kept.

    Raises KeyError for a form that is not kept. More than ``CHARACTERS`` is not kept at all.
    """
    fields = {key: typed[key].replace("\0", "") for key in texts(name, typed) if key in typed}
    if sum(map(len, fields.values())) > CHARACTERS:
        return Kept(name, about, is_too_long=True)
    if actor.enterprise_id is None or actor.user_id is None or not any(text.strip() for text in fields.values()):
        discard(actor, name, about)
        return Kept(name, about)
    days = terms.value(KEEP_DAYS, on=at.date(), enterprise_id=actor.enterprise_id)
    place = {"enterprise_id": actor.enterprise_id, "person_id": actor.user_id, "face": settings.FACE}
    row = Draft(**place, form=name, about=about, fields=fields, kept_at=at, expires_at=at + timedelta(days=days))
    Draft.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["enterprise", "person_id", "face", "form", "about"],
        update_fields=["fields", "kept_at", "expires_at"],
    )  # fmt: skip
    oldest = _mine(actor).order_by("-kept_at", "-pk").values_list("pk", flat=True)[MOST:]
    _mine(actor).filter(pk__in=list(oldest)).delete()
    return Kept(name, about, at)


def drop(actor: Actor, form: forms.BaseForm, about: int) -> None:
    """It is sent: called in the transaction of what the form does."""
    discard(actor, form.draft_name, about)  # type: ignore[attr-defined]


def discard(actor: Actor, name: str, about: int) -> None:
    """Its writer throws it away."""
    _mine(actor).filter(form=name, about=about).delete()


def expire(now: datetime) -> int:
    """Delete those whose time is over; as staff, who see them all. Returns how many."""
    over = Draft.objects.filter(expires_at__lte=now)
    count = 0
    for enterprise_id in list(over.order_by().values_list("enterprise_id", flat=True).distinct()):
        with tenant_scope(enterprise_id):
            count += over.filter(enterprise_id=enterprise_id).delete()[0]
    return count
