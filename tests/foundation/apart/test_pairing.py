"""Whether what is kept apart belongs to these records: where it may not, nothing is swept."""

from datetime import timedelta

import pytest
from click.testing import CliRunner
from django.db import IntegrityError, OperationalError, connections, transaction
from django.db.utils import ConnectionHandler

from linli.app import database, wiring
from linli.app.apart import apart
from linli.contracts import outbox
from linli.foundation.apart import jobs, pairing
from linli.foundation.apart.models import Mark
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.vault import operations as vault
from tests.foundation.apart.conftest import NOW, TOLD, keep, kept, own, paired

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
HOUR = timedelta(hours=1)
LATER = NOW + 2 * HOUR


def mark(store):
    found = Mark.objects.using(store).first()
    return found and found.value


def restored():
    """Let the records be those of another time: restored, they bear no mark."""
    Mark.objects.using("default").all().delete()


class TestSettle:
    def test_the_first_start_makes_a_pair(self):
        assert jobs.sweep(NOW) == 0

        assert mark("default")
        assert mark("default") == mark("apart")
        assert pairing.paired_at() == NOW

    def test_a_pair_stays_as_it_is(self):
        paired()
        before = mark("apart")

        assert pairing.settle(now=LATER) == NOW
        assert mark("apart") == before

    def test_older_records_beside_a_newer_store_destroy_nothing(self):
        paired()
        token = keep()
        restored()

        for hours in (2, 48):
            with pytest.raises(pairing.NoPair):
                jobs.sweep(NOW + hours * HOUR)

        assert own(token) == {token: TOLD}
        assert mark("default") is None

    def test_a_copy_of_another_generation_is_no_pair_either(self):
        paired()
        token = keep()
        Mark.objects.using("apart").update(value="0" * 32)

        with pytest.raises(pairing.NoPair):
            jobs.sweep(LATER)

        assert own(token) == {token: TOLD}

    def test_restored_together_they_are_a_pair_under_a_new_mark(self, borne):
        paired()
        before, token = mark("apart"), keep()
        borne |= {token}
        restored()

        assert pairing.settle(now=LATER) == LATER

        assert mark("default") == mark("apart") != before

    def test_what_was_destroyed_since_the_copy_does_not_stand_in_the_way(self):
        paired()
        keep()
        vault.discard(community="hml", subjects=["a" * 32], store="apart")
        restored()

        assert pairing.settle(now=LATER) == LATER

    def test_what_nobody_names_stands_in_the_way_in_whatever_community_and_part(
        self, borne, monkeypatch
    ):
        monkeypatch.setattr(pairing, "_PART", 2)
        named = [keep() for _ in range(4)]
        borne |= {*named}
        keep(community="gone")

        with pytest.raises(pairing.NoPair):
            pairing.settle(now=LATER)

        assert pairing.unnamed(community="hml") == 0
        assert pairing.unnamed(community="gone") == 1

    def test_a_new_pair_is_left_alone_for_an_hour(self):
        token = keep()
        paired(LATER)

        assert jobs.sweep(LATER + HOUR - timedelta(seconds=1)) == 0
        assert own(token) == {token: TOLD}
        assert jobs.sweep(LATER + HOUR) == 1
        assert own(token) == {}

    def test_there_is_one_mark(self):
        paired()

        for store in ("default", "apart"):
            with pytest.raises(IntegrityError), transaction.atomic(using=store):
                Mark.objects.using(store).create(pk=2, value="x", at=NOW)


class TestState:
    def test_says_how_they_stand(self):
        assert pairing.state() == "differs"
        paired()
        assert pairing.state() == "pair"

    def test_also_while_one_is_away(self, monkeypatch):
        def away(**_):
            raise OperationalError("connection refused")

        monkeypatch.setattr(pairing.queries, "mark", away)

        assert pairing.state() == "away"

    def test_also_where_its_file_is_no_database(self, tmp_path):
        (tmp_path / "apart.sqlite3").write_bytes(b"broken" * 999)
        told = database.sqlite(tmp_path / "apart.sqlite3", cache_kb=500)
        whole = connections["apart"]
        connections["apart"] = ConnectionHandler({"default": {}, "apart": told})["apart"]
        try:
            assert pairing.state() == "away"
        finally:
            connections["apart"] = whole


class TestTerminal:
    @pytest.fixture(autouse=True)
    def wired(self, monkeypatch):
        monkeypatch.setattr(wiring, "wire_records", lambda: None)
        monkeypatch.setattr(outbox.wake, "_answer", lambda: None)

    def run(self, *words, typed=""):
        return CliRunner().invoke(apart, words, input=typed)

    def test_says_what_would_go_and_ends_with_1_where_they_are_no_pair(self):
        keep()

        done = self.run("status")

        assert done.exit_code == 1
        assert "hml                    1 kept that" in done.output
        assert "./linli apart pair" in done.output
        assert "restored or brought up from an earlier version" in done.output

    def test_a_no_changes_nothing(self):
        keep()

        assert self.run("pair", typed="n\n").exit_code == 1

        assert pairing.state() == "differs"
        assert not trail.lines(community="hml", act=Act.WRITE)

    def test_a_yes_makes_a_pair_and_is_remembered(self):
        keep()

        done = self.run("pair", typed="y\n")

        assert done.exit_code == 0, done.output
        assert pairing.state() == "pair"
        assert kept().count() == 1
        [line] = trail.lines(community="hml", act=Act.WRITE)
        assert line.words.endswith("name 1 of it no more.")
        assert self.run("status").exit_code == 0
