"""The generated documents say what the code does."""

from django.core.management import call_command

from portal import reference


def test_the_documents_are_fresh():
    for path, text in reference.documents().items():
        assert path.read_text("utf-8") == text, f"{path.name} is stale: run manage.py reference"


def test_the_command_writes_them(tmp_path, settings, capsys):
    settings.BASE_DIR = tmp_path
    (tmp_path / "docs").mkdir()
    call_command("reference")
    assert "order" in (tmp_path / "docs" / "states.md").read_text()
    assert "permissions.md written" in capsys.readouterr().out
