"""What changes a customer's sign-on, and who comes in by it."""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import CLIENTS, Enterprise, Membership, SignOn, SignOnDomain, SignOnLink, User
from accounts.signon import selectors
from portal import events, locator, seals
from portal.actors import Actor, ActorKind
from portal.errors import Refused
from portal.tenancy import of_enterprise

_DOMAIN = re.compile(r"(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{0,61}[a-z0-9]")


@dataclass(frozen=True)
class Wish:
    """How the sign-on should be; an empty secret leaves the one there is."""

    name: str
    issuer: str
    client_id: str
    secret: str
    mail_claim: str
    name_claim: str
    factor_values: Sequence[str]
    takes_newcomers: bool
    is_active: bool


@transaction.atomic
def save_sign_on(wish: Wish, *, actor: Actor, at: datetime) -> SignOn:
    """Set up the enterprise's provider, or change it.

    Another issuer has other subjects: the links of the old one count no more. Closing it ends that
    it is required. Raises Refused for newcomers without a proven domain.
    """
    if wish.takes_newcomers and not selectors.list_domains(actor).filter(proven_at__isnull=False).exists():
        raise Refused(_("Prove a mail domain first: newcomers are known by it."), field="takes_newcomers")
    enterprise = _locked(actor)
    found = selectors.find_sign_on(actor)
    sign_on = found or SignOn(enterprise=enterprise, handle=_handle())
    before = found.issuer if found else ""
    for name in ("name", "issuer", "client_id", "mail_claim", "name_claim", "takes_newcomers", "is_active"):
        setattr(sign_on, name, getattr(wish, name))
    sign_on.factor_values, sign_on.changed_at = list(wish.factor_values), at
    if wish.secret or before != wish.issuer:
        sign_on.sealed_secret = seals.seal(wish.secret, purpose=CLIENTS) if wish.secret else ""
    if found:
        written = ["name", "issuer", "client_id", "mail_claim", "name_claim", "takes_newcomers", "is_active"]
        sign_on.save(update_fields=[*written, "factor_values", "changed_at", "sealed_secret"])
    else:
        sign_on.save()
        row = locator.row(
            locator.SIGN_ON, sign_on.handle, enterprise_id=enterprise.pk, target_id=sign_on.pk, is_exclusive=True
        )
        locator.remember([row])
    if enterprise.is_sign_on_required and (not wish.is_active or before != wish.issuer):
        _require(enterprise, False)
    facts: dict[str, Any] = {
        "name": sign_on.name,
        "issuer": sign_on.issuer,
        "newcomers": wish.takes_newcomers,
        "open": wish.is_active,
    }
    events.record("sign_on.saved", subject=sign_on, actor=actor, at=at, **facts)
    return sign_on


def _handle() -> str:
    return "".join(secrets.choice("abcdefghijkmnpqrstuvwxyz23456789") for _place in range(12))


def _locked(actor: Actor) -> Enterprise:
    """The enterprise's row is the lock of all about its sign-on."""
    return of_enterprise(Enterprise.objects, actor).select_for_update(of=("self",)).get()


def _require(enterprise: Enterprise, wanted: bool) -> None:
    enterprise.is_sign_on_required = wanted
    enterprise.save(update_fields=["is_sign_on_required"])


@transaction.atomic
def require_sign_on(wanted: bool, *, actor: Actor, at: datetime) -> None:
    """Let people in by the provider alone, or by their password too.

    Raises Refused before the administrator has come in by it themselves: a mistake in it would
    lock all of them out. Administrators who show a second factor of the portal's still come in,
    to repair it.
    """
    enterprise = _locked(actor)
    sign_on = selectors.find_sign_on(actor)
    if sign_on is None or not sign_on.is_active:
        raise Refused(_("Set the provider up first."))
    if wanted and not selectors.has_link(actor, sign_on):
        raise Refused(_("Sign in by it yourself first, so that it is known to work."))
    if enterprise.is_sign_on_required != wanted:
        _require(enterprise, wanted)
        kind = "sign_on.required" if wanted else "sign_on.released"
        events.record(kind, subject=sign_on, actor=actor, at=at, name=sign_on.name)


# --- domains -------------------------------------------------------------------------------------


