"""What the pages of requests for access need to know."""

from accounts import selectors
from accounts.models import AccessRequest
from accounts.permissions import Permission
from portal import events, registries
from portal.actors import Actor
from portal.errors import Text
from portal.models import Event


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
