"""What the home page says needs the customer."""

from tests import make


def home(client_of, person, enterprise):
    return client_of(person).get(f"/e/{enterprise.public_id}/").content.decode()


def test_home_says_which_orders_wait_for_the_customer(client_of, acme, acme_main, alice):
    theirs = make.order(acme_main, milestones=[{"kind": "technical_details", "owner": "customer"}])
    ours = make.order(acme_main, milestones=[{"kind": "design", "owner": "carrier"}])
    page = home(client_of, alice, acme)
    needs, _, rest = page.partition("Orders under way")
    assert "Needs you" in needs and theirs.number in needs and ours.number not in needs
    assert ours.number in rest
    # In the words of what is asked, and not of what is then done.
    assert "Send us the technical details" in needs and "Technical details received" not in needs


def test_nothing_waits_that_the_person_may_not_see(client_of, acme, acme_main, acme_branch, alan):
    make.order(acme_main, milestones=[{"kind": "technical_details", "owner": "customer"}])
    assert "Needs you" not in home(client_of, alan, acme)
    seen = make.order(acme_branch, milestones=[{"kind": "technical_details", "owner": "customer"}])
    page = home(client_of, alan, acme)
    assert "Needs you" in page and seen.number in page


def test_a_step_that_follows_an_overtaken_one_says_that_a_new_date_follows(client_of, acme, acme_main, carol, alice):
    from datetime import date, timedelta

    late, soon = date.today() + timedelta(days=40), date.today() + timedelta(days=10)
    order = make.order(acme_main, milestones=[{"expected_on": late}, {"expected_on": soon}])
    page = client_of(alice).get(f"/e/{acme.public_id}/orders/{order.number}/").content.decode()
    assert "new date follows" in page
