"""The portal's settings, with addresses that fail on purpose."""

from portal.settings import *  # noqa: F403

ROOT_URLCONF = "screens.trouble"
