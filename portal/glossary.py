"""The field's words and short forms, said for who meets them for the first time.

One place: hints beside labels, and the help page, read it.
"""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Entry(NamedTuple):
    """A word: how it stands on the screens, what it is written out, and what it means."""

    term: str | Promise
    name: str | Promise
    text: str | Promise


GLOSSARY: dict[str, Entry] = {
    # dates and states of an order
    "CRD": Entry("CRD", _("Customer requested date"), _("The day for which you asked for the service.")),
    "CCD": Entry(
        "CCD",
        _("Customer commit date"),
        _("The day to which we committed. It is measured against, and stays when the expected day moves."),
    ),
    "DDD": Entry(
        "DDD",
        _("Desired due date"),
        _("The day before which nothing is delivered or billed, where you asked for a firm day."),
    ),
    "FOC": Entry(
        "FOC",
        _("Firm order commitment"),
        _("The day that another carrier, whose line your service rides on, commits to towards us."),
    ),
    "CNR": Entry(
        "CNR",
        _("Customer not ready"),
        _("The order is on hold, because something that only you can do is missing: access, power, a test, an answer."),
    ),
    "milestone": Entry(_("Milestone"), "", _("A step of an order, with the day it is due and whose move it is.")),
    "PO": Entry("PO", _("Purchase order"), _("Your own number for what you buy. We print it on what we send you.")),
    # money
    "MRC": Entry("MRC", _("Monthly recurring charge"), _("What the service costs each month.")),
    "NRC": Entry("NRC", _("Non-recurring charge"), _("What is paid once, as for installation.")),
    "BTN": Entry("BTN", _("Billing telephone number"), _("A telephone number by which a billing account is known.")),
    "MSA": Entry("MSA", _("Master service agreement"), _("The contract under which you buy all your services.")),
    "EFT": Entry("EFT", _("Electronic funds transfer"), _("Payment from bank to bank, without a check.")),
    "dispute": Entry(
        _("Dispute"),
        "",
        _("You contest a line of an invoice. Until we decide, you do not owe its amount."),
    ),
    "proration": Entry(
        _("Part of a month"),
        _("Proration"),
        _("A charge that begins or ends within a month is billed for its days alone."),
    ),
    # services and the way to them
    "circuit_id": Entry(
        _("Service ID"),
        _("Circuit ID"),
        _("Our name for one circuit, port or subscription; quote it when you call us."),
    ),
    "a_end": Entry(_("A end"), "", _("The place where a circuit begins, mostly yours.")),
    "z_end": Entry(_("Z end"), "", _("The place where a circuit ends.")),
    "local_loop": Entry(
        _("Local loop"),
        "",
        _("The last stretch to your building, often another carrier's line, tested before handover."),
    ),
    "on_net": Entry(_("On-net"), "", _("Reached by our own network all the way.")),
    "off_net": Entry(_("Off-net"), "", _("Reached over another carrier's line for a part of the way.")),
    "DIA": Entry("DIA", _("Dedicated internet access"), _("An internet line whose bandwidth you share with nobody.")),
    "wave": Entry(
        _("Wavelength"), "", _("A circuit on a color of light of its own, with a fixed bandwidth and delay.")
    ),
    "SDWAN": Entry("SD-WAN", "", _("Your sites joined over any lines, and steered by software from one place.")),
    "SIP": Entry("SIP", _("Session Initiation Protocol"), _("Telephone lines over your data connection.")),
    "CDN": Entry(
        "CDN", _("Content delivery network"), _("Copies of your content near its readers, so that it loads fast.")
    ),
    "DLR": Entry(
        "DLR", _("Design layout record"), _("The whole path of a circuit as designed, end to end, with its equipment.")
    ),
    "LOA": Entry(
        "LOA",
        _("Letter of authorization"),
        _("Your permission that we may act for you, as to move a number or use a rack."),
    ),
    "NID": Entry(
        "NID",
        _("Network interface device"),
        _("The box at your site where our network ends and yours begins: the demarc."),
    ),
    "LEC": Entry("LEC", _("Local exchange carrier"), _("The telephone company of the place.")),
    "LNP": Entry("LNP", _("Local number portability"), _("Keeping your telephone numbers when the carrier changes.")),
    # working together
    "NOC": Entry("NOC", _("Network operations center"), _("Who watches a network around the clock.")),
    "GCR": Entry(
        "GCR", _("Planned maintenance"), _("The number of a planned work on the network, and the notice about it.")
    ),
    "RFO": Entry(
        "RFO", _("Reason for outage"), _("Our report on why a service failed, and what keeps it from happening again.")
    ),
    "MTTR": Entry(
        "MTTR", _("Mean time to restore"), _("How long it takes on average until a failed service works again.")
    ),
    "SLA": Entry(
        "SLA", _("Service level agreement"), _("What we promise of a service, and what you get when we miss it.")
    ),
    "ICB": Entry("ICB", _("Individual case basis"), _("Priced or dated case by case, not by a list.")),
}
