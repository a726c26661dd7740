"""What changes services."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account
from inventory import rules, selectors
from inventory.models import (
    SERVICE_FLOW,
    Dlr,
    Hop,
    Identifier,
    IdentifierKind,
    Product,
    Service,
    ServiceStatus,
    Site,
    Tie,
)
from inventory.permissions import Permission
from portal import events, files, numbers
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise, within_accounts


@transaction.atomic
def activate_service(service_id: int, *, actor: Actor, on: date, at: datetime) -> Service:
    """Put a service into use from a day on: service commencement, from which it may be billed.

    Raises IllegalMove unless the service is being delivered.
    """
    service = of_enterprise(Service.objects, actor).select_for_update(of=("self",)).get(pk=service_id)
    SERVICE_FLOW.require(service.status, ServiceStatus.ACTIVE)
    service.status, service.started_on = ServiceStatus.ACTIVE, on
    service.save(update_fields=["status", "started_on"])
    events.record("service.activated", subject=service, actor=actor, at=at, service=service.number, on=on)
    return service


@transaction.atomic
def plan_service(*, account: Account, product: Product, actor: Actor, at: datetime, **fields: Any) -> Service:
    """Enter a service that is to be delivered; ``fields`` are further columns of Service."""
    service = Service.objects.create(
        enterprise_id=account.enterprise_id,
        account=account,
        product=product,
        number=numbers.take("service", year=at.year),
        **fields,
    )
    events.record("service.planned", subject=service, actor=actor, at=at, service=service.number)
    return service


def enter_site(actor: Actor, address: Mapping[str, str], *, at: datetime) -> Site:
    """The customer's site at an address (name, street, city, region, postcode, country), entered if it is new."""
    assert actor.enterprise_id is not None
    known = of_enterprise(Site.objects, actor).filter(**address).order_by("pk").first()
    code = "" if known else numbers.take("site", year=at.year)
    return known or Site.objects.create(enterprise_id=actor.enterprise_id, code=code, **address)


def lock_service(service_id: int, *, actor: Actor, permission: str) -> Service:
    """A service, locked: its row is the lock of all that is asked of it. Raises DoesNotExist out of reach."""
    rows = within_accounts(of_enterprise(Service.objects, actor), actor, permission)
    return rows.select_related("account", "product").select_for_update(of=("self",)).get(pk=service_id)


def lock_whole(service_id: int, *, actor: Actor) -> Service:
    """The same for what an order does on its day, whoever brings that about."""
    rows = of_enterprise(Service.objects, actor).select_related("account", "product")
    return rows.select_for_update(of=("self",)).get(pk=service_id)


def end_later(service: Service, *, on: date, actor: Actor, at: datetime) -> None:
    """A disconnect is asked for: the service stops on a day. The caller has locked it."""
    SERVICE_FLOW.require(service.status, ServiceStatus.ENDING)
    service.status, service.ended_on = ServiceStatus.ENDING, on
    service.save(update_fields=["status", "ended_on"])
    events.record("service.ending", subject=service, actor=actor, at=at, service=service.number, on=on)


def keep(service: Service, *, state: ServiceStatus) -> None:
    """The disconnect is taken back; the order that asked for it says so. The caller has locked it."""
    if service.status != ServiceStatus.ENDING:
        return
    SERVICE_FLOW.require(service.status, state)
    service.status, service.ended_on = state, None
    service.save(update_fields=["status", "ended_on"])


def give_up(service: Service, *, on: date) -> None:
    """What was planned is not delivered; the order that asked for it says so. The caller has locked it."""
    SERVICE_FLOW.require(service.status, ServiceStatus.TERMINATED)
    service.status, service.ended_on = ServiceStatus.TERMINATED, on
    service.save(update_fields=["status", "ended_on"])


def end(service: Service, *, on: date, actor: Actor, at: datetime) -> None:
    """The service is no more from a day on. The caller has locked it."""
    SERVICE_FLOW.require(service.status, ServiceStatus.TERMINATED)
    service.status, service.ended_on = ServiceStatus.TERMINATED, on
    service.save(update_fields=["status", "ended_on"])
    events.record("service.terminated", subject=service, actor=actor, at=at, service=service.number, on=on)


# --- to another enterprise ------------------------------------------------------------------------------

# What a service is, and not what was with it: its history, its papers and the customer's own names stay.
_CARRIED = (
    "number", "product_id", "bandwidth", "status", "access", "access_provider", "a_nid", "a_demarcation", "z_nid",
    "z_demarcation", "monthly", "term_months", "contract_ends_on",
)  # fmt: skip
_PLACE = ("code", "name", "street", "city", "region", "postcode", "country", "latitude", "longitude")


