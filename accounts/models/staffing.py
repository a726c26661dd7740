"""The carrier's own people."""

from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from babel import Locale
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import get_language, gettext

from accounts.models.companies import Enterprise
from accounts.models.sign_ins import User
from portal.actors import initials
from portal.tables import CarrierOwned, Published


class StaffCard(Published):
    """What customers see of one of the carrier's people: whom to call, when, in which language."""

    name = models.CharField(max_length=200)
    title = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(unique=True)
    languages = ArrayField(models.CharField(max_length=5), default=list)
    # In their own words; for who works by the clock the three below say it, in every reader's own time.
    hours = models.CharField(max_length=80, blank=True)
    works_on = ArrayField(models.PositiveSmallIntegerField(), default=list, blank=True)  # 0 is Monday
    works_from = models.TimeField(null=True, blank=True)
    works_until = models.TimeField(null=True, blank=True)  # midnight ends the day
    time_zone = models.CharField(max_length=50, default="UTC")
    region = models.CharField(max_length=6, choices=Enterprise.Region, blank=True)  # empty: every region

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return initials(self.name)

    @property
    def spoken_languages(self) -> str:
        """The languages they speak, in the reader's."""
        known = Locale(get_language() or "en").languages
        return ", ".join(str(known.get(code, code)).capitalize() for code in self.languages)

    @property
    def working_hours(self) -> dict[str, Any] | None:
        """Their weekdays, 1 being Monday, and clock times, for programs; None where they are told in words alone."""
        if not self.works_on:
            return None
        days = [day + 1 for day in self.works_on]
        return {"weekdays": days, "opens": self.works_from, "closes": self.works_until, "time_zone": self.time_zone}

    @property
    def away(self) -> "StaffAbsence | None":
        """That they are away now, where the rows were asked for with it (selectors.with_absences)."""
        found: list[StaffAbsence] = getattr(self, "absent_now", [])
        return found[0] if found else None


class StaffAbsence(Published):
    """One of the carrier's people is away, and who stands in; customers read it as they do the card.

    Whole days where the person works. Why they are away is nobody's business here.
    """

    card = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="absences")
    # None only where the deputy has left the carrier since.
    deputy = models.ForeignKey(StaffCard, on_delete=models.PROTECT, related_name="+", null=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()  # the midnight after the last day

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="accounts_staffabsence_span"),
            models.CheckConstraint(condition=~Q(deputy=F("card")), name="accounts_staffabsence_other"),
        ]
        indexes = [
            models.Index(fields=["card", "ends_at"], name="accounts_staffabsence_card"),
            models.Index(fields=["starts_at", "id"], name="accounts_staffabsence_start"),
        ]

    def __str__(self) -> str:
        return f"{self.card} away until {self.last_day:%Y-%m-%d}"

    @property
    def story(self) -> StaffCard:
        return self.card

    @property
    def first_day(self) -> date:
        return self.starts_at.astimezone(ZoneInfo(self.card.time_zone)).date()

    @property
    def last_day(self) -> date:
        return (self.ends_at.astimezone(ZoneInfo(self.card.time_zone)) - timedelta(seconds=1)).date()

    @property
    def stand_in(self) -> StaffCard | None:
        """Who is to be called: the deputy or, where they are away too, theirs; a circle ends where it began."""
        seen, at = {self.card_id}, self.deputy
        while at is not None and at.pk not in seen:
            seen.add(at.pk)
            if at.away is None:
                return at
            at = at.away.deputy
        return self.deputy


class StaffRole(CarrierOwned):
    """A set of permissions of the carrier's people; shipped by the apps, then the carrier's to edit."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    # What the apps have offered this role so far: a permission is added once, and stays away when taken away.
    shipped = ArrayField(models.CharField(max_length=60), default=list)

    def __str__(self) -> str:
        return self.name

    @property
    def label(self) -> str:
        """Its name in the reader's language where it is as shipped; else as the carrier wrote it."""
        return gettext(self.name) if self.name else ""


class StaffMember(CarrierOwned):
    """One of the carrier's people who signs in to the staff face."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    card = models.OneToOneField(StaffCard, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(StaffRole, on_delete=models.PROTECT, related_name="members")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.card} as {self.role}"

    @property
    def story(self) -> StaffCard:
        """What happens to a colleague is told beside their card."""
        return self.card
