"""Which roles an account team should have, who lacks one, whom somebody serves, and who is away."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import BILLING_ROLES, Enterprise, StaffAbsence, TeamMember, TeamRole
from portal import registries, terms
from portal.actors import Actor
from portal.errors import Text
from portal.events import story_of
from portal.models import CarrierTerm, EnterpriseTerm, Event
from portal.terms import PRODUCT_LINES


@dataclass(frozen=True)
class Need:
    """A role that a team should have, if the term of its name says so; any of ``roles`` fills it.

    One that is ``by_family`` is asked for each product family that the customer has in use, one
    that is ``managed`` where something is that the carrier runs.
    """

    key: str
    label: Text
    roles: tuple[str, ...]
    is_shipped: bool = False
    by_family: bool = False
    is_managed: bool = False

    @property
    def term(self) -> str:
        return f"team.needs_{self.key}"


NEEDS = (
    Need("owner", _("Account director or manager"), (TeamRole.ACCOUNT_DIRECTOR, TeamRole.ACCOUNT_MANAGER), True),
    Need("care_manager", TeamRole.CARE_MANAGER.label, (TeamRole.CARE_MANAGER,), True),
    Need("sales_engineer", TeamRole.SALES_ENGINEER.label, (TeamRole.SALES_ENGINEER,), True, by_family=True),
    Need("service_manager", TeamRole.SERVICE_MANAGER.label, (TeamRole.SERVICE_MANAGER,), True, is_managed=True),
    # Shipped for wholesale alone: see accounts.apps.
    Need("csm", TeamRole.CSM.label, (TeamRole.CSM,)),
    Need("billing", _("Somebody for bills"), BILLING_ROLES),
    Need("success", TeamRole.SUCCESS.label, (TeamRole.SUCCESS,)),
    Need("technical_assurance", TeamRole.TECHNICAL_ASSURANCE.label, (TeamRole.TECHNICAL_ASSURANCE,)),
    Need("activation_engineer", TeamRole.ACTIVATION_ENGINEER.label, (TeamRole.ACTIVATION_ENGINEER,)),
)


@dataclass(frozen=True)
class Gap:
    """One thing a team may lack: a need, for a product family or none in particular; ``name`` marks it on rows."""

    need: Need
    family: str = ""

    @property
    def name(self) -> str:
        return f"lacks_{self.need.key}_{self.family}" if self.family else f"lacks_{self.need.key}"

    @property
    def label(self) -> str:
        return f"{self.need.label}: {PRODUCT_LINES[self.family]}" if self.family else str(self.need.label)


def all_gaps() -> Iterator[Gap]:
    """All that can be lacking."""
    for need in NEEDS:
        if need.by_family:
            yield from (Gap(need, family) for family in PRODUCT_LINES)
        else:
            yield Gap(need)


def gaps_of(key: str) -> list[Gap]:
    return [gap for gap in all_gaps() if gap.need.key == key]


def list_gaps(actor: Actor, *, on: date) -> QuerySet[Enterprise]:
    """The active customers whose team lacks what the terms demand on a day; each row is marked with what.

    A place for one account alone fills no need of the whole enterprise.
    """
    rows = selectors.list_all_enterprises(actor).filter(is_active=True)
    lacking, demands = Q(), _Demands(on)
    for gap in all_gaps():
        missing = ExpressionWrapper(demands.of(gap) & ~Q(_filled(gap)), output_field=BooleanField())
        rows = rows.annotate(**{gap.name: missing})
        lacking |= Q(**{gap.name: True})
    return rows.filter(lacking)


def lacks(row: Enterprise) -> list[Gap]:
    """What a row of ``list_gaps`` is marked with."""
    return [gap for gap in all_gaps() if getattr(row, gap.name)]


def _filled(gap: Gap) -> Exists:
    team = TeamMember.objects.filter(enterprise_id=OuterRef("pk"), account__isnull=True, role__in=gap.need.roles)
    if gap.family:
        team = team.filter(Q(families=[]) | Q(families__contains=[gap.family]))
    return Exists(team)


class _Demands:
    """What the terms demand on a day, as conditions on rows of enterprises, out of three queries."""

    def __init__(self, on: date) -> None:
        names = [need.term for need in NEEDS]
        self.on = on
        self.carriers = terms.by_name(CarrierTerm.objects.filter(name__in=names, starts_on__lte=on))
        agreed = EnterpriseTerm.objects.filter(name__in=names, starts_on__lte=on)
        self.agreed: dict[tuple[str, int], list[EnterpriseTerm]] = {}
        for row in agreed:
            self.agreed.setdefault((row.name, row.enterprise_id), []).append(row)
        kinds = Enterprise.objects.filter(is_house=False).order_by().values_list("segment", "country").distinct()
        self.kinds = sorted(kinds)

    def of(self, gap: Gap) -> Q:
        """Where this must be filled: as the terms say, and where what it is for is in use."""
        condition = self._said(gap)
        use = registries.use()
        if gap.family or gap.need.is_managed:
            families = [gap.family] if gap.family else sorted(use.managed) if use else []
            condition &= Q(use.of(families)) if use else Q(pk__in=[])
        return condition

    def _said(self, gap: Gap) -> Q:
        name = gap.need.term
        own = {enterprise_id: rows for (term, enterprise_id), rows in self.agreed.items() if term == name}
        said = {pk: self._value(gap, "", "", rows) for pk, rows in own.items() if terms.begun(rows, on=self.on)}
        found = Q(pk__in=[pk for pk, is_so in said.items() if is_so])
        for segment, country in self.kinds:
            if self._value(gap, segment, country, []):
                found |= Q(segment=segment, country=country) & ~Q(pk__in=list(said))
        return found

    def _value(self, gap: Gap, segment: str, country: str, agreed: list[EnterpriseTerm]) -> bool:
        term = terms.DECLARED[gap.need.term]
        row = terms.binding(
            self.carriers.get(term.name, []),
            agreed,
            on=self.on,
            product_line=gap.family,
            segment=segment,
            country=country,
        )
        return bool(term.kind.read(row.value if row else term.shipped_for(segment)))


def list_team_story(actor: Actor) -> QuerySet[Event]:
    """Who came into the team and who left it, newest first."""
    assert actor.enterprise_id is not None
    story = story_of(selectors.get_enterprise(actor.enterprise_id))
    return story.filter(kind__startswith="team.")


# --- whom somebody serves -----------------------------------------------------------------------------


def list_stood_in_for(card_id: int) -> list[StaffAbsence]:
    """Who is away now whose calls come to this person, by chance through another deputy."""
    absences = selectors.absences_now().select_related("card", "deputy").order_by("ends_at", "id")
    chained = absences.prefetch_related(*selectors.deputies())
    return [each for each in chained if each.stand_in and each.stand_in.pk == card_id]


def list_absences(now: datetime) -> QuerySet[StaffAbsence]:
    """Who is away, or will be."""
    rows = StaffAbsence.objects.filter(ends_at__gt=now).select_related("card", "deputy")
    return rows.order_by("starts_at", "id")


def get_absence(pk: int, now: datetime) -> StaffAbsence | None:
    """One that is not over."""
    return list_absences(now).filter(pk=pk).first()


def list_deputising(card_id: int, now: datetime) -> QuerySet[StaffAbsence]:
    """When somebody stands in for others, from now on."""
    return list_absences(now).filter(deputy_id=card_id)


def spoken(gaps: Iterable[Gap]) -> str:
    """What is lacking, with the families of one role together: Sales engineer: Internet, Voice."""
    found: dict[Need, list[str]] = {}
    for gap in gaps:
        found.setdefault(gap.need, []).extend([str(PRODUCT_LINES[gap.family])] if gap.family else [])
    return "; ".join(f"{need.label}: {', '.join(names)}" if names else str(need.label) for need, names in found.items())