@dataclass(frozen=True)
class Given:
    """What of a service goes along when another enterprise takes it over."""

    fields: Mapping[str, Any]
    places: Mapping[str, Mapping[str, Any]]  # by the field of the service that names it
    identifiers: Sequence[tuple[str, str]]
    ties: Sequence[tuple[str, str]]
    hops: Sequence[Mapping[str, Any]]


def describe(service: Service, *, actor: Actor) -> Given:
    """A service as another enterprise gets it. The caller has locked it."""
    identifiers = of_enterprise(Identifier.objects, actor).filter(service=service)
    identifiers = identifiers.exclude(kind=IdentifierKind.CUSTOMER)
    ties = of_enterprise(Tie.objects, actor).filter(service=service)
    hops = of_enterprise(Hop.objects, actor).filter(service=service).order_by("position")
    sites = {"a_site": service.a_site, "z_site": service.z_site}
    return Given(
        fields={name: getattr(service, name) for name in _CARRIED},
        places={name: {each: getattr(site, each) for each in _PLACE} for name, site in sites.items() if site},
        identifiers=list(identifiers.order_by("pk").values_list("kind", "value")),
        ties=list(ties.order_by("pk").values_list("kind", "key")),
        hops=list(hops.values("position", "element_id", "kind", "place")),
    )


def give_away(service: Service, *, on: date, order: str, actor: Actor, at: datetime) -> None:
    """The service is another enterprise's from a day on; the row stays, with its history. The caller has locked it."""
    SERVICE_FLOW.require(service.status, ServiceStatus.TERMINATED)
    service.status, service.ended_on = ServiceStatus.TERMINATED, max(on, service.started_on or on)
    service.save(update_fields=["status", "ended_on"])
    events.record("service.given", subject=service, actor=actor, at=at, service=service.number, order=order, on=on)


def take_in(given: Given, *, account: Account, on: date, order: str, actor: Actor, at: datetime) -> Service:
    """A service that comes from another enterprise, with a history of its own from a day on.

    One that comes back finds its former row under a number that it frees. Raises Refused where the
    enterprise has another service of that number in use.
    """
    _free_number(str(given.fields["number"]), actor)
    places = {name: _same_place(place, actor, at) for name, place in given.places.items()}
    service = Service.objects.create(
        enterprise_id=account.enterprise_id, account=account, started_on=on, **given.fields, **places
    )
    owner: dict[str, Any] = {"enterprise_id": account.enterprise_id, "service": service}
    Identifier.objects.bulk_create(Identifier(**owner, kind=kind, value=value) for kind, value in given.identifiers)
    Tie.objects.bulk_create(Tie(**owner, kind=kind, key=key) for kind, key in given.ties)
    Hop.objects.bulk_create(Hop(**owner, **hop) for hop in given.hops)
    events.record(
        "service.taken_over", subject=service, actor=actor, at=at, service=service.number, order=order, on=on,
        account=account.number,
    )  # fmt: skip
    return service


def keep_former(pk: int, enterprise_id: int, account_id: int) -> int:
    """What an enterprise has of a service that is another's while its own orders and charges name it; its key.

    The owner's, in a move of accounts: a row that has ended, with what it is called and nothing of its later days.
    """
    service = Service.objects.get(pk=pk)
    known = Service.objects.filter(enterprise_id=enterprise_id, number=service.number).first()
    made = known or Service.objects.create(
        enterprise_id=enterprise_id, account_id=account_id, number=service.number, product_id=service.product_id,
        status=ServiceStatus.TERMINATED, started_on=service.started_on, ended_on=service.ended_on,
    )  # fmt: skip
    return int(made.pk)


def make_way(accounts: Sequence[int], enterprise_id: int) -> None:
    """Former selves give their numbers up, where accounts come back with the service or to it; the owner's."""
    coming = Service.objects.filter(account_id__in=accounts)
    there = Service.objects.filter(enterprise_id=enterprise_id).exclude(account_id__in=accounts)
    over = there.filter(status=ServiceStatus.TERMINATED, number__in=coming.values("number"))
    late = coming.filter(
        status=ServiceStatus.TERMINATED,
        number__in=there.exclude(status=ServiceStatus.TERMINATED).values("number"),
    )
    for former in [*over.order_by("pk"), *late.order_by("pk")]:
        _give_number_up(former)


def _free_number(number: str, actor: Actor) -> None:
    before = of_enterprise(Service.objects, actor).select_for_update(of=("self",)).filter(number=number).first()
    if before is None:
        return
    if before.status != ServiceStatus.TERMINATED:
        raise Refused(_("There is a service of the number %(number)s already.") % {"number": number})
    _give_number_up(before)


def _give_number_up(before: Service) -> None:
    number = before.number
    owner: dict[str, Any] = {"enterprise_id": before.enterprise_id, "service": before}
    Identifier.objects.get_or_create(**owner, kind=IdentifierKind.FORMER, value=number)
    before.number = f"~{before.pk}"
    before.save(update_fields=["number"])


