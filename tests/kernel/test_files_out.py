"""What leaves, to whom, and how; and what is cleaned away."""

import io
from datetime import timedelta
from unittest import mock

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage, storages
from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile
from django.db import OperationalError
from django.utils import timezone
from psycopg2 import errors as pg

from billing import services
from billing.models import Dispute
from portal import files, tasks
from portal.files import leaving
from portal.models import Event, StoredFile
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders as b
from tests.faces import FaceClient, as_app, as_staff, inside

PDF = b"%PDF-1.7\n%%EOF"
NAME = "Prueba ñ \u202e“x”;.pdf"


@pytest.fixture
def now():
    return timezone.now().replace(microsecond=0)


@pytest.fixture
def invoice(acme, acme_main, now):
    make.charge(acme_main, "287.25")
    return b.issue(acme_main, now.date().replace(day=1), now)


@pytest.fixture
def dispute(alice, invoice, now):
    return b.dispute(alice, invoice, at=now)


@pytest.fixture
def stored(dispute, acme, alice, now):
    """A file that Alice added."""
    actor = b.customer(alice, acme)
    upload = files.accept(SimpleUploadedFile("proof.pdf", PDF), limits=files.Limits(20, 5, 100, 500, 9, 9))
    with as_app(), tenant_scope(acme.pk):
        services.add_to_dispute(dispute.pk, actor=actor, at=now, note="", uploads=[upload])
        return StoredFile.objects.get()


def way(stored, enterprise="204817"):
    return f"/e/{enterprise}/files/{stored.pk}/"


def content_of(answer):
    return b"".join(answer.streaming_content)


def test_a_file_leaves_as_a_download_that_no_browser_runs(client_of, alice, stored):
    answer = client_of(alice).get(way(stored))
    assert answer.status_code == 200 and content_of(answer) == PDF
    assert {name: answer[name] for name in HEADERS} == HEADERS


HEADERS = {
    "Content-Type": "application/pdf",
    "Content-Length": str(len(PDF)),
    "Content-Disposition": 'attachment; filename="proof.pdf"',
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("a.pdf", 'attachment; filename="a.pdf"'),
        ('quo"te.pdf', 'attachment; filename="quo_te.pdf"'),
        ("a\r\nSet-Cookie: x=1.pdf", 'attachment; filename="a Set-Cookie_ x=1.pdf"'),
        ("Año.pdf", "attachment; filename*=utf-8''A%C3%B1o.pdf"),
        ("../../x.pdf", 'attachment; filename="x.pdf"'),
    ],
)
def test_its_name_is_one_header_of_one_line(name, header):
    assert leaving.download(b"", name=name, media_type="application/pdf")["Content-Disposition"] == header


def test_only_who_sees_the_thing_has_its_file(client_of, acme, borealis, alice, alan, bob, dora, erin, stored):
    make.team(acme, dora, "billing_analyst")
    assert client_of(dora).get(way(stored)).status_code == 200
    assert client_of(alan).get(way(stored)).status_code == 404  # another account of Acme's
    assert client_of(bob).get(way(stored)).status_code == 404
    assert client_of(bob).get(way(stored, borealis.public_id)).status_code == 404
    assert "/open/" in client_of(erin).get(way(stored)).url  # says why first
    assert client_of(alice).get("/e/204817/files/999999/").status_code == 404
    assert FaceClient("customer").get(way(stored)).url.startswith("/account/login/")
    assert client_of(alice).post(way(stored)).status_code == 405


def test_it_hangs_on_the_permission_at_the_moment(client_of, acme, acme_main, alan, stored):
    from accounts.models import Grant, Membership

    with inside(acme):
        member = Membership.objects.select_related("enterprise").get(user=alan)
    given = make.grant(member, "billing.view", acme_main)
    browser = client_of(alan)
    assert browser.get(way(stored)).status_code == 200
    with inside(acme):
        Grant.objects.filter(pk=given.pk).update(until_at=timezone.now())
    assert browser.get(way(stored)).status_code == 404


