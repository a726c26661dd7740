"""The lists of this app."""

from django.utils.translation import gettext_lazy as _

from portal.lists import ListPage, Sort

VISITS = ListPage(sorts=[Sort("newest", _("Newest first"), "started_at", is_descending=True)])
