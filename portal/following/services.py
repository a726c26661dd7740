"""What changes who follows what, and who wants to hear no more."""

from datetime import datetime

from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from portal import events, hearers, registries
from portal.actors import Actor
from portal.errors import Refused
from portal.following import selectors
from portal.hearers import Followable, Party, party_of
from portal.models import Following
from portal.tenancy import of_enterprise

LISTED = 20  # things that the journal names when somebody leaves


@transaction.atomic
def follow(what: Followable, thing: Model, party: Party, *, actor: Actor, at: datetime) -> Following:
    """Let somebody follow a thing; once more changes nothing.

    Raises Refused for who may not see it, and for who said themselves that they want to hear no more of it.
    """
    place = selectors.place_of(what, thing)
    named = selectors.names(place.enterprise_id, [party]).get(party)
    if named is None:
        raise Refused(_("There is nobody of this name here."), field="who")
    if party not in hearers.reached(place, [party]):
        raise _may_not_see(what, party, named.name)
    row, is_new = selectors.rows_of(actor, thing).get_or_create(
        enterprise_id=place.enterprise_id, subject_type=what.of, subject_id=thing.pk,
        follower_type=party.kind, follower_id=party.pk,
        defaults={"added_at": at, "added_by": actor.name, "added_by_user_id": actor.user_id},
    )  # fmt: skip
    is_mine = party in selectors.mine(actor)
    if row.is_muted and not is_mine:
        raise Refused(_("%(name)s asked to hear no more of it.") % {"name": named.name}, way_out=_ASK_THEM, field="who")
    if is_new or not row.is_following or row.is_muted:
        row.is_following, row.is_muted = True, False
        row.save(update_fields=["is_following", "is_muted"])
        _record("following.added", row, named.name, actor=actor, at=at)
    return row


_ASK_THEM = _("Only they can take that back, by the link in the last mail they got of it or on its page here.")


def _may_not_see(what: Followable, party: Party, name: str) -> Refused:
    permission = registries.permissions().get(what.permission, what.permission)
    if party.kind == "accounts.contact":
        return Refused(
            _("%(name)s is a contact of another account.") % {"name": name},
            way_out=_("Add them as a contact of this account, or of the whole company, and then here."),
            field="who",
        )
    return Refused(
        _("%(name)s may not see this, and so would be told nothing.") % {"name": name},
        way_out=_("Whoever decides about people can give them the permission on this account: %(permission)s.")
        % {"permission": permission},
        field="who",
    )


@transaction.atomic
def stop(row_id: int, *, actor: Actor, at: datetime) -> None:
    """Somebody follows a thing no longer; that they want to hear nothing of it stays. Nothing where it was so already.

    Raises Refused where it is not the actor's to decide.
    """
    row = _lock(of_enterprise(Following.objects, actor).filter(pk=row_id))
    if row is None or not row.is_following:
        return
    if not selectors.may_stop(actor, row, selectors.mine(actor)):
        raise Refused(
            _("Only they themselves, or whoever decides about people, can end that."),
            way_out=_("Ask them, or your company's administrator."),
        )
    _record("following.ended", row, _name(row), actor=actor, at=at)
    if row.is_muted:
        row.is_following = False
        row.save(update_fields=["is_following"])
    else:
        row.delete()


@transaction.atomic
def mute(
    subject_type: str, subject_id: int, party: Party, *, is_muted: bool, enterprise_id: int, actor: Actor, at: datetime
) -> bool:
    """Somebody wants to hear no more of a thing, by whatever way, or again; whether that changed anything."""
    rows = of_enterprise(Following.objects, actor).filter(
        subject_type=subject_type, subject_id=subject_id, follower_type=party.kind, follower_id=party.pk
    )
    row = _lock(rows)
    if (row is not None and row.is_muted) == is_muted:
        return False
    if row is None:
        row, _made = rows.get_or_create(
            enterprise_id=enterprise_id, subject_type=subject_type, subject_id=subject_id,
            follower_type=party.kind, follower_id=party.pk,
            defaults={
                "is_following": False, "is_muted": True,
                "added_at": at, "added_by": actor.name, "added_by_user_id": actor.user_id,
            },
        )  # fmt: skip
    _record("following.muted" if is_muted else "following.heard", row, _name(row), actor=actor, at=at)
    row.is_muted = is_muted
    if row.is_following or row.is_muted:
        row.save(update_fields=["is_muted"])
    else:
        row.delete()
    return True


@transaction.atomic
def end_all_of(party: Party, name: str, *, heir: Party | None = None, actor: Actor, at: datetime) -> int:
    """Whoever leaves follows nothing any more; a colleague takes over what they followed, if one is named."""
    rows = of_enterprise(Following.objects, actor).filter(follower_type=party.kind, follower_id=party.pk)
    found = list(rows.select_for_update(of=("self",)).order_by("id"))
    given = [row for row in found if row.is_following and not row.is_muted]
    if given:
        if heir:
            _give(given, heir, actor=actor, at=at)
        _record_end(given, name, heir, actor=actor, at=at)
    rows.delete()
    return len(given)


def _record_end(rows: list[Following], name: str, heir: Party | None, *, actor: Actor, at: datetime) -> None:
    first = rows[0]
    numbers = [selectors.number_of(row.enterprise_id, row.subject_type, row.subject_id) for row in rows[:LISTED]]
    things = ", ".join(numbers) + (" …" if len(rows) > LISTED else "")
    named = selectors.names(first.enterprise_id, [heir]).get(heir) if heir else None
    kind = "following.handed_over" if named else "following.left"
    heir_name = named.name if named else ""
    events.record(kind, subject=first, actor=actor, at=at, follower=name, things=things, heir=heir_name)


def _give(rows: list[Following], heir: Party, *, actor: Actor, at: datetime) -> None:
    """What the heir follows already, or has muted, stays as it is."""
    Following.objects.bulk_create(
        [
            Following(
                enterprise_id=row.enterprise_id, subject_type=row.subject_type, subject_id=row.subject_id,
                follower_type=heir.kind, follower_id=heir.pk,
                added_at=at, added_by=actor.name, added_by_user_id=actor.user_id,
            )
            for row in rows
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def _lock(rows: QuerySet[Following]) -> Following | None:
    return rows.select_for_update(of=("self",)).first()


def _name(row: Following) -> str:
    party = party_of(row)
    named = selectors.names(row.enterprise_id, [party]).get(party)
    return named.name if named else ""


def _record(kind: str, row: Following, name: str, *, actor: Actor, at: datetime) -> None:
    number = selectors.number_of(row.enterprise_id, row.subject_type, row.subject_id)
    events.record(kind, subject=row, actor=actor, at=at, follower=name, thing=number)