def test_a_file_on_something_unknown_is_nobodys(client_of, acme, alice, stored):
    with inside(acme):
        row = StoredFile.objects.get()
        row.pk, row.key, row.subject_type = None, "files/x", "nothing.known"
        row.save(force_insert=True)
    assert client_of(alice).get(way(row)).status_code == 404


def test_a_file_that_is_gone_is_said_to_be_gone(client_of, alice, stored):
    default_storage.delete(stored.key)
    answer = client_of(alice).get(way(stored))
    assert answer.status_code == 409 and "not where it was kept" in answer.text


def test_a_row_is_never_changed(acme, stored):
    from django.db import DatabaseError, transaction

    with pytest.raises(DatabaseError), inside(acme), transaction.atomic():
        StoredFile.objects.update(name="other.pdf")


# --- on any storage --------------------------------------------------------------------------


@pytest.fixture(params=["in memory", "without paths"])
def elsewhere(request, settings, monkeypatch):
    from django.core.files.storage import FileSystemStorage

    if request.param == "in memory":
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"}}
    else:
        monkeypatch.setattr("django.core.files.storage.Storage.path", _no_path)
        settings.STORAGES = {**settings.STORAGES, "default": {"BACKEND": "tests.kernel.test_files_out.PathlessStorage"}}
    assert not isinstance(storages["default"], FileSystemStorage)


def _no_path(self, name):
    raise NotImplementedError("This backend doesn't support absolute paths.")


def __getattr__(name):
    # Made late: the settings are not there when this module is collected.
    if name != "PathlessStorage":
        raise AttributeError(name)
    from django.core.files.storage import InMemoryStorage, Storage

    class PathlessStorage(Storage):
        kept = InMemoryStorage()

        def _open(self, key, mode="rb"):
            with self.kept.open(key, mode) as file:
                return ContentFile(file.read())

        def _save(self, key, content):
            return self.kept._save(key, content)

        def exists(self, key):
            return self.kept.exists(key)

        def delete(self, key):
            self.kept.delete(key)

        def listdir(self, path):
            return self.kept.listdir(path)

        def get_modified_time(self, key):
            return self.kept.get_modified_time(key)

    return PathlessStorage


def test_any_storage_will_do(elsewhere, client_of, alice, stored):
    answer = client_of(alice).get(way(stored))
    assert content_of(answer) == PDF and answer["Content-Length"] == str(len(PDF))
    with as_staff():
        assert files.clean(timezone.now() + timedelta(days=3)) == 0
    default_storage.save("files/77/orphan", ContentFile(b"x"))
    with as_staff():
        assert files.clean(timezone.now() + timedelta(days=3)) == 1


# --- what a transaction leaves ---------------------------------------------------------------


def names():
    return sorted(default_storage.listdir(f"files/{folder}")[1] for folder in default_storage.listdir("files")[0])


def test_a_rolled_back_upload_is_cleaned_away_after_a_day(client_of, acme, alice, dispute, stored):
    browser = client_of(alice)
    browser.raise_request_exception = False
    with mock.patch("billing.services.disputes._tell", side_effect=ValueError("broken")):
        sent = {"note": "", "uploads": [SimpleUploadedFile("late.pdf", PDF)]}
        assert browser.post(b.url("billing:add_note", dispute.number), sent).status_code == 500
    with inside(acme):
        assert StoredFile.objects.get().pk == stored.pk
    assert len(names()[0]) == 2
    with as_staff():
        assert files.clean(timezone.now() + timedelta(hours=23)) == 0
        assert files.clean(timezone.now() + timedelta(hours=25)) == 1
    assert names() == [[stored.key.rpartition("/")[2]]]


