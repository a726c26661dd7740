"""What somebody is writing and has not sent."""

from typing import ClassVar

from django.db import models

from portal.tables import TenantOwned


class Draft(TenantOwned):
    """What one person typed into one form about one thing, on one face, until it is sent or thrown away.

    Nobody but its writer is shown it; ``fields`` are texts by the names of the form's fields.
    """

    extra_grants: ClassVar = {"portal_app": ("INSERT", "UPDATE (fields, kept_at, expires_at)", "DELETE")}
    person_id = models.BigIntegerField()  # the user
    face = models.CharField(max_length=10, db_collation="C")
    form = models.CharField(max_length=40, db_collation="C")
    about = models.BigIntegerField()  # the key of what the form is about
    fields = models.JSONField(default=dict)
    kept_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["enterprise", "person_id", "face", "form", "about"], name="portal_draft_once"
            )
        ]
        # Staff look across enterprises for those whose time is over.
        indexes = [models.Index(fields=["expires_at"], name="portal_draft_expires")]

    def __str__(self) -> str:
        return f"{self.form} of person {self.person_id}"
