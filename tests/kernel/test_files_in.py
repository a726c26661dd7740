"""What comes in by a form: each evil file is refused in words, and nothing of it is kept."""

import io
import struct
import zipfile
import zlib

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from billing.models import Dispute
from portal import files
from portal.files import archives, intake, names
from portal.models import Event, StoredFile
from tests import make
from tests.billing import builders as b
from tests.faces import inside

OOXML = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"


def picture(picture_format="PNG", size=(40, 30), **options):
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, picture_format, **options)
    return out.getvalue()


def packed(entries, compression=zipfile.ZIP_DEFLATED):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return out.getvalue()


def word(**more):
    types = f'<Types><Override PartName="/word/document.xml" ContentType="{OOXML}"/></Types>'
    return packed({"[Content_Types].xml": types, "word/document.xml": "<w:document/>", **more})


def claiming(width, height):
    """A picture of a few bytes whose head says it is of that size."""
    head = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = [head, b"IDAT" + zlib.compress(b"\0" * 1000), b"IEND"]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(chunk) - 4) + chunk + struct.pack(">I", zlib.crc32(chunk)) for chunk in chunks
    )


def locked():
    """An archive whose only entry says that it is encrypted."""
    content = bytearray(packed({"a.txt": "secret"}))
    content[6] |= 1
    content[content.index(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def lying():
    """An archive whose index promises ten bytes of a thousand."""
    content = packed({"a.txt": "x" * 1000}, zipfile.ZIP_STORED)
    place = content.index(b"PK\x01\x02") + 24
    return content[:place] + struct.pack("<I", 10) + content[place + 4 :]


PDF = b"%PDF-1.7\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
POLYGLOT = b"GIF89a/*" + b"\0" * 20 + b"*/=1;alert(document.domain)//"

# name, content, what the person is told
EVIL = [
    ("drawing.svg", SVG, "of a kind that we do not take"),
    ("drawing.png", SVG, "does not hold what its name says"),
    ("page.png", b"<!doctype html><script>alert(1)</script>", "does not hold what its name says"),
    ("page.html", b"<!doctype html>", "of a kind that we do not take"),
    ("both.gif", POLYGLOT, "does not hold what its name says"),
    ("invoice.pdf.exe", b"MZ" + b"\0" * 200, "of a kind that we do not take"),
    ("invoice.pdf", b"MZ" + b"\0" * 200, "does not hold what its name says"),
    ("invoice", PDF, "of a kind that we do not take"),
    ("empty.pdf", b"", "is empty"),
    ("late.pdf", b"\n" * 3 + PDF, "does not hold what its name says"),
    ("early.pdf", b"\r\n" + PDF, "does not hold what its name says"),
    ("acts.pdf", PDF + b"<</S/JavaScript/JS(app.alert(1))>>", "contains a program or another file"),
    ("starts.pdf", PDF + b"<</S /Launch /F (cmd.exe)>>", "contains a program or another file"),
    ("carries.pdf", PDF + b"<</Type /EmbeddedFile>>", "contains a program or another file"),
    ("huge.png", claiming(30_000, 30_000), "more than 40 million pixels"),
    ("wide.png", claiming(40_000_001, 1), "more than 40 million pixels"),
    ("half.jpg", picture("JPEG", (400, 300))[:-400], "cannot be read to its end"),
    ("really.png", picture("JPEG"), "does not hold what its name says"),
    ("really.jpg", picture("PNG"), "does not hold what its name says"),
    ("zeros.csv", b"a,b\n1,\0\n", "does not hold what its name says"),
    ("latin.csv", "año,niño\n".encode("latin-1"), "not plain text in UTF-8"),
    ("program.txt", b"\x7fELF" + b"\xff" * 90, "not plain text in UTF-8"),
    ("not.zip", b"no archive at all", "does not hold what its name says"),
    ("cut.zip", packed({"a.txt": "x" * 5000})[:-30], "does not hold what its name says"),
    ("bomb.zip", packed({"a.txt": b"\0" * 30_000_000}), "unpacks to more than we take"),
    ("many.zip", packed({f"{n}.txt": "x" for n in range(1001)}), "unpacks to more than we take"),
    ("nested.zip", packed({"inner.zip": packed({"a.txt": "x"})}), "contains another archive"),
    ("hidden.zip", packed({"inner.txt": packed({"a.txt": "x"})}), "contains another archive"),
    ("climbs.zip", packed({"../../a.txt": "x"}), "does not hold what its name says"),
    ("rooted.zip", packed({"/etc/a.txt": "x"}), "does not hold what its name says"),
    ("program.zip", packed({"a.exe": "MZ"}), "files of a kind that we do not take"),
    ("locked.zip", locked(), "locked with a password"),
    ("lying.zip", lying(), "cannot be read to its end"),
    ("macro.docx", word(**{"word/vbaProject.bin": "x"}), "contains macros"),
    ("typed.docx", packed({"[Content_Types].xml": "macroEnabled", "word/document.xml": "x"}), "contains macros"),
    ("carries.docx", word(**{"word/embeddings/a.bin": packed({"a": "b"})}), "contains another archive"),
    ("plain.docx", packed({"a.txt": "x"}), "does not hold what its name says"),
    ("sheet.xlsx", word(), "does not hold what its name says"),
    ("letter.docm", word(), "of a kind that we do not take"),
]  # fmt: skip

FINE = [
    ("invoice.pdf", PDF, "application/pdf"),
    ("photo.jpeg", picture("JPEG"), "image/jpeg"),
    ("photo.PNG", picture(), "image/png"),
    ("photo.gif", picture("GIF"), "image/gif"),
    ("photo.webp", picture("WEBP"), "image/webp"),
    ("letter.docx", word(), f"{intake._OFFICE_TYPE}.wordprocessingml.document"),
    ("formulas.csv", b"=1+1,@SUM(A1)\n", "text/csv; charset=utf-8"),
    ("notes.txt", "Año nuevo".encode(), "text/plain; charset=utf-8"),
    ("logs.zip", packed({"a/": "", "a/b.txt": "x", "c.csv": "1,2"}), "application/zip"),
]


@pytest.fixture
def world(acme, acme_main, alice):
    """An invoice with a line to dispute."""
    from django.utils import timezone

    make.charge(acme_main, "287.25")
    now = timezone.now()
    return b.issue(acme_main, now.date().replace(day=1), now)


@pytest.fixture
def send(world, client_of, alice):
    """Dispute the line with these files, as the form does."""
    target = b.url("billing:dispute_line", world.number, b.lines(world)[0].pk)

    def post(*uploads, **fields):
        typed = {"amount": "100.00", "reason": "rate", "statement": "Typed <by> me.", **fields}
        sent = [SimpleUploadedFile(name, content) for name, content in uploads]
        return client_of(alice).post(target, {**typed, "uploads": sent})

    return post


def nothing_is_there(enterprise):
    with inside(enterprise):
        events = Event.objects.filter(kind__startswith="dispute.")
        found = (StoredFile.objects.exists(), Dispute.objects.exists(), events.exists())
    return found == (False, False, False) and not _listing()


def _listing():
    try:
        return [
            name
            for folder in default_storage.listdir("files")[0]
            for name in default_storage.listdir(f"files/{folder}")[1]
        ]
    except FileNotFoundError:
        return []


@pytest.mark.parametrize(("name", "content", "words"), EVIL, ids=[each[0] for each in EVIL])
def test_an_evil_file_is_refused_in_words_and_leaves_nothing(send, acme, name, content, words):
    answer = send((name, content))
    assert answer.status_code == 422
    assert name in answer.text and words in answer.text and 'aria-invalid="true"' in answer.text
    assert "Typed &lt;by&gt; me." in answer.text and "please choose yours again" in answer.text
    assert nothing_is_there(acme)


@pytest.mark.parametrize(("name", "content", "media_type"), FINE, ids=[each[0] for each in FINE])
def test_a_fine_file_is_kept_under_a_name_of_ours(send, acme, name, content, media_type):
    assert send((name, content)).status_code == 302
    with inside(acme):
        found = StoredFile.objects.get()
    assert (found.name, found.media_type, found.added_by) == (name, media_type, "Alice Moreau")
    assert found.key.startswith(f"files/{acme.pk}/") and name not in found.key and "." not in found.key
    with default_storage.open(found.key) as file:
        kept = file.read()
    assert len(kept) == found.size and files.Accepted(name, media_type, kept).sha256 == found.sha256
    assert media_type.startswith("image/") or kept == content


def test_a_photo_loses_its_place_and_time_and_stands_upright(send, acme):
    photo, exif = Image.new("RGB", (40, 30), "teal"), Image.Exif()
    exif[0x0112] = 6  # lying on its side
    exif[0x010F] = "Canary Cameras"
    exif.get_ifd(0x8825)[2] = (39.0, 44.0, 20.0)  # where it was taken
    out = io.BytesIO()
    photo.save(out, "PNG", exif=exif, pnginfo=None)
    assert b"Canary" in out.getvalue()
    send(("photo.png", out.getvalue()))
    with inside(acme):
        stored = StoredFile.objects.get()
    with default_storage.open(stored.key) as file:
        kept = file.read()
    with Image.open(io.BytesIO(kept)) as again:
        assert again.size == (30, 40) and not again.getexif()
    assert b"Canary" not in kept and b"eXIf" not in kept


def test_what_hides_behind_a_picture_is_gone(send, acme):
    send(("both.gif", picture("GIF") + b"/*<script>alert(1)</script>*/"))
    with inside(acme):
        stored = StoredFile.objects.get()
    with default_storage.open(stored.key) as file:
        assert b"script" not in file.read()


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("../../etc/passwd.txt", "passwd.txt"),
        ("C:\\Users\\me\\a.txt", "a.txt"),
        ("a\r\nSet-Cookie: x.txt", "a Set-Cookie_ x.txt"),
        ("invoice\u202etxt.exe.txt", "invoicetxt.exe.txt"),
        ("nul\0l.txt", "null.txt"),
        ("Año nuevo – 請求書.txt", "Año nuevo – 請求書.txt"),
        ("x" * 300 + ".txt", "x" * 116 + ".txt"),
        ("..txt", "txt"),
        ("a<b>|c?.txt", "a_b__c_.txt"),
    ],
)
def test_a_name_becomes_text(typed, kept):
    assert names.clean(typed) == kept


