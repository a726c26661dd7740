from django.urls import path

from accounts.keys import api, views

customer = [
    path("", views.list_keys, name="list"),
    path("export.csv", views.export_keys, name="export"),
    path("request/", views.request_key, name="request"),
    path("<int:pk>/", views.show_key, name="key"),
    path("<int:pk>/approve/", views.approve_key, name="approve"),
    path("<int:pk>/decline/", views.decline_key, name="decline"),
    path("<int:pk>/withdraw/", views.withdraw_key, name="withdraw"),
    path("<int:pk>/collect/", views.collect_key, name="collect"),
    path("<int:pk>/reset/", views.reset_key, name="reset"),
    path("<int:pk>/revoke/", views.revoke_key, name="revoke"),
    path("<int:pk>/hand-over/", views.hand_over_keys, name="hand_over"),
]
staff = [
    path("", views.list_keys_for_staff, name="list"),
    path("export.csv", views.export_keys_for_staff, name="export"),
    path("<int:pk>/", views.show_key_to_staff, name="key"),
    path("<int:pk>/approve/", views.approve_key_as_staff, name="approve"),
    path("<int:pk>/decline/", views.decline_key_as_staff, name="decline"),
    path("<int:pk>/revoke/", views.revoke_key_as_staff, name="revoke"),
]
staff_outside = [path("api-keys/", views.list_pending, name="list")]

api_me = api.Me.as_view()
api_me_everywhere = api.MyEnterprises.as_view()
api_me_here = api.MeHere.as_view()
api_customer = [path("", api.Keys.as_view(), name="list"), path("<int:pk>/", api.Key.as_view(), name="key")]
