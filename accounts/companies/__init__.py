"""Enterprises' records, their billing accounts, and the contacts who hear of them without signing in."""
