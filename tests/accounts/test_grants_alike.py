"""Whatever somebody was granted, by whatever way: list, detail, search, file, API and mail answer alike."""

import random

import pytest
from django.utils import timezone

from accounts import selectors, services
from accounts.rules import Held, Rights
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, inside

PERMISSIONS = ("order.view", "billing.view")


@pytest.fixture
def world(acme, alice):
    """Four accounts, each with an order and an invoice; two groups that overlap; a team."""
    accounts = [make.account(acme, f"Account {n}") for n in range(4)]
    orders = {each.pk: make.order(each) for each in accounts}
    for each in accounts:
        make.charge(each, "100.00")
    invoices = {each.pk: builders.issue(each) for each in accounts}
    groups = [make.group(acme, "North", *accounts[:2]), make.group(acme, "South", *accounts[1:3])]
    member = make.member(acme, make.user("random@acme.example"), "Ran Dom")
    with as_app(), tenant_scope(acme.pk):
        actor = selectors.get_customer_actor(alice, acme)
        team = services.set_team(None, name="Team", email="", people={member.pk}, actor=actor, at=timezone.now())
    return {
        "accounts": accounts, "orders": orders, "invoices": invoices, "groups": groups, "member": member,
        "team": team, "actor": actor, "enterprise": acme,
    }  # fmt: skip


def drawn(dice, world):
    """Some random rights, and the accounts that they reach for each permission."""
    held = set()
    for _ in range(dice.randint(0, 4)):
        permission = dice.choice(PERMISSIONS)
        scope = dice.choice(["whole", "group", "account", "account"])
        if scope == "whole":
            held.add(Held(permission))
        elif scope == "group":
            held.add(Held(permission, group_id=dice.choice(world["groups"]).pk))
        else:
            held.add(Held(permission, account_id=dice.choice(world["accounts"]).pk))
    return frozenset(held)


def expected(world, held):
    """What these rights come to, worked out by hand."""
    accounts = world["accounts"]
    members = {world["groups"][0].pk: accounts[:2], world["groups"][1].pk: accounts[1:3]}
    found = {permission: set() for permission in PERMISSIONS}
    for each in held:
        if each.is_whole:
            found[each.permission] |= {one.pk for one in accounts}
        elif each.group_id:
            found[each.permission] |= {one.pk for one in members[each.group_id]}
        else:
            found[each.permission].add(each.account_id)
    return found


def give(world, held, through_team):
    now, actor = timezone.now(), world["actor"]
    with as_app(), tenant_scope(world["enterprise"].pk):
        team, member = world["team"], world["member"]
        seen = selectors.get_rights(team).fingerprint
        services.set_team_rights(team.pk, Rights(held=through_team), seen=seen, actor=actor, at=now)
        seen = selectors.get_rights(member).fingerprint
        services.set_rights(member.pk, Rights(held=held), seen=seen, actor=actor, at=now)


def shown(client, world, things, list_url, page_url, api_url, export_url):
    """The accounts whose thing each way shows."""
    pages = {way: client.get(url) for way, url in (("list", list_url), ("file", export_url), ("api", api_url))}
    found = {}
    for way, answer in pages.items():
        text = answer.content.decode() if answer.status_code == 200 else ""
        found[way] = {pk for pk, thing in things.items() if thing.number in text}
    found["detail"] = {pk for pk, one in things.items() if client.get(page_url.format(one.number)).status_code == 200}
    found["api detail"] = {pk for pk, one in things.items() if client.get(f"{api_url}{one.number}/").status_code == 200}
    searched = {pk: client.get("/e/204817/search/", {"q": one.number}).content.decode() for pk, one in things.items()}
    found["search"] = {pk for pk, text in searched.items() if page_url.format(things[pk].number) in text}
    return found


def told(world, permission):
    with inside(world["enterprise"]):
        return {
            each.pk
            for each in world["accounts"]
            if any(
                member.pk == world["member"].pk
                for member, _user in selectors.list_people_with(world["enterprise"].pk, permission, each.pk)
            )
        }


@pytest.mark.parametrize("seed", range(12))
def test_random_grants_are_answered_alike_everywhere(seed, world, client_of):
    dice = random.Random(seed)
    own, team = drawn(dice, world), drawn(dice, world)
    give(world, own, team)
    reach, client = expected(world, own | team), client_of(world["member"].user)
    ways = shown(
        client, world, world["orders"], "/e/204817/orders/", "/e/204817/orders/{}/", "/api/v1/e/204817/orders/",
        "/e/204817/orders/export.csv",
    )  # fmt: skip
    assert {way: found for way, found in ways.items() if found != reach["order.view"]} == {}
    ways = shown(
        client, world, world["invoices"], "/e/204817/billing/", "/e/204817/billing/invoices/{}/",
        "/api/v1/e/204817/billing/invoices/", "/e/204817/billing/export.csv",
    )  # fmt: skip
    assert {way: found for way, found in ways.items() if found != reach["billing.view"]} == {}
    assert {permission: told(world, permission) for permission in PERMISSIONS} == reach
