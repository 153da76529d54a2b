"""The indexes of the trail come while lines are written, and a try that was cut off is mended."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from linli.foundation.audit import operations
from tests.foundation.audit.kit import TABLE, anchors, sealed, verdict

__all__ = ["anchors"]
BEFORE = ("audit", "0004_lines_bear_the_program")
NEWEST = ("audit", "0005_lines_are_found_by_each_filter")
OLD = {"audit_by_what", "audit_by_account"}
NEW = {"audit_by_purpose", "audit_by_act", "audit_of_what", "audit_of_account"}


def migrate(target):
    MigrationExecutor(connection).migrate([target])


def indexes():
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, TABLE)
    return {name for name in found if name in OLD | NEW}


@pytest.mark.django_db(transaction=True)
def test_they_come_and_go_and_the_trail_stays_whole():
    sealed(3)

    migrate(BEFORE)
    before = indexes()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE INDEX audit_by_purpose ON {TABLE} (id)")
    migrate(NEWEST)

    assert (before, indexes()) == (OLD, NEW)
    assert (verdict().ok, verdict().rows) == (True, 3)
    assert operations.anchored()
