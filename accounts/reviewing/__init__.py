"""Periodic access review: administrators confirm person by person who has what."""
