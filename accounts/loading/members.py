"""memberships.csv, grants.csv, contacts.csv and team.csv: who is where, who is told, who serves."""

from accounts.loading.companies import ACCOUNT, ENTERPRISE
from accounts.models import Contact, Grant, Membership, TeamMember, TeamRole, User
from portal import locator, registries
from portal.loading.batches import Batch
from portal.loading.cells import EMAIL, FLAG, LANGUAGE, PHONE, TIME_ZONE, WORDS, one_of, whole
from portal.loading.places import locate
from portal.loading.tables import Column, Reference, Table


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
        ),
        key=("enterprise", "role", "staff", "account"),
    ),
)
