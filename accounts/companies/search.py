"""Accounts found by what people call them, where they are: inside one enterprise."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountStatus
from accounts.selectors import list_accounts
from portal.actors import Actor
from portal.registries import Hit

HITS, SHORTEST = 5, 3


def find_accounts(actor: Actor, typed: str) -> list[Hit]:
    """Accounts within reach by a part of their names or of their telephone number, or by the beginning of their number.

    One that is found by its whole number is left to those who see its invoices.
    """
    if actor.enterprise_id is None or len(typed) < SHORTEST:
        return []
    names = Q(name__icontains=typed) | Q(alias__icontains=typed) | Q(btn__contains=typed)
    found = list_accounts(actor).filter(names | Q(number__istartswith=typed))
    if actor.may("billing.view"):
        found = found.exclude(number__iexact=typed)
    return [
        Hit(
            _("Account"),
            each.number,
            each.called,
            "accounts:account",
            (str(each.pk),),
            state="" if each.status == AccountStatus.ACTIVE else each.get_status_display(),
        )
        for each in found[:HITS]
    ]
