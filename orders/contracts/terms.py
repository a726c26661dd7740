"""What of contracts a carrier could set otherwise."""

from django.utils.translation import gettext_lazy as _

from portal.errors import Text
from portal.kinds import Percent, Whole
from portal.terms import Term

AREAS: dict[str, Text] = {"contract": _("Contracts")}

NOTICE = "contract.notice_days"
CANCEL = "contract.keep_days"
SHORT, MIDDLE, LONG = "contract.early_percent_12", "contract.early_percent_36", "contract.early_percent_long"
WARNINGS = ("contract.warning_first", "contract.warning_second", "contract.warning_last")
MONTHS = "contract.longest_months"
ANSWER = "contract.transfer_answer_days"
TAKEOVER_DAYS, TAKEOVERS = "contract.takeover_days", "contract.takeovers_daily"
TRIAL_DAYS, TRIAL_WARNING, TRIALS = "contract.trial_days", "contract.trial_warning_days", "contract.trials_open"

_HANDBOOK = _("The carriers' handbooks: 30 calendar days before the end")
_RENEWAL = _("The carriers' renewal notices: 90, 60 and 31 days ahead")
_EARLY = _("Usual in carriers' service agreements")


def _early(name: str, percent: int, text: Text, title: Text) -> Term:
    return Term(name, percent, "%", text, _EARLY, kind=Percent(), title=title)


def _days(name: str, days: int, text: Text, source: Text, title: Text, most: int = 365) -> Term:
    return Term(name, days, "days", text, source, kind=Whole(0, most), title=title)


TERMS = (
    _days(
        NOTICE, 30, _("Calendar days from the request to disconnect a service until it can stop."), _HANDBOOK,
        _("Notice of a disconnect"),
    ),
    _days(
        CANCEL, 6, _("Until how many days before billing stops a disconnect can be taken back."),
        _("The carriers' terms of disconnects: until six days before billing stops"),
        _("A disconnect can be taken back"),
    ),
    _early(
        SHORT, 100, _("Charged of the months that are left when a service ends early: terms up to 12 months."),
        _("Early end of a term up to 12 months"),
    ),
    _early(
        MIDDLE, 75, _("Charged of the months that are left when a service ends early: terms up to 36 months."),
        _("Early end of a term up to 36 months"),
    ),
    _early(
        LONG, 50, _("Charged of the months that are left when a service ends early: longer terms."),
        _("Early end of a longer term"),
    ),
    _days(
        WARNINGS[0], 90, _("How many days ahead the end of a contract is told first."), _RENEWAL,
        _("First word of a contract's end"),
    ),
    _days(
        WARNINGS[1], 60, _("How many days ahead the end of a contract is told again."), _RENEWAL,
        _("Second word of a contract's end"),
    ),
    _days(
        WARNINGS[2], 31, _("How many days ahead the end of a contract is told for the last time."), _RENEWAL,
        _("Last word of a contract's end"),
    ),
    Term(
        MONTHS, 60, "months", _("The longest term for which a service can be renewed in the portal."),
        _("Usual in carriers' service agreements"), kind=Whole(1, 240), title=_("Longest renewal"),
    ),
    _days(
        ANSWER, 30, _("How long the other account has to answer a transfer before it is given up."),
        _("Own choice: a month to answer, as with moves of accounts"), _("A transfer that nobody answers"),
    ),
    _days(
        TAKEOVER_DAYS, 1, _("How many days ahead at least services are offered to another enterprise."),
        _("Own choice: each side can still look at it on the day before"), _("Notice before services change company"),
        90,
    ),
    Term(
        TAKEOVERS, 10, "requests", _("How often one enterprise can offer services to others in a day."),
        _("Own choice: more than anybody needs, too few to try account numbers out"), kind=Whole(0, 1000),
        title=_("Services offered to others in a day"),
    ),
    Term(
        TRIAL_DAYS, 30, "days", _("How long a service can be tried out at most."), _("Own choice: one billing month"),
        kind=Whole(1, 180), title=_("Longest trial"),
    ),
    _days(
        TRIAL_WARNING, 7, _("How many days before its end a trial is spoken of."),
        _("Own choice: time to ask the people who tried it"), _("Word before a trial ends"), 60,
    ),
    Term(
        TRIALS, 3, "", _("How many trials one customer can have at once."), _("Own choice"), kind=Whole(0, 100),
        title=_("Trials at once"),
    ),
)  # fmt: skip
