"""What hangs on an order as lists of the API: nothing narrows them, the latest stands first."""

from django.utils.translation import gettext_lazy as _

from portal.lists import ListPage, Sort


def _latest(field: str) -> ListPage:
    return ListPage(sorts=[Sort("newest", _("Newest first"), field, is_descending=True)])


MESSAGES, ESCALATIONS, NOTES, PROMISES = _latest("at"), _latest("at"), _latest("at"), _latest("due_at")
