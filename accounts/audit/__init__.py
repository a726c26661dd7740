"""The audit log: what happened in an enterprise, and who saw what."""
