from django.urls import path

from accounts.staffing import api, views

staff = [
    path("staff/", views.staff, name="list"),
    path("staff/export.csv", views.export_staff, name="export"),
    path("staff/hire/", views.hire, name="hire"),
    path("staff/<int:pk>/", views.person, name="person"),
    path("staff/<int:pk>/card/", views.change_card, name="card"),
    path("staff/<int:pk>/move/", views.move, name="move"),
    path("staff/<int:pk>/remove/", views.remove, name="remove"),
    path("staff/<int:pk>/invite/", views.invite, name="invite"),
    path("roles/", views.roles, name="roles"),
    path("roles/export.csv", views.export_roles, name="roles_export"),
    path("roles/new/", views.create_role, name="create_role"),
    path("roles/<slug:code>/", views.role, name="role"),
    path("roles/<slug:code>/change/", views.change_role, name="change_role"),
    path("roles/<slug:code>/remove/", views.remove_role, name="remove_role"),
]

api_staff = [
    path("staff/", api.Staff.as_view(), name="list"),
    path("staff/hire/", api.StaffHire.as_view(), name="hire"),
    path("staff/<int:pk>/", api.StaffDetail.as_view(), name="person"),
    path("staff/<int:pk>/invite/", api.StaffInvite.as_view(), name="invite"),
    path("staff/<int:pk>/move/", api.StaffMove.as_view(), name="move"),
    path("staff/<int:pk>/remove/", api.StaffRemove.as_view(), name="remove"),
    path("roles/", api.StaffRoles.as_view(), name="roles"),
]
