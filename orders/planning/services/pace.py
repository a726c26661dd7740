"""How long orders took: counted anew over all customers, and published."""

from datetime import datetime

from django.db import transaction

from accounts.selectors import carriers_day
from orders.models import Pace
from orders.planning import selectors
from orders.planning import terms as names
from portal import terms
from portal.registries import months_before


@transaction.atomic
def refresh_pace(*, at: datetime) -> int:
    """Count the pace of delivery anew, by product and region; where too few are alike nothing is published.

    Run by staff's processes, outside any enterprise. Returns how many there are.
    """
    today = carriers_day(at)
    limits = terms.values([names.ALIKE, names.LOOK_BACK], on=today)
    since = months_before(today, limits[names.LOOK_BACK])
    counted = selectors.count_pace(since=since, least=limits[names.ALIKE], at=at)
    Pace.objects.all().delete()
    Pace.objects.bulk_create(counted)
    return len(counted)
