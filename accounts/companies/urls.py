from django.urls import path

from accounts.companies import api, views

_BOTH = [
    path("accounts/", views.list_accounts, name="accounts"),
    path("accounts/export.csv", views.export_accounts, name="accounts_export"),
    path("accounts/chosen/", views.chosen_accounts, name="accounts_chosen"),
    path("accounts/<int:pk>/", views.show_account, name="account"),
    path("accounts/<int:pk>/change/", views.change_account, name="account_change"),
    path("accounts/<int:pk>/delivery/", views.set_delivery, name="account_delivery"),
    path("account-groups/", views.list_groups, name="groups"),
    path("account-groups/export.csv", views.export_groups, name="groups_export"),
    path("account-groups/<int:pk>/", views.show_group, name="group"),
    path("suggest/account-groups/", views.suggest_groups, name="suggest_groups"),
    path("contacts/", views.list_contacts, name="contacts"),
    path("contacts/export.csv", views.export_contacts, name="contacts_export"),
    path("contacts/new/", views.add_contact, name="contact_add"),
    path("contacts/<int:pk>/", views.change_contact, name="contact"),
    path("contacts/<int:pk>/remove/", views.remove_contact, name="contact_remove"),
]
customer = [
    *_BOTH,
    path("enterprise/", views.our_record, name="record"),
    path("account-groups/new/", views.make_group, name="group_make"),
    path("account-groups/<int:pk>/change/", views.change_group, name="group_change"),
    path("account-groups/<int:pk>/close/", views.close_group, name="group_close"),
]
staff = [
    *_BOTH,
    path("enterprise/", views.their_record, name="record"),
    path("enterprise/change/", views.change_record, name="record_change"),
    path("enterprise/close/", views.close, name="record_close"),
    path("enterprise/reopen/", views.reopen, name="record_reopen"),
    path("enterprise/numbers/", views.add_number, name="number_add"),
    path("enterprise/numbers/<int:pk>/remove/", views.remove_number, name="number_remove"),
    path("accounts/new/", views.add_account, name="account_add"),
    path("accounts/many/", views.add_many, name="accounts_many"),
    path("accounts/many/template.csv", views.template, name="accounts_template"),
    path("accounts/<int:pk>/status/", views.set_status, name="account_status"),
]

api_both = [
    path("accounts/", api.Accounts.as_view(), name="accounts"),
    path("account-groups/", api.Groups.as_view(), name="groups"),
    path("account-groups/<int:pk>/", api.GroupDetail.as_view(), name="group"),
    path("accounts/<int:pk>/", api.AccountDetail.as_view(), name="account"),
]
api_customer = [
    path("account-groups/new/", api.GroupNew.as_view(), name="group_make"),
    path("account-groups/<int:pk>/change/", api.GroupChange.as_view(), name="group_change"),
    path("account-groups/<int:pk>/close/", api.GroupClose.as_view(), name="group_close"),
]
