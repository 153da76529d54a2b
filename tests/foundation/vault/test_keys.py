"""Keys: made, turned over while both open, destroyed with proof, lost."""

import stat
from datetime import UTC, datetime

import pytest
from django.db import connection

from linli.foundation.audit import queries as trail
from linli.foundation.vault import logic, operations, queries
from linli.foundation.vault.master import Destroyed, MasterKeyGone
from linli.foundation.vault.models import DataKey, WrappingKey
from linli.foundation.vault.sealed import USE

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def keys_folder(settings, tmp_path):
    settings.KEYS = tmp_path / "keys"
    queries.forget()
    return settings.KEYS


def grow(*subjects, community="hml"):
    return operations.grow(community=community, use=USE, subjects=subjects, today=NOW.date())


def read(*subjects, community="hml"):
    queries.forget()
    return queries.data_keys(community=community, use=USE, subjects=subjects)


def destroy(subject, community="hml"):
    return operations.destroy(
        community=community, subject=subject, account=7, words="asked for", now=NOW
    )


class TestGrow:
    def test_each_person_has_a_key_of_its_own_that_reads_back(self):
        made = grow("a", "b")

        assert made["a"] != made["b"]
        assert read("a", "b", "nobody", "") == made

    def test_the_master_key_is_for_its_owner_only(self, keys_folder):
        grow("a")

        modes = {one.name: stat.S_IMODE(one.stat().st_mode) for one in keys_folder.iterdir()}
        assert modes == {"master.key": 0o600, "keys.lock": 0o600}

    def test_no_key_lies_open_in_the_records(self):
        made = grow("a")

        with connection.cursor() as cursor:
            cursor.execute(f"SELECT wrapped FROM {DataKey._meta.db_table}")
            [[wrapped]] = cursor.fetchall()
        assert made["a"].hex() not in wrapped
        assert len(wrapped) == 60

    def test_a_key_moved_to_another_person_is_broken(self):
        grow("a", "b")
        mine = DataKey.rows.of("hml").get(subject="a").wrapped
        DataKey.rows.of("hml").filter(subject="b").update(wrapped=mine)

        with pytest.raises(logic.Broken):
            read("b")

    def test_a_key_of_one_community_is_none_of_another(self):
        grow("a")

        assert read("a", community="other") == {}


class TestMasterKey:
    def test_without_it_nothing_opens_and_none_is_made_anew(self, keys_folder):
        grow("a")
        (keys_folder / "master.key").unlink()

        with pytest.raises(MasterKeyGone):
            read("a")
        with pytest.raises(MasterKeyGone):
            grow("b", community="other")
        assert not (keys_folder / "master.key").exists()

    @pytest.mark.parametrize("words", ["", "zz", "00" * 15])
    def test_a_spoilt_one_is_said_to_be_gone(self, keys_folder, words):
        grow("a")
        (keys_folder / "master.key").write_text(words)

        with pytest.raises(MasterKeyGone):
            read("a")

    def test_anothers_opens_nothing_and_it_is_said_which_is_wanted(self, keys_folder):
        grow("a")
        wanted = queries.master().name()
        (keys_folder / "master.key").write_text("00" * 16)

        with pytest.raises(MasterKeyGone) as refused:
            read("a")
        assert refused.value.values == {"file": f"master-{wanted}.key"}

    def test_anothers_opens_nothing_of_before_they_had_names(self, keys_folder):
        grow("a")
        text = WrappingKey.rows.of("hml").get().wrapped.rpartition(":")[2]
        WrappingKey.rows.of("hml").update(wrapped=text)
        assert set(read("a")) == {"a"}
        (keys_folder / "master.key").write_text("00" * 16)

        with pytest.raises(logic.Broken):
            read("a")


class TestRotate:
    def test_both_open_until_all_are_under_the_new_one(self, monkeypatch):
        monkeypatch.setattr(operations, "_AT_ONCE", 2)
        made = grow("a", "b", "c")

        assert operations.rotate(community="hml", use=USE, now=NOW) == 2
        made |= grow("d")
        assert operations.rewrap(community="hml", use=USE, today=NOW.date()) == 2
        assert read(*"abcd") == made
        assert [(key.number, key.in_use, key.under) for key in queries.keys(community="hml")] == [
            (1, False, 1),
            (2, True, 3),
        ]

    def test_the_old_one_is_destroyed_when_nothing_is_left_under_it(self):
        made = grow("a")
        operations.rotate(community="hml", use=USE, now=NOW)

        done = [operations.rewrap(community="hml", use=USE, today=NOW.date()) for _ in range(3)]

        assert done == [1, 0, 0]
        assert [key.number for key in queries.keys(community="hml")] == [2]
        assert read("a") == made

    def test_other_communities_keep_theirs(self):
        grow("a", community="other")
        operations.rotate(community="hml", use=USE, now=NOW)
        operations.rewrap(community="hml", use=USE, today=NOW.date())

        assert [key.number for key in queries.keys(community="other")] == [1]

    def test_is_noted(self):
        operations.rotate(community="hml", use=USE, now=NOW)

        [line] = trail.lines(community="hml")
        assert (line.act, line.what) == ("write", "WrappingKey:sensitive:2")


class TestDestroy:
    def test_the_key_is_gone_and_proof_stays(self, keys_folder):
        grow("a", "b")

        assert destroy("a") == 1
        assert set(read("a", "b")) == {"b"}
        [line] = trail.lines(community="hml")
        assert (line.what, line.account) == ("DataKey:a", 7)
        assert "overwritten 3 times" in line.words
        assert queries.master().destroyed() == [Destroyed("hml", "a", NOW.timestamp())]

    def test_twice_is_once(self):
        grow("a")
        destroy("a")

        assert destroy("a") == 0
        assert len(trail.lines(community="hml")) == 1

    def test_of_another_community_destroys_nothing(self):
        grow("a")

        assert destroy("a", community="other") == 0
        assert set(read("a")) == {"a"}

    def test_what_comes_back_with_an_older_backup_is_destroyed_again(self):
        grow("a", "b")
        before = list(DataKey.rows.of("hml").filter(subject="a").values())
        destroy("a")
        DataKey.rows.bulk_create([DataKey(**row) for row in before])

        assert operations.destroy_again(now=NOW) == 1
        assert set(read("a", "b")) == {"b"}
        assert operations.destroy_again(now=NOW) == 0

    def test_a_line_that_was_cut_off_does_not_count(self, keys_folder):
        grow("a")
        destroy("a")
        with (keys_folder / "destroyed.jsonl").open("ab") as out:
            out.write(b'{"community": "hm')

        assert len(queries.master().destroyed()) == 1


def test_there_is_one_wrapping_key_in_use_for_each_community_and_use():
    grow("a")
    grow("b")
    grow("a", community="other")
    operations.index_key(community="hml", today=NOW.date())

    rows = WrappingKey.rows.across("in a test").order_by("community", "use")
    assert [(row.community, row.use) for row in rows] == [
        ("hml", "index"),
        ("hml", "sensitive"),
        ("other", "sensitive"),
    ]
