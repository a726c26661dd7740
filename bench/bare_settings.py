"""The portal's settings with nothing left that a bare view does not need."""

from portal.settings import *  # noqa: F403

MIDDLEWARE = [
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
]
ROOT_URLCONF = "bench.bare"
WSGI_APPLICATION = "bench.bare.application"
