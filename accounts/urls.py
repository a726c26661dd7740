from django.urls import path

from accounts import views

customer = [
    path("", views.root, name="root"),
    path("e/<slug:enterprise>/", views.home, name="home"),
    path("e/<slug:enterprise>/visits/", views.visits, name="visits"),
]
staff = [
    path("", views.root, name="root"),
    path("customers/", views.enterprises, name="enterprises"),
    path("customers/<slug:public_id>/open/", views.open_enterprise, name="open"),
    path("e/<slug:enterprise>/", views.home, name="home"),
    path("e/<slug:enterprise>/leave/", views.leave, name="leave"),
]
