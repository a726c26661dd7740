"""API keys: asked for, approved, collected once, reset, revoked, and ended in time."""
