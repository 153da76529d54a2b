"""Sealing keeps nobody waiting who wants to write: a bounded part at a time, and the disk is waited
for when others may write again.
"""

import threading

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext

from linli.foundation import durable
from linli.foundation.audit import operations
from linli.foundation.audit.models import Line
from tests.foundation.audit.kit import NOW, anchors, note, verdict, whole

__all__ = ["anchors"]


@pytest.mark.django_db
def test_seals_a_bounded_part_at_a_time_in_one_chain():
    note(501)

    sealed = [operations.seal(now=NOW) for _ in range(3)]

    assert sealed == [500, 1, 0]
    assert verdict() == whole(501)


@pytest.mark.django_db
def test_writes_nothing_where_no_line_waits():
    note(2)
    operations.seal(now=NOW)

    with CaptureQueriesContext(connection) as asked:
        operations.seal(now=NOW)

    assert {one["sql"].split()[0] for one in asked.captured_queries} == {"SELECT"}


@pytest.fixture
def in_its_log():
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL waits for its own disk at a commit")
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode=WAL")


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("in_its_log")
def test_waits_for_the_disk_when_others_may_write_and_before_it_anchors(anchors, monkeypatch):
    seen, settle = [], durable.settle

    def look():
        numbers = list(Line.objects.order_by("id").values_list("number", flat=True))
        seen.append((numbers, anchors.newest().number))
        note(1)
        connections.close_all()

    def settled(file):
        if file.name.endswith("-wal"):
            other = threading.Thread(target=look)
            other.start()
            other.join()
        settle(file)

    note(2)
    monkeypatch.setattr(durable, "settle", settled)

    operations.seal(now=NOW)

    assert seen == [([1, 2], 0)]
    assert anchors.newest().number == 2
    assert Line.objects.filter(number=None).count() == 1
