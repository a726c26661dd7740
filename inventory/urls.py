from django.urls import path

from inventory import api, views
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

api_both = [
    path("", api.Services.as_view(), name="list"),
    path("products/", api.Products.as_view(), name="products"),
    path("<int:pk>/", api.ServiceDetail.as_view(), name="service"),
    path("<int:pk>/alias/", api.ServiceAlias.as_view(), name="alias"),
]
