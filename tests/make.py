"""Builders: the shortest way to a believable thing. Each plays the role that may write it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.utils import timezone

from accounts.models import (
    FACTORS,
    AccessRequest,
    AccessReview,
    Account,
    AccountCode,
    AccountGroup,
    ApiKey,
    ApiKeyAccount,
    Contact,
    Enterprise,
    Grant,
    GroupedAccount,
    Membership,
    Move,
    MoveSide,
    Registration,
    SignOn,
    SignOnDomain,
    StaffAbsence,
    StaffCard,
    StaffMember,
    StaffRole,
    TeamMember,
    User,
)
from billing.models import Charge
from inventory.models import Dlr, Hop, Identifier, NetworkElement, Product, Service, Site, SiteContact, Tie
from orders.models import (
    ActivationCall,
    ActivationSlot,
    ActivationTest,
    Milestone,
    MilestoneKind,
    NotReady,
    Order,
    Takeover,
    TakeoverSide,
    TurnUp,
)
from portal import locator, seals
from portal.models import EnterpriseTerm, Locator
from portal.tenancy import tenant_scope
from tests.faces import as_app, as_staff, inside

PASSWORD = "correct horse battery"
# Hashing is slow on purpose; tests that sign in by password set one.
_numbers = count(1)


def number() -> int:
    return next(_numbers)


def today(zone: str = "America/Chicago") -> date:
    """Which day it is for the enterprises that are made here, or for a person: in UTC it may be tomorrow already."""
    return timezone.localdate(timezone=ZoneInfo(zone))


def enterprise(name: str, **fields: Any) -> Enterprise:
    public_id = fields.pop("public_id", str(200_000 + number()))
    key = _next_enterprise_key()
    made = Enterprise(enterprise_id=key, public_id=public_id, legal_name=name, **fields)
    with inside(made):
        made.save(force_insert=True)
    _remember(locator.row(locator.ENTERPRISE, public_id, enterprise_id=key, is_exclusive=True))
    return made


def _remember(row: Locator) -> None:
    with as_staff():
        locator.remember([row])


def _next_enterprise_key() -> int:
    from django.db import connection

    with as_staff(), connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('accounts_enterprise', 'enterprise_id'))")
        return int(cursor.fetchone()[0])


def account(owner: Enterprise, name: str = "Main", **fields: Any) -> Account:
    fields.setdefault("number", f"5-{number():05d}")
    with inside(owner):
        made = Account.objects.create(enterprise=owner, name=name, **fields)
    _remember(locator.row(locator.ACCOUNT, made.number, enterprise_id=owner.pk, target_id=made.pk, is_exclusive=True))
    return made


def user(email: str, **fields: Any) -> User:
    from allauth.account.models import EmailAddress

    with as_staff():
        made = User(email=email, **{"welcomed_at": timezone.now(), **fields})
        made.set_unusable_password()
        made.save()
        EmailAddress.objects.create(user=made, email=email, verified=True, primary=True)
    return made


def password(person: User, text: str = PASSWORD) -> None:
    with as_app():
        person.set_password(text)
        person.save(update_fields=["password"])


def factor(person: User) -> str:
    """An authenticator app of somebody's; returns its seed."""
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import generate_totp_secret

    seed = generate_totp_secret()
    with as_app():
        sealed = {"secret": seals.seal(seed, purpose=FACTORS)}
        Authenticator.objects.create(user=person, type="totp", data=sealed)
    return str(seed)


