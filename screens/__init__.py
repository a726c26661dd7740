"""The portal looked at: every page, in every state, as a browser shows it."""
