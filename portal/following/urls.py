from django.urls import path

from portal.following import api, views

both = [
    path("<int:pk>/", views.change, name="change"),
    path("<slug:slug>/<str:number>/", views.followers, name="followers"),
    path("<slug:slug>/<str:number>/suggest/", views.suggest, name="suggest"),
    path("<slug:slug>/<str:number>/own/", views.own, name="own"),
]
customer = [path("", views.mine, name="mine"), *both]
api_both = [
    path("<slug:slug>/<str:number>/", api.Followers.as_view(), name="followers"),
    path("<slug:slug>/<str:number>/new/", api.FollowerNew.as_view(), name="new"),
    path("<slug:slug>/<str:number>/<int:pk>/end/", api.FollowerEnd.as_view(), name="end"),
]
