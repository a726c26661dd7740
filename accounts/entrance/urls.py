from django.urls import path

from accounts.entrance import views

urlpatterns = [
    path("welcome/", views.welcome, name="welcome"),
    path("again/", views.again, name="again"),
    path("2fa/totp/replace/", views.replace_app, name="replace_app"),
    # In place of the library's, which asks for nothing before it ends them.
    path("sessions/", views.list_sessions, name="sessions"),
    path("sessions/end/", views.end_session, name="end_session"),
    # In place of the library's, which would remove the last factor too.
    path("2fa/webauthn/keys/<int:pk>/remove/", views.remove_key, name="remove_key"),
]
