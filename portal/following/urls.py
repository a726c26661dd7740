from django.urls import path

from portal.following import views

both = [
    path("<int:pk>/", views.change, name="change"),
    path("<slug:slug>/<str:number>/", views.followers, name="followers"),
    path("<slug:slug>/<str:number>/suggest/", views.suggest, name="suggest"),
    path("<slug:slug>/<str:number>/own/", views.own, name="own"),
]
customer = [path("", views.mine, name="mine"), *both]
