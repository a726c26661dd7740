"""Where allauth is bent to the portal: its mails become notices, its seeds are kept encrypted.

The only place that overrides allauth or hears its signals.
"""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import FACTORS, User
from portal import events, locator, seals
from portal.actors import Actor, ActorKind
from portal.models import Event
from portal.templatetags.portal import browser
from portal.tenancy import tenant_scope

# allauth's mail -> our event
MAILS = {
    "account/email/password_reset_key": "person.reset_requested",
    "account/email/email_confirmation": "person.address_unconfirmed",
    "account/email/email_confirmation_signup": "person.address_unconfirmed",
}


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited by their company or the carrier."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A notice of the house. The link it carries is made when it leaves, and stored nowhere."""
        user = User.objects.get(pk=context["user"].pk)
        actor = Actor(kind=ActorKind.CUSTOMER, name=email, user_id=user.pk)
        house = locator.house_id()
        with tenant_scope(house):
            events.record(
                MAILS[template_prefix],
                subject=user,
                actor=actor,
                at=timezone.now(),
                enterprise_id=house,
                email=email,
                face=settings.FACE,
            )


def reset_link(event: Event) -> str:
    """A link that lets the person choose a password within the hour.

    Made only while the address is theirs: an old notice sent again must not open the door to a former mailbox.
    """
    user = EmailAddress.objects.select_related("user").get(user_id=event.subject_id, email=event.facts["email"]).user
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    return _face_url(event) + path.replace("UID-KEY", key)


def confirmation_link(event: Event) -> str:
    """A link that shows the mailbox is the person's."""
    address = EmailAddress.objects.get(user_id=event.subject_id, email=event.facts["email"])
    return _face_url(event) + reverse("account_confirm_email", args=[EmailConfirmationHMAC(address).key])


def _face_url(event: Event) -> str:
    return str(settings.STAFF_URL if event.facts.get("face") == "staff" else settings.CUSTOMER_URL)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def encrypt(self, text: str) -> str:
        return seals.seal(text, purpose=FACTORS)

    def decrypt(self, encrypted_text: str) -> str:
        return seals.unseal(encrypted_text, purpose=FACTORS)

    def generate_authenticator_name(self, user: User, type: Any) -> str:
        """What a new key is called until its owner says otherwise: the browser it was made with."""
        return browser(context.request.headers.get("User-Agent", "")) or _("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """The face that a key is for: what the device shows when it asks."""
        return {"id": context.request.get_host().partition(":")[0], "name": str(settings.CARRIER["name"])}
