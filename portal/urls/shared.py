"""What both faces have: signing in, a person's choices, and what an operator asks."""

from django.urls import include, path

import accounts.urls
from accounts.views import help_here, profile, set_language
from portal import views
from portal.following.views import mute
from portal.header.views import search
from portal.listing import urls as listing

handler400 = "portal.http.bad_request"
handler403 = "portal.http.forbidden"
handler404 = "portal.http.not_found"
handler429 = "portal.http.too_many_requests"
handler500 = "portal.http.server_error"

exports = [
    path("", views.downloads, name="list"),
    path("<int:pk>/again/", views.prepare_again, name="again"),
]

drafts = [
    path("", views.keep_draft, name="keep"),
    path("discard/", views.discard_draft, name="discard"),
]

shared = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.show_metrics, name="metrics"),
    path("language/", set_language, name="set_language"),
    path("theme/", views.set_theme, name="set_theme"),
    path("profile/", profile, name="profile"),
    path("e/<slug:enterprise>/search/", search, name="search"),
    path("e/<slug:enterprise>/help/", help_here, name="help"),
    path("e/<slug:enterprise>/files/<int:pk>/", views.file, name="file"),
    path("e/<slug:enterprise>/downloads/", include((exports, "exports"))),
    path("mute/<str:token>/", mute, name="mute"),
    path("e/<slug:enterprise>/views/", include((listing.urlpatterns, "views"))),
    path("e/<slug:enterprise>/drafts/", include((drafts, "drafts"))),
    path("suggest/countries/", views.suggest_countries, name="suggest_countries"),
    path("suggest/time-zones/", views.suggest_time_zones, name="suggest_time_zones"),
    path("account/", include((accounts.urls.entering, "entering"))),
    path("account/", include("allauth.account.urls")),
    path("account/2fa/", include("allauth.mfa.urls")),
    path("account/sessions/", include("allauth.usersessions.urls")),
]
