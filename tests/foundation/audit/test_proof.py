"""The proof that the trail is whole, and what it finds where it is not."""

import sqlite3
from contextlib import closing, contextmanager
from datetime import timedelta

import pytest
from django.db import connection, connections

from linli.foundation.audit import operations, proof
from linli.foundation.audit.models import Line
from tests.foundation.audit.kit import (
    LONG_AGO,
    NOW,
    TABLE,
    anchors,
    end_file,
    force,
    note,
    sealed,
    verdict,
    whole,
    write_anew,
)

__all__ = ["anchors", "end_file"]
pytestmark = pytest.mark.django_db


class TestVerify:
    @pytest.mark.parametrize(
        "change",
        [
            "what = 'person:2'",
            "at_us = at_us + 1",
            "who = 'wang'",
            "community = 'hmk'",
            "words = ' '",
            "account = 1",
            "purpose = 'visiu'",
            f"digest = '{'0' * 64}'",
        ],
    )
    def test_finds_the_line_that_was_changed(self, change):
        sealed(20)

        force(f"UPDATE {TABLE} SET {change} WHERE number = 13")

        found = verdict()
        assert (found.ok, found.rows, found.first_bad) == (False, 12, 13)

    def test_finds_the_first_of_several(self):
        sealed(20)

        force(f"UPDATE {TABLE} SET what = 'person:2' WHERE number IN (9, 13)")

        assert (verdict().rows, verdict().first_bad) == (8, 9)

    def test_counts_the_lines_that_wait(self):
        sealed(1)

        note(2)

        found = verdict()
        assert (found.ok, found.rows, found.unsealed) == (True, 1, 2)

    def test_finds_a_line_taken_out_of_the_middle(self):
        sealed(20)

        force(f"DELETE FROM {TABLE} WHERE number = 7")

        assert (verdict().ok, verdict().first_bad) == (False, 7)

    def test_finds_that_the_end_was_cut_off(self):
        sealed(20)

        force(f"DELETE FROM {TABLE} WHERE number > 15")

        assert (verdict().ok, verdict().rows, verdict().first_bad) == (False, 15, 16)

    def test_finds_that_all_was_cut_off(self):
        sealed(3)

        force(f"DELETE FROM {TABLE}")

        assert (verdict().ok, verdict().first_bad) == (False, 1)

    def test_finds_a_chain_that_was_written_anew(self):
        sealed(6)

        write_anew(3, what="person:9")

        found = verdict()
        assert (found.ok, found.first_bad) == (False, 6)
        assert "anchored" in found.why

    @pytest.mark.parametrize("number", [0, -3])
    def test_finds_a_line_beside_the_chain(self, number):
        sealed(5)

        _put_in(number)

        assert (verdict().ok, verdict().first_bad) == (False, number)

    def test_finds_a_line_put_in_where_the_old_ones_were_dropped(self):
        sealed(5, now=LONG_AGO)
        sealed(4)
        operations.forget(before=NOW - timedelta(days=1000))

        _put_in(2)

        assert not verdict().ok

    def test_reads_the_anchors_again_where_lines_are_dropped_meanwhile(self, monkeypatch):
        sealed(5, now=LONG_AGO)
        sealed(4)
        walk = proof._Walk.all

        def dropped_meanwhile(own):
            operations.forget(before=NOW - timedelta(days=1000))
            return walk(own)

        monkeypatch.setattr(proof._Walk, "all", dropped_meanwhile)

        found = verdict()

        assert (found.ok, found.rows) == (True, 4)


def _put_in(number):
    columns = "at_us, community, account, who, act, purpose, place, cause, words, digest"
    force(
        f"INSERT INTO {TABLE} (what, number, {columns}) "
        f"SELECT 'person:9', {number}, {columns} FROM {TABLE} WHERE number = "
        f"(SELECT max(number) FROM {TABLE})"
    )


class TestVerifyAnchors:
    def test_finds_them_forged(self, anchors, end_file):
        sealed(2)
        for file in (anchors.file, end_file):
            body = file.read_bytes()
            file.write_bytes(body.replace(b'"number":', b'"number":1'))

            assert not verdict().ok

            file.write_bytes(body)
        assert verdict() == whole(2)

    @pytest.mark.parametrize("gone", ["anchors", "end", "key and all"])
    def test_finds_them_gone(self, anchors, end_file, tmp_path, gone):
        sealed(2)
        if gone != "end":
            anchors.file.unlink()
        if gone != "anchors":
            end_file.unlink()
        if gone == "key and all":
            (tmp_path / "audit.key").unlink()

        assert not verdict().ok

    def test_cannot_read_them_without_their_key(self, tmp_path):
        sealed(1)
        (tmp_path / "audit.key").unlink()

        with pytest.raises(OSError, match="gone"):
            verdict()

    def test_does_not_mind_a_line_that_a_crash_cut_short(self, anchors):
        sealed(2)
        with anchors.file.open("ab") as out:
            out.write(b'{"anchor":{"num')

        assert verdict() == whole(2)

    @pytest.mark.parametrize("byte", [b"\xff", "é".encode(), b"\\ud800", b"\0"])
    def test_finds_a_damaged_byte(self, anchors, byte):
        sealed(2)
        body = anchors.file.read_bytes()
        at = body.index(b'"mac":"') + 7

        anchors.file.write_bytes(body[:at] + byte + body[at + len(byte) :])

        assert (verdict().ok, verdict().first_bad) == (False, None)


@contextmanager
def opened(file):
    """Let a file of SQLite be the database for the length of the block."""
    own = connections["default"]
    real = own.connection
    own.connection = sqlite3.connect(file, isolation_level=None)
    try:
        yield
    finally:
        own.connection.close()
        own.connection = real


@pytest.mark.django_db(transaction=True)
class TestVerifyTheFile:
    """One byte, changed where it lies on the disk (SQLite)."""

    def damaged(self, tmp_path, where, new):
        """Return a copy of the database; where the record of line 7 says so, another byte stands.

        In a record the columns lie in the order of the table: the number, one byte, right before
        the digest.
        """
        if connection.vendor != "sqlite":
            pytest.skip("damages a file of SQLite")
        sealed(40)
        file = tmp_path / "copy.sqlite3"
        with closing(sqlite3.connect(file)) as copy:
            connections["default"].connection.backup(copy)
        body = bytearray(file.read_bytes())
        at = body.index(Line.objects.get(number=7).digest.encode()) + where
        assert body[at] != new
        body[at] = new
        file.write_bytes(body)
        return file

    @pytest.mark.parametrize(("where", "new"), [(-1, 0x47), (-8, 0x41), (3, 0x67)])
    def test_is_found(self, tmp_path, where, new):
        with opened(self.damaged(tmp_path, where, new)):
            found = verdict()

        assert (found.ok, found.rows, found.first_bad) == (False, 6, 7)
