"""Two at the same notice at the same moment."""

import threading

import pytest
from django.db import connection
from django.utils import timezone

from portal import delivery
from portal.models import Notice
from portal.tenancy import tenant_scope
from tests import make
from tests.billing import builders
from tests.faces import as_app, inside


@pytest.fixture
def notice(transactional_db, acme, acme_main, alice, deliver):
    make.charge(acme_main)
    builders.dispute(alice, builders.issue(acme_main))
    return deliver()[0]


def test_two_who_send_again_at_once_make_two_copies(notice, acme):
    gate, faults = threading.Barrier(2), []

    def again():
        try:
            with as_app(), tenant_scope(acme.pk):
                gate.wait(10)
                delivery.send_again(notice, now=timezone.now())
        except Exception as error:
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=again) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert faults == []
    with inside(acme):
        assert sorted(Notice.objects.filter(recipient=notice.recipient).values_list("copy", flat=True)) == [0, 1, 2]
