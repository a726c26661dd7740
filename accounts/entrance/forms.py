"""Codes, which open once, and what no password may hold: the words that a guesser tries first here."""

import re

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from accounts.models import User
from portal import identifiers


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


LEAST = 4  # letters; shorter words stand in anything


def words() -> set[str]:
    """The carrier's names and the product's, a word each: docs/asvs.md says so to whoever asks."""
    carrier = settings.CARRIER
    names = f"{carrier['name']} {carrier['short_name']} {carrier['legal_name']} demarc"
    return {word for word in re.findall(r"\w+", identifiers.folded(names)) if len(word) >= LEAST}


class NoWordsOfOurs:
    """A password does not consist, but for a few letters and digits, of the carrier's own words."""

    def validate(self, password: str, user: object = None) -> None:
        left = identifiers.folded(password)
        for word in sorted(words(), key=len, reverse=True):
            left = left.replace(word, "")
        if len(password) - len(left) > len(password) // 2:
            raise ValidationError(_("This is too close to our own name, which guessers try first."))

    def get_help_text(self) -> str:
        return _("Not mainly our own name: guessers try it first.")
