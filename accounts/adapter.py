"""Where allauth is bent to the portal: its mails become notices, its seeds are kept encrypted.

The only place that overrides allauth or hears its signals.
"""

import json
from typing import Any, ClassVar

from allauth.account import signals as account_signals
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.forms import default_token_generator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.models import EmailAddress, EmailConfirmationHMAC
from allauth.account.utils import user_pk_to_url_str
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal import ratelimit
from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings as mfa_settings
from allauth.mfa import signals as mfa_signals
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal import auth as recovery_auth
from allauth.mfa.recovery_codes.internal import flows as recovery_flows
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.hashers import get_hasher, identify_hasher
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.crypto import constant_time_compare, get_random_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from accounts import factors, selectors, sessions
from accounts.models import FACTORS, User
from portal import events, locator, seals, terms
from portal.actors import Actor, ActorKind
from portal.http import too_many_requests
from portal.models import Event
from portal.templatetags.portal import browser
from portal.tenancy import tenant_scope

# allauth's mail -> our event
MAILS = {
    "account/email/password_reset_key": "person.reset_requested",
    "account/email/email_confirmation": "person.address_unconfirmed",
    "account/email/email_confirmation_signup": "person.address_unconfirmed",
}
_CODES = "recovery_codes"
UNKNOWN = "account/email/unknown_account"
# What happened to somebody's sign-in -> our event, of which they are told.
CHANGES = {
    "account/email/password_changed": "person.password_changed",
    "account/email/password_set": "person.password_changed",
    "account/email/password_reset": "person.password_changed",
    "account/email/email_changed": "person.address_changed",
    "account/email/email_deleted": "person.address_removed",
    "mfa/email/totp_activated": "person.factor_added",
    "mfa/email/totp_deactivated": "person.factor_removed",
    "mfa/email/webauthn_added": "person.passkey_added",
    "mfa/email/webauthn_removed": "person.passkey_removed",
    "mfa/email/recovery_codes_generated": "person.codes_made",
}
# However many addresses guess together: how often a password may be wrong where the person is not known by the browser.
GUESSES = {"login_failed_anywhere": "100/h/key"}
SLOWED = 5 * 60  # seconds, as the library counts wrong passwords
FACTOR_KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


def tell(kind: str, user: User, *, email: str, **facts: Any) -> None:
    """An event of the house about somebody's sign-in, with where it was done."""
    request = context.request
    actor = Actor(kind=ActorKind(settings.FACE), name=email, user_id=user.pk)
    house = locator.house_id()
    agent = request.headers.get("User-Agent", "")[:200]
    where = {"address": AccountAdapter(request).get_client_ip(request), "browser": browser(agent)}
    with tenant_scope(house):
        events.record(
            kind,
            subject=user,
            actor=actor,
            at=timezone.now(),
            enterprise_id=house,
            email=email,
            face=settings.FACE,
            **where,
            **facts,
        )