def _same_place(place: Mapping[str, Any], actor: Actor, at: datetime) -> Site:
    """The customer's own site at the address, or a new one; its key is another where theirs is elsewhere."""
    mine = of_enterprise(Site.objects, actor)
    address = {name: place[name] for name in ("street", "city", "postcode", "country")}
    known = mine.filter(**address).order_by("pk").first()
    if known:
        return known
    code = numbers.take("site", year=at.year) if mine.filter(code=place["code"]).exists() else place["code"]
    assert actor.enterprise_id is not None
    return Site.objects.create(enterprise_id=actor.enterprise_id, **{**place, "code": code})


# --- the customer's own name -------------------------------------------------------------------------


class Renamed(Refused):
    """Somebody else has given the service another name since the page was loaded."""

    def __init__(self, service: Service) -> None:
        super().__init__(
            _("%(number)s is called “%(alias)s” by now.") % {"number": service.number, "alias": service.alias or "—"},
            way_out=_("Nothing was changed. Look at it, and save yours again if it still holds."),
            field="alias",
        )
        self.service = service


@dataclass(frozen=True)
class NewName:
    """A name to be given to a service, in place of the one that was seen; "" takes it away."""

    service_id: int
    alias: str
    seen: str | None = None


def rename_service(service_id: int, alias: str, *, seen: str | None = None, actor: Actor, at: datetime) -> Service:
    """Give a service the customer's own name, by which it is found from then on; "" takes it away.

    Raises Refused for what is no name, Renamed where it is not called any more what was ``seen``,
    and Service.DoesNotExist where the actor may not name it.
    """
    return rename_services([NewName(service_id, alias, seen)], actor=actor, at=at)[0]


@transaction.atomic
def rename_services(names: Sequence[NewName], *, actor: Actor, at: datetime) -> list[Service]:
    """The same for many, all or none: one event each; what is called so already is left as it is."""
    # Locked by their keys' order, so that two files at once wait for one another.
    rows = _to_name(actor).filter(pk__in=[each.service_id for each in names]).order_by("pk")
    found = {service.pk: service for service in rows.select_for_update(of=("self",))}
    if len(found) < len({each.service_id for each in names}):
        raise Service.DoesNotExist
    for name in names:
        _rename(found[name.service_id], name, actor=actor, at=at)
    return [found[each.service_id] for each in names]


def _to_name(actor: Actor) -> QuerySet[Service]:
    return within_accounts(of_enterprise(Service.objects, actor), actor, Permission.SERVICE_RENAME)


def _rename(service: Service, name: NewName, *, actor: Actor, at: datetime) -> None:
    alias, before = _alias(name.alias), service.alias
    if alias == before:
        return
    if name.seen is not None and name.seen != before:
        raise Renamed(service)
    service.alias = alias
    service.save(update_fields=["alias"])
    events.record(
        "service.renamed", subject=service, actor=actor, at=at, service=service.number, before=before, name=alias
    )


def _alias(text: str) -> str:
    try:
        alias = rules.one_line(text)
    except ValueError:
        raise Refused(_("This holds characters that cannot be shown. Type it by hand."), field="alias") from None
    if len(alias) > rules.ALIAS_LENGTH:
        most = {"most": rules.ALIAS_LENGTH}
        raise Refused(_("A name has at most %(most)s characters.") % most, field="alias")
    return alias


# --- its papers ------------------------------------------------------------------------------------------


@transaction.atomic
def add_dlr(
    service_id: int,
    upload: files.Accepted,
    *,
    issued_on: date,
    note: str = "",
    actor: Actor,
    at: datetime,
) -> Dlr:
    """Add the next version of a service's design layout record; the earlier ones stay.

    Raises Refused for a day to come or before the last version's, and beyond what files may be kept.
    """
    # The service's row is the lock: two versions at once must not bear the same number.
    service = selectors.list_services(actor).select_for_update(of=("self",)).get(pk=service_id)
    earlier = of_enterprise(Dlr.objects, actor).filter(service=service)
    last = earlier.aggregate(version=Max("version"), issued_on=Max("issued_on"))
    # Today is where the reader is.
    if issued_on > timezone.localtime(at).date():
        raise Refused(_("This day is yet to come."), field="issued_on")
    if last["issued_on"] and issued_on < last["issued_on"]:
        raise Refused(_("The version before is of a later day."), field="issued_on")
    dlr = Dlr.objects.create(
        enterprise_id=service.enterprise_id,
        service=service,
        version=(last["version"] or 0) + 1,
        issued_on=issued_on,
        note=note,
        added_at=at,
        added_by=actor.name,
    )
    files.keep(dlr, [upload], actor=actor, at=at)
    events.record(
        "service.dlr_added", subject=dlr, actor=actor, at=at, service=service.number, version=dlr.version, note=note
    )
    return dlr
