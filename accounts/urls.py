from django.urls import URLPattern, URLResolver, include, path

from accounts import api, views
from accounts.companies import urls as companies
from accounts.entrance import urls as entrance
from accounts.entrance.views import my_notices, second_step

entering = entrance.urlpatterns

customer: list[URLPattern | URLResolver] = [
    path("e/<slug:enterprise>/second-step/", second_step, name="second_step"),
    path("e/<slug:enterprise>/my-notices/", my_notices, name="my_notices"),
    path("", views.root, name="root"),
    path("companies/", views.companies, name="companies"),
    path("e/<slug:enterprise>/", views.home, name="home"),
    path("e/<slug:enterprise>/visits/", views.visits, name="visits"),
    path("e/<slug:enterprise>/visits/export.csv", views.export_visits, name="visits_export"),
    path("e/<slug:enterprise>/suggest/accounts/", views.suggest_accounts, name="suggest_accounts"),
    path("e/<slug:enterprise>/", include(companies.customer)),
]
staff: list[URLPattern | URLResolver] = [
    path("", views.root, name="root"),
    path("help/", views.help_outside, name="help"),
    path("customers/", views.enterprises, name="enterprises"),
    path("customers/export.csv", views.export_enterprises, name="customers_export"),
    path("customers/suggest/", views.suggest_enterprises, name="suggest_enterprises"),
    path("customers/<slug:public_id>/open/", views.open_enterprise, name="open"),
    path("e/<slug:enterprise>/", views.home, name="home"),
    path("e/<slug:enterprise>/leave/", views.leave, name="leave"),
    path("e/<slug:enterprise>/suggest/accounts/", views.suggest_accounts, name="suggest_accounts"),
    path("e/<slug:enterprise>/", include(companies.staff)),
]

api_customer = [path("", api.Enterprises.as_view(), name="list")]
api_staff = [path("", api.AllEnterprises.as_view(), name="list")]
api_companies = companies.api_both
api_companies_customer = [*companies.api_both, *companies.api_customer]
