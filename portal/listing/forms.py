"""Forms of saved views and of the columns."""

from typing import Any
from urllib.parse import parse_qsl

from django import forms
from django.utils.translation import gettext_lazy as _

from portal.listing.declared import Listing

MOST_COLUMNS, LONGEST_QUERY = 40, 4000


class NameForm(forms.Form):
    """What a view is called: one line, as it is to be read."""

    name = forms.CharField(label=_("Name"), max_length=60)

    def clean_name(self) -> str:
        return " ".join(self.cleaned_data["name"].split())


class SaveForm(NameForm):
    """The filters, sort and columns that are looked at, to be kept under a name."""

    is_shared = forms.BooleanField(
        label=_("Share it"), required=False, help_text=_("Everybody here who may see this list can use it.")
    )
    is_first = forms.BooleanField(
        label=_("Open the list with it"), required=False, help_text=_("When you come by the menu. Only for you.")
    )
    query = forms.CharField(required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput)
    columns = forms.CharField(required=False, max_length=LONGEST_QUERY, widget=forms.HiddenInput)

    def __init__(self, listing: Listing, *args: Any, may_share: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listing = listing
        if not may_share:
            del self.fields["is_shared"]

    def clean_query(self) -> str:
        return kept_query(self.listing, self.cleaned_data["query"])

    def clean_columns(self) -> list[str]:
        return keys(self.cleaned_data["columns"].split())


def kept_query(listing: Listing, query: str) -> str:
    """A query as the list itself would write it: without what it does not know, and without a place."""
    return listing.page.whole_query(dict(parse_qsl(query[:LONGEST_QUERY])))


def keys(given: list[str]) -> list[str]:
    """Names of columns; what no column could be called is left out."""
    fine = [each for each in given if each.isascii() and each.replace("_", "").isalnum() and len(each) <= 40]
    return list(dict.fromkeys(fine))[:MOST_COLUMNS]
