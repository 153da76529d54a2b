"""Letting a test that commits clean up: what is final does not let itself be deleted."""

from contextlib import contextmanager

from django.db import connection
from django.test import TransactionTestCase

from linli.domains.cases.migrations import _final as cases
from linli.foundation.audit.migrations import _final as audit

_FINAL = (cases, audit)


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


def let_transactional_tests_clean_up():
    """Empty the tables after each test that commits, final ones too."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(self):
        with unprotected():
            flush(self)

    TransactionTestCase._fixture_teardown = teardown
