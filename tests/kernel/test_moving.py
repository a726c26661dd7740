"""How rows change their enterprise: what is declared, and what becomes of a place that the moved ones use."""

import pytest
from django.utils import timezone

from accounts.moving.services import mover
from inventory.models import Service, Site
from portal import moving
from portal.moving import Along
from tests import make
from tests.faces import as_staff, connected_as


def test_a_table_whose_parent_does_not_move_is_refused(monkeypatch):
    monkeypatch.setitem(moving.WAYS, "orders_lost", Along("orders_nowhere", "parent_id"))
    with pytest.raises(ValueError, match=r"Nothing that these tables hang on moves: \['orders_lost'\]"):
        moving.in_order()


@pytest.mark.parametrize("is_shared", [False, True])
def test_a_place_goes_along_and_is_copied_only_where_what_stays_uses_it(
    transactional_db, acme, acme_main, acme_branch, borealis, is_shared
):
    site = make.site(acme, code="DEN")
    moved = make.service(acme_branch, a_site=site)
    if is_shared:
        make.service(acme_main, a_site=site)
    with connected_as("portal_owner"):
        mover.move([acme_branch.pk], source=acme, target=borealis, reference="MV-1", at=timezone.now())
    with as_staff():
        used = Service.objects.get(pk=moved.pk).a_site_id
        places = dict(Site.objects.filter(code="DEN").values_list("pk", "enterprise_id"))
    assert places == ({site.pk: acme.pk, used: borealis.pk} if is_shared else {site.pk: borealis.pk})
    assert (used == site.pk) is not is_shared
