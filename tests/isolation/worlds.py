"""One of each thing that an enterprise has, and pictures of the tables to be compared."""

import hashlib
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

import psycopg2
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from drf_spectacular.generators import SchemaGenerator

from accounts.models import (
    AccessRequest,
    AccessReview,
    Account,
    AccountCode,
    AccountGroup,
    ApiKey,
    ApiSecret,
    Contact,
    CustomerNumber,
    Enterprise,
    Grant,
    Membership,
    MembershipBefore,
    Move,
    MoveSide,
    Registration,
    ReviewLine,
    SignOn,
    SignOnDomain,
    SignOnLink,
    StaffAbsence,
    StaffMember,
    Team,
    TeamMember,
    TeamPerson,
    User,
)
from billing import services
from billing.models import Credit, Dispute, DisputedLine, Invoice, InvoiceLine, Posting
from inventory.models import Service
from orders.models import (
    Authorisation,
    Disconnect,
    EndWarning,
    Letter,
    Milestone,
    Order,
    OrderCharge,
    OrderedService,
    OrderItem,
    OrderProject,
    Quote,
    Takeover,
    TakeoverSide,
    Transfer,
    Trial,
    TurnUp,
)
from portal import files, looks, registries
from portal.actors import system
from portal.models import (
    CarrierTerm,
    Draft,
    EnterpriseTerm,
    Event,
    Export,
    Following,
    ListView,
    Notice,
    StaffListView,
    StoredFile,
    Todo,
)
from portal.tables import LIBRARY_TABLES, Kind, tables
from portal.tenancy import current_scope, tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import FaceClient, as_app, as_staff, facing, inside

NOT_A_NUMBER, NOT_A_KEY, NOT_AN_ENTERPRISE = "ORD-2026-99999", 987654321, "999999"
# The pages show these to everybody, as what a number looks like.
_EXAMPLES = {"ORD-2026-00417", "INV-2026-000123", "DSP-2026-00042"}
PDF = b"%PDF-1.7 what was issued"