@transaction.atomic
def add_domain(domain: str, *, actor: Actor, at: datetime) -> SignOnDomain:
    """Name a mail domain; it counts once it is proven. Raises Refused without a provider, and for one that is named."""
    _locked(actor)
    sign_on = selectors.find_sign_on(actor)
    domain = domain.strip().lower().rstrip(".")
    if sign_on is None:
        raise Refused(_("Set the provider up first."))
    if not _DOMAIN.fullmatch(domain):
        raise Refused(_("This is no domain, as acme.example."), field="domain")
    if selectors.list_domains(actor).filter(domain=domain).exists():
        raise Refused(_("This domain is in the list already."), field="domain")
    made = SignOnDomain.objects.create(
        enterprise_id=sign_on.enterprise_id, domain=domain, token=secrets.token_urlsafe(24), added_at=at
    )
    events.record("sign_on.domain_added", subject=sign_on, actor=actor, at=at, domain=domain)
    return made


@transaction.atomic
def check_domain(pk: int, *, texts_of: Callable[[str], list[str]], actor: Actor, at: datetime) -> SignOnDomain:
    """Look for the record that proves a domain. Raises Refused where it is not there, or is another enterprise's."""
    found = of_enterprise(SignOnDomain.objects, actor).select_for_update(of=("self",)).get(pk=pk)
    sign_on = selectors.find_sign_on(actor)
    if found.proven_at or sign_on is None:
        return found
    if found.token not in texts_of(f"{selectors.RECORD}.{found.domain}"):
        raise Refused(
            _("The record is not there yet."),
            way_out=_("DNS takes up to a day. Nothing was changed; check again later."),
        )
    row = locator.row(
        locator.DOMAIN, found.domain, enterprise_id=found.enterprise_id, target_id=found.pk, is_exclusive=True
    )
    try:
        with transaction.atomic():
            locator.remember([row])
    except IntegrityError as error:
        known = locator.find(locator.DOMAIN, found.domain)
        if known is None or known.enterprise_id != found.enterprise_id:
            raise _elsewhere() from error
    found.proven_at = at
    found.save(update_fields=["proven_at"])
    events.record("sign_on.domain_proven", subject=sign_on, actor=actor, at=at, domain=found.domain)
    return found


def _elsewhere() -> Refused:
    return Refused(_("Another enterprise has proven this domain. Call us, and we will sort it out."))


@transaction.atomic
def remove_domain(pk: int, *, actor: Actor, at: datetime) -> None:
    """It leads nobody here from now on. Raises Refused for the last by which newcomers are known."""
    found = of_enterprise(SignOnDomain.objects, actor).select_for_update(of=("self",)).get(pk=pk)
    sign_on = selectors.find_sign_on(actor)
    others = selectors.list_domains(actor).exclude(pk=pk).filter(proven_at__isnull=False)
    if found.proven_at and sign_on and sign_on.takes_newcomers and not others.exists():
        raise Refused(_("Newcomers are known by this domain. First let nobody new in."))
    found.delete()
    events.record("sign_on.domain_removed", subject=sign_on or found, actor=actor, at=at, domain=found.domain)


# --- coming in -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Entered:
    """Who came in, and whether their provider says that they showed a second factor."""

    user: User
    has_factor: bool


@transaction.atomic
def enter(sign_on: SignOn, claims: Mapping[str, Any], *, user: User | None, at: datetime) -> Entered:
    """Who these claims are, in the sign-on's enterprise and its scope; ``user`` has shown a password of ours.

    A subject is known by its link alone. It is made by who is signed in and belongs here, or for
    somebody new, where the enterprise takes newcomers and their address is of a domain it has
    proven. An address never leads to a person who was here before. Raises Refused for all others.
    """
    here = {"enterprise_id": sign_on.enterprise_id, "issuer": sign_on.issuer}
    subject = str(claims["sub"])[:255]
    link = SignOnLink.objects.filter(**here, subject=subject).select_related("user", "membership").first()
    if link is None:
        link = _link(sign_on, subject, user, at=at) if user else _join(sign_on, subject, claims, at=at)
    if user is not None and link.user_id != user.pk:
        raise Refused(_("This sign-on belongs to somebody else here. Sign out, and begin anew."))
    if link.membership.status != Membership.Status.ACTIVE or not link.user.is_active:
        raise Refused(_("You are no longer active here. Ask your company's administrator."))
    SignOnLink.objects.filter(enterprise_id=sign_on.enterprise_id, pk=link.pk).update(last_used_at=at)
    return Entered(link.user, _has_factor(sign_on, claims))


