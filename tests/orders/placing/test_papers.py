"""The authorisation's document: printed once, and kept for as long as somebody signed it."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.utils import timezone

from orders.models import Authorisation
from orders.placing.tasks import print_authorisation
from portal import documents, files
from tests.faces import as_staff, inside


@pytest.fixture(autouse=True)
def quickly(monkeypatch):
    """Printing takes seconds, and is tried elsewhere."""
    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 paper")


def paper_of(order):
    with inside(order.enterprise):
        return Authorisation.objects.get(order=order)


def stored(order):
    return default_storage.listdir(f"authorisations/{order.enterprise_id}")[1]


def printed(order):
    with as_staff():
        print_authorisation(enterprise_id=order.enterprise_id, pk=paper_of(order).pk)


def test_an_authorisation_is_printed_once_however_often_it_is_asked_for(submitted):
    printed(submitted)
    first = paper_of(submitted)
    printed(submitted)
    assert paper_of(submitted).pdf_name == first.pdf_name and len(stored(submitted)) == 1


@pytest.mark.parametrize("harm", ["changed", "gone"])
def test_a_document_that_is_not_the_one_signed_is_not_handed_out(submitted, alice, client_of, harm):
    printed(submitted)
    place = f"/e/204817/orders/{submitted.number}/authorisation.pdf"
    assert b"".join(client_of(alice).get(place)) == b"%PDF-1.7 paper"
    name = paper_of(submitted).pdf_name
    default_storage.delete(name)
    if harm == "changed":
        assert default_storage.save(name, ContentFile(b"%PDF-1.7 other terms")) == name
    answer = client_of(alice).get(place)
    assert answer.status_code == 409 and "differs from the document that was signed" in answer.text
    assert paper_of(submitted).pdf_name == name


def test_who_comes_second_takes_their_file_away(submitted, monkeypatch):
    def overtaken(*_, **__):
        monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7 first")
        printed(submitted)
        return b"%PDF-1.7 second"

    monkeypatch.setattr(documents, "render", overtaken)
    printed(submitted)
    [name] = stored(submitted)
    assert paper_of(submitted).pdf_name.endswith(name)
    with default_storage.open(paper_of(submitted).pdf_name) as file:
        assert file.read() == b"%PDF-1.7 first"


def test_what_nobody_signed_is_cleaned_away_and_what_was_signed_stays(submitted):
    printed(submitted)
    [signed] = stored(submitted)
    default_storage.save(f"authorisations/{submitted.enterprise_id}/left-behind.pdf", ContentFile(b"x"))
    with as_staff():
        assert files.clean(timezone.now() + timedelta(days=2)) == 1
    assert stored(submitted) == [signed]