@dataclass
class World:
    """What one enterprise has: for each thing, what stands for the parts of a route that names it."""

    enterprise: Enterprise
    account: Account
    service: Service
    order: Order
    milestone: Milestone
    invoice: Invoice
    line: InvoiceLine
    dispute: Dispute
    disputed_line: DisputedLine
    notice: Notice
    todo: Todo
    run: Any
    file: StoredFile
    export: Export
    agreed_term: EnterpriseTerm
    set_term: CarrierTerm
    list_view: ListView
    staff_view: StaffListView
    draft: Draft
    member: Membership
    team: Team
    api_key: ApiKey
    access_request: AccessRequest
    sign_on: SignOn
    sign_on_domain: SignOnDomain
    place: TeamMember
    absence: StaffAbsence
    contact: Contact
    customer_number: CustomerNumber
    group: AccountGroup
    move: Move
    move_side: MoveSide
    account_code: AccountCode
    following: Following
    turn_up: TurnUp
    takeover: Takeover
    takeover_side: TakeoverSide
    review_line: ReviewLine
    written: Order
    project: OrderProject
    authorisation: Authorisation
    order_charge: OrderCharge
    asked: dict[str, Order]
    words: list[str] = field(default_factory=list)

    def parts(self, thing: str) -> dict[str, object]:
        """What of this enterprise's a route of that thing names."""
        return {
            "": {},
            "enterprise": {"<slug:public_id>": self.enterprise.public_id},
            "account": {"<int:pk>": self.account.pk},
            "group": {"<int:pk>": self.group.pk},
            "contact": {"<int:pk>": self.contact.pk},
            "customer_number": {"<int:pk>": self.customer_number.pk},
            "service": {"<int:pk>": self.service.pk},
            "order": {"<str:number>": self.order.number},
            "order_charge": {"<str:number>": self.order.number, "<int:pk>": self.order_charge.pk},
            "draft_order": {"<str:number>": self.written.number},
            "authorisation": {"<int:pk>": self.authorisation.pk},
            "disconnect": {"<str:number>": self.asked["disconnect"].number},
            "changing": {"<str:number>": self.asked["change"].number},
            "transfer": {"<str:number>": self.asked["transfer"].number},
            "trial": {"<str:number>": self.asked["trial"].number},
            "milestone": {"<int:pk>": self.milestone.pk},
            "turn_up": {"<int:pk>": self.turn_up.pk},
            "followable": {"<slug:slug>": "order", "<str:number>": self.order.number},
            "following": {"<int:pk>": self.following.pk},
            "follower": {"<slug:slug>": "order", "<str:number>": self.order.number, "<int:pk>": self.following.pk},
            "invoice": {"<str:number>": self.invoice.number},
            "line": {"<str:number>": self.invoice.number, "<int:pk>": self.line.pk},
            "dispute": {"<str:number>": self.dispute.number},
            "disputed_line": {"<int:pk>": self.disputed_line.pk},
            "notice": {"<int:pk>": self.notice.pk},
            "todo": {"<int:pk>": self.todo.pk},
            "run": {"<int:pk>": self.run.pk},
            "file": {"<int:pk>": self.file.pk},
            "export": {"<int:pk>": self.export.pk},
            # A person's own and no enterprise's: nobody here has one.
            "key": {"<int:pk>": NOT_A_KEY},
            "agreed_term": {"<int:pk>": self.agreed_term.pk},
            "term": {"<str:name>": self.set_term.name},
            "set_term": {"<str:name>": self.set_term.name, "<int:pk>": self.set_term.pk},
            "list_view": {"<int:pk>": self.list_view.pk},
            "member": {"<int:pk>": self.member.pk},
            "team": {"<int:pk>": self.team.pk},
            # An invitation that nobody wrote.
            "token": {"<str:token>": "nothing"},
            "staff_view": {"<int:pk>": self.staff_view.pk},
            "sign_on": {"<slug:handle>": self.sign_on.handle},
            "sign_on_domain": {"<int:pk>": self.sign_on_domain.pk},
            "api_key": {"<int:pk>": self.api_key.pk},
            "access_request": {"<int:pk>": self.access_request.pk},
            "place": {"<int:pk>": self.place.pk},
            "move": {"<int:pk>": self.move.pk},
            "move_side": {"<int:pk>": self.move_side.pk},
            "order_type": {"<slug:order_type>": "new"},
            "takeover": {"<int:pk>": self.takeover.pk},
            "takeover_side": {"<int:pk>": self.takeover_side.pk},
            "account_code": {"<int:pk>": self.account_code.pk},
            "review_line": {"<int:pk>": self.review_line.pk},
            # The carrier's own people, alike from wherever one asks.
            "absence": {"<int:pk>": self.absence.pk},
            "colleague": {"<int:pk>": self.absence.card_id},
            "role": {"<slug:code>": "technician"},
        }[thing]


