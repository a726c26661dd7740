"""What colleagues have asked for and wait for."""

from django.db.models import QuerySet

from accounts.models import AccessRequest, AccessStatus, Membership, MembershipStatus
from accounts.permissions import Permission
from portal.actors import Actor
from portal.tenancy import of_enterprise


def list_access_requests(actor: Actor) -> QuerySet[AccessRequest]:
    """What was asked for: all of it for who decides, one's own for everybody else."""
    rows = of_enterprise(AccessRequest.objects, actor).select_related("membership__user")
    return rows if actor.may(Permission.USER_ADMIN) else rows.filter(membership_id=actor.person_id or 0)


def list_open_requests(actor: Actor) -> QuerySet[AccessRequest]:
    """Of those the ones that wait, of people who are still here; the longest first."""
    rows = list_access_requests(actor).filter(status=AccessStatus.ASKED)
    return rows.filter(membership__status=MembershipStatus.ACTIVE).order_by("asked_at", "id")


def list_asked_by(member: Membership) -> list[AccessRequest]:
    """What somebody has asked for that waits."""
    rows = AccessRequest.objects.filter(enterprise_id=member.enterprise_id, membership=member)
    return list(rows.filter(status=AccessStatus.ASKED).order_by("asked_at", "id"))


def get_asked(actor: Actor, permission: str) -> AccessRequest | None:
    """One's own request for a permission that still waits."""
    rows = of_enterprise(AccessRequest.objects, actor).filter(status=AccessStatus.ASKED)
    return rows.filter(membership_id=actor.person_id or 0, permission=permission).first()
