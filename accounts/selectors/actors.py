"""Who somebody is, and what they may do."""

from dataclasses import replace

from django.conf import settings

from accounts.models import (
    Enterprise,
    Membership,
    StaffMember,
    User,
)
from accounts.selectors.companies import get_enterprise
from accounts.selectors.people import get_membership
from accounts.selectors.rights import get_permissions
from portal import registries
from portal.actors import Actor, ActorKind


def find_user(pk: int) -> User | None:
    """Somebody's sign-in, unless it is closed."""
    return User.objects.filter(pk=pk, is_active=True).first()


def asks_terms(user: User) -> bool:
    """Whether this customer's person has to accept the terms of use as they are now."""
    version = settings.TERMS_OF_USE["version"]
    return settings.FACE == "customer" and bool(version) and user.terms_version != version


def is_unwelcomed(user: User) -> bool:
    """Whether the page of the first sign-in comes before all others."""
    return user.welcomed_at is None or asks_terms(user)


def get_customer_actor(user: User, enterprise: Enterprise) -> Actor | None:
    """The person as a member of the enterprise they are in, or None when they are not one."""
    member = get_membership(user, enterprise.pk)
    return actor_of(member, user, enterprise) if member and enterprise.is_active else None


def actor_of(member: Membership, user: User, enterprise: Enterprise) -> Actor:
    """The same of a membership that is at hand."""
    return Actor(
        kind=ActorKind.CUSTOMER,
        name=member.name,
        enterprise_id=enterprise.pk,
        enterprise_public_id=enterprise.public_id,
        enterprise_name=enterprise.name,
        user_id=user.pk,
        person_id=member.pk,
        email=user.email,
        role=member.title,
        language=user.language,
        time_zone=user.time_zone,
        permissions=get_permissions(member),
        whole=frozenset(registries.whole_permissions()),
    )


def get_staff_actor(user: User) -> Actor | None:
    """The person as one of the carrier's staff, outside any enterprise."""
    member = StaffMember.objects.filter(user_id=user.pk, is_active=True).select_related("card", "role").first()
    if member is None:
        return None
    return Actor(
        kind=ActorKind.STAFF,
        name=member.card.name,
        user_id=user.pk,
        person_id=member.card_id,
        email=user.email,
        role=member.role.code,
        language=user.language,
        time_zone=user.time_zone,
        permissions=dict.fromkeys(member.role.permissions),
    )


def find_actor(user_id: int, enterprise_id: int) -> Actor | None:
    """Who somebody is in an enterprise now, on this face, for what is done for them in the background."""
    user = User.objects.filter(pk=user_id, is_active=True).first()
    enterprise = get_enterprise(enterprise_id)
    if user is None:
        return None
    if settings.FACE == "customer":
        return get_customer_actor(user, enterprise)
    actor = get_staff_actor(user)
    if actor is None:
        return None
    return replace(
        actor,
        enterprise_id=enterprise_id,
        enterprise_public_id=enterprise.public_id,
        enterprise_name=enterprise.name,
    )


def get_person_actor(user: User) -> Actor:
    """Somebody signed in on the customers' face, outside any enterprise."""
    return Actor(
        kind=ActorKind.CUSTOMER,
        name=user.email,
        user_id=user.pk,
        email=user.email,
        language=user.language,
        time_zone=user.time_zone,
    )
