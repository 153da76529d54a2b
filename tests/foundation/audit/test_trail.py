"""The audit trail: a line with its deed, sealed, anchored, and proven whole."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from linli.contracts.cases import CaseOverdue
from linli.contracts.scenes import ModeSet
from linli.foundation.audit import logic, operations, proof, queries
from linli.foundation.audit.anchors import Anchor, Anchors, Forged
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import operations as identity
from linli.foundation.outbox import operations as outbox

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
TABLE = Line._meta.db_table


@pytest.fixture(autouse=True)
def anchors(settings, tmp_path):
    settings.AUDIT_ANCHORS = tmp_path / "audit" / "anchors.jsonl"
    settings.HOME = tmp_path
    return operations.anchored()


def note(count=1, *, what="person:1", now=NOW, **more):
    for _ in range(count):
        operations.note(
            community="hml", account=0, act=Act.LOOK, what=what, purpose="visit", now=now, **more
        )


def sealed(count):
    note(count)
    while operations.seal(now=NOW):
        pass


def verdict():
    return proof.verify(anchors=operations.anchored())


def force(sql, *values):
    """Do what only somebody with the database in his hands can: past its own refusals."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("DROP TRIGGER IF EXISTS audit_line_is_final_update")
            cursor.execute("DROP TRIGGER IF EXISTS audit_line_is_final_delete")
        else:
            cursor.execute(f"DROP TRIGGER IF EXISTS audit_line_is_final ON {TABLE}")
        cursor.execute(sql, values)


class TestDigest:
    def test_is_sm3(self):
        """GB/T 32905-2016, appendix A.1: the digest of "abc"."""
        digest = logic.hashes.Hash(logic.hashes.SM3())

        digest.update(b"abc")

        assert digest.finalize().hex() == (
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        )


class TestSeal:
    def test_numbers_lines_in_their_order_and_once(self):
        note(3)

        assert operations.seal(now=NOW) == 3
        assert operations.seal(now=NOW) == 0
        assert list(Line.objects.order_by("id").values_list("number", flat=True)) == [1, 2, 3]
        assert verdict() == proof.Verdict(ok=True, rows=3)

    def test_goes_on_where_it_was(self):
        sealed(2)

        sealed(2)

        assert verdict() == proof.Verdict(ok=True, rows=4)

    def test_counts_the_lines_that_wait(self):
        sealed(1)

        note(2)

        assert verdict() == proof.Verdict(ok=True, rows=1, unsealed=2)

    def test_anchors_what_was_sealed_before_a_crash(self, anchors):
        sealed(2)
        anchors.file.unlink()

        operations.seal(now=NOW)

        assert [one.number for one in anchors.all()] == [2]

    def test_does_nothing_while_the_anchors_cannot_be_believed(self, anchors):
        sealed(1)
        anchors.file.write_bytes(anchors.file.read_bytes().replace(b'"number":1', b'"number":9'))
        note(1)

        with pytest.raises(Forged):
            operations.seal(now=NOW)

        assert Line.objects.filter(number=None).count() == 1


class TestFinal:
    @pytest.mark.parametrize(
        "sql",
        [
            f"UPDATE {TABLE} SET what = 'person:2'",
            f"UPDATE {TABLE} SET number = 7, digest = ''",
            f"DELETE FROM {TABLE}",
        ],
    )
    @pytest.mark.parametrize("wait", [False, True])
    def test_the_database_refuses_to_change_or_drop_a_line(self, sql, wait):
        note(1, now=datetime.now(UTC))
        if not wait:
            operations.seal(now=NOW)
        elif "number" in sql:
            sql = f"UPDATE {TABLE} SET number = 7, what = 'person:2'"

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql)

        assert Line.objects.get().what == "person:1"


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
            "digest = '0' || substr(digest, 2)",
        ],
    )
    def test_finds_the_line_that_was_changed(self, change):
        sealed(20)
        force(f"UPDATE {TABLE} SET digest = 'f' || substr(digest, 2) WHERE number = 99")

        force(f"UPDATE {TABLE} SET {change} WHERE number = 13")

        found = verdict()
        assert (found.ok, found.rows, found.first_bad) == (False, 12, 13)

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
        before = logic.BEGINNING
        for row in Line.objects.order_by("number"):
            row.what = "person:9" if row.number == 3 else row.what
            values = [getattr(row, column) for column in logic.COLUMNS]
            before = logic.digest(before=before, values=values)
            force(
                f"UPDATE {TABLE} SET what = %s, digest = %s WHERE number = %s",
                row.what, before, row.number,
            )  # fmt: skip

        found = verdict()

        assert (found.ok, found.first_bad) == (False, 6)
        assert "anchored" in found.why

    def test_says_so_where_the_anchors_are_gone_or_forged(self, anchors):
        sealed(2)
        body = anchors.file.read_bytes()

        anchors.file.write_bytes(body.replace(b'"number":2', b'"number":1'))
        forged = verdict()
        anchors.file.unlink()
        gone = verdict()

        assert (forged.ok, gone.ok) == (False, False)

    def test_does_not_mind_an_anchor_that_a_crash_cut_short(self, anchors):
        sealed(2)
        with anchors.file.open("ab") as out:
            out.write(b'{"anchor":{"num')

        assert verdict().ok

    def test_cannot_read_anchors_whose_key_is_gone(self, tmp_path):
        sealed(1)
        (tmp_path / "audit.key").unlink()

        with pytest.raises(OSError, match="gone"):
            verdict()


