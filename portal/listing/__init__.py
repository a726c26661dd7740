"""The list pattern: every list of the portal is declared once and shown by one component.

A Listing names its page, columns, words for when it is empty, its file and what can be done with
chosen rows. ``show`` answers it, whole or, for htmx, the list alone; ``act`` does one action with
the rows that were chosen. What a person keeps of a list, named views and columns, is one query.
"""

from portal.listing.acting import MOST, act, seen, told
from portal.listing.declared import Action, Listing, Words, find, register
from portal.listing.showing import show

__all__ = ["MOST", "Action", "Listing", "Words", "act", "find", "register", "seen", "show", "told"]
