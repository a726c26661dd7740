"""What is typed to order, to price, to sign, and to check an order."""

from collections.abc import Mapping
from datetime import date
from functools import partial
from itertools import groupby
from typing import Any

from django import forms
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.selectors import suggest_colleagues
from inventory.models import Family, Product
from orders.models import Order, OrderItem
from orders.placing import rules, selectors
from orders.selectors import list_items, working_days
from portal import money
from portal.actors import Actor
from portal.drafts import kept
from portal.loading.cells import countries
from portal.suggestions import SuggestField, Suggestion
from portal.suggestions import countries as find_countries


def _day(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, input_formats=["%Y-%m-%d"],
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": _("This is no day of the calendar. Write it as 2026-09-30.")}, **kwargs,
    )  # fmt: skip


def _amount(label: Any, **kwargs: Any) -> forms.DecimalField:
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.DecimalField(
        label=label, max_digits=12, decimal_places=2, min_value=0, localize=True, widget=widget, **kwargs
    )


def _text(label: Any, most: int, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=most, **kwargs)


@kept("order")
class OrderForm(forms.Form):
    """All of an order but its items; ``seen`` is the revision that the page shows."""

    account = SuggestField(label=_("Account"), help_text=_("Type a part of its number or its name."))
    requested_on = _day(_("Requested date (CRD)"), required=False, help_text=_("A working day where it is delivered."))
    term_months = forms.IntegerField(label=_("Term in months"), min_value=0, max_value=240, required=False)
    customer_reference = _text(
        _("Purchase order (PO)"), 60, required=False, help_text=_("It stands on the order, its mails and its invoices.")
    )
    title = _text(
        _("What it is called"), 200, required=False, help_text=_("Left empty, it is called by its product and places.")
    )
    project = _text(_("Project"), 120, required=False, help_text=_("Orders of the same project are shown together."))
    project_reference = _text(_("Project's reference"), 60, required=False)
    notes = _text(
        _("What else we should know"), 2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    is_private = forms.BooleanField(label=_("Keep the draft for myself until I sign it"), required=False)
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)

    def __init__(self, actor: Actor, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor = actor
        place = [actor.enterprise_public_id]
        own: dict[str, Any] = self.fields
        own["account"].offer(partial(selectors.find_accounts, actor), reverse("orders:suggest_accounts", args=place))

    def clean_customer_reference(self) -> str:
        return " ".join(self.cleaned_data["customer_reference"].split())

    def clean_project(self) -> str:
        return " ".join(self.cleaned_data["project"].split())


_ADDRESS = ("name", "street", "city", "region", "postcode", "country")
_NEW = {
    "name": (_("What the site is called"), 120),
    "street": (_("Street and number"), 200),
    "city": (_("City"), 100),
    "region": (_("State or region"), 60),
    "postcode": (_("Postcode"), 20),
}


_IN_ITS_CURRENCY = _("In the account's currency.")
_SITE_HINT = _("Type a part of its name, its city or its code.")


class ItemForm(forms.Form):
    """One item: a product, where, and how much of it."""

    product = forms.ChoiceField(label=_("Product"))
    bandwidth = _text(_("Bandwidth"), 40, required=False, help_text=_("For example 10 Gbps."))
    quantity = forms.IntegerField(label=_("How many"), min_value=1, max_value=99, initial=1)
    a_site = SuggestField(label=_("A end: one of your sites"), required=False, help_text=_SITE_HINT)
    z_site = SuggestField(label=_("Z end: one of your sites"), required=False, help_text=_SITE_HINT)
    is_primary = forms.BooleanField(
        label=_("This is the primary site"), required=False, help_text=_("Billing does not begin before it is up.")
    )
    monthly = _amount(_("Monthly (MRC)"), required=False, help_text=_IN_ITS_CURRENCY)
    one_time = _amount(_("One-time (NRC)"), required=False, help_text=_IN_ITS_CURRENCY)

    def __init__(self, actor: Actor, products: Mapping[str, Product], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.actor, self.products = actor, products
        own: dict[str, Any] = self.fields
        own["product"].choices = [("", _("Choose a product")), *catalogue_choices(products.values())]
        place = [actor.enterprise_public_id]
        for end in "az":
            own[f"{end}_site"].offer(partial(selectors.find_sites, actor), reverse("orders:suggest_sites", args=place))
            for name, (label, most) in _NEW.items():
                own[f"{end}_{name}"] = _text(label, most, required=False)
            own[f"{end}_country"] = country = SuggestField(label=_("Country"), required=False)
            country.offer(find_countries(countries()), reverse("suggest_countries"))
        if actor.is_staff:
            own["a_site"].label, own["z_site"].label = _("A end: one of their sites"), _("Z end: one of their sites")
        else:
            # Prices are the carrier's.
            del own["monthly"], own["one_time"]

    def end(self, end: str) -> list[Any]:
        return [self[f"{end}_{name}"] for name in _ADDRESS]

    @property
    def a_end(self) -> list[Any]:
        return self.end("a")

    @property
    def z_end(self) -> list[Any]:
        return self.end("z")

    @property
    def has_new_a(self) -> bool:
        return any(self[f"a_{name}"].value() or self[f"a_{name}"].errors for name in _ADDRESS)

    @property
    def has_new_z(self) -> bool:
        return any(self[f"z_{name}"].value() or self[f"z_{name}"].errors for name in _ADDRESS)

    @property
    def asks_for_primary(self) -> bool:
        """Whether its product begins with several sites, of which one can be the primary."""
        product = self.products.get(str(self["product"].value() or ""))
        return bool(self["is_primary"].value()) or (product is not None and product.sites_to_begin > 1)

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        product = self.products.get(data.get("product", ""))
        if data.get("is_primary") and product and product.sites_to_begin < 2:
            self.add_error("is_primary", rules.NO_PRIMARY)
        for end in "az":
            new = {name: data.get(f"{end}_{name}") or "" for name in _ADDRESS}
            if data.get(f"{end}_site") and any(new.values()):
                self.add_error(f"{end}_site", _("Choose a site, or write a new address: not both."))
            for name in ("street", "city", "country") if any(new.values()) else ():
                if not new[name] and f"{end}_{name}" not in self.errors:
                    self.add_error(f"{end}_{name}", _("A new site needs its street, city and country."))
            data[f"{end}_new"] = {**new, "name": new["name"] or new["street"][:120]} if any(new.values()) else {}
        return data

    def line(self, products: Mapping[str, Product], sites: Mapping[str, Any]) -> dict[str, Any]:
        """The fields of services.Line."""
        data = self.cleaned_data
        return {
            "product": products[data["product"]],
            "a_site": sites.get(data["a_site"]),
            "z_site": sites.get(data["z_site"]),
            **{name: data[name] for name in ("a_new", "z_new", "bandwidth", "quantity", "is_primary")},
            **{name: data.get(name) or money.ZERO for name in ("monthly", "one_time")},
            "is_priced": any(data.get(name) is not None for name in ("monthly", "one_time")),
        }


class OrderSheet:
    """The form of an order with those of its items, as one: sent, or as the order stands."""

    def __init__(
        self, actor: Actor, order: Order | None, *, sent: QueryDict | None = None, product: str = "", today: date
    ) -> None:
        self.actor, self.sent = actor, sent
        self.products = {each.code: each for each in selectors.list_catalogue()}
        held = list_items(actor, order) if order else []
        first = [_typed(each) for each in held] or [{"product": product, "quantity": 1}]
        usual = self._usual_day(product, today) if order is None else {}
        self.form = OrderForm(actor, sent, initial={**_of(order, actor), **usual})
        count = self._count(len(first))
        self.items = [
            ItemForm(
                actor, self.products, sent, prefix=f"item-{place}", initial=first[place] if place < len(first) else {}
            )
            for place in range(count)
        ]

    def _usual_day(self, product: str, today: date) -> dict[str, date]:
        """When the product is there after its standard interval, where it has one."""
        chosen = self.products.get(product)
        if chosen is None or chosen.is_icb or self.actor.enterprise_id is None:
            return {}
        days = working_days(self.actor.enterprise_id, on=today)
        return {"requested_on": days.add_business_days(today, chosen.interval_days)}

    @property
    def prices(self) -> list[dict[str, Any]]:
        """What the chosen products cost by the list, each with its rows in the currencies of the actor's accounts."""
        typed = {str(each["product"].value() or "") for each in self.items}
        chosen = [each for code, each in self.products.items() if code in typed]
        rows = selectors.list_prices(self.actor, chosen) if chosen else {}
        return [{"product": each, "rows": rows.get(each.pk, [])} for each in chosen]

    def _count(self, usual: int) -> int:
        typed = self.sent.get("items", "") if self.sent is not None else ""
        return min(max(int(typed), 1), 100) if typed.isdecimal() and len(typed) < 4 else usual

    def is_valid(self) -> bool:
        is_valid = all([self.form.is_valid(), *(each.is_valid() for each in self.items)])
        for each in [item for item in self.items if item.cleaned_data.get("is_primary")][1:]:
            each.add_error("is_primary", rules.ONE_PRIMARY)
            is_valid = False
        return is_valid

    @property
    def seen(self) -> int:
        return self.form.cleaned_data.get("seen") or 0

    @property
    def wished(self) -> dict[str, Any]:
        """The fields of services.Wish, each of its lines as those of services.Line."""
        data = {**self.form.cleaned_data}
        data.pop("seen")
        account = selectors.list_accounts(self.actor).get(number=data.pop("account"))
        typed = {each.cleaned_data[f"{end}_site"] for each in self.items for end in "az"}
        sites = {each.code: each for each in selectors.list_sites(self.actor).filter(code__in=typed)}
        lines = [each.line(self.products, sites) for each in self.items]
        return {**data, "account": account, "lines": lines, "term_months": data["term_months"] or 0}

    def again(self, *, more: bool = False, without: int | None = None) -> "OrderSheet":
        """The same as typed, with one item more or less, none of it judged."""
        assert self.sent is not None
        left = [each for place, each in enumerate(self.items) if place != without]
        sheet = OrderSheet.__new__(OrderSheet)
        sheet.actor, sheet.sent, sheet.products = self.actor, None, self.products
        sheet.form = OrderForm(self.actor, initial=_raw(self.form, self.sent))
        typed: list[dict[str, Any]] = [_raw(each, self.sent) for each in left] + ([{"quantity": 1}] if more else [])
        sheet.items = [
            ItemForm(self.actor, self.products, prefix=f"item-{place}", initial=each)
            for place, each in enumerate(typed)
        ]
        return sheet


def _raw(form: forms.Form, sent: QueryDict) -> dict[str, Any]:
    return {name: sent.get(form.add_prefix(name), "") for name in form.fields}


def _of(order: Order | None, actor: Actor) -> dict[str, Any]:
    """An order as it stands; of a new one the only account there is."""
    if order is None:
        few = list(selectors.list_accounts(actor)[:2])
        return {"account": few[0].number, "seen": 0} if len(few) == 1 else {"seen": 0}
    project = selectors.get_project(actor, order) if order.project_id else None
    names = ("requested_on", "term_months", "customer_reference", "title", "notes")
    return {
        **{name: getattr(order, name) for name in names},
        "account": order.account.number,
        "project": project.name if project else "",
        "project_reference": project.reference if project else "",
        "is_private": order.private_to is not None,
        "seen": order.revision,
    }


def _typed(item: OrderItem) -> dict[str, Any]:
    found: dict[str, Any] = {
        "product": item.product.code, "bandwidth": item.bandwidth, "quantity": item.quantity,
        "is_primary": item.is_primary,
        "monthly": None if item.is_unpriced else item.monthly, "one_time": None if item.is_unpriced else item.one_time,
    }  # fmt: skip
    for end, site, new in (("a", item.a_site, item.a_new), ("z", item.z_site, item.z_new)):
        found[f"{end}_site"] = site.code if site else ""
        found |= {f"{end}_{name}": new.get(name, "") for name in _ADDRESS}
    return found


def catalogue_choices(products: Any) -> list[Any]:
    """Products under their families, each with its name."""
    return [
        (Family(family).label, [(each.code, each.name) for each in some])
        for family, some in groupby(products, key=lambda each: each.family)
    ]


class SignForm(forms.Form):
    """The signature under an order."""

    name = _text(_("Signatory"), 200, help_text=_("Who may order in the company's name."))
    title = _text(_("Their title"), 200)
    signature = _text(_("Signature"), 200, help_text=_("Type the signatory's name once more."))
    agrees = forms.BooleanField(label=_("We order what stands here and authorise its installation."))
    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class SeenForm(forms.Form):
    """A step that is about the revision on the page."""

    seen = forms.IntegerField(widget=forms.HiddenInput, min_value=0)


class AnswerForm(forms.Form):
    """The customer's answer to a quote."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)
    words = _text(_("A word on it"), 500, required=False)


class PriceForm(forms.Form):
    """What an ICB order costs."""

    monthly = _amount(_("Monthly (MRC)"), help_text=_IN_ITS_CURRENCY)
    one_time = _amount(_("One-time (NRC)"), help_text=_IN_ITS_CURRENCY)
    term_months = forms.IntegerField(label=_("Term in months"), min_value=0, max_value=240)
    valid_until_on = _day(_("Valid until"))
    words = _text(
        _("Words to the customer"), 2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("What the price stands on: the route, the third party, what is not in it."),
    )  # fmt: skip


class TakeForm(forms.Form):
    """Who cares for the order from now on."""

    care_manager = SuggestField(label=_("Care manager"), help_text=_("Type a part of a name."))

    def __init__(self, *args: Any, url: str = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own: dict[str, Any] = self.fields
        own["care_manager"].offer(_colleagues, url)


def _colleagues(typed: str) -> list[Suggestion]:
    return suggest_colleagues(typed)


# Which fields of an order a return can be about; the words are the form's.
ABOUT = ("requested_on", "customer_reference", "term_months", "signatory")


class ReturnForm(forms.Form):
    """Why an order goes back: of the whole, of fields, and of single items."""

    reason = _text(
        _("What is to be corrected?"), 1000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("The customer reads this word for word."),
    )  # fmt: skip
    requested_on = _text(_("About the requested date (CRD)"), 300, required=False)
    customer_reference = _text(_("About the purchase order (PO)"), 300, required=False)
    term_months = _text(_("About the term"), 300, required=False)
    signatory = _text(_("About the signatory"), 300, required=False)

    def __init__(self, items: list[OrderItem], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.positions = [each.position for each in items]
        for each in items:
            label = _("About item %(position)s, %(product)s") % {"position": each.position, "product": each.product}
            self.fields[f"item_{each.position}"] = _text(label, 300, required=False)

    @property
    def remarks(self) -> list[dict[str, Any]]:
        """The fields of services.Remark, each."""
        data = self.cleaned_data
        found: list[dict[str, Any]] = [{"words": data["reason"]}]
        found += [{"words": data[name], "field": name} for name in ABOUT]
        found += [{"words": data[f"item_{place}"], "item": place} for place in self.positions]
        return [each for each in found if each["words"]]


class RejectForm(forms.Form):
    """Why an order is not taken at all."""

    reason = _text(
        _("Why?"), 1000, widget=forms.Textarea(attrs={"rows": 3}), help_text=_("The customer reads this word for word.")
    )
