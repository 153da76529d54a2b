"""Another master key: both open until the older is retired; cut off, twice, at once, apart."""

from datetime import UTC, datetime

import pytest

from linli.foundation import durable
from linli.foundation.audit import queries as trail
from linli.foundation.vault import jobs, logic, mastering, operations, queries
from linli.foundation.vault.master import Master, MasterKeyGone, name_of
from linli.foundation.vault.models import WrappingKey
from linli.foundation.vault.sealed import USE
from tests.foundation.audit.kit import crash_at
from tests.foundation.vault.kit import at_once

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)


@pytest.fixture(autouse=True)
def keys_folder(settings, tmp_path):
    settings.KEYS, settings.APART_KEYS = tmp_path / "keys", tmp_path / "apart"
    queries.forget()
    return settings.KEYS


def grow(*subjects, community="hml", store="default"):
    return operations.grow(
        community=community, use=USE, subjects=subjects, today=NOW.date(), store=store
    )


def read(*subjects, community="hml", store="default"):
    queries.forget()
    return queries.data_keys(community=community, use=USE, subjects=subjects, store=store)


def turn(store="default"):
    return mastering.turn(account=7, store=store, now=NOW)


def rewrap(store="default"):
    while mastering.rewrap(store=store):
        pass


def retire(store="default"):
    return mastering.retire(account=7, store=store, now=NOW)


def forget_names():
    """Let wrapping keys be as they were before master keys had names."""
    for row in WrappingKey.rows.of("hml"):
        text = row.wrapped.rpartition(":")[2]
        WrappingKey.rows.of("hml").filter(pk=row.pk).update(wrapped=text)


def masters(community="hml"):
    return [row.wrapped.partition(":")[0] for row in WrappingKey.rows.of(community)]


def under():
    return [(line.in_use, line.under) for line in queries.masters()]


def test_both_open_until_all_are_under_the_new_one_then_the_older_is_destroyed(keys_folder):
    made, before = grow("a"), queries.master().name()

    name = turn()

    assert read("a") == made
    assert under() == [(True, 0), (False, 1)]
    other = grow("b", community="other")
    assert read("b", community="other") == other
    rewrap()
    assert under() == [(True, 2), (False, 0)]
    assert retire() == [before]
    assert read("a") == made
    assert queries.master().names() == [name]
    assert sorted(one.name for one in keys_folder.iterdir()) == ["keys.lock", "master.key"]


def test_nothing_is_wrapped_by_the_older_one_while_both_are_there():
    grow("a")
    name = turn()

    grow("b", community="other")

    assert masters("other") == [name]


def test_turned_twice_it_is_turned_once():
    grow("a")

    assert turn() == turn()
    assert len(queries.master().kept()) == 1


def test_what_no_name_was_noted_for_is_brought_under_the_key_in_use():
    made = grow("a")
    forget_names()

    assert jobs.rewrap(NOW) == 1

    assert jobs.rewrap(NOW) == 0
    assert masters() == [queries.master().name()]
    assert read("a") == made


@pytest.mark.parametrize("written", [0, 1, 2])
def test_cut_off_while_it_is_put_in_place_it_is_turned_or_it_is_not(monkeypatch, written):
    made, real, calls = grow("a"), durable.put, []

    def put(**told):
        calls.append(told["file"].name)
        if len(calls) > written:
            raise OSError("no room")
        real(**told)

    monkeypatch.setattr(durable, "put", put)
    with pytest.raises(OSError, match="no room"):
        turn()
    monkeypatch.setattr(durable, "put", real)
    assert read("a") == made

    turn()
    rewrap()

    assert read("a") == made
    assert len(retire()) == 1
    assert read("a") == made


def test_cut_off_right_after_it_was_put_in_place_it_goes_on(keys_folder):
    made, before = grow("a"), queries.master().name()
    name = turn()
    (keys_folder / "master-next.key").write_bytes((keys_folder / "master.key").read_bytes())

    assert turn() == name
    rewrap()

    assert retire() == [before]
    assert read("a") == made
    assert turn() not in {before, name}


