"""What is typed of a sign-on."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _


class SignOnForm(forms.Form):
    """The provider, as its own administration shows it."""

    name = forms.CharField(
        label=_("Name"), max_length=80, help_text=_("As your people know it, for example “Acme sign-on”.")
    )
    issuer = forms.CharField(
        label=_("Issuer"),
        max_length=300,
        help_text=_("The provider's https address, exactly as it names itself."),
        widget=forms.TextInput(attrs={"inputmode": "url", "spellcheck": "false"}),
    )
    client_id = forms.CharField(
        label=_("Client ID"), max_length=200, widget=forms.TextInput(attrs={"spellcheck": "false"})
    )
    secret = forms.CharField(
        label=_("Client secret"),
        max_length=500,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_("Kept sealed and never shown. Leave it empty to keep the one there is."),
    )
    mail_claim = forms.CharField(label=_("Claim with the mail address"), max_length=60, initial="email")
    name_claim = forms.CharField(label=_("Claim with the name"), max_length=60, initial="name")
    factor_values = forms.CharField(
        label=_("Values of amr or acr that mean a second factor"),
        max_length=500,
        required=False,
        help_text=_("Separated by blanks, as “mfa otp hwk”. Empty: the provider's word does not count as one."),
    )
    takes_newcomers = forms.BooleanField(
        label=_("Let in people who are new, with an address of a proven domain"),
        required=False,
        help_text=_("They may do nothing until you give them permissions."),
    )
    is_active = forms.BooleanField(label=_("The door is open"), required=False, initial=True)

    def clean_issuer(self) -> str:
        issuer = str(self.cleaned_data["issuer"]).strip()
        parts = urlsplit(issuer)
        schemes = {"https", "http"} if settings.SIGN_ON_ANYWHERE else {"https"}
        if parts.scheme not in schemes or not parts.hostname or parts.query or parts.fragment or parts.username:
            raise forms.ValidationError(_("Expected an https address, without a query."))
        return issuer

    def clean_factor_values(self) -> list[str]:
        return list(dict.fromkeys(self.cleaned_data["factor_values"].split()))[:20]


class DomainForm(forms.Form):
    domain = forms.CharField(
        label=_("Mail domain"), max_length=253, help_text=_("What stands after the @ of your addresses.")
    )


class ForgetForm(forms.Form):
    """Whose link ends."""

    email = forms.EmailField(label=_("Mail address of the person"))


class DoorForm(forms.Form):
    """By which the company's door is found."""

    email = forms.EmailField(
        label=_("Your mail address at work"), widget=forms.EmailInput(attrs={"autocomplete": "username"})
    )


def initial_of(sign_on: Any) -> dict[str, Any]:
    """What stands there already, but for the secret."""
    if sign_on is None:
        return {}
    names = ("name", "issuer", "client_id", "mail_claim", "name_claim", "takes_newcomers", "is_active")
    return {**{name: getattr(sign_on, name) for name in names}, "factor_values": " ".join(sign_on.factor_values)}
