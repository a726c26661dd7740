"""A customer's own sign-on by OpenID Connect: set up by its administrators, and used by its people."""
