"""How every page asks: one row by its key, joined things with few columns, keys as one array; addresses known once."""

import pytest
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import F, Q
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, get_script_prefix, reverse, set_script_prefix, set_urlconf

from accounts.models import Account
from orders.models import Order
from portal.links import address
from portal.reading import AnyFrom, AnyOf, joined, the_one
from tests import make
from tests.faces import inside


def test_the_one_is_the_row_or_nothing_and_asks_for_no_order(acme, acme_main):
    with inside(acme), CaptureQueriesContext(connection) as asked:
        assert the_one(Account.objects.filter(number=acme_main.number)) == acme_main
        assert the_one(Account.objects.filter(number="nothing")) is None
    found = [each["sql"] for each in asked if "accounts_account" in each["sql"]]
    assert len(found) == 2 and all("LIMIT 1" in sql and "ORDER BY" not in sql for sql in found)


def test_a_joined_thing_comes_with_its_columns_and_the_rest_when_touched(acme, acme_main):
    make.order(acme_main)
    with inside(acme):
        order = joined(Order.objects.all(), "account", "number").get()
        with CaptureQueriesContext(connection) as asked:
            account = order.account
            assert (account.pk, account.enterprise_id, account.number) == (acme_main.pk, acme.pk, acme_main.number)
        assert len(asked) == 0
        with CaptureQueriesContext(connection) as asked:
            assert account.name == acme_main.name
        assert len(asked) == 1


@pytest.mark.parametrize("names", [[], ["Lost"], ["Main office", "Second"], ["it's", 'a "comma", {brace}', "%s"]])
def test_names_are_found_as_they_are(acme, names):
    for name in names:
        make.account(acme, name)
    make.account(acme, "Another")
    with inside(acme):
        found = Account.objects.filter(AnyOf(F("name"), names)).values_list("name", flat=True)
        assert sorted(found) == sorted(names)


@pytest.mark.parametrize("count", [0, 1, 2])
def test_what_another_query_names_is_found_beside_an_or(acme, count):
    accounts = [make.account(acme) for _ in range(4)]
    named = accounts[:count]
    with inside(acme):
        keys = Account.objects.filter(name__in=[each.name for each in named], number__in=[a.number for a in named])
        either = Q(pk=accounts[3].pk) | Q(AnyFrom(F("pk"), ArraySubquery(keys.values("pk"))))
        assert set(Account.objects.filter(either)) == {*named, accounts[3]}


@pytest.mark.parametrize("count", [0, 1, 3])
def test_keys_are_found_however_many(acme, acme_main, count):
    keys = [make.account(acme).pk for _ in range(count)]
    with inside(acme):
        found = Account.objects.filter(AnyOf(F("pk"), keys)).values_list("pk", flat=True)
        assert sorted(found) == sorted(keys)


@pytest.mark.parametrize("face", ["customer", "staff"])
@pytest.mark.parametrize("prefix", ["/", "/portal/"])
def test_an_address_is_what_the_routes_say_each_time(face, prefix):
    before = get_script_prefix()
    set_urlconf(f"portal.urls.{face}")
    set_script_prefix(prefix)
    try:
        for name, args in [("orders:list", ("204817",)), ("orders:order", ("204817", "ORD-2026-000005"))]:
            wanted = reverse(name, args=args)
            assert wanted.startswith(prefix)
            assert [address(name, *args), address(name, *args)] == [wanted, wanted]
        with pytest.raises(NoReverseMatch):
            address("orders:order", "204817", "no/such")
    finally:
        set_script_prefix(before)
        set_urlconf(None)
