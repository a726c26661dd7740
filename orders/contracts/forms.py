"""What is asked of services that are there already."""

import re
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import offer_proofs
from accounts.models import Account
from inventory.models import Product, Site
from orders.contracts.selectors.takeovers import OFFERED
from orders.models import EndReason
from portal.drafts import kept


def _day(label: Any, **more: Any) -> forms.DateField:
    return forms.DateField(label=label, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **more)


def _note(label: Any, help_text: Any) -> forms.CharField:
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, required=False, max_length=2000, widget=area, help_text=help_text)


def _reference() -> forms.CharField:
    return forms.CharField(
        label=_("Your own reference (PO)"), required=False, max_length=60, help_text=_("It stands beside our number.")
    )


@kept("disconnect")
class DisconnectForm(forms.Form):
    """When, and why; ``seen`` is the estimate that the page shows."""

    stops_on = _day(_("First day without the service"), help_text=_("Billing stops with the day before."))
    reason = forms.ChoiceField(label=_("Why?"), choices=[("", _("Choose a reason")), *EndReason.choices])
    note = _note(_("What else should we know?"), _("For example who is on site to hand over equipment."))
    customer_reference = _reference()
    seen = forms.CharField(required=False, widget=forms.HiddenInput)


@kept("change")
class ChangeForm(forms.Form):
    """What of a service is to be otherwise."""

    bandwidth = forms.CharField(
        label=_("Bandwidth"), required=False, max_length=40, help_text=_("More or less, for example 500 Mbps.")
    )
    a_site = forms.TypedChoiceField(label=_("Location A"), required=False, coerce=int, empty_value=None)
    z_site = forms.TypedChoiceField(label=_("Location Z"), required=False, coerce=int, empty_value=None)
    gives_up_z = forms.BooleanField(label=_("Give location Z up (partial disconnect)"), required=False)
    requested_on = _day(_("When you would like it"), required=False)
    note = _note(
        _("What else is to change?"), _("Name addresses, interfaces, routing: whatever the form does not ask.")
    )
    customer_reference = _reference()

    def __init__(self, data: Any = None, *, sites: Iterable[Site], has_z: bool, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        places = [("", _("As it is")), *((site.pk, str(site)) for site in sites)]
        for name in ("a_site", "z_site"):
            self.fields[name].choices = places  # type: ignore[attr-defined]
        if not has_z:
            del self.fields["z_site"], self.fields["gives_up_z"]


@kept("renewal")
class RenewalForm(forms.Form):
    """For how long, and for which services."""

    term_months = forms.IntegerField(
        label=_("New term in months"), min_value=1, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    covers = forms.ChoiceField(label=_("What is renewed?"), widget=forms.RadioSelect)
    customer_reference = _reference()

    def __init__(self, data: Any = None, *, covers: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        self.fields["covers"].choices = covers  # type: ignore[attr-defined]


@kept("transfer")
class TransferForm(forms.Form):
    """To which account, and from when on."""

    target = forms.CharField(
        label=_("Number of the other account"), max_length=40, help_text=_("It stands on each invoice.")
    )
    effective_on = _day(_("First day on the other account"))
    customer_reference = _reference()


@kept("trial")
class TrialForm(forms.Form):
    """What is tried out, where, and for how long."""

    product = forms.ChoiceField(label=_("What would you like to try?"))
    account = forms.ChoiceField(label=_("Account"))
    a_site = forms.TypedChoiceField(label=_("Where?"), required=False, coerce=int, empty_value=None)
    days = forms.IntegerField(
        label=_("For how many days?"), min_value=1, widget=forms.TextInput(attrs={"inputmode": "numeric"})
    )
    requested_on = _day(_("When you would like it"), required=False)
    note = _note(_("What should it show?"), _("So that we can set it up for what you want to find out."))
    customer_reference = _reference()

    def __init__(
        self, data: Any = None, *, products: Iterable[Product], accounts: Iterable[Account], sites: Iterable[Site],
        **kwargs: Any,
    ) -> None:  # fmt: skip
        super().__init__(data, **kwargs)
        offered = {
            "product": [(each.code, each.name) for each in products],
            "account": [(each.number, f"{each.number} {each.called}") for each in accounts],
            "a_site": [("", "—"), *((site.pk, str(site)) for site in sites)],
        }
        for name, choices in offered.items():
            self.fields[name].choices = choices  # type: ignore[attr-defined]


class OfferForm(forms.Form):
    """Services that are offered to another enterprise, and the account there."""

    services = forms.CharField(
        label=_("Services"),
        help_text=_("Their numbers, one on each line; all of one account."),
        widget=forms.Textarea(attrs={"rows": 4, "spellcheck": "false"}),
    )
    account = forms.CharField(
        label=_("Number of the other company's account"), max_length=40,
        help_text=_("The company that takes the services tells you. It stands on each of its invoices."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    proof_kind = forms.ChoiceField(label=_("What shows that they agree?"), widget=forms.RadioSelect)
    proof = forms.CharField(
        label=_("Proof"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"})
    )
    effective_on = _day(
        _("First day with the other company"), help_text=_("By our calendar. Until then both can cancel.")
    )
    why = forms.CharField(
        label=_("Why?"), max_length=500, required=False, help_text=_("The other side and we read this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offer_proofs(self)

    def clean_services(self) -> list[str]:
        found = list(dict.fromkeys(re.split(r"[\s,;]+", str(self.cleaned_data["services"]).strip())))
        if len(found) > OFFERED or any(len(each) > 40 for each in found):
            raise forms.ValidationError(_("These are too many, or no service numbers."))
        return found


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Why?"), max_length=500, help_text=_("Both sides read this."), widget=forms.Textarea(attrs={"rows": 2})
    )


class GroundsForm(forms.Form):
    grounds = forms.CharField(
        label=_("How do you know that this is right?"), max_length=500,
        help_text=_("A contract, a letter, who called. Customers do not read this."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip


class PriceForm(forms.Form):
    """What a changed service costs. The carrier's."""

    monthly = forms.DecimalField(
        label=_("New monthly charge (MRC)"), max_digits=12, decimal_places=2, min_value=0,
        help_text=_("In the account's currency."),
    )  # fmt: skip
    one_time = forms.DecimalField(
        label=_("One-time charge (NRC)"), max_digits=12, decimal_places=2, min_value=0,
        help_text=_("In the account's currency."),
    )  # fmt: skip


class AgreeForm(forms.Form):
    """The price that was looked at."""

    monthly = forms.DecimalField(widget=forms.HiddenInput)
    one_time = forms.DecimalField(widget=forms.HiddenInput)


class KeepForm(forms.Form):
    """For how long a service that was tried out is kept."""

    term_months = forms.IntegerField(label=_("Term in months"), min_value=1, max_value=240, initial=12)
    customer_reference = _reference()
