"""The links that stand in mails about people, made when a mail leaves and stored nowhere."""

from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.urls import reverse

from accounts import selectors, services
from portal.models import Event
from portal.tenancy import tenant_scope


def password_link(event: Event) -> str:
    """Lets somebody choose a password within the hour; made only while the address is theirs."""
    with tenant_scope(event.enterprise_id):
        member = selectors.get_member(event.enterprise_id, event.subject_id)
    user = EmailAddress.objects.select_related("user").get(user_id=member.user_id, email=event.facts["email"]).user
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse(
        "account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"}, urlconf="portal.urls.customer"
    )
    return f"{settings.CUSTOMER_URL}{path.replace('UID-KEY', key)}"


def invitation_link(event: Event) -> str:
    """Leads to the page where the invitation is accepted; good until a newer one, or its last moment."""
    # A mail leaves outside any enterprise.
    with tenant_scope(event.enterprise_id):
        member = selectors.get_member(event.enterprise_id, event.subject_id)
    path = reverse("people:join", args=[services.invitation_token(member)], urlconf="portal.urls.customer")
    return f"{settings.CUSTOMER_URL}{path}"
