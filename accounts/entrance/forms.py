"""Codes, which open once; what no password may hold; and what is said at the first sign-in."""

import re
from typing import Any

from allauth.core.internal.cryptokit import normalize_user_code
from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from portal import identifiers
from portal.suggestions import SuggestField, time_zones


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


class NoticesForm(forms.Form):
    """Of what one may see in an enterprise, what one wants to hear of by mail."""

    wants_orders = forms.BooleanField(
        label=gettext_lazy("Orders: a milestone done, a date moved, a note from us"), required=False, initial=True
    )
    wants_billing = forms.BooleanField(
        label=gettext_lazy("Billing: a new invoice, an answer to a dispute"), required=False, initial=True
    )
    wants_people = forms.BooleanField(
        label=gettext_lazy("People and access: a colleague asks for access, an access review is due"),
        required=False,
        initial=True,
    )
    wants_keys = forms.BooleanField(
        label=gettext_lazy("API keys: one waits for approval, one of yours ends soon"), required=False, initial=True
    )

    @property
    def choices(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name in NoticesForm.base_fields]


class WelcomeForm(NoticesForm):
    """What is asked once, at the first sign-in."""

    language = forms.ChoiceField(
        label=gettext_lazy("Language"),
        choices=settings.LANGUAGES,
        help_text=gettext_lazy("Of your pages and of the mails we send you."),
    )
    time_zone = SuggestField(
        label=gettext_lazy("Time zone"),
        help_text=gettext_lazy("Type a city or a country. All times are shown and written to you in it."),
    )
    accepts = forms.BooleanField(label=gettext_lazy("I accept the terms of use"))

    field_order = ("language", "time_zone", *NoticesForm.base_fields, "accepts")

    def __init__(self, *args: Any, is_first: bool, asks_terms: bool, asks_notices: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["time_zone"].offer(time_zones, reverse("suggest_time_zones"))
        fields["time_zone"].widget.attrs["data-guess-time-zone"] = True
        fields["accepts"].error_messages["required"] = _("Without the terms of use the portal cannot be used.")
        if not is_first:
            del fields["language"], fields["time_zone"]
        if not asks_terms:
            del fields["accepts"]
        if not asks_notices:
            for name in NoticesForm.base_fields:
                del fields[name]
