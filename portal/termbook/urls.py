from django.urls import path

from portal.termbook import views

customer = [path("", views.our_terms, name="here")]
staff = [
    path("", views.terms_here, name="here"),
    path("agree/", views.agree, name="agree"),
    path("<int:pk>/withdraw/", views.withdraw_agreed, name="withdraw"),
]
staff_outside = [
    path("terms/", views.list_terms, name="list"),
    path("suggest/customers/", views.suggest_customers, name="suggest_customers"),
    path("terms/<str:name>/agree/", views.choose_customer, name="choose"),
    path("terms/<str:name>/", views.show_term, name="term"),
    path("terms/<str:name>/set/", views.set_term, name="set"),
    path("terms/<str:name>/<int:pk>/withdraw/", views.withdraw_term, name="withdraw"),
]
