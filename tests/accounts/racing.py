"""Several of the carrier's people doing something at the same moment, each on a connection of their own."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from threading import Barrier

from django.db import connection

from accounts import selectors
from portal.errors import Refused
from tests.faces import as_staff


def staff_actor(person, enterprise=None):
    """The person as the staff face has them, outside or inside a customer."""
    with as_staff():
        actor = selectors.get_staff_actor(person)
    if enterprise is None:
        return actor
    return replace(actor, enterprise_id=enterprise.pk, enterprise_public_id=enterprise.public_id)


def at_once(*jobs):
    """What each came to: True where it was done, the kind of refusal where a rule said no."""
    gate = Barrier(len(jobs))

    def run(job):
        try:
            with as_staff():
                gate.wait(10)
                job()
                return True
        except Refused as refusal:
            return type(refusal)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(jobs)) as pool:
        return list(pool.map(run, jobs))
