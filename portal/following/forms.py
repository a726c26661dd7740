"""What a page shows of who follows a thing, with the form that adds others."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal import hearers, registries
from portal.actors import Actor
from portal.following import selectors
from portal.hearers import Followable, Named, Party, Place
from portal.models import Following
from portal.suggestions import SuggestField, Suggestion


class FollowForm(forms.Form):
    who = SuggestField(
        label=_("Let somebody follow"),
        help_text=_("A colleague, a team or a contact: type a part of the name or the mail address."),
    )

    def __init__(self, place: Place, url: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place
        fields: dict[str, Any] = self.fields
        fields["who"].offer(self.find, url)

    def find(self, typed: str) -> Iterable[Suggestion]:
        return suggestions(self.place, typed)

    def party(self) -> Party:
        """Who was chosen."""
        value = self.cleaned_data["who"]
        found = selectors.find_parties(self.place, value)
        return next(party for party, named in found.items() if _value(party, named) == value)


def suggestions(place: Place, typed: str) -> list[Suggestion]:
    found: dict[str, Suggestion] = {}
    for party, named in selectors.find_parties(place, typed).items():
        # Of a colleague and a contact with one address the colleague, who comes first, is meant.
        value, word = _value(party, named), str(hearers.KINDS[party.kind].word)
        is_team = party.kind == "accounts.team"
        found.setdefault(value.casefold(), Suggestion(value, "" if is_team else named.name, word))
    return list(found.values())


def _value(party: Party, named: Named) -> str:
    """By which the form knows one: a team by its name, anybody else by the address."""
    return named.name if party.kind == "accounts.team" else named.hint


@dataclass(frozen=True)
class Card:
    """Who follows a thing. ``me`` is the reader's own row; ``may_follow`` whether they can follow it themselves."""

    what: Followable
    followers: list[selectors.Follower]
    form: FollowForm
    me: Following | None
    may_follow: bool
    url: str
    own_url: str
    page: str


def card(actor: Actor, thing: Any, form: FollowForm | None = None) -> Card:
    what = hearers.THINGS[thing._meta.label_lower]
    me = selectors.myself(actor)
    args = [actor.enterprise_public_id, what.slug, thing.number]
    rows = list(selectors.rows_of(actor, thing))
    mine = next((row for row in rows if hearers.party_of(row) == me), None)
    return Card(
        what=what,
        followers=selectors.followers_of(actor, rows),
        form=form or blank(actor, what, thing),
        me=mine,
        may_follow=me is not None,
        url=reverse("following:followers", args=args),
        own_url=reverse("following:own", args=args),
        page=page_of(actor, what, thing.number),
    )


def page_of(actor: Actor, what: Followable, number: str) -> str:
    """The page of a thing."""
    page = registries.page_of(what.of)
    assert page is not None
    return reverse(page.url_name, args=[actor.enterprise_public_id, number])


def blank(actor: Actor, what: Followable, thing: Any, data: Any = None) -> FollowForm:
    url = reverse("following:suggest", args=[actor.enterprise_public_id, what.slug, thing.number])
    return FollowForm(selectors.place_of(what, thing), url, data)
