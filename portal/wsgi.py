"""The web server's door. It stays shut to a process whose database role is stronger than its own."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")

application = get_wsgi_application()

from portal.checks import refuse_to_serve  # noqa: E402 - needs the applications loaded

refuse_to_serve()

# What is loaded by now stays for good; else the collector walks it again while somebody waits for a page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)
