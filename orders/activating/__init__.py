"""Turning a service up: slots, tests and the sign-off, acceptance, and customers who are not ready."""
