"""Another key of the blind indices: found all the while; cut off, twice, at once.

The rows are people's; what is known outside by marks is told of with doors.
"""

from datetime import UTC, date, datetime

import pytest

from linli.contracts import marks
from linli.foundation.audit import queries as trail
from linli.foundation.vault import indexing, logic, operations, queries, sealed
from linli.foundation.vault.models import Reindexed, WrappingKey
from linli.registry.people import queries as people
from linli.registry.people.entries import PersonEntry
from linli.registry.people.models import Person
from linli.registry.people.operations import Refused, put_many
from tests.foundation.audit.kit import Crashed, crash_at
from tests.foundation.vault.kit import at_once

pytestmark = pytest.mark.django_db(databases=["default", "apart"])
NOW = datetime(2026, 6, 1, 4, tzinfo=UTC)
TODAY = date(2026, 6, 1)
ID = "11010519491231002X"


@pytest.fixture(autouse=True)
def keys_folder(settings, tmp_path, monkeypatch):
    settings.KEYS = tmp_path / "keys"
    queries.forget()
    monkeypatch.setattr(marks.remark, "_answer", lambda *_: (0, 0))
    monkeypatch.setattr(marks.behind, "_answer", lambda _: ())
    monkeypatch.setattr(indexing, "AT_ONCE", 2)


def put(*people, community="hml"):
    entries = [
        PersonEntry(code=code, name=code, phone=phone, id_number=number)
        for code, phone, number in people
    ]
    put_many(community=community, entries=entries, today=TODAY)


def some():
    put(*((f"p{n}", f"1380000800{n}", "") for n in range(5)))


def found(text, community="hml"):
    sought = people.Sought(text=text)
    rows = people.rows_of(community=community, kind=PersonEntry, sought=sought)
    return {row.code for row in rows}


def whole(phone, community="hml"):
    values = [f"+86{phone}"]
    index = queries.found_by(community=community, field="Person.phone", values=values)
    rows = Person.rows.of(community).filter(phone_index__in=list(index))
    return {row.code for row in rows}


def turn():
    return indexing.turn(community="hml", now=NOW)


def all_steps():
    while indexing.step(community="hml", now=NOW):
        pass


def numbers():
    rows = WrappingKey.rows.of("hml").filter(use="index").order_by("number")
    return [row.number for row in rows]


def test_everybody_is_found_at_each_step_and_then_the_old_key_is_gone():
    some()
    old = queries.index_keys(community="hml")[0]

    assert turn() == 2
    while True:
        queries.forget()
        for n in range(5):
            assert whole(f"1380000800{n}") == {f"p{n}"}
            assert found(f"800{n}") == {f"p{n}"}
        if not indexing.step(community="hml", now=NOW):
            break

    assert numbers() == [2]
    assert not Reindexed.rows.of("hml").exists()
    [key] = queries.index_keys(community="hml")
    assert key != old
    marks_of = {row.phone_index for row in Person.rows.of("hml")}
    values = [f"+861380000800{n}" for n in range(5)]
    assert marks_of == {logic.index(key=key, field="Person.phone", value=one) for one in values}
    [line] = trail.lines(community="hml", what="WrappingKey:index:2")[:1]
    assert "the one before is destroyed" in line.words


def test_what_is_written_meanwhile_is_written_under_the_new_key_and_found():
    some()
    turn()
    indexing.step(community="hml", now=NOW)

    put(("late", "13900009999", ""), ("p4", "13911119999", ""))

    assert whole("13900009999") == {"late"}
    assert whole("13911119999") == {"p4"}
    assert whole("13800008004") == set()
    all_steps()
    assert whole("13900009999") == {"late"}
    assert whole("13911119999") == {"p4"}
    assert numbers() == [2]


def test_one_number_is_still_one_persons():
    put(("p1", "", ID))
    turn()

    with pytest.raises(Refused):
        put(("p2", "", ID))
    all_steps()
    assert Person.rows.of("hml").get().code == "p1"


def test_two_rows_that_turn_out_to_be_the_same_stop_it_and_the_old_key_stays():
    put(("p1", "", ID), ("p2", "", "110105194912310038"))
    one, other = Person.rows.of("hml").order_by("code")
    turn()
    [index, _] = queries.index_keys(community="hml")
    same = logic.index(key=index, field="Person.id_number", value=ID)
    Person.rows.of("hml").filter(pk=other.pk).update(id_number_index=same)

    with pytest.raises(indexing.Clash) as refused:
        all_steps()

    assert refused.value.values == {"table": "Person", "row": one.pk}
    assert numbers() == [1, 2]


