"""What every page's HTML must be, whoever it is for: within the policy, and in one language.

The pages are those of the declarations, asked for by one who may see them, with one of each thing.
"""

import re
from html.parser import HTMLParser

import pytest

from accounts.models import StaffCard
from portal import wording
from tests.faces import FaceClient, as_staff
from tests.isolation import worlds
from tests.isolation.declarations import FILES, ROUTES, Place
from tests.isolation.test_routes import address_of

FACES = ("customer", "staff")
# Shown as they are in every language: names of things outside of this portal.
_NAMES = {"Message-ID", "ID", "API", "CSV", "PDF"}


class Markup(HTMLParser):
    """A page taken apart: what would break the policy, and what is read or spoken."""

    def __init__(self, html):
        super().__init__()
        self.faults, self.texts, self._open = [], [], []
        self.nonces, self.language = set(), ""
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        named = dict(attrs)
        if tag not in {"meta", "link", "input", "img", "br", "hr", "use", "path", "source"}:
            self._open.append(tag)
        self.language = named.get("lang", self.language) if tag == "html" else self.language
        self.faults += [f"<{tag} {name}>" for name in named if name == "style" or name.startswith(("on", "hx-on"))]
        self.faults += [f"<{tag} {n}={v}>" for n, v in attrs if (v or "").strip().lower().startswith("javascript:")]
        # A block of data is no script: the policy does not ask it for a nonce.
        if tag in {"style", "script"} and not named.get("src") and named.get("type") != "application/json":
            self.nonces.add(named.get("nonce"))
        self.texts += [named[n] for n in ("aria-label", "placeholder", "title", "alt", "data-label") if named.get(n)]
        if tag == "input" and named.get("type") in {"submit", "button"}:
            self.texts.append(named.get("value", ""))

    def handle_endtag(self, tag):
        if tag in self._open:
            del self._open[len(self._open) - 1 - self._open[::-1].index(tag) :]

    def handle_data(self, data):
        text = " ".join(data.split())
        if text and not {"script", "style", "pre"} & set(self._open):
            self.texts.append(text)


def shown(face, home, language="en"):
    """(address, answer) of every page of a face, for somebody who may do all there, in a language."""
    browser = worlds.administrator(home.enterprise) if face == "customer" else worlds.visitor(home.enterprise)
    with browser.at_home():
        person = browser.session["_auth_user_id"]
    with as_staff():
        worlds.User.objects.filter(pk=person).update(language=language)
    nobody = FaceClient(face)
    for name, route in ROUTES[face].items():
        if "GET" not in route.methods or route.is_api or name in FILES or "(?P<" in name:
            continue
        asker = nobody if route.place is Place.OPEN else browser
        path = address_of(home, name, route)
        yield path, asker.get(path, headers={"Accept-Language": language}, follow=True)


def pages(face, home, language="en"):
    return [
        (path, answer) for path, answer in shown(face, home, language) if answer["Content-Type"].startswith("text/html")
    ]


@pytest.mark.parametrize("face", FACES)
def test_every_page_is_within_its_policy(face, acmes):
    seen = pages(face, acmes)
    assert len(seen) > 25
    for path, answer in seen:
        policy, markup = answer["Content-Security-Policy"], Markup(answer.content.decode())
        assert "'nonce-" in policy or not markup.nonces, path
        assert "unsafe-" not in policy and "default-src 'none'" in policy and "*" not in policy, path
        assert markup.faults == [], path
        used = {f"'nonce-{nonce}'" for nonce in markup.nonces}
        assert all(each in policy for each in used), (path, used)


def test_no_two_answers_have_the_same_nonce(acmes):
    """Only a page that has a use for one has a nonce: the customers' face, whose accent is the carrier's."""
    answers = pages("customer", acmes)
    found = [re.search(r"nonce-([^']+)", answer["Content-Security-Policy"]) for _, answer in answers]
    nonces = [match[1] for match in found if match]
    assert len(nonces) > 20 and len(set(nonces)) == len(nonces)


def english(language):
    """Texts of ours that read otherwise in the language: none of them may stand on its pages."""
    found = set()
    for message in wording.read(language):
        ids = message.id if isinstance(message.id, tuple) else (message.id,)
        said = message.string if isinstance(message.string, tuple) else (message.string,)
        found |= {each for each in ids if each not in said and len(each) > 3 and "%(" not in each}
    return found - _NAMES


@pytest.mark.parametrize("language", wording.TRANSLATED)
@pytest.mark.parametrize("face", FACES)
def test_no_page_falls_back_into_english(face, language, acmes):
    """Text by text; what people typed and what products are called stays as it is."""
    # A word that is right in the language too, elsewhere, tells nothing.
    theirs = {str(each) for message in wording.read(language) for each in _strings(message)}
    with as_staff():
        titles = set(StaffCard.objects.values_list("title", flat=True))
    foreign = english(language) - theirs - titles
    left = {}
    for path, answer in pages(face, acmes, language):
        markup = Markup(answer.content.decode())
        is_whole = b"<html" in answer.content
        assert markup.language == language or not is_whole, path
        found = sorted(set(markup.texts) & foreign)
        if found:
            left[path] = found
    assert left == {}


def _strings(message):
    return message.string if isinstance(message.string, tuple) else (message.string,)
