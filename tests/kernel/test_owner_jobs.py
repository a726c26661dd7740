"""What only the tables' owner can do: told line by line, and gone on with when the database is back."""

import io

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal import registries
from tests.faces import connected_as

pytestmark = pytest.mark.usefixtures("transactional_db")


class Ended(BaseException):
    """What ends the process."""


@pytest.fixture
def jobs(monkeypatch):
    found = []
    monkeypatch.setattr(registries._all, "owner_jobs", found)
    return found


@pytest.fixture
def said():
    return io.StringIO(), io.StringIO()


def run(said, **how):
    with connected_as("portal_owner"):
        call_command("owner_jobs", stdout=said[0], stderr=said[1], no_color=True, **how)


def lose_the_line(at):
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    return ["Never said."]


def test_each_job_says_what_it_did(jobs, said):
    jobs += [lambda at: ["One account moved.", "Another moved."], lambda at: []]
    run(said)
    assert said[0].getvalue() == "One account moved.\nAnother moved.\n"


def test_a_database_that_goes_away_ends_it_with_one_sentence(jobs, said):
    jobs.append(lose_the_line)
    with pytest.raises(CommandError, match="The database does not answer: "):
        run(said)
    assert said[0].getvalue() == ""


def test_where_it_goes_on_for_ever_it_says_so_and_tries_again(jobs, said):
    def once_more(at):
        yield "One account moved."
        raise Ended

    turns = iter([lose_the_line, once_more])
    jobs.append(lambda at: next(turns)(at))
    with pytest.raises(Ended):
        run(said, every=1)
    assert said[0].getvalue() == "One account moved.\n"
    assert "The database does not answer: " in said[1].getvalue()
