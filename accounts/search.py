"""Customers found by their number or name, for staff who are in none."""

from django.utils.translation import gettext_lazy as _

from accounts import selectors
from portal.actors import Actor
from portal.registries import Hit

HITS = 5


def find_enterprises(actor: Actor, typed: str) -> list[Hit]:
    """Customers by their number, or by the beginnings of words of their names."""
    return [
        Hit(
            _("Customer"),
            each.name,
            " · ".join(dict.fromkeys((each.legal_name, each.get_segment_display(), each.country))),
            "accounts:home",
            (),
            enterprise=each.public_id,
            whose=each.public_id,
            state="" if each.is_active else _("closed"),
        )
        for each in selectors.find_enterprises(actor, typed)[:HITS]
    ]
