"""What the pages of requests for access need to know."""

from django.db.models import QuerySet

from accounts import selectors
from accounts.models import AccessRequest, Registration, RegistrationStatus
from accounts.permissions import Permission
from portal import events, registries
from portal.actors import Actor
from portal.errors import Text
from portal.models import Event
from portal.tenancy import of_enterprise


def get_request(actor: Actor, pk: int) -> AccessRequest | None:
    return selectors.list_access_requests(actor).filter(pk=pk).first()


def list_story(request: AccessRequest) -> list[Event]:
    return list(events.told_to_customers(events.story_of(request)))


def list_lacking(actor: Actor) -> dict[str, Text]:
    """What the actor may do nowhere, or on some accounts alone, in words: what they can ask for."""
    return {code: words for code, words in registries.permissions().items() if actor.accounts_for(code) is not None}


def may_decide(actor: Actor, request: AccessRequest) -> bool:
    """Who gives rights to others, and not to themselves."""
    return actor.may(Permission.USER_ADMIN) and request.membership_id != actor.person_id


def may_grant(actor: Actor, request: AccessRequest) -> bool:
    """Nobody gives more than they may do themselves."""
    return may_decide(actor, request) and actor.may(request.permission)


def say(code: str) -> str:
    """A permission in words; by its code where it is gone from the portal."""
    return str(registries.permissions().get(code, code))


def list_waiting() -> list[int]:
    """The registrations that nobody has looked at, oldest first."""
    rows = Registration.objects.filter(status=RegistrationStatus.ASKED).order_by("pk")
    return list(rows.values_list("pk", flat=True)[:500])


def list_registrations(actor: Actor) -> QuerySet[Registration]:
    """Whoever registered, for the carrier's people."""
    return of_enterprise(Registration.objects, actor)