@given(st.text(max_size=400))
def test_no_name_is_a_path_or_moves_the_pen(typed):
    name = names.clean(typed)
    assert name and len(name) <= names.LONGEST and name.isprintable()
    assert not set(name) & set('/\\<>:"|?*') and name not in {".", ".."}
    assert names.clean(name) == name


def test_the_rest_of_the_form_comes_back_when_one_of_two_is_evil(send, acme):
    answer = send(("fine.pdf", PDF), ("evil.pdf", b"MZ"), customer_reference="AP-9")
    assert answer.status_code == 422 and "evil.pdf does not hold" in answer.text and 'value="AP-9"' in answer.text
    assert nothing_is_there(acme)


def test_more_than_may_be_at_once_are_refused(send, acme):
    answer = send(*[(f"{n}.pdf", PDF) for n in range(6)])
    assert answer.status_code == 422 and "at most 5 files at once" in answer.text
    assert nothing_is_there(acme)


def test_where_a_file_must_come_its_lack_is_said(db):
    class Form(files.FilesForm):
        uploads = files.FilesField()

    form = Form({}, limits=files.Limits(20, 5, 100, 500, 20_000, 20_000))
    assert form.errors == {"uploads": ["This field is required."]}


def agreed(enterprise, **changes):
    for name, value in changes.items():
        make.agreed(enterprise, f"files.{name}", value)


