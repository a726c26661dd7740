"""What moves accounts, and what decides that they move."""

from accounts.moving.services.along import choose
from accounts.moving.services.asking import LOOK, Wish, ask, say
from accounts.moving.services.carrying import carry_out, carry_out_due
from accounts.moving.services.codes import end_code, issue_code, spend_code
from accounts.moving.services.deciding import approve, found, settle, stop
from accounts.moving.services.looking import look
from accounts.moving.services.mover import CannotMove, Moved, NotYet, former_account, is_claimed, move

__all__ = [
    "LOOK",
    "CannotMove",
    "Moved",
    "NotYet",
    "Wish",
    "approve",
    "ask",
    "carry_out",
    "carry_out_due",
    "choose",
    "end_code",
    "former_account",
    "found",
    "is_claimed",
    "issue_code",
    "look",
    "move",
    "say",
    "settle",
    "spend_code",
    "stop",
]
