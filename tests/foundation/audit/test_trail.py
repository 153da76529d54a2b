"""The audit trail: a line with its deed, sealed, dropped after years."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.test.utils import CaptureQueriesContext

from linli.contracts.cases import CaseOverdue
from linli.contracts.scenes import ModeSet
from linli.foundation.audit import logic, operations, queries
from linli.foundation.audit.anchors import Anchors, Forged
from linli.foundation.audit.models import Act, Line
from linli.foundation.identity import operations as identity
from linli.foundation.outbox import operations as outbox
from tests.foundation.audit.kit import (
    LONG_AGO,
    NOW,
    TABLE,
    anchors,
    crash_at,
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


class TestDigest:
    def test_is_sm3(self):
        """GB/T 32905-2016, appendix A.1: the digest of "abc"."""
        digest = logic.hashes.Hash(logic.hashes.SM3())

        digest.update(b"abc")

        assert digest.finalize().hex() == (
            "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
        )


class TestDoneBy:
    def test_lines_of_a_block_bear_the_program_and_none_after_it(self):
        with operations.done_by("快梯维保"):
            note(1)
        note(1)

        assert list(Line.objects.order_by("id").values_list("program", flat=True)) == [
            "快梯维保", "",
        ]  # fmt: skip

    def test_a_line_of_no_program_is_digested_as_before_there_were_any(self):
        """What an older version sealed stays whole: twelve columns, none of them a program."""
        sealed(1)
        line = Line.objects.get()
        old = [getattr(line, name) for name in logic.COLUMNS if name != "program"]
        sm3 = logic.hashes.Hash(logic.hashes.SM3())
        sm3.update(logic.BEGINNING.encode())
        sm3.update(json.dumps(old, ensure_ascii=False, separators=(",", ":")).encode())

        assert (len(old), line.digest) == (12, sm3.finalize().hex())

    @pytest.mark.parametrize("other", ["", "另一家"])
    def test_who_takes_the_program_off_a_line_is_found(self, other):
        with operations.done_by("快梯维保"):
            sealed(2)

        force(f"UPDATE {TABLE} SET program = %s WHERE number = 2", other)

        assert (verdict().ok, verdict().first_bad) == (False, 2)

    def test_a_program_put_onto_a_line_of_a_person_is_found(self):
        sealed(2)

        force(f"UPDATE {TABLE} SET program = 'x' WHERE number = 1")

        assert verdict().first_bad == 1

    @pytest.mark.parametrize("change", ["program = 'x'", "number = 9, digest = 'd', program = 'x'"])
    def test_the_database_lets_nobody_change_it(self, change):
        note(1)

        with (
            pytest.raises(DatabaseError, match="final"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"UPDATE {TABLE} SET {change}")


class TestSeal:
    def test_numbers_lines_in_their_order_and_once(self):
        note(3)

        assert operations.seal(now=NOW) == 3
        assert operations.seal(now=NOW) == 0
        assert list(Line.objects.order_by("id").values_list("number", flat=True)) == [1, 2, 3]
        assert verdict() == whole(3)

    def test_goes_on_where_it_was(self):
        sealed(2)

        sealed(2)

        assert verdict() == whole(4)

    def test_makes_no_key_before_there_is_a_line(self, tmp_path):
        assert operations.seal(now=NOW) == 0
        assert list(tmp_path.iterdir()) == []

    def test_anchors_at_once_what_was_sealed_before_a_crash(self, anchors, monkeypatch):
        sealed(2)
        note(3)
        with crash_at(monkeypatch, Anchors, "note"):
            operations.seal(now=NOW)
        assert anchors.newest().number == 2

        operations.seal(now=NOW)

        assert anchors.newest().number == 5
        assert verdict() == whole(5)

    def test_a_crash_between_the_very_first_seal_and_its_anchor_is_no_forgery(self, monkeypatch):
        note(3)
        with crash_at(monkeypatch, Anchors, "note"):
            operations.seal(now=NOW)

        crashed = verdict()
        operations.seal(now=NOW)

        assert (crashed.ok, crashed.rows, crashed.anchored) == (True, 3, 0)
        assert verdict() == whole(3)

    def test_goes_on_after_an_anchor_that_a_crash_cut_short(self, anchors):
        sealed(1)
        with anchors.file.open("ab") as out:
            out.write(b'{"anchor":{"num')

        for minute in (1, 2):
            sealed(1, at=NOW + timedelta(minutes=minute))

        assert verdict() == whole(3)
        assert [one.number for one in anchors.each()] == [0, 2, 3]

    def test_is_refused_while_an_anchor_is_not_ours(self, anchors):
        sealed(1)
        anchors.file.write_bytes(anchors.file.read_bytes().replace(b'"number":0', b'"number":9'))
        note(1)

        with pytest.raises(Forged):
            operations.seal(now=NOW)

        assert Line.objects.filter(number=None).count() == 1

    @pytest.mark.parametrize("gone", ["anchors", "end", "both"])
    def test_launders_no_trail_whose_end_was_cut_and_whose_anchors_were_taken_away(
        self, anchors, end_file, gone
    ):
        sealed(20)
        force(f"DELETE FROM {TABLE} WHERE number > 15")
        if gone != "end":
            anchors.file.unlink()
        if gone != "anchors":
            end_file.unlink()
        note(1)

        with pytest.raises(Forged):
            operations.seal(now=NOW)

        assert Line.objects.filter(number=None).count() == 1
        assert not verdict().ok

    def test_launders_no_trail_that_was_written_anew(self, anchors):
        sealed(6)
        write_anew(3, what="person:9")
        anchors.file.unlink()
        note(1)

        with pytest.raises(Forged):
            operations.seal(now=NOW)

        assert not verdict().ok

    def test_launders_no_trail_that_was_cut_back_to_an_older_anchor(self, anchors):
        sealed(5)
        sealed(5, at=NOW + timedelta(minutes=1))
        older = anchors.file.read_bytes()
        sealed(5, at=NOW + timedelta(minutes=2))
        anchors.file.write_bytes(older)
        force(f"DELETE FROM {TABLE} WHERE number > 10")
        note(1)

        with pytest.raises(Forged, match="missing"):
            operations.seal(now=NOW)

        assert not verdict().ok

    def test_seals_nothing_behind_an_end_that_was_cut_off(self):
        sealed(20)
        force(f"DELETE FROM {TABLE} WHERE number > 15")
        note(10)

        with pytest.raises(Forged, match="20"):
            operations.seal(now=NOW)

        assert (verdict().rows, verdict().first_bad, verdict().unsealed) == (15, 16, 10)

    def test_reads_no_more_of_the_anchors_than_their_end(self, anchors, monkeypatch):
        for minute in range(30):
            sealed(1, at=NOW + timedelta(minutes=minute))
        monkeypatch.setattr(Anchors, "each", None)

        sealed(1, at=NOW + timedelta(hours=1))

        assert anchors.newest().number == 31

    def test_writes_a_line_of_the_anchors_once_a_minute_and_the_end_at_once(self, anchors):
        for second in (0, 1, 59, 60, 61, 130):
            sealed(1, at=NOW + timedelta(seconds=second))

        assert anchors.newest().number == 6
        assert anchors.file.read_bytes().count(b"\n") == 3

    def test_writes_the_line_a_minute_later_though_nothing_more_is_noted(self, anchors):
        sealed(4)

        operations.seal(now=NOW + timedelta(minutes=1))

        assert anchors.file.read_bytes().count(b"\n") == 2


class TestFinal:
    @pytest.mark.parametrize(
        "sql",
        [
            f"UPDATE {TABLE} SET what = 'person:2'",
            f"UPDATE {TABLE} SET number = 7, digest = ''",
            f"UPDATE {TABLE} SET number = NULL, digest = ''",
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

    @pytest.mark.parametrize("number", [-1, 0, 1, 7])
    def test_the_database_refuses_a_line_that_comes_in_sealed(self, number):
        note(1)

        with pytest.raises(DatabaseError), transaction.atomic():
            Line.objects.create(at_us=1, community="hml", act="look", what="p", number=number)

        assert Line.objects.count() == 1

    @pytest.mark.parametrize("number", ["0", "-4"])
    def test_the_database_refuses_a_number_that_no_line_has(self, number):
        note(1)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE {TABLE} SET number = {number}")

    @pytest.mark.parametrize("wait", [False, True])
    def test_no_line_takes_the_place_of_another(self, wait):
        if connection.vendor != "sqlite":
            pytest.skip("OR REPLACE is SQLite's")
        note(1)
        if not wait:
            operations.seal(now=NOW)
        columns = "id, at_us, community, account, who, act, purpose, place, cause, words, digest"

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                f"INSERT OR REPLACE INTO {TABLE} (what, {columns}) "
                f"SELECT 'person:9', {columns.replace('digest', repr(''))} FROM {TABLE}"
            )

        assert Line.objects.get().what == "person:1"

    def test_no_line_takes_the_number_of_another(self):
        if connection.vendor != "sqlite":
            pytest.skip("OR REPLACE is SQLite's")
        sealed(1)
        note(1)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE OR REPLACE {TABLE} SET number = 1 WHERE number IS NULL")

        assert Line.objects.count() == 2

    def test_the_table_cannot_be_emptied_at_once(self):
        if connection.vendor != "postgresql":
            pytest.skip("TRUNCATE is PostgreSQL's")
        sealed(2)

        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {TABLE}")

        assert Line.objects.count() == 2


class TestForget:
    def test_drops_the_oldest_and_stays_whole(self):
        sealed(5, now=LONG_AGO)
        sealed(4)

        dropped = operations.forget(before=NOW - timedelta(days=1000))
        sealed(1)

        assert dropped == 5
        assert operations.forget(before=NOW - timedelta(days=1000)) == 0
        assert verdict().ok
        assert (verdict().rows, verdict().anchored) == (5, 10)

    def test_finds_more_dropped_than_was_noted(self):
        sealed(5, now=LONG_AGO)
        sealed(4)
        operations.forget(before=NOW - timedelta(days=1000))

        force(f"DELETE FROM {TABLE} WHERE number = 6")

        assert (verdict().ok, verdict().first_bad) == (False, 6)

    def test_drops_nothing_of_a_trail_that_is_not_what_was_anchored(self):
        sealed(5, now=LONG_AGO)
        sealed(4)
        force(f"DELETE FROM {TABLE} WHERE number > 7")

        with pytest.raises(Forged):
            operations.forget(before=NOW - timedelta(days=1000))

        assert Line.objects.count() == 7

    def test_takes_anchors_along_that_nothing_needs_any_more(self, anchors):
        for at in range(20):
            sealed(1, now=LONG_AGO, at=NOW + timedelta(minutes=at))
        sealed(5, now=LONG_AGO + timedelta(days=900), at=NOW + timedelta(minutes=30))
        sealed(1, at=NOW + timedelta(minutes=40))

        for years in (7, 5):
            assert operations.forget(before=NOW - timedelta(days=years * 366))

        assert verdict().ok
        assert anchors.file.read_bytes().count(b"\n") < 10
        sealed(3, at=NOW + timedelta(minutes=50))
        assert verdict().ok

    def test_half_done_is_no_forgery_and_hides_none(self, monkeypatch):
        sealed(5, now=LONG_AGO)
        sealed(4)
        with crash_at(monkeypatch, Line.objects, "filter"):
            operations.forget(before=NOW - timedelta(days=1000))
        half = verdict()

        force(f"UPDATE {TABLE} SET what = 'person:9' WHERE number = 3")

        assert (half.ok, half.rows) == (True, 9)
        assert (verdict().ok, verdict().first_bad) == (False, 3)


class TestAccept:
    def test_lets_a_trail_go_on_that_was_put_back_from_a_backup(self, anchors):
        sealed(20)
        force(f"DELETE FROM {TABLE} WHERE number > 15")

        lines = operations.accept(reason="put back from the backup of 31 May", now=NOW)
        operations.seal(now=NOW)

        assert lines == 15
        assert verdict().ok
        assert Line.objects.get(what="audit.accepted").words == "put back from the backup of 31 May"
        assert len(list(anchors.file.parent.glob("anchors.jsonl.until-*"))) == 1

    def test_makes_another_key_where_it_was_lost(self, tmp_path):
        sealed(3)
        (tmp_path / "audit.key").unlink()

        operations.accept(reason="the disk with the key is gone", now=NOW)
        sealed(1)

        assert verdict() == whole(5)

    def test_makes_no_changed_line_right(self):
        sealed(6)
        force(f"UPDATE {TABLE} SET what = 'person:9' WHERE number = 3")

        operations.accept(reason="all is well", now=NOW)

        assert (verdict().ok, verdict().first_bad) == (False, 3)

    def test_is_refused_where_the_beginning_is_missing(self):
        sealed(6)
        force(f"DELETE FROM {TABLE} WHERE number < 4")

        with pytest.raises(operations.NotWhole):
            operations.accept(reason="all is well", now=NOW)

        assert not Line.objects.filter(what="audit.accepted").exists()


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

    def test_of_many_facts_asks_the_database_no_more_often_than_of_two(self):
        account = identity.open_account(
            username="wang", name="王小和", password="a long password 7"
        ).account

        def asked(of, count):
            facts = [
                ModeSet(id=f"{of}{at}", at=NOW, community="hml", place=f"hml/{at}", mode="home",
                        value="away", by=account if at else None)
                for at in range(count)
            ]  # fmt: skip
            with transaction.atomic(), CaptureQueriesContext(connection) as asked:
                outbox.record_all(facts)
            return len(asked)

        assert asked("few", 2) == asked("many", 50)
        told = Line.objects.filter(cause__startswith="many").order_by("id")
        assert list(told.values_list("who", "cause")) == [
            ("wang", f"many{at}") for at in range(1, 50)
        ]

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


class TestNoteOfMany:
    def deed(self, account, minute):
        return operations.Deed(
            community="hml", account=account, act=Act.REFUSAL, what="identity.not_allowed",
            words="GET /x", who="", now=NOW + timedelta(minutes=minute),
        )  # fmt: skip

    def test_notes_thirty_a_minute_of_each_and_tells_how_many_it_left_out(self):
        for account in (0, 7):
            for _ in range(50):
                operations.note_of_many(self.deed(account, 0))
        for account in (0, 7):
            operations.note_of_many(self.deed(account, 1))

        words = list(Line.objects.filter(account=7).order_by("id").values_list("words", flat=True))

        assert Line.objects.filter(account=0).count() == 31
        assert words == ["GET /x"] * 30 + ["GET /x (+20)"]


class TestWatched:
    def test_tells_what_was_noted_in_the_block(self):
        with operations.watched() as seen:
            note(2)
            operations.became_true(["f1"])
        note(1)
        operations.became_true(["f2"])

        assert (seen.acts, seen.facts) == ([Act.LOOK, Act.LOOK], ["f1"])


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
