"""A wrong variable stops the process with one clear sentence."""

import runpy

import pytest
from django.contrib.auth.password_validation import get_password_validators, validate_password
from django.core.exceptions import ImproperlyConfigured, ValidationError

from portal import env
from portal import settings as module


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (lambda: env.text("X"), None, "X is not set"),
        (lambda: env.flag("X"), "maybe", "must be 1 or 0"),
        (lambda: env.number("X", 1), "ten", "whole number"),
        (lambda: env.numbers("X", (1,)), "60,0", "whole numbers separated by commas"),
        (lambda: env.code("X", "NV"), "nv-1", "up to six capital letters and digits"),
        (lambda: env.choice("X", ("a", "b")), "c", "one of a, b"),
        (lambda: env.colour("X", "#000000"), "red;}", "#0b5cad"),
        (lambda: env.database("X", user="u", password="p"), "mysql://h/d", "postgresql://host:port/name"),
        (lambda: env.database("X", user="u", password="p"), "postgresql://me@h/d", "must not name a user"),
        (lambda: env.valkey("X", db=0), "http://h", "redis://host:port"),
        (lambda: env.mail("X", ""), "pop3://h", "smtp://"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch, read, value, says):
    monkeypatch.delenv("X", raising=False)
    if value is not None:
        monkeypatch.setenv("X", value)
    with pytest.raises(ImproperlyConfigured, match=says):
        read()


def test_right_values_are_read(monkeypatch):
    monkeypatch.setenv("X", "postgresql:///demarc?host=/run/pg")
    found = env.database("X", user="portal_app", password="p")
    assert (found["NAME"], found["HOST"], found["USER"]) == ("demarc", "/run/pg", "portal_app")
    monkeypatch.setenv("X", "unix:///run/v.sock")
    assert env.valkey("X", db=1) == ("redis+socket:///run/v.sock?virtual_host=1", "unix:///run/v.sock?db=1")
    monkeypatch.setenv("X", "redis://h:6379")
    assert env.valkey("X", db=1)[0] == "redis://h:6379/1"
    monkeypatch.setenv("X", "smtps://u:p%40@h")
    found = env.mail("X", "")
    assert (found["EMAIL_PORT"], found["EMAIL_HOST_PASSWORD"], found["EMAIL_USE_SSL"]) == (465, "p@", True)
    monkeypatch.setenv("X", " a, b ,")
    assert env.words("X") == ["a", "b"]
    monkeypatch.setenv("X", "yes")
    assert env.flag("X") is True
    monkeypatch.setenv("X", "7")
    assert env.number("X", 1) == 7


def settings_with(monkeypatch, **variables):
    """The settings of a process that has these variables."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(module.__file__)


def test_a_lease_that_ends_before_the_mail_is_sent_is_refused(monkeypatch):
    assert settings_with(monkeypatch, MAIL_SECONDS="30", LEASE_SECONDS="35")["LEASE_SECONDS"] == 35
    with pytest.raises(ImproperlyConfigured, match="LEASE_SECONDS must exceed MAIL_SECONDS by 5 or more"):
        settings_with(monkeypatch, LEASE_SECONDS="34")


def test_a_list_of_breached_passwords_is_one_more_that_nobody_may_choose(monkeypatch, tmp_path):
    known = tmp_path / "breached.txt"
    known.write_text("correct horse battery\n")

    def refusals(path):
        found = settings_with(monkeypatch, BREACHED_PASSWORDS=path)["AUTH_PASSWORD_VALIDATORS"]
        try:
            validate_password("correct horse battery", None, get_password_validators(found))
        except ValidationError as refusal:
            return [each.code for each in refusal.error_list]
        return []

    assert refusals("") == []
    assert refusals(str(known)) == ["password_too_common"]