def test_all_others_are_indexed_all_the_same_and_put_right_it_goes_on():
    put(("x1", "", ID), ("x2", "", "110105194912310038"))
    some()
    put(("late", "13900009999", ""))
    one, other = Person.rows.of("hml").filter(code__in=("x1", "x2")).order_by("code")
    turn()
    other.id_number = ID
    sealed.seal_all([other], community="hml", today=TODAY)
    other.save()
    [index, _] = queries.index_keys(community="hml")

    for _ in range(2):
        with pytest.raises(indexing.Clash) as refused:
            all_steps()
        assert refused.value.values == {"table": "Person", "row": one.pk}
    late = Person.rows.of("hml").get(code="late").phone_index
    waiting = set(Reindexed.rows.of("hml").filter(done=False).values_list("table", flat=True))
    put(("x2", "", "110105194912310038"))
    all_steps()

    assert late == logic.index(key=index, field="Person.phone", value="+8613900009999")
    assert waiting == {"people.Person"}
    assert numbers() == [2]
    mine = logic.index(key=index, field="Person.id_number", value=ID)
    assert Person.rows.of("hml").get(pk=one.pk).id_number_index == mine


def test_cut_off_it_goes_on_where_it_was(monkeypatch):
    some()
    turn()
    indexing.step(community="hml", now=NOW)
    place = Reindexed.rows.of("hml").get(table="people.Person")
    with monkeypatch.context() as patched:
        patched.setattr(Reindexed, "save", lambda *_, **__: (_ for _ in ()).throw(Crashed))
        with pytest.raises(Crashed):
            indexing.step(community="hml", now=NOW)

    assert Reindexed.rows.of("hml").get(table="people.Person").after == place.after
    queries.forget()
    all_steps()
    assert numbers() == [2]
    assert found("8003") == {"p3"}


def test_cut_off_before_the_old_key_is_destroyed_it_is_destroyed_later(monkeypatch):
    some()
    turn()
    with crash_at(monkeypatch, operations, "overwrite"):
        all_steps()
    assert numbers() == [1, 2]

    all_steps()
    assert numbers() == [2]


def test_twice_it_is_turned_once_and_once_more_after_it_is_done():
    some()

    assert (turn(), turn()) == (2, 2)
    all_steps()
    assert turn() == 3
    all_steps()
    assert numbers() == [3]
    assert whole("13800008001") == {"p1"}


def test_the_old_key_stays_as_long_as_somebody_outside_goes_by_it(monkeypatch):
    some()
    turn()
    monkeypatch.setattr(marks.behind, "_answer", lambda _: ("east-door",))

    all_steps()

    assert numbers() == [1, 2]
    assert indexing.waits_for(community="hml") == ("east-door",)
    monkeypatch.setattr(marks.behind, "_answer", lambda _: ())
    assert indexing.step(community="hml", now=NOW) == 0
    assert numbers() == [2]
    assert indexing.waits_for(community="hml") == ()


def test_of_whom_nothing_opens_any_more_nothing_is_found():
    some()
    row = Person.rows.of("hml").get(code="p3")
    operations.discard(community="hml", subjects=[row.vault_key])
    turn()

    all_steps()

    assert Person.rows.of("hml").get(code="p3").phone_index == ""
    assert numbers() == [2]


def test_another_community_keeps_its_own():
    some()
    put(("o1", "13800008000", ""), community="other")
    before = Person.rows.of("other").get().phone_index
    turn()
    all_steps()

    assert Person.rows.of("other").get().phone_index == before
    assert whole("13800008000", "other") == {"o1"}


def test_without_a_turn_nothing_is_done():
    some()

    assert indexing.step(community="hml", now=NOW) == 0
    assert numbers() == [1]


@pytest.mark.django_db(transaction=True, databases=["default", "apart"])
def test_at_once_people_are_written_turned_and_indexed_by_two():
    some()

    def write(letter, digit):
        for n in range(4):
            put((f"{letter}{n}", f"1390000{digit}00{n}", ""))

    def index():
        turn()
        all_steps()

    broken = at_once(index, index, lambda: write("x", 1), lambda: write("y", 0))

    assert broken == []
    all_steps()
    queries.forget()
    assert len(numbers()) == 1
    for n in range(4):
        assert whole(f"1390000100{n}") == {f"x{n}"}
        assert whole(f"1390000000{n}") == {f"y{n}"}
        assert whole(f"1380000800{n}") == {f"p{n}"}
