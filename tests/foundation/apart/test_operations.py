"""What is kept apart: opened for a purpose and remembered, destroyed with proof, swept."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connections, router, transaction
from msgspec.structs import replace

from linli.contracts import apart as asked
from linli.foundation.apart import jobs, operations
from linli.foundation.apart.models import Kept
from linli.foundation.audit import queries as trail
from linli.foundation.audit.models import Act
from linli.foundation.audit.things import Thing
from linli.foundation.identity.queries import Actor, Held, PurposeNotGranted
from linli.foundation.vault import logic
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault.master import MasterKeyGone
from linli.foundation.vault.sealed import Erased
from linli.kernel.port import Unanswered
from tests.foundation.apart.conftest import NOW, TOLD, data_keys, keep, kept, own, paired

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
ACTOR = Actor(account=7, name="王小和", community="hml", roles=frozenset({"manager"}))
LATER = NOW + timedelta(hours=2)
ONE, OTHER = "a" * 32, "b" * 32


def open_for(*tokens, actor=ACTOR, about=("person:1",), purpose="emergency"):
    return operations.open_for(
        actor=actor, permission="alarms.handle", tokens=tokens, about=about, purpose=purpose,
        thing=Thing.EMERGENCY, now=NOW,
    )  # fmt: skip


def looks():
    return [(row.what, row.purpose, row.who) for row in trail.lines(community="hml", act=Act.LOOK)]


def drop(subject=ONE):
    operations.drop(community="hml", subject=subject, account=7, words="asked for", now=NOW)


class TestKeep:
    def test_lies_in_the_other_database_under_the_other_master_key(self, folders):
        token = keep()

        [row] = kept()
        assert (row.token, row.subject, len(token)) == (token, ONE, 32)
        assert TOLD not in row.sealed
        assert [key.subject for key in data_keys()] == [ONE]
        assert (folders.apart / "apart.key").is_file()
        assert not (folders.records / "master.key").exists()

    def test_the_records_and_their_master_key_open_nothing_of_it(self, folders):
        token = keep()
        vault.grow(community="hml", use="emergency", subjects=[ONE], today=NOW.date())
        (folders.apart / "apart.key").write_bytes((folders.records / "master.key").read_bytes())
        keys.forget()

        with pytest.raises(MasterKeyGone):
            own(token)

    def test_without_its_master_key_nothing_opens_and_none_is_made_anew(self, folders):
        token = keep()
        (folders.apart / "apart.key").unlink()
        keys.forget()

        with pytest.raises(MasterKeyGone):
            own(token)
        with pytest.raises(MasterKeyGone):
            keep()
        assert not (folders.apart / "apart.key").exists()

    def test_put_under_another_token_or_person_it_is_broken(self):
        first, second = keep(), keep(OTHER)
        mine = kept().get(token=first)

        kept().filter(token=second).update(sealed=mine.sealed)

        with pytest.raises(logic.Broken):
            own(second)

    def test_nothing_is_kept_for_whom_it_was_destroyed(self, django_capture_on_commit_callbacks):
        keep()
        with django_capture_on_commit_callbacks(execute=True):
            drop()

        with pytest.raises(Erased):
            keep()

        assert not kept().exists()
        assert not data_keys().exists()


class TestOpen:
    def test_who_opens_it_is_remembered_before_for_each_it_is_about(self, monkeypatch):
        token, seen = keep(), []
        monkeypatch.setattr(
            operations.queries, "opened", lambda **_: seen.extend(looks()) or {token: TOLD}
        )

        assert open_for(token, about=["person:1", "person:2", "person:1"]) == {token: TOLD}

        assert {what for what, _, _ in seen} == {"person:1", "person:2"}
        assert len(seen) == 2

    @pytest.mark.parametrize(
        "held",
        [(Held(role="manager", purposes=("service",)),),
         (Held(role="manager", place="hml/b01"),), (Held(role="resident"),)],
        ids=["another purpose", "at a place", "no right"],
    )  # fmt: skip
    def test_without_a_right_that_reaches_nothing_opens_and_nothing_is_remembered(self, held):
        token = keep()

        with pytest.raises(PurposeNotGranted):
            open_for(token, actor=replace(ACTOR, roles=frozenset(), grants=held))

        assert looks() == []

    def test_for_another_purpose_it_is_not_there(self):
        assert open_for(keep(), purpose="service") == {}

    def test_in_another_community_it_is_not_there(self):
        assert own(keep(), community="other") == {}

    def test_no_list_is_opened(self, monkeypatch):
        monkeypatch.setattr(operations, "MOST_AT_ONCE", 1)
        tokens = [keep(), keep()]

        for call in (open_for, own):
            with pytest.raises(operations.TooMany):
                call(*tokens)

        assert looks() == []


class TestDrop:
    def test_is_done_once_the_decision_is_committed(self, django_capture_on_commit_callbacks):
        mine, others = keep(), keep(OTHER)

        with django_capture_on_commit_callbacks(execute=True):
            drop()
            assert own(mine) == {mine: TOLD}

        assert own(mine, others) == {others: TOLD}
        assert [key.subject for key in data_keys()] == [OTHER]
        [line] = trail.lines(community="hml", act=Act.WRITE)
        assert line.words.endswith("deleted. asked for")
        assert [gone.subject for gone in keys.master().destroyed()] == [ONE]

    def test_twice_it_is_done_and_said_once(self, django_capture_on_commit_callbacks):
        keep()

        for _ in range(2):
            with django_capture_on_commit_callbacks(execute=True):
                drop()

        assert len(trail.lines(community="hml", act=Act.WRITE)) == 1

    def test_a_decision_that_was_taken_back_destroys_nothing(
        self, django_capture_on_commit_callbacks
    ):
        token = keep()

        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            drop()
            transaction.set_rollback(True)

        assert own(token) == {token: TOLD}

    def test_a_key_that_comes_back_with_a_copy_goes_again(self, django_capture_on_commit_callbacks):
        token = keep()
        rows = [*kept(), *data_keys()]
        with django_capture_on_commit_callbacks(execute=True):
            drop()
        for row in rows:
            row.pk = None
            row.save(using="apart")
        assert own(token) == {token: TOLD}

        assert vault.destroy_again(now=NOW) == 1

        assert own(token) == {}


class TestSweep:
    @pytest.fixture(autouse=True)
    def pair(self):
        paired(NOW - timedelta(days=1))

    def test_takes_what_no_row_names_after_an_hour_and_leaves_the_rest(self, borne):
        lost, named = keep(), keep(OTHER)
        borne |= {named, OTHER}

        assert jobs.sweep(NOW + timedelta(minutes=59)) == 0
        assert jobs.sweep(LATER) == 1

        assert own(lost, named) == {named: TOLD}
        assert [key.subject for key in data_keys()] == [OTHER]
        assert [gone.subject for gone in keys.master().destroyed()] == [ONE]

    def test_a_key_that_a_row_still_names_stays(self, borne):
        keep()
        borne |= {ONE}

        assert jobs.sweep(LATER) == 1

        again = keep(now=LATER)
        assert own(again) == {again: TOLD}

    def test_takes_all_parts_of_it(self, borne, monkeypatch):
        monkeypatch.setattr(operations, "_PART", 2)
        tokens = [keep(format(n, "032x")) for n in range(5)]
        borne |= {tokens[2]}

        assert jobs.sweep(LATER) == 4

        assert [row.token for row in kept()] == [tokens[2]]

    @pytest.mark.parametrize("answer", [None, "broken"])
    def test_does_nothing_where_a_holder_cannot_answer(self, monkeypatch, answer):
        def broken(*_):
            raise LookupError("no answer")

        token = keep()
        monkeypatch.setattr(asked.named, "_answer", answer and broken)

        with pytest.raises((Unanswered, LookupError)):
            jobs.sweep(LATER)

        assert own(token) == {token: TOLD}

    def test_a_database_that_is_away_holds_nothing_else_up(self, monkeypatch):
        def away(**_):
            raise OperationalError("connection refused")

        monkeypatch.setattr(operations, "sweep", away)

        with pytest.raises(jobs.ApartAway):
            jobs.sweep(LATER)


class TestTables:
    def test_each_lies_in_its_own_database(self):
        here = set(connections["default"].introspection.table_names())
        there = set(connections["apart"].introspection.table_names())

        assert there == {
            "apart_kept", "apart_mark", "vault_wrappingkey", "vault_datakey", "vault_reindexed",
            "vault_keptkey",
            "django_migrations",
        }  # fmt: skip
        assert Kept._meta.db_table not in here

    def test_no_relation_reaches_from_one_into_the_other(self):
        assert router.allow_relation(Kept(), keys.DataKey()) is False
        assert router.allow_relation(Kept(), Kept()) is not False
