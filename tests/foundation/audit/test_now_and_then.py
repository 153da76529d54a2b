"""What is done over and over is one line an hour, also where several processes do it at once."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from linli.foundation.audit import operations
from linli.foundation.audit.models import Line
from linli.foundation.identity import operations as identity
from tests.domains.cases.test_at_once import at_once
from tests.foundation.audit.kit import NOW


@pytest.fixture
def guardian(db):
    return identity.open_account(
        username="guardian", name="监护人", password="long enough 7"
    ).account


def look(account, ward="person:12", now=NOW):
    operations.note_look_for(community="hml", account=account, ward=ward, now=now)


def lines():
    return Line.objects.filter(act="look").count()


@pytest.mark.django_db
class TestLooks:
    def test_are_one_line_an_hour_of_each_ward(self, guardian):
        for minutes in (0, 1, 59, 60, 61):
            look(guardian, now=NOW + timedelta(minutes=minutes))
        look(guardian, ward="person:13")

        assert lines() == 3

    def test_ask_the_records_once_where_there_is_a_line(self, guardian):
        look(guardian)

        with CaptureQueriesContext(connection) as asked:
            look(guardian)

        assert len(asked) == 1


@pytest.mark.django_db(transaction=True)
class TestAtOnce:
    """Each thread has a line of its own to the records, as each process has."""

    def test_several_are_one_line(self, guardian):
        at_once(*[lambda: look(guardian)] * 6)

        assert lines() == 1

    def test_of_one_that_is_not_committed_yet_the_next_waits_for_it(self, guardian):
        begun = Event()

        def other():
            begun.set()
            try:
                look(guardian)
            finally:
                connection.close()

        with ThreadPoolExecutor(1) as threads:
            with transaction.atomic():
                look(guardian)
                waits = threads.submit(other)
                assert begun.wait(10)
            waits.result(30)

        assert lines() == 1

    def test_one_that_failed_left_no_line_and_the_next_writes_it(self, guardian):
        with transaction.atomic():
            look(guardian)
            transaction.set_rollback(True)
        before = lines()

        look(guardian)

        assert (before, lines()) == (0, 1)