def world_of(enterprise: Enterprise, account: Account, person: User, analyst: User, *, has_paper: bool = True) -> World:
    """Build it: an order under way, an invoice with its paper, a dispute of it that is half decided, their mails."""
    name = enterprise.legal_name
    run = builders.start(analyst)
    order = make.order(account, title=f"Wave of {name} alone", customer_reference=f"PO-{enterprise.public_id}")
    service = make.described(make.service(account, alias=f"Ring of {enterprise.public_id}"))
    for text in ("own wave", "own port"):
        make.charge(account, "2950.00", text=f"{name}'s {text}")
    invoice = builders.issue(account)
    if has_paper:
        _print(invoice)
    first, second = builders.lines(invoice)
    dispute = builders.dispute(person, invoice, builders.claim(first), builders.claim(second, "10"))
    with inside(enterprise):
        here = {"enterprise": enterprise}
        lines = DisputedLine.objects.select_related("dispute", "line", "enterprise").filter(**here).order_by("pk")
        decided, disputed_line = lines
    builders.decide(analyst, decided, "5")
    file = hang_on(dispute, person)
    with inside(enterprise):
        event = Event.objects.filter(kind="dispute.opened", **here).get()
        todo = Todo.objects.get(event=event, **here)
        milestone = Milestone.objects.filter(order=order, **here).order_by("position")[0]
        notice = _notice(event)
        credit = Credit.objects.get(**here)
        gone = {"posted_on": builders.NOVEMBER, "posted_by": "Somebody"}
        Posting.objects.create(**here, invoice=invoice, made_at=builders.ISSUED_AT, **gone)
        member = Membership.objects.get(user=person, **here)
    turn_up = make.turned_up(order, make.card_of(analyst))
    _noticed(turn_up)
    _lettered(order)
    words = [
        name,
        enterprise.public_id,
        service.number,
        service.alias,
        order.number,
        order.title,
        order.customer_reference,
        account.number,
    ]
    words += [invoice.number, dispute.number, credit.number, member.name, person.email, f"{name}'s own wave"]
    words = [word for word in words if word not in _EXAMPLES]
    things = (order, milestone, invoice, second, dispute, disputed_line, notice, todo, run)
    terms = _terms(enterprise)
    views = _views(enterprise, person)
    draft = _draft(enterprise, person, second)
    team = _team(enterprise, member, account)
    key = make.api_key(enterprise, person, name=f"Robot of {enterprise.public_id}", reach=[account])
    asked = make.access_request(member, "order.view", why=f"Night shift of {enterprise.public_id}")
    _kept_by_code(account, member, key)
    line = _reviewed(enterprise, member)
    serving = make.team(enterprise, analyst, "service_manager"), make.absence(analyst)
    contact, number, group = _records(account)
    words += [file.name, views[0].name, draft.fields["statement"], team.name, key.name, asked.why]
    words += [contact.email, number.number, group.name]
    sign_on, domain = make.sign_on(enterprise)
    words += [sign_on.name, domain.domain]
    # A merge with the carrier itself, which nobody asks for; the walls do not mind.
    moves = (*make.move(enterprise, make.house(), why=f"Sale of {enterprise.public_id}"), make.account_code(account))
    words.append(moves[1].why)
    records = (contact, number, group, *moves, _following(order, contact), turn_up, *_taken_over(account), line)
    placing = _placing(order)
    words += [placing[0].number, placing[0].title, placing[1].name, placing[0].notes]
    kept = (*terms, *views, draft, member, team, key, asked, sign_on, domain, *serving, *records, *placing)
    export = _export(enterprise, person)
    of_services = _contracts(account)
    return World(enterprise, account, service, *things, file, export, *kept, of_services, words=words)


def _taken_over(account: Account) -> tuple[Takeover, TakeoverSide]:
    """A service that is offered to the carrier itself, which nobody does; the walls do not mind."""
    house = make.house()
    with as_staff():
        theirs = Account.objects.filter(enterprise=house).select_related("enterprise").first()
    theirs = theirs or make.account(house, "The carrier's own")
    why = f"Sale of a wave of {account.enterprise.public_id}"
    case, ours, _other = make.takeover(make.service(account), theirs, why=why)
    return case, ours


def _contracts(account: Account) -> dict[str, Order]:
    """One order of each type about a service that is there already, and all that stands beside them."""
    here = {"enterprise": account.enterprise}
    types = ("disconnect", "change", "transfer", "trial")
    found = {type: make.order(account, milestones=0, type=type, service=make.service(account)) for type in types}
    day = builders.NOVEMBER
    about = {type: {**here, "order": order, "service": order.service} for type, order in found.items()}
    target = make.account(account.enterprise, "Another")
    with inside(account.enterprise):
        Disconnect.objects.create(
            **about["disconnect"], stops_on=day, cancel_by_on=day, reason="price", was="active", note="No budget"
        )
        OrderedService.objects.create(**about["change"], bandwidth="1 Gbps")
        Transfer.objects.create(**about["transfer"], target=target, effective_on=day, answer_by_on=day)
        Trial.objects.create(**here, order=found["trial"], days=10)
        EndWarning.objects.create(
            **here, service=found["change"].service, ends_on=day, days=90, told_at=builders.ISSUED_AT
        )
    return found


