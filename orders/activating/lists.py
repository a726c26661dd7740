"""What hangs on an activation as lists of the API: nothing narrows them."""

from django.utils.translation import gettext_lazy as _

from portal.lists import ListPage, Sort

TESTS = ListPage(sorts=[Sort("newest", _("Newest first"), "tested_at", is_descending=True)])
SLOTS = ListPage(sorts=[Sort("next", _("Next first"), "starts_at")])
