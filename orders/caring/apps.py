"""What this part of the app adds to the portal's registries."""


def register() -> None:
    """Called once, when the app is ready."""
