"""Lists as files: short ones at once, long ones in the background.

A list that can be exported is declared once (ExportKind). Up to 10,000 rows are built in the
request; more is asked for as a row of Export, made by a worker with the rights its person has
then, and told when it is ready. The row is leased as a notice is, so that a killed worker's file
is made by the next one, and only once.
"""

from portal.exports.answering import INLINE_ROWS, answer, wait_for
from portal.exports.asking import ask, ask_again
from portal.exports.kinds import KINDS, ExportKind, list_mine, may_download, register
from portal.exports.making import expire, make
from portal.exports.shapes import archive

__all__ = [
    "INLINE_ROWS",
    "KINDS",
    "ExportKind",
    "answer",
    "archive",
    "ask",
    "ask_again",
    "expire",
    "list_mine",
    "make",
    "may_download",
    "register",
    "wait_for",
]
