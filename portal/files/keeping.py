"""Files on the storage and their rows: kept, found, removed, and cleaned up after."""

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.db import models, transaction
from django.db.models import Count, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from portal.actors import Actor
from portal.errors import Refused
from portal.files.intake import Accepted, Limits, limits
from portal.models import StoredFile
from portal.tenancy import of_enterprise

log = logging.getLogger(__name__)

FOLDER = "files"
ORPHAN_AGE = timedelta(days=1)
_BATCH = 500

# What a file can hang on: the model's label -> whether the actor may see the one with this id.
Holder = Callable[[Actor, int], bool]
HOLDERS: dict[str, Holder] = {}
# Who keeps files below a folder of the storage: of these names in an enterprise, which have a row?
Keeper = Callable[[int, Sequence[str]], Iterable[str]]
KEEPERS: dict[str, Keeper] = {}


def register_holder(label: str, may_see: Holder) -> None:
    """Let files hang on a model's rows; who may see the row may download them."""
    HOLDERS[label] = may_see


def register_keeper(folder: str, known: Keeper) -> None:
    """Say which files below a folder are somebody's; the others are removed after a day."""
    KEEPERS[folder] = known


def list_files(actor: Actor, subject: models.Model) -> QuerySet[StoredFile]:
    """What hangs on a thing that the actor may see, oldest first."""
    rows = of_enterprise(StoredFile.objects, actor)
    return rows.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by("added_at", "id")


def find(actor: Actor, pk: int) -> StoredFile | None:
    """A file, if the actor may see what it hangs on."""
    found = of_enterprise(StoredFile.objects, actor).filter(pk=pk).first()
    may_see = HOLDERS.get(found.subject_type) if found else None
    return found if found and may_see and may_see(actor, found.subject_id) else None


def keep(subject: models.Model, uploads: Sequence[Accepted], *, actor: Actor, at: datetime) -> list[StoredFile]:
    """Store accepted uploads and hang them on a thing.

    Raises Refused beyond what the terms allow the person in 24 hours, or the enterprise in all.
    Should the transaction fail, the files stay without a row until they are cleaned away.
    """
    if not uploads:
        return []
    owner = subject.enterprise_id  # type: ignore[attr-defined]
    _require_room(owner, uploads, limits(owner, on=at.date()), actor=actor, at=at)
    return [
        hang(
            subject, put(owner, ContentFile(each.content)), name=each.name, media_type=each.media_type,
            size=len(each.content), sha256=each.sha256, actor=actor, at=at, is_upload=True,
        )
        for each in uploads
    ]  # fmt: skip


def put(owner: int, content: "File[Any]") -> str:
    """Store a content under a name of ours, which it returns; without a row it is cleaned away."""
    return default_storage.save(f"{FOLDER}/{owner}/{uuid.uuid4().hex}", content, max_length=100)


def hang(
    subject: models.Model,
    key: str,
    *,
    name: str,
    media_type: str,
    size: int,
    sha256: str,
    actor: Actor,
    at: datetime,
    is_upload: bool = False,
) -> StoredFile:
    """Hang a stored content on a thing. What the portal made itself counts towards nobody's limits."""
    return StoredFile.objects.create(
        enterprise_id=subject.enterprise_id,  # type: ignore[attr-defined]
        key=key,
        name=name,
        media_type=media_type,
        size=size,
        sha256=sha256,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        added_at=at,
        added_by=actor.name,
        added_by_kind=actor.kind,
        added_by_user_id=actor.user_id if is_upload else None,
    )


def _require_room(owner: int, uploads: Sequence[Accepted], most: Limits, *, actor: Actor, at: datetime) -> None:
    """No lock: two at once may go beyond by what they bring, and the next one is refused."""
    all_of_them = StoredFile.objects.filter(enterprise_id=owner, added_by_user_id__isnull=False)
    todays = all_of_them.filter(added_by_user_id=actor.user_id, added_at__gt=at - timedelta(days=1))
    size = sum(len(each.content) for each in uploads)
    if not _has_room(todays, len(uploads), size, most.person_daily_files, most.person_daily_megabytes):
        message = _("You can add %(files)s files or %(megabytes)s MB in 24 hours, and this would be more.")
        words = {"files": most.person_daily_files, "megabytes": most.person_daily_megabytes}
        raise Refused(message % words, way_out=_("Nothing was added. Add the rest tomorrow."), field="uploads")
    if not _has_room(all_of_them, len(uploads), size, most.enterprise_files, most.enterprise_megabytes):
        message = _("Your enterprise can keep %(files)s files or %(megabytes)s MB here, and this would be more.")
        words = {"files": most.enterprise_files, "megabytes": most.enterprise_megabytes}
        raise Refused(message % words, way_out=_("Nothing was added. Ask your account team for more."), field="uploads")


def _has_room(rows: QuerySet[StoredFile], count: int, size: int, most_files: int, most_megabytes: int) -> bool:
    held = rows.aggregate(count=Count("pk"), size=Sum("size"))
    return held["count"] + count <= most_files and (held["size"] or 0) + size <= most_megabytes * 1_000_000


def remove(stored: StoredFile) -> None:
    """Delete the row, and the file once that is committed."""
    key = stored.key
    stored.delete()

    def take_away() -> None:
        default_storage.delete(key)

    transaction.on_commit(take_away, robust=True)


def clean(now: datetime) -> int:
    """Remove files that no row names, a day after they came: what a rolled back or killed transaction left.

    As staff, who see every enterprise's rows. Returns how many that were.
    """
    orphans = [name for folder, known in KEEPERS.items() for name in _orphans(folder, known, now)]
    for name in orphans:
        default_storage.delete(name)
    if orphans:
        log.warning("%s files without a row were removed from the storage.", len(orphans))
    return len(orphans)


def _orphans(folder: str, known: Keeper, now: datetime) -> Iterator[str]:
    for owner in _listed(folder)[0]:
        place = f"{folder}/{owner}"
        everything = [f"{place}/{name}" for name in _listed(place)[1]]
        for names in (everything[start : start + _BATCH] for start in range(0, len(everything), _BATCH)):
            kept = set(known(int(owner), names))
            yield from (n for n in names if n not in kept and default_storage.get_modified_time(n) < now - ORPHAN_AGE)


def _listed(place: str) -> tuple[list[str], list[str]]:
    try:
        folders, names = default_storage.listdir(place)
    except FileNotFoundError:
        return [], []
    return [each for each in folders if each.isdigit()], names


def known_keys(owner: int, names: Sequence[str]) -> Iterable[str]:
    """The keeper of this module's own folder. A file that moved with its thing keeps its place on the storage."""
    here = set(StoredFile.objects.filter(enterprise_id=owner, key__in=names).values_list("key", flat=True))
    rest = [name for name in names if name not in here]
    moved = StoredFile.objects.filter(key__in=rest).values_list("key", flat=True) if rest else ()
    return here.union(moved)


register_keeper(FOLDER, known_keys)
