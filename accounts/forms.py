"""What people type about themselves, their keys and their visits."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _


class VisitForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you open this customer's data?"),
        min_length=5,
        max_length=200,
        help_text=_("The customer's administrators can read it, with your name and the time."),
    )


def _key_name() -> forms.CharField:
    return forms.CharField(
        label=_("Name"), max_length=60, help_text=_("By which you tell it from others, as “Phone” or “Key on my ring”.")
    )


class AddKeyForm(AddWebAuthnForm):  # type: ignore[misc]
    """A passkey; without the second field it is a second step only."""

    name = _key_name()
    passwordless = forms.BooleanField(
        label=_("Sign in with it alone, without the password"),
        help_text=_("Leave it on, unless the key has neither fingerprint nor face nor code."),
        required=False,
        initial=True,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The device has the key by the time the form is sent: a name that is missing must not lose it.
        self.fields["name"].required = False


class EditKeyForm(EditWebAuthnForm):  # type: ignore[misc]
    name = _key_name()
