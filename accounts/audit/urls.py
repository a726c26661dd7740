from django.urls import path

from accounts.audit import api, views

both = [
    path("", views.journal, name="journal"),
    path("export.csv", views.export_journal, name="export_journal"),
    path("seen/", views.looks, name="looks"),
    path("seen/export.csv", views.export_looks, name="export_looks"),
]

api_both = [
    path("", api.Journal.as_view(), name="journal"),
    path("seen/", api.Looks.as_view(), name="looks"),
]
