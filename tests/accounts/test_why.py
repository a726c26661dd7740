"""Why somebody can see something, who can, and who could: over the pages, against the real database."""

from datetime import timedelta

from django.utils import timezone

from accounts import selectors
from accounts.models import Grant, Membership
from accounts.selectors.rights import list_who_could_on
from tests import make
from tests.accounts.test_rights import ana, change
from tests.faces import inside

__all__ = ["ana"]


def ask(client, **query):
    return client.get("/e/204817/people/why/", query).content.decode()


def test_why_somebody_can_see_something_and_who_gave_it(client_of, alice, ana, acme_main):
    client = client_of(alice)
    change(client, ana, permissions=["billing.view"], where="some", scopes=acme_main.number)
    page = ask(client, permission="billing.view", account=acme_main.number, person="ana@acme.example")
    assert "granted to them" in page
    assert "Alice Moreau" in page
    page = ask(client, permission="order.view", account=acme_main.number, person="ana@acme.example")
    assert "Nothing of theirs" in page


def test_who_could_see_an_invoice_in_march_is_answered_after_the_right_has_gone(client_of, alice, ana, acme, acme_main):
    march = timezone.now() - timedelta(days=200)
    with inside(acme):
        Membership.objects.filter(pk=ana.pk).update(created_at=march - timedelta(days=30))
        Membership.objects.filter(user=alice).update(created_at=march + timedelta(days=90))
        Grant.objects.create(
            enterprise=acme, membership=ana, permission="billing.view", account=acme_main,
            since_at=march, until_at=march + timedelta(days=3),
        )  # fmt: skip
    client = client_of(alice)

    def on(day, **more):
        return ask(client, permission="billing.view", account=acme_main.number, start=f"{day:%Y-%m-%d}", **more)

    assert "Ana Ruiz" not in ask(client, permission="billing.view", account=acme_main.number)
    assert "Ana Ruiz" in on(march + timedelta(days=1))
    # Alice administers the enterprise now; then she was not here.
    assert "Alice Moreau" not in on(march + timedelta(days=1)).split("why-person", 1)[1].split("</article>")[0]
    assert "Ana Ruiz" not in on(march + timedelta(days=10))
    assert "Ana Ruiz" in on(march - timedelta(days=20), end=f"{march + timedelta(days=30):%Y-%m-%d}")


def test_a_deactivated_persons_past_is_told_as_it_was(client_of, alice, ana, acme, acme_main):
    client = client_of(alice)
    change(client, ana, permissions=["billing.view"])
    between = timezone.now()
    client.post(f"/e/204817/people/{ana.pk}/deactivate/")
    with inside(acme):
        member = Membership.objects.get(pk=ana.pk)
        assert selectors.get_permissions(member) == {}
        assert selectors.get_permissions(member, between) == {"billing.view": None}
        who = selectors.list_who_could(acme.pk, "billing.view", acme_main.pk, between)
        assert {each.name for each in who} == {"Alice Moreau", "Ana Ruiz"}
        assert {each.name for each in selectors.list_who_could(acme.pk, "billing.view", acme_main.pk)} == {
            "Alice Moreau"
        }


def test_why_somebody_can_do_something_anywhere_names_each_way(client_of, alice, ana, acme, acme_branch):
    client, asked = client_of(alice), {"permission": "order.view"}
    make.grant(ana, "order.view", acme_branch)
    page = ask(client, **asked, person="ana@acme.example")
    assert "granted to them" in page and acme_branch.number in page
    assert "as system administrator" in ask(client, **asked, person="alice@acme.example")
    with inside(acme):
        Membership.objects.filter(pk=ana.pk).update(status="inactive")
        assert selectors.list_paths(Membership.objects.get(pk=ana.pk), "order.view") == []


def test_of_several_accounts_the_answer_is_that_of_each(acme, acme_main, acme_branch, alice, alan, ana):
    third = make.account(acme, "Third")
    make.grant(ana, "order.view", acme_main)
    with inside(acme):
        keys = [acme_main.pk, acme_branch.pk, third.pk, make.account(acme, "Fourth").pk]
        together = list_who_could_on(acme.pk, keys, "order.view")
        assert together == {key: selectors.list_who_could(acme.pk, "order.view", key) for key in keys}
        names = {key: [each.name for each in people] for key, people in together.items()}
    assert names == {
        keys[0]: ["Alice Moreau", "Ana Ruiz"], keys[1]: ["Alan Tran", "Alice Moreau"],
        keys[2]: ["Alice Moreau"], keys[3]: ["Alice Moreau"],
    }  # fmt: skip
