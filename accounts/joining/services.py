"""Requests for access, and registering by oneself.

Granting a request is a change of rights, which settles it. A registration is noted, and looked at afterwards by a
task, so that whoever registers cannot tell from the answer, or its time, what there is.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import selectors, services
from accounts.joining import selectors as asked
from accounts.joining import terms as names
from accounts.models import (
    REGISTRATION_FLOW,
    AccessRequest,
    AccessStatus,
    Account,
    AccountStatus,
    Enterprise,
    Membership,
    Registration,
    RegistrationStatus,
)
from portal import events, locator, registries, seals, terms
from portal.actors import Actor, system
from portal.errors import Refused
from portal.tenancy import of_enterprise, tenant_scope

_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Wish:
    """What somebody asks for: a permission, on which accounts or groups in their words, and what they need it for."""

    permission: str
    places: str = ""
    why: str = ""


@transaction.atomic
def ask(wish: Wish, *, actor: Actor, at: datetime) -> AccessRequest:
    """Ask those who decide for a permission. What waits already is asked for once; the newer words count.

    Raises Refused for what there is not, for what the person holds on all accounts, and beyond
    ``people.access_requests_daily``.
    """
    if wish.permission not in registries.permissions():
        raise Refused(_("There is no such permission."), field="permission")
    assert actor.person_id is not None
    # Held until the end: the same asked twice at the same moment is one request too.
    member = services.lock_member(actor.person_id, actor=actor)
    if selectors.get_permissions(member).get(wish.permission, frozenset()) is None:
        raise Refused(_("You may do this by now. Go back to the page and load it again."), field="permission")
    found = selectors.get_asked(actor, wish.permission)
    if found:
        return _said_again(found, wish, actor=actor, at=at)
    _check_pace(member, actor, at)
    request = AccessRequest.objects.create(
        enterprise_id=member.enterprise_id,
        membership=member,
        permission=wish.permission,
        places=wish.places.strip(),
        why=wish.why.strip(),
        asked_at=at,
    )
    events.record(
        "access.asked",
        subject=request,
        actor=actor,
        at=at,
        person=member.name,
        permission=wish.permission,
        reason=request.why,
    )
    return request


def _said_again(request: AccessRequest, wish: Wish, *, actor: Actor, at: datetime) -> AccessRequest:
    """Other words for what waits already; nobody gets a second mail."""
    before = request.places, request.why
    request.places, request.why = wish.places.strip() or request.places, wish.why.strip() or request.why
    if before != (request.places, request.why):
        request.save(update_fields=["places", "why"])
        person, code = actor.name, request.permission
        events.record(
            "access.asked_again",
            subject=request,
            actor=actor,
            at=at,
            person=person,
            permission=code,
            reason=request.why,
        )
    return request


def _check_pace(member: Membership, actor: Actor, at: datetime) -> None:
    most = terms.value(names.ASKS, on=at.date(), of=selectors.get_enterprise(services.enterprise_of(actor)))
    rows = of_enterprise(AccessRequest.objects, actor).filter(membership=member, asked_at__gt=at - _DAY)
    if rows.count() >= most:
        raise Refused(_("You have asked for a lot today. Write to your administrators, or ask again tomorrow."))


@transaction.atomic
def decline(pk: int, *, answer: str, actor: Actor, at: datetime) -> AccessRequest:
    """Say no, with a word that the asker reads. Raises Refused for one's own, and for what is decided."""
    request = _locked(pk, actor)
    if not asked.may_decide(actor, request):
        raise Refused(_("This request is somebody else's to decide."))
    services.decide(request, AccessStatus.DECLINED, actor=actor, at=at, answer=answer.strip())
    return request


@transaction.atomic
def withdraw(pk: int, *, actor: Actor, at: datetime) -> AccessRequest:
    """Take one's own request back before it is decided."""
    request = _locked(pk, actor)
    if request.membership_id != actor.person_id:
        raise Refused(_("Only who asked can take a request back."))
    services.decide(request, AccessStatus.WITHDRAWN, actor=actor, at=at)
    return request


def _locked(pk: int, actor: Actor) -> AccessRequest:
    rows = selectors.list_access_requests(actor).select_for_update(of=("self",))
    return rows.get(pk=pk)


# --- registering by oneself ------------------------------------------------------------------------

SEAL = "registration"
JUDGE = "accounts.judge_registrations"


@dataclass(frozen=True)
class Applicant:
    """Who registers, for which account, and by which proof."""

    segment: str
    number: str
    name: str
    email: str
    proof_kind: str
    proof: str
    language: str = "en"
    address: str | None = None


