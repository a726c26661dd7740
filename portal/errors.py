"""What may be shown to a person when something cannot be done."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise


class Refused(Exception):
    """A request that the rules do not allow: worded for the person, with the way out.

    ``field`` names the form field it belongs beside, where there is one; ``within`` the thing it
    is a field of, as "lines/0", where several were handed in at once.
    """

    message: Text = _("This cannot be done now.")
    way_out: Text = _("Nothing was changed. Go back and try again, or ask your account team.")

    def __init__(self, message: Text | None = None, *, way_out: Text | None = None, field: str | None = None) -> None:
        super().__init__(message or self.message)
        self.message = message or self.message
        self.way_out = way_out or self.way_out
        self.field = field
        self.within = ""


class IllegalMove(Refused):
    """A state that cannot be reached from where the thing stands now."""

    message = _("This has changed since the page was loaded, so that step is no longer possible.")
    way_out = _("Nothing was changed. Look at its present state below and decide anew.")
