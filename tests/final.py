"""Cleaning up after a test that commits: what is final does not let itself be deleted."""

from contextlib import contextmanager, nullcontext

from django.db import connection, connections, transaction
from django.test import TransactionTestCase

from linli.domains.cases.migrations import _final as cases
from linli.domains.openapi.migrations import _final as openapi
from linli.foundation.audit.migrations import _final as audit
from linli.foundation.money.migrations import _final as money

_FINAL = (cases, audit, money, openapi)
_KEPT = {"django_migrations", "django_content_type", "auth_permission"}
"""What the migrations themselves write: a test finds it as it was."""


class _Editor:
    """As much of a schema editor as the migrations ask for."""

    connection = connection

    def execute(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)


@contextmanager
def unprotected():
    """Lift the protection of what is final, and put it back."""
    for one in _FINAL:
        one.unprotect(None, _Editor())
    try:
        yield
    finally:
        for one in _FINAL:
            one.protect(None, _Editor())


def _filled(line):
    """Return the tables that hold rows: of a hundred a test fills a few."""
    tables = [t for t in line.introspection.django_table_names() if t not in _KEPT]
    asked = (f"SELECT '{table}' WHERE EXISTS (SELECT 1 FROM {table})" for table in tables)
    with line.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(asked))
        return [name for (name,) in cursor.fetchall()]


def _empty(line, tables):
    with transaction.atomic(using=line.alias), line.cursor() as cursor:
        for table in tables:
            cursor.execute(f"DELETE FROM {table}")


def let_transactional_tests_clean_up():
    """Empty the tables after each test that commits, final ones too: those that hold rows alone.

    Django's own way empties each of them and writes all permissions anew, which takes a second
    a test and more.
    """

    def teardown(test):
        for alias in test._databases_names(include_mirrors=False):
            line = connections[alias]
            if tables := _filled(line):
                with unprotected() if alias == "default" else nullcontext():
                    _empty(line, tables)

    TransactionTestCase._fixture_teardown = teardown
