"""What people have done in the demo, so that no page is looked at empty only.

`python -m screens.filling STEP` runs in the environment of one of the portal's processes: what
customers do under their role, what staff do under theirs. Its last line says in JSON what there is now.
"""

import json
import sys
import time
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

ENTERPRISE, ACCOUNT = "204817", "5-KTR9C"
CLERK, ADMINISTRATOR = "helen.park@halvorsen.example", "dana.whitfield@halvorsen.example"
FEW_RIGHTS = "troy.beckett@halvorsen.example"
ANALYST, OWNER = "priscilla.vance@northvane.example", "owen.kessler@northvane.example"
MONTHS_BACK = 4  # the walks through the portal bill the months after it


def bill() -> dict[str, Any]:
    """A month is billed, of this customer here and now, of the others by the workers; a term is set and one agreed."""
    from billing import services
    from portal import terms
    from portal.tenancy import tenant_scope
    from portal.termbook.services import Wish, agree_term, set_term

    analyst, owner, place, now = _staff(ANALYST), _staff(OWNER), _place(), _now()
    month = now.year * 12 + now.month - 1 - MONTHS_BACK
    run = services.start_bill_run(date(month // 12, month % 12 + 1, 1), actor=analyst, at=now)
    services.bill_enterprise(run.pk, place, at=now)
    term, begin = terms.DECLARED["billing.payment_days"], now.date() + timedelta(days=14)
    set_term(
        term, Wish(45, begin, "As in the frame contract of 2026."), place=("", "wholesale", ""), actor=owner, at=now
    )
    with tenant_scope(place):
        inside = _inside(OWNER, place)
        agree_term(term, Wish(60, begin, "Agreed at renewal."), contract="Frame 2026", actor=inside, at=now)
    return {"run": run.pk, "term": term.name}


def contest() -> dict[str, Any]:
    """The clerk disputes lines of two invoices and takes one dispute back; two lists are prepared as files."""
    from billing import services
    from billing.models import Invoice
    from portal import exports
    from portal.tenancy import tenant_scope

    now, place = _now(), _place()
    with tenant_scope(place):
        clerk = _customer(CLERK, place)
        invoice = Invoice.objects.filter(enterprise_id=place, account__number=ACCOUNT).latest("pk")
        lines = list(invoice.lines.filter(amount__gt=30).order_by("position"))

        def dispute(line: Any, amount: str, statement: str, reference: str = "") -> Any:
            claim = services.Claim(line.pk, Decimal(amount), "rate", statement)
            return services.open_dispute(
                invoice.pk, actor=clerk, at=now, lines=[claim], customer_reference=reference
            )  # fmt: skip

        is_open = dispute(lines[0], "21.40", "The order says less a month; the difference is disputed.", "AP-2291")
        services.add_to_dispute(is_open.pk, actor=clerk, at=now, note="The signed order follows by mail.")
        to_decide = dispute(lines[1], "5.00", "We were told on the phone that this month is half price.")
        services.withdraw_dispute(dispute(lines[2], "10.00", "Wrong rate.").pk, actor=clerk, at=now)
        for email in (ADMINISTRATOR, CLERK):
            exports.ask(exports.KINDS["invoices"], "", actor=_customer(email, place), at=now)
        person = _customer(ADMINISTRATOR, place)
        _not_possible(person, place)
        return {
            "invoice": invoice.number,
            "line": lines[3].pk,
            "dispute": is_open.number,
            "open": is_open.pk,
            "decide": to_decide.pk,
            **_records(person, invoice.account_id),
            **_administered(person, place),
        }


def _administered(person: Any, place: int) -> dict[str, Any]:
    """What an administrator has asked for, and for whom."""
    keys = _keys()
    asked = {"access": _access(place), "side": _move(person), "offered": _offer(person)}
    return {**keys, **asked, **_programs(person), **_people(person)}


def _offer(person: Any) -> int:
    """A service is offered to another company."""
    from inventory.models import Service
    from orders.contracts import services
    from orders.contracts.selectors.takeovers import list_givable

    numbers = Service.objects.filter(enterprise_id=person.enterprise_id, status="active").order_by("-pk")
    free = next(found for number in numbers.values_list("number", flat=True) if (found := list_givable(person, number)))
    offer = services.Offer(
        tuple(each.pk for each in free[:2]), "7-00000", "code", "ABCD-EFGH-JKLM-NPQR", _now().date() + timedelta(20),
        "The Boise branch was sold.",
    )  # fmt: skip
    return services.offer_services(offer, actor=person, at=_now()).pk


def _not_possible(person: Any, place: int) -> None:
    """A file that could not be made."""
    from portal.models import Export

    Export.objects.create(
        enterprise_id=place, kind="orders", query="status=open", face="customer", person_id=person.user_id,
        person_name=person.name, language="en", time_zone=person.time_zone, state="failed", asked_at=_now(),
        due_at=_now(), reason="The list changed while it was being made. Ask for it again.",
    )  # fmt: skip


def _records(person: Any, account_id: int) -> dict[str, int]:
    """An account, a contact of the enterprise's, and a group that the administrator makes of the account."""
    from accounts.companies import services
    from accounts.models import Contact

    contact = Contact.objects.filter(enterprise_id=person.enterprise_id).order_by("pk")[0]
    group = services.make_group("Mountain states", [account_id], actor=person, at=_now())
    return {"account": account_id, "contact": contact.pk, "group": group.pk}


def _access(place: int) -> int:
    """Who has few rights asks for more."""
    from accounts.joining import services

    wish = services.Wish("billing.pay", ACCOUNT, "Helen is away, and two invoices are due on Friday.")
    return services.ask(wish, actor=_customer(FEW_RIGHTS, place), at=_now()).pk


def _move(admin: Any) -> int:
    """The administrator gives an account to a sister company."""
    from accounts.moving import services

    day = _now().date() + timedelta(days=30)
    wish = services.Wish("split", True, day, "213409", (ACCOUNT,), "The warehouse was sold with its lines.")
    return services.ask(wish, actor=admin, at=_now()).pk


def _keys() -> dict[str, str]:
    """The links of the mails that confirm an address and reset a password."""
    from allauth.account.forms import default_token_generator
    from allauth.account.models import EmailAddress, EmailConfirmationHMAC
    from allauth.account.utils import user_pk_to_url_str

    from accounts.models import User

    person = User.objects.get(email=FEW_RIGHTS)
    address, _ = EmailAddress.objects.get_or_create(user=person, email="troy@home.example")
    reset = f"{user_pk_to_url_str(person)}-{default_token_generator.make_token(person)}"
    return {"confirm_key": EmailConfirmationHMAC(address).key, "reset_key": reset}


def _people(admin: Any) -> dict[str, Any]:
    """A team with a shared mailbox, somebody who was invited, and the link of their mail."""
    from accounts import selectors, services
    from accounts.models import Membership
    from accounts.reviewing import services as reviewing
    from accounts.rules import Held, Rights

    now = _now()
    member = Membership.objects.get(enterprise_id=admin.enterprise_id, user__email=FEW_RIGHTS)
    reviewing.begin(actor=admin, at=now)
    crew = services.set_team(
        None, name="Network operations", email="noc@halvorsen.example", people={member.pk}, actor=admin, at=now
    )
    held = Rights(held=frozenset({Held("order.view")}))
    services.set_team_rights(crew.pk, held, seen=selectors.get_rights(crew).fingerprint, actor=admin, at=now)
    who = services.Invited("nadia.haddad@halvorsen.example", "Nadia Haddad", "NOC engineer")
    invited = services.invite(who, held, actor=admin, at=now)
    return {
        "member": member.pk,
        "crew": crew.pk,
        "invited": invited.pk,
        "invitation": services.invitation_token(invited),
    }


def _programs(admin: Any) -> dict[str, Any]:
    """A key that works, one that waits, and the company's own door."""
    from accounts.keys import services
    from accounts.models import ApiKey
    from accounts.signon import services as sign_on

    now = _now()
    day = now.date() + timedelta(days=120)

    def ask(name: str, purpose: str) -> ApiKey:
        wish = services.Wish(name, purpose, "robots@halvorsen.example", day, ["billing.view", "order.view"], [ACCOUNT])
        return services.request_key(wish, actor=admin, at=now)

    key, asked = (
        ask("Billing robot", "Fetches our invoices every night."),
        ask("Order board", "Shows orders in the hall."),
    )
    ApiKey.objects.filter(pk=key.pk).update(status="approved", decided_at=now, decided_by="Colleen Marsh")
    services.collect_key(key.pk, actor=admin, at=now)
    wish = sign_on.Wish(
        "Halvorsen sign-on", "https://id.halvorsen.example", "demarc", "a secret", "email", "name", ["mfa"], False, True
    )
    door = sign_on.save_sign_on(wish, actor=admin, at=now)
    sign_on.add_domain("halvorsen.example", actor=admin, at=now)
    return {"api_key": key.pk, "asked_key": asked.pk, "door": door.handle}


def decide(pk: str) -> dict[str, Any]:
    """The analyst upholds a part; another dispute waits for her."""
    from accounts.models import Move
    from accounts.moving.services import look
    from billing import services
    from billing.models import Dispute, DisputedLine
    from portal.tenancy import tenant_scope

    place = _place()
    for owner, side in _asked():
        look(owner, side, at=_now())
    analyst = _inside(ANALYST, place)
    with tenant_scope(place):
        line = DisputedLine.objects.get(enterprise_id=place, dispute_id=int(pk))
        services.decide(
            line.pk, actor=analyst, at=_now(), credited=Decimal("2.50"), decision="Half of it was promised."
        )
        decided = Dispute.objects.get(enterprise_id=place, pk=int(pk))
        waiting = DisputedLine.objects.filter(enterprise_id=place, outcome="open").latest("pk")
        moved = Move.objects.latest("pk").pk
    return {"decided": decided.number, "disputed_line": waiting.pk, "move": moved, "takeover": _taken_over(place)}


def _taken_over(place: int) -> int:
    """What was offered has reached the other company, and waits for the carrier."""
    from django.forms import model_to_dict

    from accounts.models import Account
    from orders.models import Takeover, TakeoverSide
    from portal.tenancy import tenant_scope

    side = TakeoverSide.objects.get(enterprise_id=place)
    account = Account.objects.exclude(enterprise_id=place).select_related("enterprise").order_by("pk")[0]
    names = ("number", "account", "services", "effective_on", "answer_by_on", "why")
    common = model_to_dict(side, names)
    case = Takeover.objects.create(
        **common, source_id=place, target=account.enterprise, order_key=side.order_key, account_key=account.pk,
        made_at=_now(),
    )  # fmt: skip
    with tenant_scope(place):
        side.takeover_id, side.status = case.pk, "open"
        side.save(update_fields=["takeover_id", "status"])
    with tenant_scope(account.enterprise_id):
        TakeoverSide.objects.create(
            **common, enterprise=account.enterprise, takeover_id=case.pk, gives=False, other_name="Cordillera",
            currency=side.currency, asked_at=_now(), status="open",
        )  # fmt: skip
    return int(case.pk)


def open_account() -> dict[str, Any]:
    """An account on which nothing is billed yet, so that its first invoice is of what a walk orders."""
    from accounts.companies.services import add_accounts
    from portal.tenancy import tenant_scope

    place, number = _place(), "5-KTR7N"
    with tenant_scope(place):
        add_accounts(
            [{"number": number, "name": "Halvorsen Logistics, new lines"}], actor=_inside(OWNER, place), at=_now()
        )
    return {"account": number}


def invoice(number: str) -> dict[str, Any]:
    """The account's invoice of this month, once the workers have begun to charge for what was accepted."""
    from accounts.models import Account
    from billing.models import Charge
    from billing.services import issue_invoice
    from portal.tenancy import tenant_scope

    place, now = _place(), _now()
    with tenant_scope(place):
        account = Account.objects.get(enterprise_id=place, number=number)
    for _ in range(60):
        with tenant_scope(place):
            if Charge.objects.filter(enterprise_id=place, account=account).exists():
                break
        time.sleep(0.5)
    issued = issue_invoice(place, account.pk, period_on=now.date().replace(day=1), at=now)
    return {"invoice": issued.number if issued else ""}


def end_disconnect(number: str) -> dict[str, Any]:
    """What the clock does on the day of a disconnect."""
    from orders.contracts.services.disconnects import finish_disconnect
    from orders.models import Order
    from portal.actors import system
    from portal.tenancy import tenant_scope

    place = _place()
    with tenant_scope(place):
        order = Order.objects.get(enterprise_id=place, number=number)
        return {"done": finish_disconnect(order.pk, actor=system(place), at=_now() + timedelta(days=120))}


def _asked() -> list[tuple[int, int]]:
    from accounts.moving.selectors import list_waiting

    return [(owner, side) for owner, side, move in list_waiting() if move is None]


def _now() -> Any:
    from django.utils import timezone

    return timezone.now()


def _place() -> int:
    from accounts.selectors import find_enterprise_id

    return find_enterprise_id(ENTERPRISE) or 0


def _customer(email: str, place: int) -> Any:
    from accounts import selectors as people
    from accounts.models import User

    return people.get_customer_actor(User.objects.get(email=email), people.get_enterprise(place))


def _inside(email: str, place: int) -> Any:
    return replace(_staff(email), enterprise_id=place, enterprise_public_id=ENTERPRISE)


def _staff(email: str) -> Any:
    from accounts import selectors as people
    from accounts.models import User

    return people.get_staff_actor(User.objects.get(email=email))


if __name__ == "__main__":
    import django

    django.setup()
    step, *arguments = sys.argv[1:]
    steps = (bill, contest, decide, open_account, invoice, end_disconnect)
    print(json.dumps({each.__name__: each for each in steps}[step](*arguments)))