@transaction.atomic
def register(applicant: Applicant, *, at: datetime) -> Registration:
    """Note that somebody registers. Nothing of any account is read here: each answer takes the same work."""
    house = selectors.find_house_id()
    with tenant_scope(house):
        made = Registration.objects.create(
            enterprise_id=house,
            segment=applicant.segment,
            number=applicant.number.strip(),
            name=" ".join(applicant.name.split()),
            email=services.clean_email(applicant.email),
            language=applicant.language,
            proof_kind=applicant.proof_kind,
            proof=seals.seal(applicant.proof, purpose=SEAL),
            asked_at=at,
            asked_from=applicant.address,
        )
        events.hint_after_commit(JUDGE, house, made.pk)
    return made


@transaction.atomic
def judge(pk: int, *, at: datetime) -> None:
    """Look at a registration: a link to who proved an unclaimed account, and to all others a mail that says what to do.

    A second run, or one that lost the race for the row, does nothing.
    """
    house = selectors.find_house_id()
    with tenant_scope(house):
        rows = Registration.objects.filter(enterprise_id=house, pk=pk, status=RegistrationStatus.ASKED)
        made = rows.select_for_update(of=("self",)).first()
    if made is None:
        return
    found = _outcome(made, at)
    with tenant_scope(house):
        REGISTRATION_FLOW.require(made.status, found.status)
        made.status, made.place, made.judged_at, made.proof = found.status, found.place, at, ""
        made.save(update_fields=["status", "place", "judged_at", "proof"])
        events.record(
            f"registration.{found.status}",
            subject=made,
            actor=system(house),
            at=at,
            number=made.number,
            email=made.email,
            administrators=found.people,
        )


class Outcome(NamedTuple):
    """What a registration came to, whose account it is, and who of there is named to the applicant."""

    status: RegistrationStatus
    place: str = ""
    people: list[dict[str, str]] = []


_NOTHING = Outcome(RegistrationStatus.MISFIT)


def _outcome(made: Registration, at: datetime) -> Outcome:
    """What it comes to, in the enterprise whose account it names; its journal tells of it."""
    found = locator.find(locator.ACCOUNT, made.number)
    if found is None or found.target_id is None:
        return _NOTHING
    with tenant_scope(found.enterprise_id):
        enterprise, actor = selectors.get_enterprise(found.enterprise_id), system(found.enterprise_id)
        account = of_enterprise(Account.objects, actor).filter(pk=found.target_id).first()
        if account is None or enterprise.is_house or not enterprise.is_active or account.status == AccountStatus.CLOSED:
            return _NOTHING
        if not _is_proven(made, enterprise, account, at):
            events.record("registration.failed", subject=account, actor=actor, at=at, account=account.number)
            return _NOTHING
        return _proven(made, enterprise, account, actor=actor, at=at)


def _is_proven(made: Registration, enterprise: Enterprise, account: Account, at: datetime) -> bool:
    proof = registries.proofs().get(made.proof_kind)
    today = at.astimezone(ZoneInfo(enterprise.time_zone)).date()
    since = registries.months_before(today, terms.value(names.PROOF_MONTHS, on=today, of=enterprise))
    typed = seals.unseal(made.proof, purpose=SEAL)
    return bool(proof and made.segment == enterprise.segment and proof.fits(enterprise.pk, account.pk, typed, since))


def _proven(made: Registration, enterprise: Enterprise, account: Account, *, actor: Actor, at: datetime) -> Outcome:
    people = [{"name": each.name, "email": each.email} for each in selectors.list_administrators(actor)]
    place = enterprise.public_id
    if enterprise.is_holding:
        # It moves to an enterprise of its own, and the link goes out with that.
        claimant = services.Invited(made.email, made.name, language=made.language)
        is_first = services.claim_account(account, claimant, at=at) is not None
        return Outcome(RegistrationStatus.INVITED if is_first else RegistrationStatus.TAKEN)
    if not people and enterprise.is_self_registration_open:
        try:
            services.claim(services.Invited(made.email, made.name, language=made.language), actor=actor, at=at)
            return Outcome(RegistrationStatus.INVITED, place)
        except services.Claimed:
            # Somebody was invited by a person; who, is nobody's business.
            pass
    number, email = account.number, made.email
    events.record("registration.turned_away", subject=account, actor=actor, at=at, account=number, email=email)
    is_closed = not people and not enterprise.is_self_registration_open
    return Outcome(RegistrationStatus.CLOSED if is_closed else RegistrationStatus.TAKEN, place, people)
