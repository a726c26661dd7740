"""Composite keys between tenant tables: known again by migrations, dropped and made anew with what leans on them."""

import pytest
from django.db import IntegrityError, connection, models, transaction

from accounts.models import Account
from orders.models import Order
from portal.tables import TenantKey, TenantUnique
from tests import make
from tests.faces import connected_as

KEY = next(each for each in Order._meta.constraints if isinstance(each, TenantKey) and each.column == "account_id")
TARGET = next(each for each in Account._meta.constraints if isinstance(each, TenantUnique))


def test_a_key_is_known_again_by_what_it_says():
    _path, args, said = KEY.deconstruct()
    assert TenantKey(*args, **said) == KEY
    for other in ({"name": "x"}, {"column": "site_id"}, {"target": "inventory_site"}):
        assert TenantKey(*args, **{**said, **other}) != KEY
    assert models.UniqueConstraint(fields=["id"], name=KEY.name) != KEY


def names(prefix):
    with connection.cursor() as cursor:
        cursor.execute("SELECT conname FROM pg_constraint WHERE conname LIKE %s", [f"{prefix}%"])
        return {name for (name,) in cursor.fetchall()}


class Back(Exception):
    """Nothing of it stays."""


def test_going_back_drops_a_key_and_going_on_makes_it_again(transactional_db, acme_main, borealis_main):
    order = make.order(acme_main)
    with connected_as("portal_owner"), pytest.raises(Back), transaction.atomic():
        with connection.schema_editor() as editor:
            editor.remove_constraint(Order, KEY)
        assert KEY.name not in names(KEY.name)
        with connection.schema_editor() as editor:
            editor.add_constraint(Order, KEY)
        with pytest.raises(IntegrityError, match=KEY.name), transaction.atomic():
            Order.objects.filter(pk=order.pk).update(account_id=borealis_main.pk)
        raise Back


def test_going_back_beyond_the_target_drops_the_keys_that_lean_on_it(transactional_db):
    with connected_as("portal_owner"), pytest.raises(Back), transaction.atomic():
        assert KEY.name in names(KEY.name)
        with connection.schema_editor() as editor:
            editor.remove_constraint(Account, TARGET)
        assert KEY.name not in names(KEY.name) and TARGET.name not in names(TARGET.name)
        raise Back
    assert KEY.name in names(KEY.name)
