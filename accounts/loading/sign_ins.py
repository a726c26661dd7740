"""staff.csv and people.csv: who signs in on either side, with password and the demo's second factor."""

import base64
import binascii
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from functools import cache

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import FACTORS, Enterprise, StaffCard, StaffMember, StaffRole, User
from accounts.permissions import STAFF_ROLES
from portal.loading.batches import Batch, Checking
from portal.loading.cells import EMAIL, LANGUAGE, LANGUAGE_LIST, PHONE, TIME, TIME_ZONE, WEEKDAYS, WORDS, Cell, one_of
from portal.loading.faults import Wrong
from portal.loading.tables import Column, Row, Table
from portal.loading.upsert import upsert
from portal.seals import seal, unseal


def _read_secret(value: str, today: date) -> str:
    if not settings.DEMO:
        raise Wrong("is only taken in the demo (DEMO=1); elsewhere people set up their own second factor")
    try:
        seed = base64.b32decode(value, casefold=True)
    except (binascii.Error, ValueError):
        seed = b""
    if len(seed) < 10:
        raise Wrong("is not a TOTP secret; expected at least 16 letters and digits in base32")
    return value.upper()


SECRET = Cell("a TOTP secret in base32; only in the demo", _read_secret)


def _addresses_apart(checking: Checking, rows: Sequence[Row]) -> None:
    """A mail address that somebody took on as their new one cannot make a second sign-in."""
    emails = {row.values["email"] for row in rows}
    taken = EmailAddress.objects.filter(email__in=emails).values_list("email", "user__email")
    others = {email for email, owner in taken if owner != email}
    for row in rows:
        if row.values["email"] in others:
            checking.fault(row, "email", f"{row.values['email']} is another person's further address")