class TestForget:
    def test_drops_the_oldest_and_stays_whole(self):
        long_ago = NOW - timedelta(days=3000)
        note(5, now=long_ago)
        note(4)
        operations.seal(now=NOW)

        dropped = operations.forget(before=NOW - timedelta(days=1000))
        note(1)
        operations.seal(now=NOW)

        assert dropped == 5
        assert operations.forget(before=NOW - timedelta(days=1000)) == 0
        assert verdict() == proof.Verdict(ok=True, rows=5)

    def test_finds_more_dropped_than_was_noted(self):
        note(5, now=NOW - timedelta(days=3000))
        note(4)
        operations.seal(now=NOW)
        operations.forget(before=NOW - timedelta(days=1000))

        force(f"DELETE FROM {TABLE} WHERE number = 6")

        assert (verdict().ok, verdict().first_bad) == (False, 6)


class TestAnchors:
    def test_come_back_as_they_were(self, tmp_path):
        own = Anchors(file=tmp_path / "a" / "b.jsonl", key_file=tmp_path / "key")
        anchor = Anchor(number=3, digest="ab", at=5.0)

        own.add(anchor)

        assert own.all() == [anchor]
        assert (tmp_path / "key").stat().st_mode & 0o077 == 0


class TestNote:
    def test_is_written_where_a_person_makes_something_true(self):
        account = identity.open_account(
            username="wang", name="王小和", password="a long password 7"
        )

        with transaction.atomic():
            outbox.record(
                ModeSet(id="f1", at=NOW, community="hml", place="hml/a", mode="home",
                        value="away", by=account.account)
            )  # fmt: skip

        line = Line.objects.get(act=Act.WRITE)
        assert (line.who, line.account) == ("wang", account.account)
        assert (line.what, line.place, line.cause) == ("ModeSet:hml/a", "hml/a", "f1")
        assert json.loads(line.words)["value"] == "away"

    def test_is_not_written_of_what_the_system_does(self):
        with transaction.atomic():
            outbox.record(
                ModeSet(id="f1", at=NOW, community="hml", place="hml/a", mode="home", value="away")
            )
            outbox.record(CaseOverdue(id="f2", at=NOW, community="hml", case=1, clock="x", level=1))

        assert not Line.objects.exists()

    def test_goes_when_its_deed_is_undone(self):
        with transaction.atomic():
            outbox.record(
                ModeSet(id="f1", at=NOW, community="hml", place="p", mode="m", value="v", by=0)
            )
            transaction.set_rollback(True)

        assert not Line.objects.exists()

    def test_tells_who_signed_in_and_who_did_not(self):
        account = identity.open_account(
            username="wang", name="王小和", password="a long password 7"
        )
        identity.sign_in(username="wang", password="a long password 7", now=NOW)
        for name in ("wang", "somebody"):
            with pytest.raises(identity.WrongSignIn):
                identity.sign_in(username=name, password="wrong", now=NOW)

        told = Line.objects.order_by("id").values_list("what", "who", "account")

        assert list(told) == [
            ("signed_in", "wang", account.account),
            ("identity.wrong_sign_in", "wang", account.account),
            ("identity.wrong_sign_in", "", 0),
        ]


class TestLines:
    def test_are_those_of_the_community_newest_first(self):
        for at, what in enumerate(("person:1", "person:2", "person:1")):
            note(what=what, now=NOW + timedelta(minutes=at))

        own = [line.what for line in queries.lines(community="hml")]

        assert own == ["person:1", "person:2", "person:1"]
        assert len(queries.lines(community="hml", what="person:1")) == 2
        assert len(queries.lines(community="hml", before=NOW + timedelta(seconds=90))) == 2
        assert queries.lines(community="hml", act=Act.WRITE) == []
        assert queries.lines(community="other") == []