def _placing(order: Order) -> tuple[Order, OrderProject, Authorisation, OrderCharge]:
    """An order that is written but not placed, in a project, with its price; and who signed for the other one."""
    place, at = order.enterprise.public_id, builders.ISSUED_AT
    here = {"enterprise": order.enterprise}
    with inside(order.enterprise):
        project = OrderProject.objects.create(**here, name=f"Plant of {place}", made_at=at, made_by="Somebody")
        draft = {"status": "draft", "title": f"Draft of {place}", "notes": f"Gate of {place}", "project": project}
        order.submitted_at = at
        order.save(update_fields=["submitted_at"])
    written = make.order(order.account, milestones=0, **draft)
    with inside(order.enterprise):
        new = {"name": f"Yard of {place}", "street": "1 Yard", "city": "Reno", "country": "US"}
        OrderItem.objects.create(**here, order=written, position=1, product=written.product, a_new=new)
        prices = {"monthly": 1, "one_time": 1, "term_months": 12, "valid_until_on": at.date()}
        Quote.objects.create(**here, order=written, version=1, **prices, director=f"Director of {place}")
        name = default_storage.save(f"authorisations/{order.enterprise_id}/{place}.pdf", ContentFile(PDF))
        paper = Authorisation.objects.create(
            **here, order=order, version=1, name=f"Signer of {place}", title="Head", signature="x", signed_at=at,
            signed_by="Somebody", content={}, sha256="0" * 64, pdf_name=name,
            pdf_sha256=hashlib.sha256(PDF).hexdigest(),
        )  # fmt: skip
        charge = OrderCharge.objects.create(
            **here, order=order, reason="other", amount=1, currency="USD", day=at.date(), made_at=at
        )
    return written, project, paper, charge


def _lettered(order: Order) -> None:
    """The letter that acknowledged it, as it was printed."""
    with inside(order.enterprise):
        letter = Letter.objects.create(
            enterprise=order.enterprise, order=order, language="en", made_at=builders.ISSUED_AT
        )
        key = files.put(order.enterprise_id, ContentFile(PDF))
        files.hang(
            letter, key, name=f"{order.number}-letter.pdf", media_type="application/pdf",
            size=len(PDF), sha256="0" * 64, actor=system(order.enterprise_id), at=builders.ISSUED_AT,
        )  # fmt: skip


def _noticed(turn_up: TurnUp) -> None:
    """Its connection notice, as it was printed."""
    with inside(turn_up.enterprise):
        key = files.put(turn_up.enterprise_id, ContentFile(PDF))
        files.hang(
            turn_up, key, name=f"{turn_up.order.number}-connection-notice.pdf", media_type="application/pdf",
            size=len(PDF), sha256="0" * 64, actor=system(turn_up.enterprise_id), at=builders.ISSUED_AT,
        )  # fmt: skip


def _following(order: Order, contact: Contact) -> Following:
    """A contact follows the order; who put them there has left since."""
    with inside(order.enterprise):
        return Following.objects.create(
            enterprise=order.enterprise, subject_type="orders.order", subject_id=order.pk,
            follower_type="accounts.contact", follower_id=contact.pk,
            added_at=builders.ISSUED_AT, added_by=f"Somebody of {order.enterprise.legal_name}",
        )  # fmt: skip


def _team(enterprise: Enterprise, member: Membership, account: Account) -> Team:
    """With the person in it, and a permission on a group of its accounts."""
    group = make.group(enterprise, f"Group of {enterprise.legal_name}", account)
    with inside(enterprise):
        team = Team.objects.create(enterprise=enterprise, name=f"Desk of {enterprise.legal_name}")
        TeamPerson.objects.create(enterprise=enterprise, team=team, membership=member)
        Grant.objects.create(enterprise=enterprise, team=team, permission="order.view", group=group)
        MembershipBefore.objects.create(
            enterprise=enterprise, membership=member, until_at=builders.ISSUED_AT, status="pending",
            is_administrator=False,
        )  # fmt: skip
    return team


