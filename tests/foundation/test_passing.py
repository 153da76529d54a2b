import sqlite3

import psycopg
import pytest
from django.db import IntegrityError, InterfaceError, OperationalError

from linli.foundation.passing import is_full, is_passing


def wrapped(kind, cause):
    """Return it as Django raises it over a driver's error."""
    error = kind(*cause.args)
    error.__cause__ = cause
    return error


class TestIsPassing:
    @pytest.mark.parametrize(
        "text",
        [
            "database is locked",
            "database table is locked",
            "unable to open database file",
            "database or disk is full",
        ],
    )
    def test_sqlite_busy_away_or_full(self, text):
        assert is_passing(wrapped(OperationalError, sqlite3.OperationalError(text)))

    @pytest.mark.parametrize("text", ["no such table: x", "too many SQL variables"])
    def test_what_sqlite_would_refuse_again_is_not(self, text):
        assert not is_passing(wrapped(OperationalError, sqlite3.OperationalError(text)))

    @pytest.mark.parametrize(
        "cause",
        [
            psycopg.OperationalError("server closed the connection unexpectedly"),
            psycopg.errors.DeadlockDetected(),
            psycopg.errors.SerializationFailure(),
            psycopg.errors.AdminShutdown(),
            psycopg.errors.DiskFull(),
        ],
    )
    def test_postgres_away_or_at_odds_with_another(self, cause):
        assert is_passing(wrapped(OperationalError, cause))

    def test_a_closed_line_to_postgres(self):
        error = wrapped(InterfaceError, psycopg.InterfaceError("the connection is closed"))

        assert is_passing(error)

    @pytest.mark.parametrize(
        "error",
        [
            wrapped(OperationalError, psycopg.errors.QueryCanceled()),
            wrapped(InterfaceError, sqlite3.InterfaceError("Error binding parameter 0")),
            IntegrityError("database is locked"),
            ValueError("database is locked"),
        ],
    )
    def test_nothing_else(self, error):
        assert not is_passing(error)


class TestIsFull:
    def test_knows_a_full_disk_of_both(self):
        sqlite = wrapped(OperationalError, sqlite3.OperationalError("database or disk is full"))
        postgres = wrapped(OperationalError, psycopg.errors.DiskFull())

        assert is_full(sqlite)
        assert is_full(postgres)
        assert not is_full(OperationalError("database is locked"))