def code(seed: str) -> str:
    """What the app shows now: the middle of what is taken, so that a step of the clock changes nothing."""
    from allauth.mfa.totp.internal import auth

    counters = list(auth.yield_hotp_counters_from_time())
    return str(auth.format_hotp_value(auth.hotp_value(seed, counters[len(counters) // 2])))


def member(owner: Enterprise, person: User, name: str, **fields: Any) -> Membership:
    fields.setdefault("seen_on", timezone.now().date())
    with inside(owner):
        made = Membership.objects.create(enterprise=owner, user=person, name=name, **fields)
    _remember(locator.row(locator.PERSON, str(person.pk), enterprise_id=owner.pk, target_id=made.pk))
    return made


def grant(person: Membership, permission: str, on: Account | None = None) -> Grant:
    with inside(person.enterprise):
        return Grant.objects.create(enterprise=person.enterprise, membership=person, permission=permission, account=on)


def group(owner: Enterprise, name: str, *accounts: Account) -> AccountGroup:
    with inside(owner):
        made = AccountGroup.objects.create(enterprise=owner, name=name)
    for each in accounts:
        grouped(made, each)
    return made


def grouped(group: AccountGroup, on: Account) -> GroupedAccount:
    with inside(group.enterprise):
        return GroupedAccount.objects.create(enterprise=group.enterprise, group=group, account=on)


def api_key(
    owner: Enterprise, person: User, *, permissions: Sequence[str] = (), reach: Sequence[Account] = (), **fields: Any
) -> ApiKey:
    """A request of the person's, on some accounts or on all; ``fields`` are of the row."""
    now = timezone.now()
    fields = {
        "name": "Billing robot", "purpose": "Fetches our invoices every night", "contact_email": "robots@x.example",
        "requested_at": now, "expires_at": now + timedelta(days=90), "requested_by_user_id": person.pk, **fields,
    }  # fmt: skip
    with as_app(), tenant_scope(owner.pk):
        member = Membership.objects.get(enterprise=owner, user=person)
        key = ApiKey.objects.create(
            enterprise=owner, owner=member, requested_by=member.name, is_all_accounts=not reach,
            permissions=list(permissions or ("order.view", "billing.view")), **fields,
        )  # fmt: skip
        for each in reach:
            ApiKeyAccount.objects.create(enterprise=owner, key=key, account=each)
    return key


def access_request(member: Membership, permission: str, **fields: Any) -> AccessRequest:
    """What somebody asks their colleagues for."""
    fields = {"asked_at": timezone.now(), **fields}
    with as_app(), tenant_scope(member.enterprise_id):
        return AccessRequest.objects.create(
            enterprise_id=member.enterprise_id, membership=member, permission=permission, **fields
        )


def review(owner: Enterprise) -> AccessReview:
    """An access review of all who are there, begun today."""
    from accounts.reviewing import services
    from portal.actors import system

    with as_app(), tenant_scope(owner.pk):
        return services.begin(actor=system(owner.pk), at=timezone.now())


def house() -> Enterprise:
    """The carrier's own."""
    with as_staff():
        return Enterprise.objects.get(pk=locator.house_id())


def move(source: Enterprise, target: Enterprise, **fields: Any) -> tuple[Move, MoveSide]:
    """A merge that waits for the carrier, as the one that gives has it."""
    now = timezone.now()
    about = {"kind": "merge", "status": "open", "effective_on": now.date() + timedelta(days=30), **fields}
    with as_staff():
        made = Move.objects.create(
            number=f"MOV-2026-{number():05d}", source=source, target=target, made_at=now, **about
        )
    with as_app(), tenant_scope(source.pk):
        side = MoveSide.objects.create(
            enterprise=source, move_id=made.pk, number=made.number, gives=True, is_asker=True, said="agreed",
            other=target.public_id, asked_at=now, **about,
        )  # fmt: skip
    return made, side


def takeover(of: Service, to: Account, **fields: Any) -> tuple[Takeover, TakeoverSide, TakeoverSide]:
    """A service that is offered to another enterprise's account: for the carrier, the giver and the receiver."""
    source, target, now = of.enterprise, to.enterprise, timezone.now()
    made = order(of.account, type="transfer", service=of)
    offered = [
        {"number": of.number, "product": "Wavelength 10 Gbps", "bandwidth": of.bandwidth, "places": ["Denver"],
         "monthly": f"{of.monthly}", "contract_ends_on": None}
    ]  # fmt: skip
    day = now.date() + timedelta(days=9)
    about = {
        "number": made.number, "account": to.number, "services": offered, "effective_on": day, "answer_by_on": day,
        "status": "open", **fields,
    }  # fmt: skip
    with as_staff():
        case = Takeover.objects.create(
            source=source, target=target, order_key=made.pk, account_key=to.pk, made_at=now, **about
        )
    sides = []
    for owner, gives in ((source, True), (target, False)):
        with inside(owner):
            side = TakeoverSide.objects.create(
                enterprise=owner, takeover_id=case.pk, order_key=made.pk if gives else 0, gives=gives, currency="USD",
                other_name="" if gives else source.name, asked_at=now, asked_by=f"Giver of {source.public_id}",
                said="agreed" if gives else "", **about,
            )  # fmt: skip
        sides.append(side)
    return case, *sides


def account_code(on: Account) -> AccountCode:
    """A code by which somebody could prove the account; nobody knows it."""
    now = timezone.now()
    with inside(on.enterprise):
        return AccountCode.objects.create(
            enterprise=on.enterprise, account=on, code_hash="0" * 64, given_to="Somebody", made_at=now,
            made_by="Carol Okafor", until_at=now + timedelta(days=9),
        )  # fmt: skip


def registration(email: str, **fields: Any) -> Registration:
    """What somebody without a sign-in says of an account, to be looked at."""
    fields = {"segment": "enterprise", "number": "5-NONE", "name": "Reg Ister", "proof_kind": "invoice",
              "asked_at": timezone.now(), **fields}  # fmt: skip
    with as_app(), tenant_scope(locator.house_id()):
        return Registration.objects.create(enterprise_id=locator.house_id(), email=email, **fields)


def sign_on(owner: Enterprise, **fields: Any) -> tuple[SignOn, SignOnDomain]:
    """The enterprise's own provider, and a domain that is not proven yet; ``fields`` are of the provider's row."""
    fields = {
        "handle": f"door{owner.public_id}", "name": f"Sign-on of {owner.public_id}", "client_id": "portal",
        "issuer": "https://id.invalid", "changed_at": timezone.now(), **fields,
    }  # fmt: skip
    with as_app(), tenant_scope(owner.pk):
        made = SignOn.objects.create(enterprise=owner, **fields)
        domain = SignOnDomain.objects.create(
            enterprise=owner, domain=f"of-{owner.public_id}.example", token=f"proof-{owner.pk}", added_at=timezone.now()
        )
    row = locator.row(locator.SIGN_ON, made.handle, enterprise_id=owner.pk, target_id=made.pk, is_exclusive=True)
    _remember(row)
    return made, domain


def contact(owner: Enterprise, email: str, **fields: Any) -> Contact:
    fields.setdefault("name", email.split("@")[0])
    with inside(owner):
        return Contact.objects.create(enterprise=owner, email=email, **fields)


def staff(name: str, role: str, **fields: Any) -> User:
    """One of the carrier's people, with card and role."""
    email = fields.pop("email", f"{name.split()[0].lower()}@northvane.example")
    person = user(email, **{k: fields.pop(k) for k in ("language", "time_zone") if k in fields})
    with as_staff():
        card = StaffCard.objects.create(
            name=name, title=role.replace("_", " ").capitalize(), email=email, phone="+1 303 555 0142", languages=["en"]
        )
        StaffMember.objects.create(user=person, card=card, role=StaffRole.objects.get(code=role), **fields)
    return person


def card_of(person: User) -> StaffCard:
    with as_staff():
        return StaffMember.objects.select_related("card").get(user=person).card


def team(owner: Enterprise, person: User, role: str, on: Account | None = None) -> TeamMember:
    card = card_of(person)
    with inside(owner):
        return TeamMember.objects.create(enterprise=owner, card=card, role=role, account=on)


def absence(person: User, deputy: User | None = None, *, first: int = 0, last: int = 3) -> StaffAbsence:
    """They are away from so many days from now until so many, and somebody stands in."""
    deputy = deputy or staff("Dee Deputy", "care_manager", email=f"dee-{number()}@northvane.example")
    day = datetime.combine(date.today(), time.min, UTC)
    with as_staff():
        return StaffAbsence.objects.create(
            card=card_of(person),
            deputy=card_of(deputy),
            starts_at=day + timedelta(days=first),
            ends_at=day + timedelta(days=last + 1),
        )


def product(code: str = "wave-10g", name: str = "Wavelength 10 Gbps", family: str = "wavelength") -> Product:
    with as_staff():
        return Product.objects.get_or_create(code=code, defaults={"name": name, "family": family})[0]


def site(owner: Enterprise, city: str = "Denver", **fields: Any) -> Site:
    fields = {"code": f"S{number():04d}", "name": "Main office", "country": "US", **fields}
    with inside(owner):
        return Site.objects.create(enterprise=owner, city=city, **fields)


def service(on: Account, **fields: Any) -> Service:
    fields = {"number": f"WV-10G-{number():06d}", "product": product(), "status": "active", **fields}
    with inside(on.enterprise):
        return Service.objects.create(enterprise=on.enterprise, account=on, **fields)


def identifier(of: Service, value: str, kind: str = "circuit") -> Identifier:
    with inside(of.enterprise):
        return Identifier.objects.create(enterprise_id=of.enterprise_id, service=of, kind=kind, value=value)


def tie(kind: str, *services: Service) -> None:
    key = f"T-{number():05d}"
    for each in services:
        with inside(each.enterprise):
            Tie.objects.create(enterprise_id=each.enterprise_id, service=each, kind=kind, key=key)


def described(of: Service) -> Service:
    """The same with all that can stand on a service's page: identifiers, a path, a record, a partner's key, a site."""
    with as_staff():
        element = NetworkElement.objects.create(code=f"EDGE-{number():04d}", kind="router", place="Denver")
    identifier(of, f"IPX/{number():06d}/DEN/RNO")
    tie("bundle", of)
    here = {"enterprise_id": of.enterprise_id}
    place = of.a_site or site(of.enterprise)
    with inside(of.enterprise):
        Hop.objects.create(**here, service=of, position=1, element=element, kind="router", place="Denver metro")
        Dlr.objects.create(
            **here, service=of, version=1, issued_on=date(2026, 1, 5), added_at=timezone.now(), added_by="Tess"
        )
        SiteContact.objects.create(**here, site=place, name="Walt Quinn", role="Keys", phone="+1 303 555 0100")
        of.a_site, of.access, of.access_provider = place, "off_net", "Tri-County Telephone"
        of.save(update_fields=["a_site", "access", "access_provider"])
    return of


def order(on: Account, *, milestones: int | list[dict[str, Any]] = 3, **fields: Any) -> Order:
    """An order in progress; ``milestones`` are that many, the first under way, or their fields."""
    today = date.today()
    fields = {
        "number": f"ORD-2026-{40_000 + number():05d}",
        "product": product(),
        "title": "Wave 10 Gbps, Denver to Reno",
        "status": "in_progress",
        "placed_on": today - timedelta(days=30),
        "requested_on": today + timedelta(days=10),
        "committed_on": today + timedelta(days=20),
        "expected_on": today + timedelta(days=20),
        "monthly": Decimal("2850.00"),
        **fields,
    }
    steps = milestones if isinstance(milestones, list) else [{} for _ in range(milestones)]
    kinds = list(MilestoneKind.values)
    with inside(on.enterprise):
        made = Order.objects.create(enterprise=on.enterprise, account=on, **fields)
        for place, step in enumerate(steps, start=1):
            step = {
                "kind": kinds[(place - 1) % len(kinds)],
                "status": "in_progress" if place == 1 else "planned",
                "planned_on": today + timedelta(days=5 * place),
                "expected_on": today + timedelta(days=5 * place),
                **step,
            }
            Milestone.objects.create(enterprise=on.enterprise, order=made, position=place, **step)
    return made


def turned_up(of: Order, engineer: StaffCard, **fields: Any) -> TurnUp:
    """An order that was held once, was tested in a call, and waits for the customer's word."""
    at, name = timezone.now(), f"Eve of {of.enterprise.legal_name}"
    here = {"enterprise": of.enterprise, "order": of}
    starts = at + timedelta(minutes=number())
    when = {"engineer": engineer, "starts_at": starts, "ends_at": starts + timedelta(hours=1)}
    with as_staff():
        slot = ActivationSlot.objects.create(**when, taken_at=at)
    with inside(of.enterprise):
        NotReady.objects.create(
            **here, reason="silent", set_at=at, set_by=name, due_on=at.date(), last_on=at.date(), then="cancel",
            outcome="met", ended_at=at,
        )  # fmt: skip
        call = ActivationCall.objects.create(
            **here, **when, slot=slot, status="done", contact_name=name, contact_phone="1", booked_at=at, booked_by=name
        )
        test = ActivationTest.objects.create(**here, call=call, tested_at=at, tested_by=name, has_passed=True)
        return TurnUp.objects.create(
            **here, **{
                "service": of.service, "test": test, "signed_at": at, "signed_by": name, "ready_on": at.date(),
                "accept_by_on": at.date() + timedelta(days=5), "noticed_at": at, **fields,
            }
        )  # fmt: skip


def agreed(owner: Enterprise, name: str, value: Any, **fields: Any) -> EnterpriseTerm:
    """A term agreed with one customer, as staff write it."""
    fields = {"starts_on": date(2020, 1, 1), "set_by": "Owen Admin", "set_by_user_id": 1, **fields}
    with as_staff(), tenant_scope(owner.pk):
        return EnterpriseTerm.objects.create(enterprise=owner, name=name, value=value, **fields)


def charge(on: Account, amount: str = "100.00", **fields: Any) -> Charge:
    fields = {
        "code": f"CH-{number():06d}",
        "text": "Wavelength 10 Gbps",
        "starts_on": date(2020, 1, 1),
        "amount": Decimal(amount),
        **fields,
    }
    with inside(on.enterprise):
        return Charge.objects.create(enterprise=on.enterprise, account=on, **fields)
