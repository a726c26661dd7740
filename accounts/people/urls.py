from django.urls import path

from accounts.people import api
from accounts.people.views import appointing, bulk, joining, people, rights, teams

_HERE = "e/<slug:enterprise>/people/"
customer = [
    path(_HERE, people.list_people, name="list"),
    path(f"{_HERE}export.csv", people.export_people, name="export"),
    path(f"{_HERE}suggest/", people.suggest_people, name="suggest"),
    path(f"{_HERE}suggest/scopes/", rights.suggest_scopes, name="suggest_scopes"),
    path(f"{_HERE}invite/", people.invite, name="invite"),
    path(f"{_HERE}many/", bulk.invite_many, name="many"),
    path(f"{_HERE}many/template.csv", bulk.template, name="template"),
    path(f"{_HERE}why/", rights.why, name="why"),
    path(f"{_HERE}<int:pk>/", people.show_person, name="person"),
    path(f"{_HERE}<int:pk>/details/", people.change_details, name="details"),
    path(f"{_HERE}<int:pk>/rights/", rights.change_rights, name="rights"),
    path(f"{_HERE}<int:pk>/invite-again/", people.invite_again, name="invite_again"),
    path(f"{_HERE}<int:pk>/password/", people.reset_password, name="reset_password"),
    path(f"{_HERE}<int:pk>/factor/", people.reset_factor, name="reset_factor"),
    path(f"{_HERE}<int:pk>/deactivate/", people.deactivate, name="deactivate"),
    path(f"{_HERE}<int:pk>/reactivate/", people.reactivate, name="reactivate"),
    path(f"{_HERE}<int:pk>/remove/", people.remove, name="remove"),
    path(f"{_HERE}teams/", teams.list_teams, name="teams"),
    path(f"{_HERE}teams/export.csv", teams.export_teams, name="export_teams"),
    path(f"{_HERE}teams/new/", teams.new_team, name="new_team"),
    path(f"{_HERE}teams/<int:pk>/", teams.show_team, name="team"),
    path(f"{_HERE}teams/<int:pk>/change/", teams.change_team, name="change_team"),
    path(f"{_HERE}teams/<int:pk>/rights/", rights.change_team_rights, name="team_rights"),
    path(f"{_HERE}teams/<int:pk>/close/", teams.close_team, name="close_team"),
    path("join/<str:token>/", joining.join, name="join"),
]

staff = [
    path("e/<slug:enterprise>/administrators/", appointing.appoint, name="administrators"),
    path("customers/<slug:public_id>/second-factor/", appointing.reset_factor, name="reset_factor"),
]

api_customer = [
    path("", api.People.as_view(), name="list"),
    path("invite/", api.PersonInvite.as_view(), name="invite"),
    path("<int:pk>/", api.PersonDetail.as_view(), name="person"),
    path("<int:pk>/details/", api.PersonDetails.as_view(), name="details"),
    path("<int:pk>/rights/", api.PersonRights.as_view(), name="rights"),
    path("<int:pk>/invite-again/", api.PersonInviteAgain.as_view(), name="invite_again"),
    path("<int:pk>/deactivate/", api.PersonDeactivate.as_view(), name="deactivate"),
    path("<int:pk>/reactivate/", api.PersonReactivate.as_view(), name="reactivate"),
    path("<int:pk>/remove/", api.PersonRemove.as_view(), name="remove"),
    path("teams/", api.PeopleTeams.as_view(), name="teams"),
    path("teams/new/", api.PeopleTeamNew.as_view(), name="new_team"),
    path("teams/<int:pk>/", api.PeopleTeamDetail.as_view(), name="team"),
    path("teams/<int:pk>/change/", api.PeopleTeamChange.as_view(), name="change_team"),
    path("teams/<int:pk>/rights/", api.PeopleTeamRights.as_view(), name="team_rights"),
    path("teams/<int:pk>/close/", api.PeopleTeamClose.as_view(), name="close_team"),
]