def test_the_size_is_a_term(send, acme):
    agreed(acme, megabytes=1)
    answer = send(("large.txt", b"x" * 1_000_001))
    assert answer.status_code == 422 and "larger than 1 MB" in answer.text
    assert nothing_is_there(acme)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"person_daily_files": 1}, "You can add 1 files"),
        ({"person_daily_megabytes": 0}, "You can add 100 files or 0 MB"),
        ({"enterprise_files": 1}, "Your enterprise can keep 1 files"),
        ({"enterprise_megabytes": 0}, "Your enterprise can keep 20000 files or 0 MB"),
    ],
)
def test_beyond_the_quota_nothing_is_added(send, acme, changes, words):
    agreed(acme, **changes)
    answer = send(("a.pdf", PDF), ("b.pdf", PDF))
    assert answer.status_code == 422 and words in answer.text and "Typed &lt;by&gt; me." in answer.text
    with inside(acme):
        assert not StoredFile.objects.exists()


def test_a_file_of_nobody_counts_towards_no_quota(acme, acme_main, alice, world):
    """What the portal makes itself, such as a list in the background."""
    agreed(acme, enterprise_files=1)
    actor = b.customer(alice, acme)
    with inside(acme):
        from django.core.files.base import ContentFile
        from django.utils import timezone

        now = timezone.now()
        key = files.put(acme.pk, ContentFile(b"x"))
        files.hang(world, key, name="a.csv", media_type="text/csv", size=1, sha256="0" * 64, actor=actor, at=now)
        kept = files.keep(world, [files.Accepted("a.pdf", "application/pdf", PDF)], actor=actor, at=now)
        assert len(kept) == 1


def test_an_archive_is_never_held_to_more_than_its_limits():
    """Ratio, entries and bytes, each alone."""
    for content in (packed({"a.txt": b"\0" * 2_000_000}), packed({f"{n}.txt": "" for n in range(1001)})):
        with pytest.raises(archives.Broken, match="unpacks to too much"), archives.Unpacked(content) as unpacked:
            unpacked.require_sound()
    with archives.Unpacked(packed({"a.txt": "x" * 50})) as unpacked:
        unpacked.require_sound()


@given(st.binary(max_size=300), st.sampled_from(sorted(files.KINDS)))
def test_no_content_breaks_the_looking(content, ending):
    """Whatever is sent: taken or refused in words, never an error."""
    most = files.Limits(20, 5, 100, 500, 20_000, 20_000)
    heads = {
        "pdf": b"%PDF-",
        "png": b"\x89PNG\r\n\x1a\n",
        "gif": b"GIF89a",
        "zip": b"PK\x03\x04",
        "jpg": b"\xff\xd8\xff",
    }
    for each in (content, heads.get(ending, b"") + content):
        try:
            files.accept(SimpleUploadedFile(f"a.{ending}", each), limits=most)
        except files.NotAccepted as refusal:
            assert str(refusal.message).startswith(f"a.{ending} ")
