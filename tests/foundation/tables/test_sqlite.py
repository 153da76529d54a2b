"""Who is to write on SQLite waits for his turn in short steps, and not for ever."""

import sqlite3
import time

import pytest
from django.db import OperationalError

from linli.foundation.tables.sqlite import base
from linli.foundation.tables.sqlite.base import DatabaseWrapper, in_short_steps


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "x.sqlite3"
    line = sqlite3.connect(path)
    line.execute("PRAGMA journal_mode=WAL")
    line.execute("CREATE TABLE t (n)")
    line.commit()
    line.close()
    return path


@pytest.fixture
def ours(file, django_db_blocker):
    """Open a connection as settings do."""
    line = DatabaseWrapper(
        {
            "NAME": file,
            "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 0.05},
            "AUTOCOMMIT": True,
            "CONN_MAX_AGE": None,
            "CONN_HEALTH_CHECKS": False,
            "TIME_ZONE": None,
            "ATOMIC_REQUESTS": False,
        }
    )
    with django_db_blocker.unblock():
        yield line
        line.close()


@pytest.fixture
def other(file):
    line = sqlite3.connect(file, isolation_level=None)
    yield line
    line.close()


def patience_ms(line):
    return line.connection.execute("PRAGMA busy_timeout").fetchone()[0]


class TestBegin:
    def test_waits_until_the_other_has_written(self, ours, other, monkeypatch):
        other.execute("BEGIN IMMEDIATE")
        pauses = []

        def pause(seconds):
            pauses.append(seconds)
            if len(pauses) == 3:
                other.execute("COMMIT")

        monkeypatch.setattr(base.time, "sleep", pause)
        ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
        ours.cursor().execute("INSERT INTO t VALUES (1)")
        ours.commit()

        assert len(pauses) == 3
        assert all(0.001 <= one <= 0.01 for one in pauses)
        assert other.execute("SELECT n FROM t").fetchall() == [(1,)]

    def test_gives_up_after_its_patience_and_waits_as_before_elsewhere(self, ours, other):
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(OperationalError, match="locked"):
            ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

        assert patience_ms(ours) == 50

    def test_tries_once_where_nobody_writes(self, ours, monkeypatch):
        monkeypatch.setattr(base.time, "sleep", lambda seconds: pytest.fail("waited"))

        ours.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)

        assert ours.in_atomic_block is False
        assert patience_ms(ours) == 50
        ours.rollback()


class TestInShortSteps:
    def test_any_other_refusal_is_raised_at_once(self, monkeypatch):
        monkeypatch.setattr(base.time, "sleep", lambda seconds: pytest.fail("waited"))

        def full():
            raise OperationalError("database or disk is full")

        with pytest.raises(OperationalError, match="full"):
            in_short_steps(full, patience_s=time.monotonic())
