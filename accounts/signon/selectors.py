"""What the pages of sign-on need to know."""

from django.db.models import QuerySet

from accounts.models import CLIENTS, SignOn, SignOnDomain, SignOnLink
from portal import locator, seals
from portal.actors import Actor
from portal.tenancy import of_enterprise, tenant_scope

RECORD = "_demarc-sign-on"  # the label below a domain at which its proof stands


def find_sign_on(actor: Actor) -> SignOn | None:
    """The enterprise's own, if it has one."""
    return of_enterprise(SignOn.objects, actor).first()


def find_door(handle: str) -> SignOn | None:
    """The sign-on whose door has this address, while it is open; asked outside any enterprise."""
    found = locator.find(locator.SIGN_ON, handle)
    if found is None:
        return None
    with tenant_scope(found.enterprise_id):
        rows = SignOn.objects.filter(enterprise_id=found.enterprise_id, handle=handle, is_active=True)
        return rows.select_related("enterprise").filter(enterprise__is_active=True).first()


def find_door_of(email: str) -> str | None:
    """The address of the door for who has such a mail address, by its proven domain."""
    domain = email.strip().lower().rpartition("@")[2]
    found = locator.find(locator.DOMAIN, domain) if domain else None
    if found is None:
        return None
    with tenant_scope(found.enterprise_id):
        rows = SignOn.objects.filter(enterprise_id=found.enterprise_id, is_active=True)
        is_proven = SignOnDomain.objects.filter(
            enterprise_id=found.enterprise_id, domain=domain, proven_at__isnull=False
        ).exists()
        return rows.values_list("handle", flat=True).first() if is_proven else None


def list_domains(actor: Actor) -> QuerySet[SignOnDomain]:
    return of_enterprise(SignOnDomain.objects, actor).order_by("domain")


def get_domain(actor: Actor, pk: int) -> SignOnDomain | None:
    return list_domains(actor).filter(pk=pk).first()


def has_link(actor: Actor, sign_on: SignOn) -> bool:
    """Whether this person has signed on by the provider as it now is."""
    rows = of_enterprise(SignOnLink.objects, actor).filter(issuer=sign_on.issuer)
    return rows.filter(membership_id=actor.person_id or 0).exists()


def count_links(sign_on: SignOn) -> int:
    return SignOnLink.objects.filter(enterprise_id=sign_on.enterprise_id, issuer=sign_on.issuer).count()


def get_secret(sign_on: SignOn) -> str:
    return seals.unseal(sign_on.sealed_secret, purpose=CLIENTS) if sign_on.sealed_secret else ""
