"""What becomes of requests for access when rights change, or somebody leaves."""

from datetime import datetime

from accounts import selectors
from accounts.models import ACCESS_FLOW, AccessRequest, AccessStatus, Membership
from accounts.rules import Difference
from portal import events
from portal.actors import Actor
from portal.tenancy import of_enterprise


def settle_requests(*, actor: Actor, at: datetime, told: Membership | None = None) -> None:
    """Close as granted what is held by now, whoever gave it and however; within the change of rights itself.

    ``told`` is whom a mail about the change tells already.
    """
    rows = of_enterprise(AccessRequest.objects, actor).filter(status=AccessStatus.ASKED)
    for each in rows.select_for_update(of=("self",)).select_related("membership").order_by("pk"):
        if _reaches_more(each):
            is_told = told is not None and told.pk == each.membership_id
            decide(each, AccessStatus.GRANTED, actor=actor, at=at, is_told=is_told)


def _reaches_more(request: AccessRequest) -> bool:
    """Whether who asked may do it by now on anything on which they could not when they asked."""
    code, nothing = request.permission, frozenset[int]()
    before = selectors.get_permissions(request.membership, request.asked_at).get(code, nothing)
    after = selectors.get_permissions(request.membership).get(code, nothing)
    return Difference(code, before, after).gained != nothing


def leave_requests(member: Membership, _heir: Membership | None, actor: Actor, at: datetime) -> None:
    """Who leaves asks for nothing any more."""
    rows = of_enterprise(AccessRequest.objects, actor).filter(status=AccessStatus.ASKED, membership=member)
    for each in rows.select_for_update(of=("self",)).select_related("membership").order_by("pk"):
        decide(each, AccessStatus.WITHDRAWN, actor=actor, at=at)


def decide(
    request: AccessRequest,
    target: AccessStatus,
    *,
    actor: Actor,
    at: datetime,
    answer: str = "",
    is_told: bool = False,
) -> None:
    """Move a request that the caller has locked. Raises IllegalMove for one that is decided."""
    ACCESS_FLOW.require(request.status, target)
    request.status, request.decided_at, request.decided_by, request.answer = target, at, actor.name, answer
    request.save(update_fields=["status", "decided_at", "decided_by", "answer"])
    events.record(
        f"access.{target}",
        subject=request,
        actor=actor,
        at=at,
        person=request.membership.name,
        permission=request.permission,
        reason=answer,
        is_told=is_told,
    )
