"""How this app's tables move from one enterprise to another."""

from portal.moving import Along, Shared, Way

WAYS: dict[str, Way] = {
    "inventory_service": Along("accounts_account", "account_id"),
    # A place may have services of several accounts.
    "inventory_site": Shared("code"),
}
