from django.urls import path

from portal.listing import views

urlpatterns = [
    path("", views.list_views, name="list"),
    path("<int:pk>/", views.change_view, name="change"),
    path("<int:pk>/remove/", views.remove_view, name="remove"),
]
