"""Canaries: a word of its own in every text of one enterprise, and a crawler that follows every link to find any."""

import re
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from html import unescape
from io import BytesIO
from typing import Any
from urllib.parse import urljoin, urlsplit

from django.db import models
from pypdf import PdfReader
from pypdf.errors import PdfReadError

from accounts.models import Enterprise
from portal.tables import Kind, tables
from tests.faces import FaceClient
from tests.isolation.worlds import text_of, the_owner

CANARY = re.compile(r"kx\d{6}")
# Texts that the code itself reads, as a key, a code or a place: no word could stand there.
READ_BY_CODE = {
    "portal_event": {"kind", "actor_kind", "subject_type", "story_type"},
    "portal_notice": {"kind", "language", "secret", "mute_url"},
    "portal_enterpriseterm": {"name", "value"},
    "portal_storedfile": {"key", "media_type", "sha256", "subject_type", "added_by_kind"},
    "portal_export": {"kind", "query", "face", "language", "time_zone", "reach"},
    "portal_listview": {"listing", "query", "opens_with"},
    "accounts_enterprise": {"public_id", "country", "time_zone"},
    "accounts_account": {"currency", "country"},
    "accounts_contact": {"time_zone"},
    "accounts_grant": {"permission"},
    "accounts_membership": {"why"},
    "accounts_membershipbefore": {"status"},
    "accounts_team": {"time_zone"},
    "accounts_apisecret": {"handle", "secret_hash"},
    "accounts_signonlink": {"issuer"},
    "accounts_registration": {"proof_kind", "proof"},
    "accounts_reviewline": {"held"},
    "accounts_moveside": {"proof_kind", "proof"},
    "orders_takeoverside": {"currency", "proof_kind", "proof"},
    "orders_ordercharge": {"currency"},
    "orders_deliverychoice": {"currency"},
    "orders_supplement": {"currency", "status_before"},
    "orders_answer": {"key", "value"},
    "orders_letter": {"language"},
    "portal_following": {"subject_type", "follower_type"},
    "portal_look": {"thing_type", "who", "who_kind"},
    "inventory_site": {"country"},
    "billing_invoice": {"currency", "pdf_name", "pdf_sha256"},
    "billing_credit": {"currency"},
}
# What the journal and an invoice freeze in free words, among codes, dates and amounts.
FREE_WORDS = (
    "reason", "note", "detail", "order", "invoice", "number", "service", "milestone", "name", "account_name",
    "account_number", "address", "tax_id", "po_reference",
)  # fmt: skip


def texts() -> Iterator[tuple[str, Any]]:
    """Every text column of every walled table in which a person's word can stand."""
    for name, model in tables().items():
        if model.table_kind is Kind.TENANT_OWNED:
            for column in model._meta.concrete_fields:
                is_text = isinstance(column, models.CharField | models.TextField | models.JSONField)
                if is_text and not column.choices and column.name not in READ_BY_CODE.get(name, ()):
                    yield name, column


def release(enterprise: Enterprise) -> set[str]:
    """Put a canary into every text of the enterprise's rows, by the owner; returns the columns that have no row."""
    empty, mine = set(), f"WHERE enterprise_id = {int(enterprise.pk)}"
    with _nothing_final(), the_owner() as cursor:
        cursor.execute("CREATE TEMP SEQUENCE canaries")
        for name, column in texts():
            cursor.execute(f"UPDATE {name} SET {column.column} = {_bird(column)} {mine}")
            if not cursor.rowcount:
                empty.add(f"{name}.{column.name}")
    return empty


@contextmanager
def _nothing_final() -> Iterator[None]:
    """What is issued cannot be changed, even by the owner, but for a while here."""
    _triggers("DISABLE")
    try:
        yield
    finally:
        _triggers("ENABLE")


def _triggers(verb: str) -> None:
    with the_owner() as cursor:
        for name in sorted({name for name, _ in texts()}):
            cursor.execute(f"ALTER TABLE {name} {verb} TRIGGER USER")


def _bird(column: Any) -> str:
    word = "'kx' || lpad(nextval('canaries')::text, 6, '0')"
    if isinstance(column, models.JSONField):
        rows = f"FROM jsonb_array_elements({column.column}) each"
        many = f"SELECT coalesce(jsonb_agg({_with_words('each', word)}), '[]') {rows}"
        one = _with_words(column.column, word)
        return f"CASE jsonb_typeof({column.column}) WHEN 'array' THEN ({many}) ELSE {one} END"
    if isinstance(column, models.EmailField) or column.name == "recipient":
        return f"{word} || '@x.example'"
    return word


def _with_words(thing: str, word: str) -> str:
    """The same object with a canary for each of its free words."""
    known = f"SELECT key, to_jsonb({word}) FROM jsonb_each({thing}) WHERE key = ANY(ARRAY{list(FREE_WORDS)})"
    return f"{thing} || coalesce((SELECT jsonb_object_agg(key, to_jsonb) FROM ({known}) w), '{{}}'::jsonb)"


@dataclass
class Crawl:
    """All that one browser can reach below some addresses by following links."""

    browser: FaceClient
    below: tuple[str, ...]
    most: int = 400
    pages: dict[str, str] = field(default_factory=dict)  # address -> what it says
    kinds: dict[str, set[str]] = field(default_factory=dict)  # media type -> canaries in it

    def walk(self, *starts: str) -> "Crawl":
        left = deque(starts)
        while left and len(self.pages) < self.most:
            address = left.popleft()
            if address not in self.pages:
                left.extend(self._visit(address))
        assert not left or len(self.pages) == self.most
        return self

    def _visit(self, address: str) -> list[str]:
        answer = self.browser.get(address)
        assert answer.status_code < 500, address
        media = answer.get("Content-Type", "").split(";")[0]
        is_paper = media == "application/pdf" and not answer.streaming
        text = _pdf(answer.content) if is_paper else text_of(answer)
        text = unescape(text) + str(dict(answer.headers))
        self.pages[address] = text
        self.kinds.setdefault(media, set()).update(CANARY.findall(text))
        found = re.findall(r'(?:href|src|hx-get)="([^"]+)"|"(?:href|next|previous)": ?"([^"]+)"', text)
        links = [link for pair in found for link in pair if link] + [answer.get("Location") or ""]
        return [link for link in (_local(address, each) for each in links) if self._is_ours(link)]

    def _is_ours(self, link: str) -> bool:
        return link.startswith(self.below) and "logout" not in link

    def canaries(self) -> set[str]:
        return {bird for birds in self.kinds.values() for bird in birds}


def _local(address: str, link: str) -> str:
    parts = urlsplit(urljoin(f"http://testserver{address}", link))
    if parts.netloc != "testserver":
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _pdf(content: bytes) -> str:
    try:
        return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
    except PdfReadError:
        # What stands for a paper here may be a few words alone; they are read all the same.
        return content.decode("latin-1")
