"""A trail to do wrong to."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from linli.foundation.audit import logic, operations, proof
from linli.foundation.audit.crowd import Crowd
from linli.foundation.audit.migrations import _final
from linli.foundation.audit.models import Act, Line

NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=3000)
TABLE = Line._meta.db_table


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(operations, "_crowd", Crowd())
    settings.AUDIT_ANCHORS = tmp_path / "audit" / "anchors.jsonl"
    settings.AUDIT_ANCHOR_S = 60
    settings.HOME = tmp_path
    return operations.anchored()


@pytest.fixture
def end_file(tmp_path):
    return tmp_path / "audit.end"


def note(count=1, *, what="person:1", now=NOW):
    operations.note_all(
        [
            operations.Deed(
                community="hml",
                account=0,
                act=Act.LOOK,
                what=what,
                purpose="visit",
                now=now,
            )
            for _ in range(count)
        ]
    )


def sealed(count, *, now=NOW, at=NOW):
    """Let so many lines be noted and sealed."""
    note(count, now=now)
    while operations.seal(now=at):
        pass


def verdict():
    return proof.verify(anchors=operations.anchored())


def whole(rows, *, unsealed=0):
    return proof.Verdict(ok=True, rows=rows, unsealed=unsealed, anchored=Line.objects.count())


class _Editor:
    connection = connection

    def execute(self, sql):
        with connection.cursor() as cursor:
            cursor.execute(sql)


def force(sql, *values):
    """Do what only somebody with the database in his hands can: past its own refusals."""
    _final.unprotect(None, _Editor())
    with connection.cursor() as cursor:
        cursor.execute(sql, values)


def write_anew(number, **changes):
    """Change a line, and give it and all after it digests that fit: no key is needed for that."""
    before = logic.BEGINNING
    for row in Line.objects.exclude(number=None).order_by("number"):
        if row.number == number:
            for name, value in changes.items():
                setattr(row, name, value)
        values = [getattr(row, column) for column in logic.COLUMNS]
        before = logic.digest(before=before, values=values)
        force(f"UPDATE {TABLE} SET what = %s, digest = %s WHERE id = %s", row.what, before, row.pk)


@contextmanager
def crash_at(monkeypatch, owner, name):
    """Let the process die where it would call this."""

    def die(*_args, **_more):
        raise Crashed

    with monkeypatch.context() as patched:
        patched.setattr(owner, name, die)
        try:
            yield
        except Crashed:
            return
    raise AssertionError(f"{name} was not called")


class Crashed(BaseException):
    """The process is gone."""
