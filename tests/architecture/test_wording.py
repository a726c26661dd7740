"""Every text on the screen is there in Spanish and Portuguese, and compiled."""

import gettext

import pytest
from django.core.management import call_command

from portal import wording


@pytest.fixture(scope="module")
def collected():
    return wording.collect()


@pytest.mark.parametrize("language", wording.TRANSLATED)
def test_every_text_is_translated(collected, language):
    catalog = wording.read(language)
    ids = {(m.id, m.context) for m in catalog if m.id}
    assert [m.id for m in collected if m.id and (m.id, m.context) not in ids] == []
    assert wording.missing(catalog) == []
    assert wording.broken(catalog) == []


@pytest.mark.parametrize("language", wording.TRANSLATED)
def test_the_compiled_file_is_fresh(language):
    with wording.po_path(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in wording.read(language):
        if isinstance(message.id, str) and message.id and not message.context:
            assert compiled.gettext(message.id) == message.string


def test_collecting_changes_nothing_that_is_there(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(wording, "po_path", lambda language: tmp_path / language / "django.po")
    call_command("messages")
    assert "without a translation" in capsys.readouterr().out
    assert len(wording.read("es")) == len(wording.collect())