def _kept_by_code(account: Account, member: Membership, key: ApiKey) -> None:
    """A key's secret that is over, a link to a sign-on, a registration that was judged, and who saw the account."""
    enterprise, at = account.enterprise, builders.ISSUED_AT
    here = {"enterprise": enterprise}
    with as_app(), tenant_scope(enterprise.pk):
        ApiSecret.objects.create(
            **here, key=key, handle=f"h{enterprise.pk}", secret_hash="0" * 64, made_at=at, ends_at=at
        )
        issuer = f"https://id.{enterprise.public_id}.example"
        SignOnLink.objects.create(
            **here, issuer=issuer, subject="1", user_id=member.user_id, membership=member, linked_at=at
        )
        Registration.objects.create(
            **here, segment="enterprise", number="5-1", name="Reg Ister", email="reg@x.example", proof_kind="invoice",
            proof="sealed", asked_at=at, status="taken", judged_at=at, place=enterprise.public_id,
        )  # fmt: skip
        looks.note(
            builders.customer(User.objects.get(pk=member.user_id), enterprise), account, "page", label="A", at=at
        )


def _reviewed(enterprise: Enterprise, member: Membership) -> ReviewLine:
    """A review of access in which the person was confirmed."""
    here, at = {"enterprise": enterprise}, builders.ISSUED_AT
    with inside(enterprise):
        review = AccessReview.objects.create(
            **here, number=1, status="done", opened_at=at, due_on=at.date(), reminded_on=at.date(), ended_at=at,
            opened_by="Somebody",
        )  # fmt: skip
        return ReviewLine.objects.create(
            **here, review=review, membership=member, name=member.name, answer="kept", decided_at=at, decided_by="Some"
        )


def hang_on(dispute: Dispute, person: User) -> StoredFile:
    name = f"proof-of-{dispute.enterprise.public_id}.pdf"
    limits = files.Limits(20, 5, 100, 500, 9, 9)
    upload = files.accept(SimpleUploadedFile(name, b"%PDF-1.7\n%%EOF"), limits=limits)
    actor = builders.customer(person, dispute.enterprise)
    with as_app(), tenant_scope(dispute.enterprise_id):
        services.add_to_dispute(dispute.pk, actor=actor, at=builders.ISSUED_AT, note="See this.", uploads=[upload])
        return StoredFile.objects.filter(enterprise_id=dispute.enterprise_id).latest("pk")


def _export(enterprise: Enterprise, person: User) -> Export:
    with inside(enterprise):
        return Export.objects.create(
            enterprise=enterprise, kind="orders", face="customer", person_id=person.pk, person_name=person.email,
            language="en", time_zone="UTC", state="failed", reason="Too long.", asked_at=builders.ISSUED_AT,
            due_at=builders.ISSUED_AT,
        )  # fmt: skip


def _views(enterprise: Enterprise, person: User) -> tuple[ListView, StaffListView]:
    """One of the person's own, beside one that the enterprise's people share, and one of staff's."""
    view = {
        "person_id": person.pk,
        "person_name": "Somebody",
        "query": "status=open",
        "changed_at": builders.ISSUED_AT,
    }
    with as_app(), tenant_scope(enterprise.pk):
        ListView.objects.create(enterprise=enterprise, listing="orders", name="For all of us", is_shared=True, **view)
        name = f"Late ones of {enterprise.public_id}"
        kept = ListView.objects.create(enterprise=enterprise, listing="orders", name=name, **view)
    with as_staff():
        return kept, StaffListView.objects.create(listing="notices", name=f"Failed {enterprise.public_id}", **view)


def _draft(enterprise: Enterprise, person: User, line: InvoiceLine) -> Draft:
    """What the person has begun to write of a line."""
    with inside(enterprise):
        return Draft.objects.create(
            enterprise=enterprise, person_id=person.pk, face="customer", form="dispute", about=line.pk,
            fields={"statement": f"{enterprise.legal_name} has not sent this"}, kept_at=builders.ISSUED_AT,
            expires_at=builders.LATER,
        )  # fmt: skip