def _as_if_known(email: str) -> None:
    """For an address that nobody has: the same work as for one that somebody has, and then undone.

    Whoever measures how long the answer takes learns nothing by it.
    """
    with transaction.atomic():
        tell("person.reset_requested", User.objects.filter(pk=0).first() or User(pk=0), email=email)
        transaction.set_rollback(True)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """People are invited by their company or the carrier."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """A notice of the house. The link it carries is made when it leaves, and stored nowhere."""
        if template_prefix == UNKNOWN:
            return _as_if_known(email)
        tell(MAILS[template_prefix], User.objects.get(pk=context["user"].pk), email=email)

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Who changed how they sign in is told; so is the address that is theirs no longer."""
        kind = CHANGES.get(template_prefix)
        if kind:
            given = context or {}
            tell(kind, user, email=given.get("deleted_email") or user.email, before=given.get("from_email", ""))

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Who has a second factor shows that: the password alone may be what was stolen."""
        methods = super().get_reauthentication_methods(user)
        stronger = [method for method in methods if method["id"] != "reauthenticate"]
        if not is_mfa_enabled(user, [Authenticator.Type.TOTP]):
            # Recovery codes come with a passkey, and would be asked for as an app's six digits.
            stronger = [method for method in stronger if method["id"] != "mfa_reauthenticate"] or stronger
        return stronger or methods

    # --- guessing ------------------------------------------------------------------------------

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """By address and browser: who guesses elsewhere locks nobody out."""
        email = credentials.get("email", "").lower()
        source = sessions.device_of(request, email) or ratelimit.get_ip(request)
        return f"{email} {source}"

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        key = self._get_login_attempts_cache_key(request, **credentials)
        self._login_failed_rl_usage = ratelimit.consume(request, app="allauth.account", action="login_failed", key=key)
        self._anywhere = None
        email = credentials.get("email", "").lower()
        if self._login_failed_rl_usage and not sessions.device_of(request, email):
            self._anywhere = ratelimit.consume(
                request, app="allauth.account", action="login_failed_anywhere", key=email, config=GUESSES
            )
        elif self._login_failed_rl_usage:
            return
        if not self._anywhere:
            raise ImmediateHttpResponse(too_many_requests(request, wait=SLOWED))

    def _rollback_login_failed_rl_usage(self) -> None:
        super()._rollback_login_failed_rl_usage()
        if self._anywhere:
            self._anywhere.rollback()

    # --- coming in -----------------------------------------------------------------------------

    def login(self, request: HttpRequest, user: User) -> None:
        is_first = user.last_login is None
        super().login(request, user)
        request.is_first_sign_in = is_first  # type: ignore[attr-defined]
        sessions.begin(request)

    def post_login(self, request: HttpRequest, user: User, **kwargs: Any) -> HttpResponse:
        """Each sign-in is in the journal; one by a browser that we do not know is told."""
        answer: HttpResponse = super().post_login(request, user, **kwargs)
        is_known = sessions.device_of(request, user.email) or request.is_first_sign_in  # type: ignore[attr-defined]
        tell("person.signed_in" if is_known else "person.signed_in_anew", user, email=user.email)
        sessions.remember_device(request, answer, user.email)
        return answer


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


def demands(user: User) -> bool:
    """Whether a second factor is asked of this person on the face they look at."""
    if settings.FACE == "staff":
        return selectors.get_staff_actor(user) is not None
    return bool(factors.who_demands(user))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages: ClassVar = {
        **DefaultMFAAdapter.error_messages,
        "cannot_delete_authenticator": gettext_lazy(
            "A second step is asked of you, so the last one stays. Set up another one beside it first."
        ),
    }

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """The last factor stays while anybody demands one of its owner; another can be set up beside it first."""
        return factors.has_other(authenticator) or not demands(authenticator.user)

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


# --- what the library says happened ------------------------------------------------------------


class HashedCodes(RecoveryCodes):  # type: ignore[misc]
    """Recovery codes that are kept hashed, as passwords are; they are shown once, in the session that made them.

    One salt for a person's ten, so that a typed code is hashed once. A set that was kept by its seed is
    hashed when a code is next tried.
    """

    instance: Authenticator
    at_hand: tuple[str, ...] = ()

    @classmethod
    def activate(cls, user: User) -> "HashedCodes":
        found = Authenticator.objects.filter(user_id=user.pk, type=Authenticator.Type.RECOVERY_CODES).first()
        if found:
            return cls(found)
        digits, count = mfa_settings.RECOVERY_CODE_DIGITS, mfa_settings.RECOVERY_CODE_COUNT
        codes = [get_random_string(digits, "0123456789") for _ in range(count)]
        kind = Authenticator.Type.RECOVERY_CODES
        made = cls(Authenticator.objects.create(user=user, type=kind, data={"hashes": _hashed(codes)}))
        made.at_hand = tuple(codes)
        if context.request:
            sealed = seals.seal(json.dumps([made.instance.pk, codes]), purpose=FACTORS)
            context.request.session[_CODES] = sealed
        return made

    def generate_codes(self) -> list[str]:
        """As many as were made; what they were, only a seed could say."""
        if "hashes" not in self.instance.data:
            return list(super().generate_codes())
        return ["*" * mfa_settings.RECOVERY_CODE_DIGITS] * mfa_settings.RECOVERY_CODE_COUNT

    def get_unused_codes(self) -> list[str]:
        """The codes themselves where they are at hand; else only how many there are."""
        return list(self.at_hand) or ["*" * mfa_settings.RECOVERY_CODE_DIGITS] * self._count()

    def _count(self) -> int:
        hashes = self.instance.data.get("hashes")
        return len(super().get_unused_codes()) if hashes is None else len(hashes)

    @property
    def did_view(self) -> bool:
        return super().did_view or not self._shown()

    def mark_as_viewed(self) -> None:
        self.at_hand = tuple(self._shown())
        super().mark_as_viewed()
        context.request.session.pop(_CODES, None)

    def _shown(self) -> list[str]:
        """What this session made and has not looked at."""
        sealed = context.request.session.get(_CODES) if context.request else None
        pk, codes = json.loads(seals.unseal(sealed, purpose=FACTORS)) if sealed else (0, [])
        return codes if pk == self.instance.pk else []

    @transaction.atomic
    def validate_code(self, code: str) -> bool:
        code = normalize_user_code(code)
        if len(code) != mfa_settings.RECOVERY_CODE_DIGITS:
            return False
        self.instance = Authenticator.objects.select_for_update().get(pk=self.instance.pk)
        if "hashes" not in self.instance.data:
            self.instance.data = {"hashes": _hashed(super().get_unused_codes())}
        hashes = self.instance.data["hashes"]
        typed = _hashed([code], like=hashes[0])[0] if hashes else ""
        left = [each for each in hashes if not constant_time_compare(each, typed)]
        self.instance.data["hashes"] = left
        self.instance.save(update_fields=["data"])
        return len(left) < len(hashes)


def _hashed(codes: list[str], *, like: str = "") -> list[str]:
    """By the way passwords are hashed now; or as one that is kept was."""
    hasher = identify_hasher(like) if like else get_hasher()
    known = hasher.decode(like) if like else {"salt": hasher.salt()}
    further = {name: known[name] for name in ("iterations",) if name in known}
    return [hasher.encode(code, known["salt"], **further) for code in codes]


def hear() -> None:
    """Listen to the library, and put our recovery codes in the place of its own: once, when the portal starts."""
    recovery_auth.RecoveryCodes = recovery_flows.RecoveryCodes = HashedCodes
    mfa_signals.authenticator_added.connect(_added)
    mfa_signals.authenticator_removed.connect(_changed)
    mfa_signals.authenticator_reset.connect(_changed)
    mfa_signals.authenticator_used.connect(_used)
    account_signals.authentication_step_completed.connect(_shown)


def _added(request: HttpRequest, user: User, authenticator: Authenticator, **_: Any) -> None:
    """Who has set a factor up has shown it by that."""
    if authenticator.type in FACTOR_KINDS:
        kind = authenticator.type
        record_authentication(request, user, "mfa", id=authenticator.pk, type=kind, reauthenticated=True)
        sessions.end_others(request, user)


def _changed(request: HttpRequest, user: User, **_: Any) -> None:
    sessions.end_others(request, user)


def _shown(request: HttpRequest, user: User, reauthenticated: bool = False, **_: Any) -> None:
    if reauthenticated:
        sessions.renew(request)


def _used(request: HttpRequest, user: User, authenticator: Authenticator, **_ignored: Any) -> None:
    """Recovery codes run out: before they do, their owner is told."""
    if authenticator.type != Authenticator.Type.RECOVERY_CODES:
        return
    # As it stands after this code: the library marked it used in a copy of its own.
    left = len(Authenticator.objects.get(pk=authenticator.pk).wrap().get_unused_codes())
    if left <= terms.value("people.few_codes", on=timezone.now().date()):
        said = ngettext(
            "You have %(n)s recovery code left. Make new ones on the page of your second step.",
            "You have %(n)s recovery codes left. Make new ones on the page of your second step.",
            left,
        )
        messages.warning(request, said % {"n": left})
