from django.urls import path

from inventory import views
from inventory.views import aliases

customer = [
    path("", views.list_services, name="list"),
    path("export.csv", views.export_services, name="export"),
    path("chosen/", views.chosen_services, name="chosen"),
    path("names/", aliases.name_many, name="names"),
    path("names/template.csv", aliases.template, name="names_template"),
    path("<int:pk>/", views.show_service, name="service"),
    path("<int:pk>/name/", views.rename_service, name="rename"),
]
staff = [*customer, path("<int:pk>/dlr/", views.add_dlr, name="add_dlr")]
