from django.urls import path

from accounts.audit import views

both = [
    path("", views.journal, name="journal"),
    path("export.csv", views.export_journal, name="export_journal"),
    path("seen/", views.looks, name="looks"),
    path("seen/export.csv", views.export_looks, name="export_looks"),
]
