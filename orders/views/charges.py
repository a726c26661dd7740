"""What an order costs once, waived by the carrier's people."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from orders import selectors, services
from orders.permissions import Permission
from orders.views import find_order
from portal.errors import Refused
from portal.http import ActorRequest, refused
from portal.policy import requires


@require_POST
@requires(Permission.ORDER_PRICE)
def waive_charge(request: ActorRequest, number: str, pk: int) -> HttpResponse:
    order = find_order(request, number)
    found = selectors.get_charge(request.actor, order, pk)
    if found is None or not request.actor.may_on(Permission.ORDER_PRICE, order.account_id):
        raise Http404
    back = f"{reverse('orders:order', args=[request.actor.enterprise_public_id, number])}#charges"
    words = request.POST.get("words", "")
    try:
        services.waive_charge(found.pk, words=words, actor=request.actor, at=timezone.now())
    except Refused as refusal:
        return refused(request, refusal, back=back)
    messages.success(request, _("Waived. It stands on no bill, and the order says why."))
    return redirect(back)
