"""Files: one way in, one way out, on any storage that Django knows.

In: the ending and the content must both be of a kind we take; pictures are drawn anew; archives
are opened and counted; sizes and numbers have limits. On the storage a file has a name of ours
below its enterprise's number. Out: one view, which asks the thing that the file hangs on.
"""

from portal.files.fields import FilesField, FilesForm, takes_files
from portal.files.intake import KINDS, Accepted, Limits, NotAccepted, accept, limits
from portal.files.keeping import clean, find, hang, keep, list_files, put, register_holder, register_keeper, remove
from portal.files.leaving import download, hand_out

__all__ = [
    "KINDS",
    "Accepted",
    "FilesField",
    "FilesForm",
    "Limits",
    "NotAccepted",
    "accept",
    "clean",
    "download",
    "find",
    "hand_out",
    "hang",
    "keep",
    "limits",
    "list_files",
    "put",
    "register_holder",
    "register_keeper",
    "remove",
    "takes_files",
]
