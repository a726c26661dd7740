"""The owner's jobs in a process of their own, which is killed in the midst of a move.

Called with where: ``after TABLE`` once that table's rows have moved, ``retold``, ``before commit``, ``after commit``;
the settings come from the environment.
"""

import os
import signal
import sys

import django

django.setup()

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

where = sys.argv[1]
STATEMENTS = {"retold": 'INSERT INTO "portal_event"'}
has_moved = False


def die():
    os.kill(os.getpid(), signal.SIGKILL)


def watch(execute, sql, params, many, context):
    global has_moved
    result = execute(sql, params, many, context)
    has_moved = has_moved or sql.startswith('UPDATE "accounts_account" SET enterprise_id')
    awaited = STATEMENTS.get(where, f'UPDATE "{where.removeprefix("after ")}" SET enterprise_id')
    if has_moved and sql.lstrip().startswith(awaited):
        die()
    return result


commit = connection._commit


def commit_or_die():
    if has_moved and where == "before commit":
        die()
    commit()
    if has_moved and where == "after commit":
        die()


connection._commit = commit_or_die
with connection.execute_wrapper(watch):
    call_command("owner_jobs")
