"""Which passwords may be chosen."""

import pytest

from accounts.models import User
from tests import make
from tests.accounts.test_second_factor import recently
from tests.faces import FaceClient, as_app


def change(person, new, old=make.PASSWORD):
    browser = recently(FaceClient("customer").sign_in(person))
    form = {"oldpassword": old, "password1": new, "password2": new}
    return browser.post("/account/password/change/", form)


@pytest.fixture
def alan(alan):
    make.password(alan)
    return alan


def has(person, text):
    with as_app():
        return User.objects.get(pk=person.pk).check_password(text)


@pytest.mark.parametrize(
    "good",
    ["twelveletter", "только буквы и слова", "  with spaces at both ends  ", "a" * 63 + "B" * 65, "123 456 abc 789"],
)
def test_any_composition_of_twelve_characters_is_taken_as_it_is(acme, alan, good):
    assert change(alan, good).status_code == 302
    assert has(alan, good) and not has(alan, good.strip() + "x") and not has(alan, good[:72] + "y")


@pytest.mark.parametrize(
    "bad", ["elevenchars", "password1234", "alan@acme.example", "Northvane2026", "northvane networks", "demarcdemarc1"]
)
def test_what_guessers_try_first_is_refused_with_a_reason(acme, alan, bad):
    answer = change(alan, bad)
    assert answer.status_code == 200 and "field-error" in answer.content.decode()
    assert has(alan, make.PASSWORD)


def test_a_change_takes_the_password_that_stands(acme, alan):
    assert change(alan, "twelveletter", old="not mine at all").status_code == 200
    assert has(alan, make.PASSWORD)


def test_fields_are_of_passwords_and_let_a_manager_fill_them(db):
    page = FaceClient("customer").get("/account/login/").content.decode()
    field = page[page.index('name="password"') - 80 : page.index('name="password"') + 200]
    assert 'type="password"' in field and 'autocomplete="current-password"' in field
    assert "onpaste" not in page and 'autocomplete="off"' not in field


def test_passwords_of_a_list_of_breaches_are_refused(acme, alan, settings, tmp_path):
    known = tmp_path / "breached.txt"
    known.write_text("trombone-glacier-42\n")
    name = "django.contrib.auth.password_validation.CommonPasswordValidator"
    settings.AUTH_PASSWORD_VALIDATORS = [{"NAME": name, "OPTIONS": {"password_list_path": str(known)}}]
    assert change(alan, "trombone-glacier-42").status_code == 200
    assert change(alan, "trombone-glacier-43").status_code == 302


def test_there_is_no_sign_in_as_shipped(db):
    with as_app():
        assert not User.objects.exists()
