"""What an enterprise keeps of a service that went from one account to another, when one of the two moves away."""

from inventory import services as inventory
from inventory.models import Service, ServiceStatus
from orders.models import OrderStatus, Transfer


def former_service(pk: int, enterprise_id: int, account_id: int) -> int | None:
    """The former self that the account's orders and charges name from now on; its key.

    None where no transfer led it away: what hangs together otherwise does not move.
    """
    about = Transfer.objects.filter(enterprise_id=enterprise_id, service_id=pk, order__account_id=account_id)
    number = Service.objects.values_list("number", flat=True).get(pk=pk)
    rows = Service.objects.filter(enterprise_id=enterprise_id, number=number, status=ServiceStatus.TERMINATED)
    known = rows.filter(account_id=account_id).first()
    if known is None and not about.filter(order__status=OrderStatus.COMPLETED).exists():
        return None
    return known.pk if known else inventory.keep_former(pk, enterprise_id, account_id)