def test_the_task_cleans_and_leaves_what_is_somebodys(acme, stored, invoice, monkeypatch):
    from portal import documents

    monkeypatch.setattr(documents, "render", lambda *_, **__: b"%PDF-1.7")
    with as_staff():
        services.make_pdf(acme.pk, invoice.pk, at=timezone.now())
    default_storage.save(f"invoices/{acme.pk}/left-behind.pdf", ContentFile(b"x"))
    later = timezone.now() + timedelta(days=2)
    monkeypatch.setattr(timezone, "now", lambda: later)
    with as_staff():
        tasks.clean_files()
    assert len(default_storage.listdir(f"invoices/{acme.pk}")[1]) == 1 and len(names()[0]) == 1
    assert "left-behind.pdf" not in default_storage.listdir(f"invoices/{acme.pk}")[1]


def test_a_removed_file_goes_after_the_commit(acme, stored, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True), inside(acme):
        files.remove(StoredFile.objects.get())
        assert default_storage.exists(stored.key)
    assert not default_storage.exists(stored.key)


@pytest.mark.parametrize("size", [100, 3_000_000])
def test_an_upload_survives_a_lost_deadlock(client_of, acme, alice, dispute, size):
    """The second try reads the same upload from its beginning, from memory or from a temporary file."""
    lost = OperationalError("deadlock")
    lost.__cause__ = pg.DeadlockDetected()
    from billing.services import disputes

    real, calls = disputes._tell, []

    def once(*args, **kwargs):
        calls.append(1)
        if len(calls) == 1:
            raise lost
        return real(*args, **kwargs)

    content = b"line\n" * (size // 5)
    with mock.patch("billing.services.disputes._tell", side_effect=once):
        sent = {"note": "Twice", "uploads": [SimpleUploadedFile("notes.txt", content)]}
        answer = client_of(alice).post(b.url("billing:add_note", dispute.number), sent)
    assert answer.status_code == 302 and len(calls) == 2
    with inside(acme):
        stored = StoredFile.objects.get()
        assert Event.objects.filter(kind="dispute.noted").count() == 1
    with default_storage.open(stored.key) as file:
        assert file.read() == content


def test_a_large_upload_waits_in_a_temporary_file(settings):
    """So that the test above tries both."""
    assert settings.FILE_UPLOAD_MAX_MEMORY_SIZE < 3_000_000
    assert TemporaryUploadedFile


# --- too much at once ------------------------------------------------------------------------


class Untouched(io.RawIOBase):
    """A body that nobody may read."""

    def read(self, *_):
        raise AssertionError("The body was read.")


def announce(browser, path, size, **extra):
    kind = "multipart/form-data; boundary=x"
    return browser.generic("POST", path, b"", content_type=kind, CONTENT_LENGTH=str(size), **extra)


@pytest.mark.parametrize(
    ("path", "size"),
    [
        ("/language/", 2_500_001),
        ("/e/204817/orders/", 3_000_000),
        ("/nowhere/", 3_000_000),
        ("{note}", 10 * 2**30),
    ],
)
def test_what_is_too_large_is_refused_unread(client_of, acme, alice, dispute, path, size):
    path = path.format(note=b.url("billing:add_note", dispute.number))
    answer = announce(client_of(alice), path, size, **{"wsgi.input": Untouched()})
    assert answer.status_code == 413 and "That was too large" in answer.text and answer["Connection"] == "close"
    with inside(acme):
        assert not StoredFile.objects.exists() and Dispute.objects.count() == 1


def test_a_program_is_told_as_a_problem(client_of, acme, alice):
    answer = announce(client_of(alice), "/api/v1/e/204817/orders/", 3_000_000, **{"wsgi.input": Untouched()})
    assert answer.status_code == 413 and answer["Content-Type"] == "application/problem+json"
    assert answer["Connection"] == "close"


def test_nobody_who_has_not_signed_in_may_send_a_file(acme, dispute):
    path = b.url("billing:add_note", dispute.number)
    assert announce(FaceClient("customer"), path, 5_000_000, **{"wsgi.input": Untouched()}).status_code == 413


@pytest.mark.parametrize("length", ["", "many", "-1"])
def test_an_odd_length_is_no_length(client_of, alice, acme, length):
    assert client_of(alice).get("/e/204817/", CONTENT_LENGTH=length).status_code == 200
