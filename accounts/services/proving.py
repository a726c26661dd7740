"""Accounts that somebody of another enterprise names, and shows to know."""

from datetime import datetime
from zoneinfo import ZoneInfo

from accounts import selectors
from accounts.models import Account, AccountStatus, Enterprise
from portal import events, locator, registries, terms
from portal.actors import system
from portal.tenancy import tenant_scope


def find_proven(
    number: str, *, kind: str, typed: str, asker: Enterprise, currency: str = "", failed: str, at: datetime
) -> tuple[Enterprise, Account] | None:
    """An account of another customer's by its number, with its owner, where what was typed proves it.

    None alike for one that is not there, that is closed, that is the asker's own or in another ``currency`` than was
    named, and where the proof does not fit. Of the last its owner reads: ``failed`` is the kind of that event. A code
    counts once, and so it is looked at last. Called as staff outside any enterprise.
    """
    found = locator.find(locator.ACCOUNT, number)
    if found is None or found.target_id is None or found.enterprise_id == asker.pk:
        return None
    proof = registries.proofs().get(kind)
    with tenant_scope(found.enterprise_id):
        owner = selectors.get_enterprise(found.enterprise_id)
        account = Account.objects.filter(enterprise=owner, pk=found.target_id).first()
        if account is None or owner.is_house or not owner.is_active or account.status == AccountStatus.CLOSED:
            return None
        if currency and account.currency != currency:
            return None
        today = at.astimezone(ZoneInfo(owner.time_zone)).date()
        months = terms.value("people.registration_proof_months", on=today, of=owner)
        if proof and proof.fits(owner.pk, account.pk, typed, registries.months_before(today, months)):
            return owner, account
        facts = {"account": account.number, "other": asker.public_id}
        events.record(failed, subject=account, actor=system(owner.pk), at=at, enterprise_id=owner.pk, **facts)
    return None
