"""The access reviews of an enterprise."""

from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import AccessReview, ReviewAnswer, ReviewStatus
from portal.actors import Actor
from portal.tenancy import of_enterprise


def list_reviews(actor: Actor) -> QuerySet[AccessReview]:
    """Each with how many people are in it (``people``) and how many of them wait (``waiting``)."""
    waits = Count("lines", filter=Q(lines__answer=ReviewAnswer.WAITS))
    return of_enterprise(AccessReview.objects, actor).annotate(people=Count("lines"), waiting=waits)


def get_open_review(actor: Actor) -> Any:
    """The review under way, with its counts; there is one at most."""
    return list_reviews(actor).filter(status=ReviewStatus.OPEN).first()
