"""What customers have in use, as each actor may see it."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from accounts.models import Account
from inventory import rules
from inventory.models import (
    Dlr,
    Hop,
    Identifier,
    Product,
    ProductQuestion,
    Service,
    ServiceStatus,
    Site,
    SiteContact,
    Tie,
    TieKind,
)
from inventory.permissions import Permission
from inventory.terms import MOST_AHEAD
from portal import identifiers, terms
from portal.actors import Actor
from portal.models import StoredFile
from portal.reading import joined, the_one
from portal.tenancy import of_enterprise, within_accounts

_WHOLE = ("product", "a_site", "z_site")


def in_use(families: Collection[str]) -> Exists:
    """That an enterprise has a service of one of the families, as a condition on rows of enterprises."""
    services = Service.objects.filter(enterprise_id=OuterRef("pk"), product__family__in=sorted(families))
    return Exists(services.exclude(status=ServiceStatus.TERMINATED))


def list_services(actor: Actor) -> QuerySet[Service]:
    """The services on the actor's accounts."""
    return _joined(_within(actor, Permission.SERVICE_VIEW))


def list_services_whole(actor: Actor) -> QuerySet[Service]:
    """The same with all that a file of them tells: every identifier, and what is tied to each, within reach."""
    names = of_enterprise(Identifier.objects, actor).order_by("kind", "value")
    return list_services(actor).prefetch_related(
        Prefetch("identifiers", queryset=names), Prefetch("ties", queryset=_ties_with_others(actor))
    )


def list_named_services(actor: Actor) -> QuerySet[Service]:
    """Those that the actor may give names of their own."""
    return _joined(_within(actor, Permission.SERVICE_RENAME))


def _joined(services: QuerySet[Service]) -> QuerySet[Service]:
    return joined(services, "account", *Account.BRIEF).select_related(*_WHOLE)


def _within(actor: Actor, permission: str) -> QuerySet[Service]:
    return within_accounts(of_enterprise(Service.objects, actor), actor, permission)


def get_service(actor: Actor, pk: int) -> Service | None:
    """One service by its key, or None where the actor has no such service."""
    return the_one(list_services(actor).filter(pk=pk))


def get_number(actor: Actor, pk: int) -> str | None:
    """What stands in the address of a service's page, or None out of reach."""
    return str(pk) if _within(actor, Permission.SERVICE_VIEW).filter(pk=pk).exists() else None


# --- found by what people quote ------------------------------------------------------------------------


def by_identifier(rows: QuerySet[Service], typed: str) -> QuerySet[Service]:
    """Of these services those that any identifier names; what is long enough may be its beginning alone."""
    text = identifiers.cleaned(typed)
    if not text:
        return rows.none()
    # Each by its own index: one condition on all of them at once would read every service.
    own = [Service.objects.filter(_is(name, text)).values("pk") for name in ("number_key", "alias_key")]
    other = Identifier.objects.filter(_is("value_key", text)).values("service_id")
    return rows.filter(pk__in=own[0].union(own[1], other))


def _is(name: str, text: str) -> Q:
    if sum(character.isalnum() for character in text) >= identifiers.SHORTEST_BEGINNING:
        return identifiers.begins_with(name, text)
    return identifiers.is_one_of(name, identifiers.spellings(text))


@dataclass(frozen=True)
class Named:
    """A service that was found, and by which further identifier, if by one."""

    service: Service
    by: Identifier | None = None


def find_services(actor: Actor, typed: str, *, most: int) -> list[Named]:
    """Services by any of their identifiers: those that have it whole, else those that begin so."""
    is_outside = actor.enterprise_id is None
    found = _find(actor, typed, most=most, is_whole=True)
    return found if found or is_outside else _find(actor, typed, most=most, is_whole=False)


def _find(actor: Actor, typed: str, *, most: int, is_whole: bool) -> list[Named]:
    services = list_services(actor).select_related("enterprise")
    own = identifiers.find(services, ["number_key", "alias_key"], typed, most=most, is_whole=is_whole)
    names = within_accounts(
        of_enterprise(Identifier.objects, actor), actor, Permission.SERVICE_VIEW, path="service__account_id"
    ).select_related("service__enterprise", *(f"service__{each}" for each in _WHOLE))
    names = joined(names, "service__account", *Account.BRIEF)
    found = {each.pk: Named(each) for each in own}
    for name in identifiers.find(names, ["value_key"], typed, most=most, is_whole=is_whole):
        found.setdefault(name.service_id, Named(name.service, name))
    return list(found.values())[:most]


def resolve_numbers(rows: QuerySet[Service], typed: Iterable[str]) -> dict[str, list[Service]]:
    """The services among ``rows`` that each of the texts names whole, in any spelling; three queries for all."""
    texts = [text for text in {each.strip() for each in typed} if identifiers.cleaned(text)]
    keys = _plain_spellings(texts)
    found: dict[str, dict[int, Service]] = {}
    for name in ("number_key", "alias_key"):
        for service in rows.filter(**{f"{name}__in": list(keys)}):
            found.setdefault(getattr(service, name), {})[service.pk] = service
    names = Identifier.objects.filter(value_key__in=list(keys)).values_list("value_key", "service_id")
    by_service: dict[int, list[str]] = {}
    for key, pk in names:
        by_service.setdefault(pk, []).append(key)
    for service in rows.filter(pk__in=list(by_service)):
        for key in by_service[service.pk]:
            found.setdefault(key, {})[service.pk] = service
    return {text: list(found.get(key, {}).values()) for key, meant in keys.items() for text in meant}


