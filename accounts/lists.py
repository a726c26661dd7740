"""The lists of this app."""

from django.utils.translation import gettext_lazy as _

from portal.lists import Filter, ListPage, Sort

VISITS = ListPage(sorts=[Sort("newest", _("Newest first"), "started_at", is_descending=True)])

ENTERPRISES = ListPage(
    sorts=[Sort("name", _("Name"), "legal_name")],
    filters=[Filter("id", _("Enterprise number"), lambda rows, value: rows.filter(public_id=value))],
)
