"""What the portal's processes read from their environment: each gets its own role's password only."""

from collections.abc import Mapping

ROLES = ("portal_owner", "portal_app", "portal_staff", "portal_dispatch")
TEST_ROLE = "portal_test"


def password_variable(role: str) -> str:
    return f"{role.upper()}_PASSWORD"


PASSWORDS = tuple(password_variable(role) for role in ROLES)
TEST_PASSWORD = password_variable(TEST_ROLE)
# Never inherited: who may have them is decided for each process.
_WITHHELD = {*PASSWORDS, TEST_PASSWORD, "PORTAL_ADMIN_URL", "PORTAL_ROLE", "FACE"}


def inherited(environ: Mapping[str, str]) -> dict[str, str]:
    """The surrounding variables, without any that give a process more than its role."""
    return {name: value for name, value in environ.items() if name not in _WITHHELD}
