"""A wrong variable stops the process with one clear sentence."""

import pytest
from django.core.exceptions import ImproperlyConfigured

from portal import env


@pytest.mark.parametrize(
    ("read", "value", "says"),
    [
        (lambda: env.text("X"), None, "X is not set"),
        (lambda: env.flag("X"), "maybe", "must be 1 or 0"),
        (lambda: env.number("X", 1), "ten", "whole number"),
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
