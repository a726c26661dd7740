"""Many people from one file: each row shown before anybody is invited; all of them or nobody."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import selectors
from accounts.models import Membership
from portal.models import Event
from tests import make
from tests.accounts.refusing import unchanged
from tests.faces import inside

MANY = "/e/204817/people/many/"
HEADER = "email,name,title,language,administrator,permissions,accounts\n"


def send(client, text, encoding="utf-8"):
    content = text if isinstance(text, bytes) else text.encode(encoding)
    return client.post(MANY, {"file": SimpleUploadedFile("people.csv", content)})


def confirm(client, preview):
    sealed = re.search(r'name="sealed" value="([^"]+)"', preview.content.decode())[1]
    return client.post(MANY, {"sealed": sealed})


def people(acme):
    with inside(acme):
        return sorted(Membership.objects.values_list("user__email", "status")), Event.objects.count()


def test_a_file_is_shown_row_by_row_and_then_invited_as_shown(client_of, alice, acme, acme_main, deliver):
    client, before = client_of(alice), people(acme)
    rows = f"ana@acme.example,Ana Ruiz,Buyer,es,no,order.view;billing.view,{acme_main.number}\n"
    rows += "nadia@acme.example,نادية حداد,,pt,yes,,\n"
    preview = send(client, HEADER + rows)
    assert preview.status_code == 200
    assert "نادية حداد" in preview.content.decode()
    assert people(acme) == before
    assert confirm(client, preview).status_code == 302
    with inside(acme):
        ana = Membership.objects.get(user__email="ana@acme.example")
        held = {(each.permission, each.account_id) for each in selectors.get_rights(ana).held}
        assert held == {("order.view", acme_main.pk), ("billing.view", acme_main.pk)}
        assert Membership.objects.get(user__email="nadia@acme.example").is_administrator
    invited = [each.recipient for each in deliver() if each.kind == "person.invited"]
    assert sorted(invited) == ["ana@acme.example", "nadia@acme.example"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("no-address,Ana,,,,,", "valid email"),
        ("alan@acme.example,Alan,,,,,", "is here already"),
        ("ana@acme.example,,,,,,", "required"),
        ("ana@acme.example,Ana,,xx,,,", "Select a valid choice"),
        ("ana@acme.example,Ana,,,,order.vieww,", "order.vieww"),
        ("ana@acme.example,Ana,,,,order.view,5-NONE", "no account or group called"),
        ('ana@acme.example,"=HYPERLINK(""http://x"")",,,,,', "begins like a formula"),
        ("ana@acme.example,Ana,,,,,\nANA@acme.example,Ana,,,,,", "stands in line 3 already"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column_and_nobody_is_invited(row, words, client_of, alice, alan, acme):
    client, before = client_of(alice), people(acme)
    answer = send(client, f"{HEADER}good@acme.example,Good One,,,,,\n{row}\n")
    assert answer.status_code == 422
    assert words in answer.content.decode()
    assert people(acme) == before


@pytest.mark.parametrize(
    "content",
    [
        b"\x00\x01binary",
        b"",
        HEADER.encode(),
        b"name\nAna\n",
        b",,\n" + HEADER.encode() + b"x@y.example,N,,,,,\n",
        HEADER.encode() + b"x@y.example,N,,,,,\n" * 101,
    ],
)
def test_what_is_no_such_table_is_refused_in_words(content, client_of, alice, acme):
    client, before = client_of(alice), people(acme)
    assert send(client, content).status_code == 422
    assert people(acme) == before


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_spreadsheets_encodings_and_separators_are_understood(encoding, client_of, alice, acme):
    client = client_of(alice)
    preview = send(client, "email;name\nana@acme.example;Ana Peñalver\n", encoding)
    assert preview.status_code == 200
    assert confirm(client, preview).status_code == 302
    with inside(acme):
        assert Membership.objects.get(user__email="ana@acme.example").name == "Ana Peñalver"


def test_a_preview_of_somebody_else_or_changed_invites_nobody(client_of, alice, acme):
    other = make.user("second@acme.example")
    make.member(acme, other, "Second Admin", is_administrator=True)
    preview = send(client_of(alice), f"{HEADER}ana@acme.example,Ana,,,,,\n")
    before = people(acme)
    assert confirm(client_of(other), preview).status_code == 422
    assert client_of(alice).post(MANY, {"sealed": "made-up"}).status_code == 422
    assert people(acme) == before


def test_between_preview_and_confirmation_the_world_may_change(client_of, alice, acme):
    client = client_of(alice)
    preview = send(client, f"{HEADER}ana@acme.example,Ana,,,,,\nbea@acme.example,Bea,,,,,\n")
    make.member(acme, make.user("bea@acme.example"), "Bea")
    before = people(acme)
    answer = confirm(client, preview)
    assert answer.status_code == 422
    assert "is here already" in answer.content.decode()
    assert people(acme) == before


def test_the_template_is_read_as_it_stands(client_of, alice, acme):
    client = client_of(alice)
    template = client.get(f"{MANY}template.csv").content
    assert send(client, template).status_code == 200


def test_who_gives_in_a_file_more_than_they_may_invites_nobody(client_of, acme, acme_branch):
    deputy = make.member(acme, make.user("deputy@acme.example"), "Dep Uty")
    make.grant(deputy, "user.admin")
    make.grant(deputy, "order.view", acme_branch)
    client = client_of(deputy.user)
    rows = f"ana@acme.example,Ana,,,,order.view,{acme_branch.number}\nbea@acme.example,Bea,,,,order.view,"
    preview = send(client, f"{HEADER}{rows}\n")
    with unchanged():
        answer = confirm(client, preview)
    assert answer.status_code == 422 and "You can only grant what you may do yourself" in answer.content.decode()
    assert confirm(client, send(client, f"{HEADER}{rows}{acme_branch.number}\n")).status_code == 302


def test_empty_lines_between_the_rows_are_passed_over(client_of, alice, acme):
    client = client_of(alice)
    preview = send(client, f"{HEADER}ana@acme.example,Ana Ruiz,,,,,\n,,,,,,\n\nben@acme.example,Ben Ruiz,,,,,\n")
    assert preview.status_code == 200 and confirm(client, preview).status_code == 302
    assert {"ana@acme.example", "ben@acme.example"} <= {email for email, _status in people(acme)[0]}
