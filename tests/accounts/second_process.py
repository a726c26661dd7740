"""A process of the portal by itself: signs somebody in with password and code, and says whether that let them in.

Called with mail address, password and code; the settings come from the environment.
"""

import sys

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.test import Client  # noqa: E402

# Nothing was gathered for it, and its pages are not looked at.
plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
settings.ALLOWED_HOSTS = ["*"]
email, password, code = sys.argv[1:]
browser = Client(REMOTE_ADDR="192.0.2.7")
browser.post("/account/login/", {"login": email, "password": password})
answer = browser.post("/account/2fa/authenticate/", {"code": code})
print(answer.status_code, "in" if browser.get("/").get("Location", "").startswith("/e/") else "out")
