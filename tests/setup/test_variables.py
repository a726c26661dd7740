"""Every variable that is read is explained, and what containers are given is what processes read."""

import re

from portal.embedded.home import CHECKOUT

_READ = re.compile(r"""env\.(?:text|flag|numbers?|choice|words|database|valkey|mail)\(\s*f?["']([A-Z_]+)["']""")
_EXPLAINED = re.compile(r"^(?:# )?([A-Z][A-Z_]+)=", re.MULTILINE)


def test_every_variable_is_explained() -> None:
    explained = set(_EXPLAINED.findall((CHECKOUT / ".env.example").read_text()))
    read = set(_READ.findall((CHECKOUT / "portal" / "settings.py").read_text()))
    assert read, "settings.py reads its variables by portal.env"
    assert read <= explained, f"not in .env.example: {sorted(read - explained)}"


def test_no_password_of_production_has_a_default() -> None:
    compose = (CHECKOUT / "docker-compose.yml").read_text()
    used = re.findall(r"\$\{(\w*(?:PASSWORD|SECRET)\w*)(:?[-?]?)", compose)
    assert used
    assert {mark for _, mark in used} == {":?"}
