"""Two people at one order at the same moment."""

import pytest

from orders.models import Milestone, Order
from tests import make
from tests.faces import inside
from tests.orders.test_races import at_once


@pytest.mark.parametrize("attempt", range(2))
def test_of_two_who_take_the_same_order_one_wins_and_the_other_is_told(
    transactional_db, acme, acme_main, carol, client_of, attempt
):
    second = make.staff("Cora Second", "care_manager")
    make.team(acme, second, "care_manager")
    order = make.order(acme_main, status="submitted", milestones=0)
    browsers = [client_of(each) for each in (carol, second)]
    for browser in browsers:
        assert browser.get("/e/204817/").status_code == 200
    url = f"/e/204817/orders/{order.number}/take/"
    cards = [make.card_of(each) for each in (carol, second)]
    calls = [lambda b=b, c=c: b.post(url, {"care_manager": c.email}) for b, c in zip(browsers, cards, strict=True)]
    codes = at_once(*calls)
    assert sorted(codes) == [302, 409]
    with inside(acme):
        found = Order.objects.get(pk=order.pk)
        assert found.care_manager_id == cards[codes.index(302)].pk
        positions = list(Milestone.objects.filter(order=order).values_list("position", flat=True))
        assert positions and len(positions) == len(set(positions))
