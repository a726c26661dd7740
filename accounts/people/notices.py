"""The links that stand in mails about people, made when a mail leaves and stored nowhere."""

from django.conf import settings
from django.urls import reverse

from accounts import selectors, services
from portal.models import Event
from portal.tenancy import tenant_scope


def invitation_link(event: Event) -> str:
    """Leads to the page where the invitation is accepted; good until a newer one, or its last moment."""
    # A mail leaves outside any enterprise.
    with tenant_scope(event.enterprise_id):
        member = selectors.get_member(event.enterprise_id, event.subject_id)
    path = reverse("people:join", args=[services.invitation_token(member)], urlconf="portal.urls.customer")
    return f"{settings.CUSTOMER_URL}{path}"
