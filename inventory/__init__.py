"""Products, sites and services."""
