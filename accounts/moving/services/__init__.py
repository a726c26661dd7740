"""What moves accounts, and what decides that they move."""

from accounts.moving.services.mover import CannotMove, Moved, NotYet, is_claimed, move

__all__ = ["CannotMove", "Moved", "NotYet", "is_claimed", "move"]
