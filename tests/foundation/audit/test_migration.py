"""A trail from before programs were told stays whole, and final, when their column comes."""

import pytest
from django.db import DatabaseError, connection
from django.db.migrations.exceptions import IrreversibleError
from django.db.migrations.executor import MigrationExecutor

from linli.foundation.audit import operations
from linli.foundation.audit.models import Line
from tests.foundation.audit.kit import TABLE, anchors, sealed, verdict

__all__ = ["anchors"]
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.once]
BEFORE = ("audit", "0003_lines_come_in_unsealed")
NEWEST = ("audit", "0005_lines_are_found_by_each_filter")


def migrate(target):
    MigrationExecutor(connection).migrate([target])


def refused(sql):
    with pytest.raises(DatabaseError, match="final"), connection.cursor() as cursor:
        cursor.execute(sql)


def test_the_column_comes_and_goes_until_a_line_bears_a_program():
    sealed(3)
    migrate(BEFORE)
    try:
        refused(f"UPDATE {TABLE} SET what = 'x'")
    finally:
        migrate(NEWEST)

    assert (verdict().ok, verdict().rows) == (True, 3)
    assert set(Line.objects.values_list("program", flat=True)) == {""}
    refused(f"UPDATE {TABLE} SET program = 'x'")
    with operations.done_by("快梯维保"):
        sealed(1)
    with pytest.raises(IrreversibleError):
        migrate(BEFORE)
    migrate(NEWEST)
    assert (verdict().ok, verdict().rows) == (True, 4)