def _records(account: Account) -> tuple[Contact, CustomerNumber, AccountGroup]:
    """Who hears of the account without signing in, a number of the enterprise's, and a group with the account."""
    place = account.enterprise.public_id
    contact = make.contact(account.enterprise, f"desk@{place}.example", account=account, wants_billing=True)
    with inside(account.enterprise):
        number = CustomerNumber.objects.create(enterprise=account.enterprise, number=f"CN-{place}")
    return contact, number, make.group(account.enterprise, f"Group of {place}", account)


def _terms(enterprise: Enterprise) -> tuple[EnterpriseTerm, CarrierTerm]:
    """One agreed with this enterprise, and one of the carrier's."""
    term = {"name": "staff.visit_minutes", "value": 30, "starts_on": builders.NOVEMBER}
    with as_staff():
        carriers = CarrierTerm.objects.get_or_create(**term)[0]
    with inside(enterprise):
        return EnterpriseTerm.objects.create(enterprise=enterprise, contract="Frame", **term), carriers


def _print(invoice: Invoice) -> None:
    """A stand-in for the PDF, which takes a second to make."""
    with inside(invoice.enterprise):
        invoice.pdf_name = default_storage.save(f"invoices/{invoice.enterprise_id}/1.pdf", ContentFile(PDF))
        invoice.pdf_sha256 = hashlib.sha256(PDF).hexdigest()
        invoice.save(update_fields=["pdf_name", "pdf_sha256"])


def _notice(event: Event) -> Notice:
    return Notice.objects.create(
        enterprise_id=event.enterprise_id, event=event, kind=event.kind, recipient=f"{event.enterprise_id}@x.example",
        language="en", subject="Your dispute", body_text="Your dispute", message_id="<1@x>", created_at=event.at,
        due_at=event.at,
    )  # fmt: skip


@contextmanager
def the_owner() -> Iterator[Any]:
    """A cursor of the owner's on a connection of its own: the tests' role may not do what it does."""
    place = connection.settings_dict
    with closing(
        psycopg2.connect(
            dbname=place["NAME"], host=place["HOST"], port=place["PORT"] or None, user="portal_owner",
            password=os.environ["PORTAL_OWNER_PASSWORD"], options="-c lock_timeout=20s",
        )
    ) as owner, owner, owner.cursor() as cursor:  # fmt: skip
        yield cursor


# --- people ----------------------------------------------------------------------------------------


def stranger(who: str, face: str, home: World, other: Enterprise) -> FaceClient:
    """The browser of one of the declared people."""
    browser = FaceClient(face)
    build: dict[str, Callable[[], User]] = {
        "a disabled user": lambda: _member(home.enterprise, is_administrator=True),
        "an administrator of another enterprise": lambda: _member(other, is_administrator=True),
        "a former member": lambda: _member(home.enterprise, is_administrator=True, status="inactive"),
        "a member not yet confirmed": lambda: _member(home.enterprise, is_administrator=True, status="pending"),
        "one of the carrier's people": lambda: make.staff("Ida Inside", "platform_admin"),
        "a customer": lambda: _member(home.enterprise, is_administrator=True),
        "a former colleague": lambda: make.staff("Lou Left", "platform_admin", is_active=False),
        "staff without a second factor": lambda: make.staff("Nia New", "platform_admin"),
        "staff without a visit": lambda: make.staff("Olu Outside", "platform_admin"),
    }
    if who == "nobody":
        return browser
    person = build[who]()
    browser.sign_in(person)
    if who == "a disabled user":
        with as_staff():
            User.objects.filter(pk=person.pk).update(is_active=False)
    if who == "staff without a second factor":
        with browser.at_home():
            session = browser.session
            session["account_authentication_methods"] = [{"method": "password"}]
            session.save()
    return browser