@transaction.atomic
def forget_link(email: str, *, actor: Actor, at: datetime) -> None:
    """Somebody's identity at the provider is another from now on: they link the new one with their password.

    Raises Refused for an address of nobody who has signed on.
    """
    sign_on = selectors.find_sign_on(actor)
    links = of_enterprise(SignOnLink.objects, actor).filter(user__email=email.strip().lower())
    found = links.select_related("membership").first()
    if sign_on is None or found is None:
        raise Refused(_("Nobody with this address has signed on."), field="email")
    links.delete()
    events.record(
        "sign_on.forgotten",
        subject=sign_on,
        actor=actor,
        at=at,
        person=found.membership.name,
        member=found.membership_id,
    )


def _has_factor(sign_on: SignOn, claims: Mapping[str, Any]) -> bool:
    methods = claims.get("amr")
    said = {str(each) for each in methods} if isinstance(methods, list) else set()
    return bool({*said, str(claims.get("acr", ""))} & set(sign_on.factor_values))


def _link(sign_on: SignOn, subject: str, user: User, *, at: datetime) -> SignOnLink:
    members = Membership.objects.filter(enterprise_id=sign_on.enterprise_id, status=Membership.Status.ACTIVE)
    member = members.filter(user_id=user.pk).first()
    if member is None:
        raise Refused(_("You do not belong to this company here. Ask its administrator."))
    known = SignOnLink.objects.filter(enterprise_id=sign_on.enterprise_id, issuer=sign_on.issuer, membership=member)
    if known.exists():
        raise Refused(_("You have signed on as somebody else before. Ask your company's administrator."))
    return _made(sign_on, subject, member, "sign_on.linked", at=at)


def _join(sign_on: SignOn, subject: str, claims: Mapping[str, Any], *, at: datetime) -> SignOnLink:
    email = str(claims.get(sign_on.mail_claim, "")).strip().lower()
    unknown = Refused(
        _("Your company's sign-on does not know you here yet."),
        way_out=_("If you have a password here, sign in with it, and come back to this door: it links the two."),
    )
    domains = SignOnDomain.objects.filter(enterprise_id=sign_on.enterprise_id, proven_at__isnull=False)
    is_ours = email.count("@") == 1 and domains.filter(domain=email.rpartition("@")[2]).exists()
    if not sign_on.takes_newcomers or not is_ours or claims.get("email_verified") is False:
        raise unknown
    # Whoever has this address has rights that a company's provider cannot give away.
    if User.objects.filter(email=email).exists() or EmailAddress.objects.filter(email=email).exists():
        raise unknown
    enterprise = sign_on.enterprise
    user = User.objects.create_user(email, language=enterprise.language, time_zone=enterprise.time_zone)
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    name = " ".join(str(claims.get(sign_on.name_claim) or email.partition("@")[0]).split())[:200]
    member = Membership.objects.create(enterprise=enterprise, user=user, name=name, joined_at=at)
    row = locator.row(locator.PERSON, str(user.pk), enterprise_id=enterprise.pk, target_id=member.pk)
    locator.remember([row])
    return _made(sign_on, subject, member, "sign_on.joined", at=at)


def _made(sign_on: SignOn, subject: str, member: Membership, kind: str, *, at: datetime) -> SignOnLink:
    link = SignOnLink.objects.create(
        enterprise_id=sign_on.enterprise_id,
        issuer=sign_on.issuer,
        subject=subject,
        user_id=member.user_id,
        membership=member,
        linked_at=at,
    )
    actor = Actor(ActorKind.CUSTOMER, member.name, sign_on.enterprise_id, user_id=member.user_id, person_id=member.pk)
    events.record(kind, subject=sign_on, actor=actor, at=at, person=member.name, member=member.pk)
    return link
