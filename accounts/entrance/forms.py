"""Codes, which open once."""

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.core.cache import cache

from accounts.models import User


def use_up(user: User, code: str) -> bool:
    """Whether a code of an authenticator app is used for the first time, in all processes.

    The library forgets after one step of the clock; with its tolerance a code is good for three.
    """
    steps = 2 * app_settings.TOTP_TOLERANCE + 1
    return bool(cache.add(f"code-used:{user.pk}:{code}", 1, timeout=steps * app_settings.TOTP_PERIOD))


class _Once:
    """A code of the app that was used already is as wrong as any other."""

    user: User
    authenticator: Authenticator

    def clean_code(self) -> str:
        code = str(super().clean_code())  # type: ignore[misc]
        is_app = self.authenticator.type == Authenticator.Type.TOTP
        if is_app and not use_up(self.user, normalize_user_code(code)):
            raise get_adapter().validation_error("incorrect_code")
        return code


class CodeForm(_Once, AuthenticateForm):  # type: ignore[misc]
    pass


class CodeAgainForm(_Once, ReauthenticateForm):  # type: ignore[misc]
    pass
