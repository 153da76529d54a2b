"""Nobody edits the history of a case: not through the model, not past it."""

import pytest
from django.db import DatabaseError, connection, transaction

from linli.domains.cases.models import HistoryIsFinal, Move
from tests.domains.cases.conftest import HERE
from tests.domains.cases.telling import report

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(people):
    return Move.rows.of(HERE).get(case=report(people.resident))


def refused(sql, *values):
    with (
        pytest.raises(DatabaseError, match="final"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql, values)


class TestModel:
    def test_refuses_to_be_saved_again(self, line):
        line.note = "改写"

        with pytest.raises(HistoryIsFinal):
            line.save()

    def test_refuses_to_be_deleted(self, line):
        with pytest.raises(HistoryIsFinal):
            line.delete()

    def test_refuses_a_change_of_many(self, line):
        rows = Move.rows.of(HERE)

        with pytest.raises(HistoryIsFinal):
            rows.update(note="改写")
        with pytest.raises(HistoryIsFinal):
            rows.delete()
        with pytest.raises(HistoryIsFinal):
            rows.bulk_update([line], ["note"])


class TestDatabase:
    def test_refuses_an_update(self, line):
        refused("UPDATE cases_move SET note = %s WHERE id = %s", "改写", line.pk)

        assert Move.rows.of(HERE).get(pk=line.pk).note == ""

    def test_refuses_a_deletion(self, line):
        refused("DELETE FROM cases_move WHERE id = %s", line.pk)

        assert Move.rows.of(HERE).filter(pk=line.pk).exists()

    def test_refuses_an_update_through_the_plain_manager(self, line):
        with pytest.raises(DatabaseError, match="final"), transaction.atomic():
            Move._base_manager.filter(pk=line.pk).update(note="改写")
