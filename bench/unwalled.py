"""The portal without its wall, to measure what that costs: as the owner, whom it does not bind."""

from django.core.wsgi import get_wsgi_application

application = get_wsgi_application()
