"""What people type about themselves, their keys and their visits."""

from typing import Any

from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import registries
from portal.suggestions import SuggestField, time_zones


class VisitForm(forms.Form):
    reason = forms.CharField(
        label=_("Why do you open this customer's data?"),
        min_length=5,
        error_messages={"min_length": _("Say in a few words why you open this customer's data.")},
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


class ProfileForm(forms.Form):
    """What a person decides about themselves; ``places`` are the enterprises they may begin in."""

    name = forms.CharField(
        label=_("Name"),
        max_length=200,
        help_text=_("As your colleagues and we see it."),
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=40,
        required=False,
        help_text=_("Where we reach you about an order or a fault."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "type": "tel"}),
    )
    language = forms.ChoiceField(
        label=_("Language"), choices=settings.LANGUAGES, help_text=_("Of your pages and of the mails we send you.")
    )
    time_zone = SuggestField(
        label=_("Time zone"),
        help_text=_("Type a city or a country. All times are shown and written to you in it."),
    )
    start = forms.ChoiceField(
        label=_("After signing in, open"), required=False, help_text=_("You can change companies at any time.")
    )
    theme = forms.ChoiceField(
        label=_("Colors"),
        choices=[("light", _("Light")), ("dark", _("Dark")), ("system", _("As the device"))],
        help_text=_("For this browser alone."),
    )
    has_shortcuts = forms.BooleanField(
        label=_("Single keys do something: / searches, ? opens help"),
        required=False,
        help_text=_("Switch it off if you speak to your computer, or press keys without meaning to."),
    )

    def __init__(self, *args: Any, places: list[tuple[int, str, str]], is_nameless: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["time_zone"].offer(time_zones, reverse("suggest_time_zones"))
        fields["start"].choices = [("", _("where I was last")), *((number, name) for _id, number, name in places)]
        if is_nameless:
            del fields["name"], fields["phone"]
        if len(places) < 2:
            del fields["start"]

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())

    def clean_phone(self) -> str:
        return " ".join(self.cleaned_data["phone"].split())


def offer_proofs(form: forms.Form) -> None:
    """The proofs there are, as choices of ``proof_kind``, and at ``proof`` what is typed for each."""
    fields: dict[str, Any] = form.fields
    proofs = list(registries.proofs().values())
    fields["proof_kind"].choices = [(each.name, each.label) for each in proofs]
    fields["proof_kind"].initial = proofs[0].name if proofs else ""
    fields["proof"].help_text = " ".join(
        f"{each.label}: {each.hint}" if proofs[1:] else str(each.hint) for each in proofs
    )
    if len(proofs) == 1:
        fields["proof_kind"].widget = forms.HiddenInput()
