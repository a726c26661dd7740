"""How people sign in."""

from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager
from django.db import models

from portal.tables import Identity

# What second factors are sealed for; see portal.seals.
FACTORS = "second factors"

LANGUAGES = [("en", "English"), ("es", "Español"), ("pt", "Português")]


class People(BaseUserManager["User"]):
    """Creates sign-ins; the mail address is the name."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user


class User(AbstractBaseUser, Identity):
    """A person's sign-in: mail, password and how to speak to them. All else is on memberships."""

    # An invitation makes a sign-in; nobody takes one away.
    withheld: ClassVar = {"portal_app": ("DELETE",)}
    # The carrier invites a customer's first administrator.
    extra_grants: ClassVar = {"portal_staff_inside": ("INSERT",)}
    email = models.EmailField(unique=True)
    is_active = models.BooleanField(default=True)
    language = models.CharField(max_length=5, choices=LANGUAGES, default="en")
    time_zone = models.CharField(max_length=50, default="UTC")
    # A plain number: an identity table holds no key into the walled world.
    default_enterprise_id = models.BigIntegerField(null=True, blank=True)  # the last one they were in
    start_enterprise_id = models.BigIntegerField(null=True, blank=True)  # the one they chose to begin in
    # Whether a key alone, as / for search, does something: for some who speak or tremble it must not.
    has_shortcuts = models.BooleanField(default=True)
    # When they first said how to speak to them, and which terms of use they took on.
    welcomed_at = models.DateTimeField(null=True, blank=True)
    terms_version = models.CharField(max_length=40, blank=True, default="", db_default="")
    terms_accepted_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    objects: ClassVar[People] = People()

    def __str__(self) -> str:
        return self.email
