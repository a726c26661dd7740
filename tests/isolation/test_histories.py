"""Whatever is done in Borealis, in whatever order, leaves Acme as it is: histories made up by hypothesis."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from accounts.models import Membership
from portal.models import Notice
from tests import make
from tests.faces import inside
from tests.isolation import worlds
from tests.isolation.conftest import AUDIT

pytestmark = pytest.mark.usefixtures("locks")

OURS, THEIRS = "Borealis'", "Acme's"
whose = st.sampled_from([OURS, OURS, THEIRS])
texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=40)
amounts = st.decimals(min_value=-1, max_value=4000, places=2).map(str)
days = st.integers(-5, 60).map(lambda n: f"{date.today() + timedelta(days=n):%Y-%m-%d}")


class Histories(RuleBasedStateMachine):
    """Borealis' administrator and a visitor of the carrier's do as they like, with ids of both enterprises."""

    worlds: dict[str, worlds.World]
    customer: worlds.FaceClient
    staff: worlds.FaceClient
    deliver = None

    @initialize()
    def begin(self):
        self.savepoint = transaction.savepoint()
        self.before = worlds.belongings(self.worlds[THEIRS].enterprise)

    def teardown(self):
        transaction.savepoint_rollback(self.savepoint)

    def at(self, address):
        return f"/e/{self.worlds[OURS].enterprise.public_id}/{address}"

    def post(self, browser, address, owner, /, **form):
        """A form sent; with an id of Acme's it finds nothing."""
        answer = browser.post(self.at(address), form)
        assert answer.status_code == 404 if owner == THEIRS else answer.status_code in {302, 404, 409, 422}, address

    @rule(owner=whose, line=st.sampled_from(["line", "first"]), amount=amounts, said=texts, reference=texts)
    def dispute(self, owner, line, amount, said, reference):
        world = self.worlds[owner]
        pk = world.line.pk - (line == "first")
        form = {"amount": amount, "reason": "rate", "statement": said, "customer_reference": reference}
        self.post(self.customer, f"billing/invoices/{world.invoice.number}/lines/{pk}/dispute/", owner, **form)

    @rule(owner=whose)
    def withdraw(self, owner):
        self.post(self.customer, f"billing/disputes/{self.worlds[owner].dispute.number}/withdraw/", owner)

    @rule(owner=whose, credited=amounts, said=texts)
    def decide(self, owner, credited, said):
        pk = self.worlds[owner].disputed_line.pk
        self.post(self.staff, f"billing/disputed-lines/{pk}/", owner, credited=credited, decision=said)

    @rule(owner=whose)
    def complete(self, owner):
        self.post(self.staff, f"orders/milestones/{self.worlds[owner].milestone.pk}/complete/", owner)

    @rule(owner=whose, day=days, said=texts)
    def delay(self, owner, day, said):
        form = {"expected_on": day, "owner": "customer", "reason": said}
        self.post(self.staff, f"orders/milestones/{self.worlds[owner].milestone.pk}/delay/", owner, **form)

    @rule(owner=whose, said=texts)
    def annotate(self, owner, said):
        self.post(self.staff, f"orders/milestones/{self.worlds[owner].milestone.pk}/annotate/", owner, note=said)

    @rule(owner=whose)
    def send_again(self, owner):
        self.post(self.staff, f"notices/{self.worlds[owner].notice.pk}/send-again/", owner)

    @rule(owner=whose)
    def grant(self, owner):
        """On an account of Acme's the database itself refuses it."""
        world, place = self.worlds[OURS], self.worlds[owner]
        with inside(world.enterprise):
            member = Membership.objects.filter(enterprise=world.enterprise).latest("pk")
            try:
                with transaction.atomic():
                    member.grants.create(enterprise=world.enterprise, permission="order.view", account=place.account)
            except IntegrityError as error:
                assert "tenant" in str(error) or owner == OURS

    @rule()
    def tell_and_send(self):
        self.deliver()

    @rule(language=st.sampled_from(["en", "es", "pt"]))
    def speak(self, language):
        assert self.customer.post("/language/", {"language": language}).status_code == 302

    @rule()
    def leave(self):
        assert self.staff.post(self.at("leave/")).status_code == 302

    @invariant()
    def acme_stays_as_it_is(self):
        if hasattr(self, "before"):
            assert worlds.changed(self.before, worlds.belongings(self.worlds[THEIRS].enterprise)) == set()


def test_no_history_of_one_enterprise_changes_another(acmes, boreals, deliver, is_full):
    make.member(boreals.enterprise, make.user("plain@borealis.example"), "Plain")
    deliver()
    with inside(acmes.enterprise):
        assert not Notice.objects.filter(enterprise=acmes.enterprise, state="waiting").exists()
    machine = type("Made", (Histories,), {
        "worlds": {OURS: boreals, THEIRS: acmes}, "deliver": staticmethod(deliver),
        "customer": worlds.administrator(boreals.enterprise), "staff": worlds.visitor(boreals.enterprise),
    })  # fmt: skip
    examples, steps = (60, 40) if AUDIT else (8, 15) if is_full else (3, 12)
    bounds = settings(
        max_examples=examples, stateful_step_count=steps, deadline=None, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    run_state_machine_as_test(machine, settings=bounds)
