from django.urls import path

from accounts.signon import views

door = [
    path("", views.find_door, name="find"),
    path("<slug:handle>/", views.door, name="door"),
    path("<slug:handle>/go/", views.begin, name="begin"),
    path("<slug:handle>/back/", views.come_back, name="back"),
]
customer = [
    path("", views.set_up, name="here"),
    path("require/", views.require, name="require"),
    path("forget/", views.forget_link, name="forget"),
    path("domains/", views.add_domain, name="add_domain"),
    path("domains/<int:pk>/check/", views.check_domain, name="check_domain"),
    path("domains/<int:pk>/remove/", views.remove_domain, name="remove_domain"),
]
