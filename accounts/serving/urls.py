from django.urls import path

from accounts.serving import api, views

customer = [path("", views.team, name="team")]
staff = [
    path("", views.team, name="team"),
    path("add/", views.add, name="add"),
    path("<int:pk>/", views.change, name="change"),
    path("<int:pk>/end/", views.end, name="end"),
]
staff_outside = [
    path("team-gaps/", views.gaps, name="gaps"),
    path("team-gaps/export.csv", views.export_gaps, name="gaps_export"),
    path("absences/", views.absences, name="absences"),
    path("absences/export.csv", views.export_absences, name="absences_export"),
    path("absences/set/", views.set_absence, name="set_absence"),
    path("absences/<int:pk>/end/", views.end_absence, name="end_absence"),
    path("suggest/colleagues/", views.suggest, name="suggest"),
]
both_api = [path("", api.Team.as_view(), name="list")]
api_staff = [
    *both_api,
    path("add/", api.TeamAdd.as_view(), name="add"),
    path("<int:pk>/end/", api.TeamEnd.as_view(), name="end"),
]
api_gaps = api.TeamGaps.as_view()