def test_cut_off_between_communities_the_others_go_on(monkeypatch):
    made, theirs = grow("a"), grow("b", community="other")
    turn()
    mastering.rewrap()
    with crash_at(monkeypatch, operations, "wrap"):
        mastering.rewrap()

    assert under() == [(True, 1), (False, 1)]
    assert (read("a"), read("b", community="other")) == (made, theirs)
    rewrap()
    assert under() == [(True, 2), (False, 0)]


class TestRetire:
    def test_refuses_while_something_is_under_it(self):
        grow("a")
        turn()

        with pytest.raises(mastering.StillUsed) as refused:
            retire()
        assert refused.value.values == {"left": 1}
        assert len(queries.master().kept()) == 1

    def test_refuses_where_something_does_not_open_with_the_one_in_use(self):
        grow("a")
        turn()
        rewrap()
        row = WrappingKey.rows.of("hml").get()
        WrappingKey.rows.of("hml").update(wrapped=f"{masters()[0]}:{row.wrapped[17:].swapcase()}")

        with pytest.raises(logic.Broken):
            retire()
        assert len(queries.master().kept()) == 1

    def test_refuses_where_there_is_but_one(self):
        grow("a")

        with pytest.raises(mastering.NothingToRetire):
            retire()

    def test_is_noted(self):
        grow("a")
        before = queries.master().name()
        name = turn()
        rewrap()
        retire()

        lines = trail.lines(community="_platform")
        assert [(line.what, line.account) for line in reversed(lines)] == [
            (f"MasterKey:default:{name}", 7),
            (f"MasterKey:default:{before}", 7),
        ]


def test_an_older_copy_of_the_records_says_which_key_it_wants_and_opens_with_it(keys_folder):
    made = grow("a")
    rows = list(WrappingKey.rows.of("hml").values())
    kept, before = (keys_folder / "master.key").read_text(), queries.master().name()
    turn()
    rewrap()
    retire()
    WrappingKey.rows.of("hml").delete()
    WrappingKey.rows.bulk_create([WrappingKey(**row) for row in rows])

    with pytest.raises(MasterKeyGone) as refused:
        read("a")
    assert refused.value.values == {"file": f"master-{before}.key"}

    (keys_folder / f"master-{before}.key").write_text(kept)
    assert read("a") == made


def test_one_that_was_prepared_opens_nothing_and_is_the_one_that_is_used_next(keys_folder):
    made = grow("a")

    name = queries.master().prepare()

    assert queries.master().prepare() == name
    assert queries.master().names() != [name]
    assert turn() == name
    assert read("a") == made


def test_where_another_machine_turned_first_the_prepared_copy_opens(keys_folder, tmp_path):
    grow("a")
    queries.master().prepare()
    there = tmp_path / "there"
    there.mkdir()
    for file in keys_folder.glob("*.key"):
        (there / file.name).write_bytes(file.read_bytes())
    name = turn()

    assert [name_of(key) for key in Master(there).opening(name)] == [name]


def test_that_of_what_is_kept_apart_is_another(keys_folder):
    made, apart = grow("a"), grow("a", store="apart")
    before = queries.master().name()

    turn("apart")
    rewrap("apart")
    retire("apart")

    assert (read("a"), read("a", store="apart")) == (made, apart)
    assert queries.master().names() == [before]
    assert len(queries.master("apart").names()) == 1


@pytest.mark.django_db(transaction=True, databases=["default", "apart"])
def test_at_once_two_turn_it_and_others_write_all_open_and_one_is_kept():
    made = grow("a")

    def write(community):
        for number in range(5):
            made.update(grow(f"{community}{number}", community=f"{community}{number}"))

    broken = at_once(turn, lambda: (turn(), rewrap()), lambda: write("x"), lambda: write("y"))

    assert broken == []
    assert len(queries.master().kept()) == 1
    rewrap()
    retire()
    assert read("a")["a"] == made["a"]
    for number in range(5):
        for one in (f"x{number}", f"y{number}"):
            assert read(one, community=one)[one] == made[one]