def _plain_spellings(texts: Iterable[str]) -> dict[str, list[str]]:
    """The texts by their plain spelling, as the database spells them."""
    keys: dict[str, list[str]] = {}
    for text in texts:
        keys.setdefault(identifiers.plain(text), []).append(text)
    keys.pop("", None)
    return keys


def in_country(rows: QuerySet[Service], code: str) -> QuerySet[Service]:
    """Those with an end in a country, by its two letters."""
    return _at_sites(rows, Site.objects.filter(country=code))


def at_place(rows: QuerySet[Service], typed: str) -> QuerySet[Service]:
    """Those with an end at a site whose key, name or city has these words."""
    places = Q(code__iexact=typed) | Q(name__icontains=typed) | Q(city__icontains=typed)
    return _at_sites(rows, Site.objects.filter(places))


def _at_sites(rows: QuerySet[Service], sites: QuerySet[Site]) -> QuerySet[Service]:
    keys = sites.values("pk")
    return rows.filter(Q(a_site_id__in=keys) | Q(z_site_id__in=keys))


# --- the service's page ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class Mate:
    """A service that is tied to another one, and how."""

    kind: str
    service: Service

    @property
    def label(self) -> str:
        return str(TieKind(self.kind).label)


@dataclass(frozen=True)
class Record:
    """A version of the design layout record, with its file."""

    dlr: Dlr
    files: list[StoredFile] = field(default_factory=list)


def list_identifiers(actor: Actor, service: Service) -> QuerySet[Identifier]:
    """By what else the service is called."""
    return of_enterprise(Identifier.objects, actor).filter(service=service).order_by("kind", "value")


def list_mates(actor: Actor, service: Service) -> list[Mate]:
    """What is diverse from the service or belongs together with it, within the actor's reach; diverse ones first."""
    ties = of_enterprise(Tie.objects, actor).filter(service=service, enterprise_id=OuterRef("enterprise_id"))
    same = Exists(ties.filter(kind=OuterRef("kind"), key=OuterRef("key")))
    others = within_accounts(
        of_enterprise(Tie.objects, actor), actor, Permission.SERVICE_VIEW, path="service__account_id"
    )
    others = others.filter(same, enterprise_id=service.enterprise_id).exclude(service=service)
    found = others.select_related("service__product").only(
        "kind", "enterprise_id", *(f"service__{name}" for name in ("number", "alias", "account_id", "product__name"))
    )
    found = found.order_by("-kind", "service__number")
    return [Mate(kind, other) for (kind, _pk), other in {(t.kind, t.service_id): t.service for t in found}.items()]


def _ties_with_others(actor: Actor) -> QuerySet[Tie]:
    """Ties, each with the numbers of the ``others`` that it binds."""
    same = within_accounts(
        of_enterprise(Tie.objects, actor), actor, Permission.SERVICE_VIEW, path="service__account_id"
    ).filter(enterprise_id=OuterRef("enterprise_id"), kind=OuterRef("kind"), key=OuterRef("key"))
    numbers = same.exclude(service_id=OuterRef("service_id")).order_by("service__number").values("service__number")
    ties: QuerySet[Tie] = of_enterprise(Tie.objects, actor).annotate(others=ArraySubquery(numbers))
    return ties


def list_hops(actor: Actor, service: Service) -> QuerySet[Hop]:
    """What the service rides on, from A to Z; the carrier's own names of it for staff alone."""
    found = of_enterprise(Hop.objects, actor).filter(service=service).order_by("position")
    return found.select_related("element") if actor.is_staff else found


def list_site_contacts(actor: Actor, service: Service) -> list[SiteContact]:
    """Whom to meet at the service's ends, A first."""
    sites = [each for each in dict.fromkeys((service.a_site_id, service.z_site_id)) if each]
    found = list(of_enterprise(SiteContact.objects, actor).filter(site_id__in=sites)) if sites else []
    for each in found:
        each.site = service.a_site if each.site_id == service.a_site_id else service.z_site
    return sorted(found, key=lambda each: (sites.index(each.site_id), each.position))


def list_records(actor: Actor, service: Service) -> list[Record]:
    """The versions of the design layout record, the latest first, each with its file."""
    dlrs = list(of_enterprise(Dlr.objects, actor).filter(service=service).order_by("-version"))
    kept = of_enterprise(StoredFile.objects, actor).filter(
        subject_type=Dlr._meta.label_lower, subject_id__in=[each.pk for each in dlrs]
    )
    files: dict[int, list[StoredFile]] = {}
    for each in kept if dlrs else ():
        files.setdefault(each.subject_id, []).append(each)
    return [Record(each, files.get(each.pk, [])) for each in dlrs]


def may_see_dlr(actor: Actor, dlr_id: int) -> bool:
    """Whether the service of a design layout record, and so its file, is within reach."""
    found = within_accounts(
        of_enterprise(Dlr.objects, actor), actor, Permission.SERVICE_VIEW, path="service__account_id"
    )
    return found.filter(pk=dlr_id).exists()


def ending_days(actor: Actor, *, on: date) -> int:
    """How many days ahead the end of a term is shown as soon."""
    return int(terms.value("service.ending_days", on=on, enterprise_id=actor.enterprise_id))


def ending_days_of(actor: Actor, service: Service, *, on: date) -> int:
    """The same for one service; 0, and nothing is asked, where its term has no end or one that is far."""
    left = rules.days_left(service.contract_ends_on, on)
    return ending_days(actor, on=on) if left is not None and left <= MOST_AHEAD else 0


# --- the catalogue -----------------------------------------------------------------------------------------


def list_products() -> QuerySet[Product]:
    """The catalogue, with the technical questions of each product in order."""
    questions: QuerySet[Any] = ProductQuestion.objects.order_by("position", "key")
    return Product.objects.prefetch_related(Prefetch("questions", queryset=questions))
