"""The portal's settings, with the bare view's own routes."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "bench.bare"
