"""Authentication codes: the carrier's word that an account is somebody's."""

import secrets
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from accounts import selectors
from accounts.models import Account, AccountCode
from accounts.moving import selectors as here
from accounts.moving import terms as names
from portal import events, locator, terms
from portal.actors import Actor
from portal.errors import Refused
from portal.tenancy import of_enterprise

# Without letters and digits that look alike; sixteen of them are 78 bits.
_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"
_PARTS, _LONG = 4, 4


def _hash(text: str) -> str:
    plain = "".join(each for each in text.upper() if each in _LETTERS)
    return locator.key_hash("account code", plain)


@transaction.atomic
def issue_code(number: str, given_to: str, *, actor: Actor, at: datetime) -> str:
    """Make a code for an account of the actor's enterprise; the code is returned once, and kept as a hash.

    Raises Refused where there is no such account. Codes given before stay good until they end.
    """
    account = of_enterprise(Account.objects, actor).filter(number__iexact=number.strip()).first()
    if account is None:
        raise Refused(_("There is no such account here."), field="number")
    enterprise = selectors.get_enterprise(account.enterprise_id)
    days = terms.value(names.CODE_DAYS, on=at.date(), of=enterprise)
    letters = [secrets.choice(_LETTERS) for _each in range(_PARTS * _LONG)]
    code = "-".join("".join(letters[start : start + _LONG]) for start in range(0, len(letters), _LONG))
    until = at + timedelta(days=int(days))
    AccountCode.objects.create(
        enterprise=enterprise,
        account=account,
        code_hash=_hash(code),
        given_to=" ".join(given_to.split()),
        made_at=at,
        made_by=actor.name,
        until_at=until,
    )
    facts = {"number": account.number, "given_to": given_to}
    events.record("account.code_made", subject=account, actor=actor, at=at, enterprise_id=enterprise.pk, **facts)
    return code


@transaction.atomic
def end_code(pk: int, *, actor: Actor, at: datetime) -> AccountCode | None:
    """A code proves nothing from now on; nothing where it has ended or was used."""
    found = here.list_codes(actor).filter(here.open_codes(), pk=pk).select_for_update(of=("self",)).first()
    if found is None:
        return None
    found.until_at, found.ended_by = at, actor.name
    found.save(update_fields=["until_at", "ended_by"])
    events.record("account.code_ended", subject=found.account, actor=actor, at=at, number=found.account.number)
    return found


def spend_code(enterprise_id: int, account_id: int, typed: str, _since: date) -> bool:
    """Whether a text is a code of the account that still counts; it counts once."""
    rows = AccountCode.objects.filter(here.open_codes(), enterprise_id=enterprise_id, account_id=account_id)
    return bool(rows.filter(code_hash=_hash(typed)).update(used_at=Now()))
