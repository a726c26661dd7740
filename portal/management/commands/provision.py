import os
from typing import Any

import psycopg2
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from psycopg2 import sql

from portal import db

PASSWORDS = (db.OWNER, db.APP, db.STAFF, db.DISPATCH)


class Command(BaseCommand):
    """Make the roles, with the passwords of the environment, and the database."""

    help = __doc__
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--admin-url",
            # On the command line all users of the machine could read its password.
            default=os.environ.get("PORTAL_ADMIN_URL"),
            help="address of a superuser, to any database of the server; else PORTAL_ADMIN_URL",
        )
        parser.add_argument("--test", action="store_true", help="also portal_test, which may act as each role")

    def handle(self, *, admin_url: str | None, test: bool, **options: Any) -> None:
        if not admin_url:
            raise CommandError("Set PORTAL_ADMIN_URL, or give --admin-url: the address of a superuser.")
        name = str(settings.DATABASES["default"]["NAME"])
        try:
            connection = psycopg2.connect(admin_url)
        except psycopg2.OperationalError as error:
            raise CommandError(f"The database server does not answer: {error}") from None
        connection.autocommit = True
        with connection.cursor() as cursor:
            for statement in db.role_statements(test=test):
                cursor.execute(statement)
            for role in (*PASSWORDS, *(["portal_test"] if test else [])):
                _set_password(cursor, role)
            _make_database(cursor, name)
        connection.close()
        self.stdout.write(f"Roles and database {name} are ready.")


def _set_password(cursor: Any, role: str) -> None:
    password = os.environ.get(f"{role.upper()}_PASSWORD")
    if not password:
        raise CommandError(f"{role.upper()}_PASSWORD is not set.")
    cursor.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(password)))


def _make_database(cursor: Any, name: str) -> None:
    cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name])
    database, owner = sql.Identifier(name), sql.Identifier(db.OWNER)
    if cursor.fetchone() is None:
        cursor.execute(
            sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE template0 ENCODING 'UTF8'").format(database, owner)
        )
    cursor.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(database))
    for role in PASSWORDS:
        cursor.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}").format(database, sql.Identifier(role)))
