from django.urls import path

from portal.header import views

told = [
    path("", views.told, name="list"),
    path("unread/", views.told_unread, name="unread"),
    path("read/", views.told_read_all, name="read_all"),
    path("<int:pk>/", views.told_notice, name="notice"),
]
