from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PortalConfig(AppConfig):
    name = "portal"

    def ready(self) -> None:
        from django.db.backends.signals import connection_created

        from portal import checks, exports, files, listing, ownlists, registries, shipped  # noqa: F401 - the first registers the system checks
        from portal.counters import watch_queries
        from portal.exports import notices
        from portal.following import notices as following
        from portal.listing import notices as views
        from portal.registries import Page
        from portal.termbook.lists import TERM_LIST
        from portal.terms import declare

        declare(*shipped.TERMS, areas=shipped.AREAS)
        notices.register_kinds()
        registries.add_pages(Page("portal.export", _("See your downloads"), "exports:list", lambda _actor, _pk: ""))
        views.register_kinds()
        following.register_kinds()
        listing.register(ownlists.NOTICE_LIST, TERM_LIST)
        files.register_holder("portal.export", exports.may_download)
        connection_created.connect(watch_queries, dispatch_uid="portal.counters")