def _passwords_hold(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        if row.values.get("password"):
            try:
                validate_password(row.values["password"], User(email=row.values["email"]))
            except ValidationError as error:
                checking.fault(row, "password", " ".join(error.messages))


@cache
def _demo_hash(password: str) -> str:
    return make_password(password)


def _hashes(passwords: list[str]) -> list[str]:
    """Each hashed by itself, on all processors. The demo's one password, printed in a file, once."""
    if settings.DEMO:
        return [_demo_hash(password) if password else make_password(None) for password in passwords]
    with ThreadPoolExecutor() as pool:
        return list(pool.map(lambda password: make_password(password or None), passwords))


def _make_sign_ins(people: Sequence[tuple[Row, int]]) -> None:
    """What new sign-ins need: a verified address, a password if one is given, the demo's second factor."""
    hashes = _hashes([row.values.get("password") or "" for row, _ in people])
    # In the demo everybody has chosen already; elsewhere the first sign-in asks them.
    welcomed = timezone.now() if settings.DEMO else None
    users = [User(pk=pk, password=one, welcomed_at=welcomed) for (_, pk), one in zip(people, hashes, strict=True)]
    User.objects.bulk_update(users, ["password", "welcomed_at"], batch_size=500)
    EmailAddress.objects.bulk_create(
        EmailAddress(user_id=pk, email=row.values["email"], verified=True, primary=True) for row, pk in people
    )
    Authenticator.objects.bulk_create(
        Authenticator(user_id=pk, type=Authenticator.Type.TOTP, data={"secret": seal(secret, purpose=FACTORS)})
        for row, pk in people
        if (secret := row.values.get("totp_secret"))
    )


def demo_secret(email: str) -> str | None:
    """The second factor that a person of the demo has, or None. Raises LookupError for an unknown person.

    There is at most one: the database allows no second TOTP a person.
    """
    user = User.objects.filter(email=email.strip().lower()).first()
    if user is None:
        raise LookupError(email)
    factor = Authenticator.objects.filter(user=user, type=Authenticator.Type.TOTP).first()
    return unseal(factor.data["secret"], purpose=FACTORS) if factor else None


def _people_sign_in(batch: Batch) -> None:
    _make_sign_ins(batch.new())


def _staff_sign_in(batch: Batch) -> None:
    """The card is the file's row; beside it stand the sign-in and the membership of the staff."""
    values = [
        {
            "email": row.values["email"],
            "language": (row.values.get("languages") or ["en"])[0],
            "time_zone": row.values.get("time_zone") or "UTC",
        }
        for row in batch.rows
    ]
    kept = frozenset({"language", "time_zone"})
    users = upsert(User, values, key=["email"], kept=kept, kept_of=[frozenset()] * len(values))
    _make_sign_ins([(row, pk) for row, pk in zip(batch.rows, users.ids, strict=True) if pk in users.new])
    roles = dict(StaffRole.objects.values_list("code", "pk"))
    members = [
        {"card_id": card, "user_id": user, "role_id": roles[row.values["role"]]}
        for row, card, user in zip(batch.rows, batch.ids, users.ids, strict=True)
    ]
    kept = frozenset({"user_id", "role_id"})
    upsert(StaffMember, members, key=["card_id"], kept=kept, kept_of=[frozenset()] * len(members))


def _roles_known(checking: Checking, rows: Sequence[Row]) -> None:
    known = sorted(StaffRole.objects.values_list("code", flat=True))
    for row in rows:
        if row.values["role"] not in known:
            checking.fault(row, "role", f"“{row.values['role']}” is not known; expected one of {', '.join(known)}")


def _shifts_whole(checking: Checking, rows: Sequence[Row]) -> None:
    for row in rows:
        given = [bool(row.values.get(name) not in (None, "", [])) for name in ("works_on", "works_from", "works_until")]
        if any(given) and not all(given):
            checking.fault(row, "works_on", "stands with works_from and works_until, or none of them does")


_PASSWORD = Column(
    "password", WORDS, "A first password; without one, they ask for a reset.", field=None, is_first_time_only=True
)
_SECRET = Column("totp_secret", SECRET, "The second factor of a demo's person.", field=None, is_first_time_only=True)

STAFF = Table(
    "staff",
    "The carrier's own people who sign in to the staff portal, and the card that customers see of them.",
    StaffCard,
    (
        Column("email", EMAIL, "Mail address, and name for signing in.", is_required=True),
        Column("name", WORDS, "Name.", is_required=True),
        Column("title", WORDS, "Title, as customers read it.", is_required=True),
        Column("phone", PHONE, "Phone."),
        Column("languages", LANGUAGE_LIST, "Which languages they speak.", is_required=True),
        Column("hours", WORDS, "When they can be reached, in words; told where the three that follow are empty."),
        Column("works_on", WEEKDAYS, "On which days they work.", default=[]),
        Column("works_from", TIME, "From when, where they are.", default=None),
        Column("works_until", TIME, "Until when.", default=None),
        Column("region", one_of(Enterprise.Region), "Whom they serve; empty for customers of every region."),
        Column(
            "role",
            Cell(f"a staff role, shipped are `{'`, `'.join(STAFF_ROLES)}`", WORDS.read),
            "What they may do.",
            is_required=True,
            field=None,
            is_first_time_only=True,
        ),
        Column("time_zone", TIME_ZONE, "Their time zone.", default="UTC", is_first_time_only=True),
        _PASSWORD,
        _SECRET,
    ),
    key=("email",),
    checks=(_addresses_apart, _passwords_hold, _roles_known, _shifts_whole),
    afterwards=(_staff_sign_in,),
)
PEOPLE = Table(
    "people",
    "The customers' people: their sign-ins. In which enterprises they are, memberships.csv says.",
    User,
    (
        Column("email", EMAIL, "Mail address, and name for signing in.", is_required=True),
        Column("language", LANGUAGE, "The language of their pages and mails.", default="en", is_first_time_only=True),
        Column("time_zone", TIME_ZONE, "Their time zone.", default="UTC", is_first_time_only=True),
        _PASSWORD,
        _SECRET,
    ),
    key=("email",),
    checks=(_addresses_apart, _passwords_hold),
    afterwards=(_people_sign_in,),
)