def _member(enterprise: Enterprise, **fields: Any) -> User:
    person = make.user(f"somebody-{make.number()}@{enterprise.public_id}.example")
    make.member(enterprise, person, "Some Body", **fields)
    return person


def administrator(enterprise: Enterprise) -> FaceClient:
    """Who may do all that customers can, in one enterprise."""
    return FaceClient("customer").sign_in(_member(enterprise, is_administrator=True))


def sibling(enterprise: Enterprise) -> FaceClient:
    """Who may do all that customers can on one account of the enterprise that has nothing yet.

    What is about the whole enterprise, and not about accounts, they may do there.
    """
    account = make.account(enterprise, "Sibling")
    person = make.user(f"sibling-{make.number()}@x.example")
    member = make.member(enterprise, person, "Sib Ling")
    for permission in registries.permissions():
        make.grant(member, permission, None if permission in registries.whole_permissions() else account)
    return FaceClient("customer").sign_in(person)


def visitor(enterprise: Enterprise, role: str = "platform_admin") -> FaceClient:
    """One of the carrier's people who serves the enterprise, and has come in."""
    person = make.staff(f"Vera {role}", role, email=f"vera-{make.number()}@northvane.example")
    make.team(enterprise, person, "care_manager")
    browser = FaceClient("staff").sign_in(person)
    assert browser.get(f"/e/{enterprise.public_id}/").status_code == 200
    return browser


def permissions_of(role: str) -> set[str]:
    with as_staff():
        return set(StaffMember.objects.filter(role__code=role).select_related("role")[0].role.permissions)


@cache
def description(face: str) -> dict[str, dict[str, Any]]:
    """The calls that the API's description tells of, by path and method."""
    with facing(face):
        return dict(SchemaGenerator(urlconf=f"portal.urls.{face}").get_schema(public=True)["paths"])


# --- pictures -----------------------------------------------------------------------------------------

# They come and go with every request.
_PASSING = {"django_session", "usersessions_usersession"}


def everything() -> dict[str, str]:
    """A print of each table; a row that was written again shows, even with the same words."""
    names = [name for name in tables() if name not in _PASSING]
    names += [name for name, kind in LIBRARY_TABLES.items() if kind is not None and name not in _PASSING]
    return _prints(names, "")


def belongings(enterprise: Enterprise) -> dict[str, str]:
    """A print of every walled table's rows of one enterprise."""
    walled = [name for name, model in tables().items() if model.table_kind is Kind.TENANT_OWNED]
    return _prints(walled, f"WHERE enterprise_id = {int(enterprise.pk)}")


def _prints(names: list[str], where: str) -> dict[str, str]:
    assert current_scope() is None
    each = [
        f"SELECT '{name}', count(*) || ' ' || coalesce(md5(string_agg(ctid || t::text, '|' ORDER BY ctid)), '')"
        f" FROM {name} t {where}"
        for name in names
    ]
    with as_staff(), connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(each))
        return dict(cursor.fetchall())


def changed(before: dict[str, str], after: dict[str, str]) -> set[str]:
    return {name for name in before if before[name] != after[name]}


_VOLATILE = re.compile(
    r'placeholder="[^"]*"|nonce="[^"]*"|nonce-[^\']*|"X-CSRFToken": "[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"'
)


def text_of(answer: Any) -> str:
    """What it says, also where it comes from the storage bit by bit."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return content.decode(errors="replace")


def plain(answer: Any, address: str) -> list[str]:
    """An answer, line by line, without what differs each time and without the address it was asked by."""
    # How many calls are left goes down with each.
    passing = {"Content-Length", "RateLimit", "RateLimit-Remaining", "RateLimit-Reset"}
    headers = [f"{name}: {value}" for name, value in answer.headers.items() if name not in passing]
    text = "\n".join([str(answer.status_code), *headers, text_of(answer)])
    for spelling in (address, quote(address), quote(address, safe=""), answer.get("X-Request-ID", address)):
        text = text.replace(spelling, "…")
    return _VOLATILE.sub("", text).splitlines()
