"""Who acts: the one argument by which services and selectors know whom they serve."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

# For each permission the accounts it reaches; None means every account of the enterprise.
Permissions = Mapping[str, frozenset[int] | None]


def initials(name: str) -> str:
    """One or two letters for a name: the first and the last word's."""
    words = name.split()
    return "".join(word[0] for word in (words[:1] + words[-1:] if len(words) > 1 else words)).upper()


class ActorKind(StrEnum):
    CUSTOMER = "customer"
    STAFF = "staff"
    SYSTEM = "system"
    KEY = "key"  # a customer's program, by its API key


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, a program or the portal itself, acting for one enterprise or, as staff, outside any."""

    kind: ActorKind
    name: str
    enterprise_id: int | None = None
    enterprise_public_id: str = ""
    enterprise_name: str = ""
    user_id: int | None = None
    person_id: int | None = None  # the membership of a customer, the staff card of staff
    email: str = ""
    role: str = ""
    language: str = "en"
    time_zone: str = "UTC"
    permissions: Permissions = field(default_factory=dict)
    # Those that are about the whole enterprise: held everywhere, they let nobody see any account.
    whole: frozenset[str] = frozenset()
    key_id: int | None = None  # the API key by which a program acts

    @property
    def is_staff(self) -> bool:
        return self.kind is ActorKind.STAFF

    @property
    def initials(self) -> str:
        return initials(self.name)

    def may(self, permission: str) -> bool:
        """Holds the permission somewhere in this enterprise; "" asks for none in particular."""
        return not permission or permission in self.permissions

    def may_on(self, permission: str, account_id: int) -> bool:
        """Holds the permission on this account."""
        accounts = self.accounts_for(permission)
        return accounts is None or account_id in accounts

    def accounts_for(self, permission: str) -> frozenset[int] | None:
        """The accounts the permission reaches: None for all, an empty set for none; for "" those of any permission."""
        if not permission:
            reach = [accounts for code, accounts in self.permissions.items() if code not in self.whole]
            return None if None in reach else frozenset[int]().union(*(each for each in reach if each))
        if permission not in self.permissions:
            return frozenset()
        return self.permissions[permission]


def system(enterprise_id: int, *, name: str = "Portal") -> Actor:
    """The portal acting by itself in one enterprise, as in a bill run."""
    return Actor(kind=ActorKind.SYSTEM, name=name, enterprise_id=enterprise_id)
