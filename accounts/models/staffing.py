"""The carrier's own people."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

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
    hours = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.name

    @property
    def initials(self) -> str:
        return initials(self.name)


class StaffRole(CarrierOwned):
    """A set of permissions of the carrier's people; shipped by the apps, then the carrier's to edit."""

    code = models.CharField(max_length=40, unique=True)
    name = models.CharField(max_length=80)
    permissions = ArrayField(models.CharField(max_length=60), default=list)
    # What the apps have offered this role so far: a permission is added once, and stays away when taken away.
    shipped = ArrayField(models.CharField(max_length=60), default=list)

    def __str__(self) -> str:
        return self.name


class StaffMember(CarrierOwned):
    """One of the carrier's people who signs in to the staff face."""

    user = models.OneToOneField(User, on_delete=models.PROTECT, related_name="+")
    card = models.OneToOneField(StaffCard, on_delete=models.PROTECT, related_name="+")
    role = models.ForeignKey(StaffRole, on_delete=models.PROTECT, related_name="members")
    is_active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return f"{self.card} as {self.role}"
