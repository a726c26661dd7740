"""memberships.csv, grants.csv, contacts.csv, team.csv and absences.csv: who is where, who is told, who serves."""

from datetime import date

from accounts.loading.companies import ACCOUNT, ENTERPRISE
from accounts.models import Contact, Grant, Membership, StaffAbsence, TeamMember, TeamRole, User
from portal import locator, registries
from portal.loading.batches import Batch
from portal.loading.cells import EMAIL, FLAG, LANGUAGE, MOMENT, PHONE, TIME_ZONE, WORDS, Cell, one_of, whole
from portal.loading.faults import Wrong
from portal.loading.places import locate
from portal.loading.tables import Column, Reference, Table
from portal.terms import PRODUCT_LINES


def _locate_members(batch: Batch) -> None:
    enterprises, users = batch.ids_of("enterprise"), batch.ids_of("person")
    rows = zip(batch.rows, enterprises, users, batch.ids, strict=True)
    locate(
        [
            locator.row(locator.PERSON, str(user), enterprise_id=int(owner or 0), target_id=pk)
            for _, owner, user, pk in rows
        ]
    )


def _set_defaults(batch: Batch) -> None:
    """Where a person begins after signing in; whoever has chosen already keeps it."""
    rows = zip(batch.rows, batch.ids_of("enterprise"), batch.ids_of("person"), strict=True)
    wanted = {int(user or 0): owner for row, owner, user in rows if row.values.get("default")}
    users = list(User.objects.filter(pk__in=wanted, default_enterprise_id__isnull=True))
    for user in users:
        user.default_enterprise_id = wanted[user.pk]
    User.objects.bulk_update(users, ["default_enterprise_id"], batch_size=500)


def _read_families(value: str, today: date) -> list[str]:
    unknown = [each for each in value.split() if each not in PRODUCT_LINES]
    if unknown:
        raise Wrong(f"“{unknown[0]}” is none of: {', '.join(PRODUCT_LINES)}")
    return sorted(set(value.split()))


FAMILIES = Cell("product families, separated by spaces: `ip ethernet`", _read_families)

_WHO = Reference("person", EMAIL, "Who, by mail address.", is_required=True, to="people", field="user")
_MEMBER = Reference(
    "person",
    EMAIL,
    "Who, by mail address.",
    is_required=True,
    to="memberships",
    within=("enterprise",),
    field="membership",
)

FILES = (
    Table(
        "memberships",
        "A person in an enterprise; the same person may be in several.",
        Membership,
        (
            ENTERPRISE,
            _WHO,
            Column("name", WORDS, "Name.", is_required=True),
            Column("title", WORDS, "Title there."),
            Column("phone", PHONE, "Phone there."),
            Column(
                "administrator",
                FLAG,
                "Whether they administer the enterprise.",
                default=False,
                field="is_administrator",
                is_first_time_only=True,
            ),
            Column(
                "default",
                FLAG,
                "Whether they begin here after signing in.",
                default=False,
                field=None,
                is_first_time_only=True,
            ),
        ),
        key=("enterprise", "person"),
        afterwards=(_locate_members, _set_defaults),
    ),
    Table(
        "grants",
        "What a member who does not administer may do. Rows count only for members whom the same load makes:"
        " from then on the enterprise's administrators grant and withdraw.",
        Grant,
        (
            ENTERPRISE,
            _MEMBER,
            Column(
                "permission",
                one_of(registries.permissions, "a permission of the customer side"),
                "What.",
                is_required=True,
            ),
            ACCOUNT,
        ),
        key=("enterprise", "person", "permission", "account"),
        only_with="person",
    ),
    Table(
        "contacts",
        "Those who get notices without signing in: a shared mailbox, a local technician.",
        Contact,
        (
            ENTERPRISE,
            ACCOUNT,
            Column("email", EMAIL, "Mail address.", is_required=True),
            Column("name", WORDS, "Name.", is_required=True),
            Column("phone", PHONE, "Phone."),
            Column("language", LANGUAGE, "Language of their mails.", default="en"),
            Column("time_zone", TIME_ZONE, "Time zone of their mails.", default="UTC"),
            Column("wants_orders", FLAG, "Whether they hear of orders.", default=False),
            Column("wants_billing", FLAG, "Whether they hear of bills.", default=False),
        ),
        key=("enterprise", "email", "account"),
    ),
    Table(
        "team",
        "Who of the staff serves an enterprise, or one account of it.",
        TeamMember,
        (
            ENTERPRISE,
            ACCOUNT,
            Column("role", one_of(TeamRole), "In which role.", is_required=True),
            Reference("staff", EMAIL, "Who, by mail address.", is_required=True, to="staff", field="card"),
            Column("escalation", whole(1, 9), "In which order to call them.", default=1),
            Column("families", FAMILIES, "For which products; empty for all.", default=[]),
        ),
        key=("enterprise", "role", "staff", "account"),
    ),
    Table(
        "absences",
        "Who of the staff is away, and who stands in; one absence for each two.",
        StaffAbsence,
        (
            Reference("staff", EMAIL, "Who, by mail address.", is_required=True, to="staff", field="card"),
            Reference("deputy", EMAIL, "Who stands in, by mail address.", is_required=True, to="staff"),
            Column("from", MOMENT, "The first midnight, UTC.", is_required=True, field="starts_at"),
            Column("until", MOMENT, "The midnight after the last day, UTC.", is_required=True, field="ends_at"),
        ),
        key=("staff", "deputy"),
    ),
)
