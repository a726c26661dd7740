"""Names and files of names that are not taken come back with the reason, and nothing is written."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from inventory.models import Service
from tests import make
from tests.faces import inside


def text(answer, status):
    assert answer.status_code == status, answer
    return html.unescape(answer.content.decode())


def aliases(owner):
    with inside(owner):
        return dict(Service.objects.values_list("number", "alias"))


def test_a_name_with_signs_that_cannot_be_shown_comes_back(client_of, acme, alice, wave, place):
    answer = client_of(alice).post(f"{place}{wave.pk}/name/", {"alias": "West\u200bring", "seen": "West ring"})
    assert "characters that cannot be shown" in text(answer, 422)
    assert aliases(acme) == {wave.number: "West ring"}


def test_a_file_names_each_service_by_what_is_its_alone_in_signs_that_can_be_shown(names, acme, wave, branch_line):
    make.identifier(branch_line, "NT4410027-1", "former")
    before = aliases(acme)
    page = text(names(f"service,alias\nNT4410027-1,Ring\n{wave.number},West\u200bring\n"), 422)
    assert f"Several services answer to this: {branch_line.number}, {wave.number}. Write the number." in page
    assert "characters that cannot be shown" in page and 'name="sealed"' not in page
    assert aliases(acme) == before


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        ({}, "Choose a file."),
        ({"file": SimpleUploadedFile("names.csv", b"service,alias\n")}, "There is no row below the header."),
        ({"sealed": "made-up"}, "The preview is too old. Nothing was written: choose the file again."),
    ],
)
def test_what_is_no_file_or_no_preview_of_ours_writes_nothing(client_of, acme, alice, wave, place, sent, words):
    before = aliases(acme)
    assert words in text(client_of(alice).post(f"{place}names/", sent), 422)
    assert aliases(acme) == before


def test_a_preview_is_of_whoever_saw_it(client_of, acme, alice, acme_main, names, wave, place):
    other = make.user("nora@acme.example")
    make.grant(make.member(acme, other, "Nora Name"), "service.rename", acme_main)
    sealed = re.search(r'name="sealed" value="([^"]+)"', text(names(f"service,alias\n{wave.number},Ring\n"), 200))[1]
    assert "The preview is too old." in text(client_of(other).post(f"{place}names/", {"sealed": sealed}), 422)
    assert aliases(acme) == {wave.number: "West ring"}
    assert names(sealed=sealed).status_code == 302 and aliases(acme) == {wave.number: "Ring"}
