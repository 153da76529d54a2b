"""A controller that knows nothing fetches those alone who may pass at its door."""

import pytest

from linli.contracts.doors import Way
from linli.domains.doors.logic.life import Step
from linli.domains.doors.operations import issuing, pulling
from linli.domains.doors.operations.issuing import NewCredential
from linli.domains.doors.operations.pulling import Known
from linli.domains.doors.queries import pulling as queries
from tests.domains.doors.conftest import CARD, NOW


@pytest.fixture
def cards(homes):
    """Give both households two cards each, the guard one; return them by whose they are."""

    def issue(value, **whose):
        new = NewCredential(way=Way.CARD, value=value, **whose)
        return issuing.issue(community="hml", new=new, by=None, now=NOW).row.pk

    return {
        "wang": [issue(CARD, person=homes.wang), issue("2000000001", person=homes.wang)],
        "li": [issue("2000000002", person=homes.li), issue("2000000003", person=homes.li)],
        "guard": [issue("2000000004", staff=homes.guard)],
    }


@pytest.fixture
def one_at_a_time(monkeypatch):
    monkeypatch.setattr(queries, "AT_ONCE", 1)


def pull(door, since=0, upto=0):
    return pulling.pull(community="hml", device=door, known=Known(since=since, upto=upto), now=NOW)


def fetched(door, *, echoes=True, after_each=lambda count: None):
    """Fetch all as a controller does; return what it holds, what is dead, how often it asked."""
    held, dead, since, upto, count, more = set(), set(), 0, 0, 0, True
    while more:
        told = pull(door, since, upto)
        held |= {one["c"] for one in told["set"]}
        held -= set(told["drop"])
        dead |= set(told["drop"])
        since, more = told["version"], told["more"]
        upto = told["upto"] if echoes else 0
        count += 1
        after_each(count)
        assert count < 50
    return held, dead, count


class TestBeginning:
    def test_is_told_of_nobody_who_may_not_pass(self, cards):
        house, _, _ = fetched("door-3")
        plant, dead, _ = fetched("plant")

        assert house == {*cards["wang"], *cards["li"]}
        assert (plant, dead) == (set(), set())

    @pytest.mark.parametrize("echoes", [True, False])
    def test_a_part_at_a_time_comes_to_the_same(self, cards, one_at_a_time, echoes):
        held, _, count = fetched("door-3", echoes=echoes)

        assert held == {*cards["wang"], *cards["li"]}
        assert count >= 4

    def test_asks_no_oftener_than_there_is_something_for_it(self, cards, one_at_a_time):
        _, _, count = fetched("plant")

        assert count == 1

    @pytest.mark.parametrize("echoes", [True, False])
    def test_what_changes_meanwhile_comes_after(self, cards, one_at_a_time, echoes):
        def lose(count):
            if count == 2:
                lost = cards["wang"][0]
                issuing.take_step(community="hml", id=lost, step=Step.LOST, by=None, now=NOW)

        held, dead, _ = fetched("door-3", echoes=echoes, after_each=lose)

        assert held == {cards["wang"][1], *cards["li"]}
        assert cards["wang"][0] in dead

    def test_knows_as_much_as_there_is_when_it_has_done(self, cards):
        told = pull("plant")
        again = pull("plant", since=told["version"])

        assert (told["more"], told["upto"]) == (False, 0)
        assert (again["set"], again["drop"], again["more"]) == ([], [], False)

    def test_an_upto_that_was_made_up_ends_at_the_newest(self, cards):
        first = pull("plant", since=1, upto=10**9)

        assert not first["more"]
        assert pull("plant", since=first["version"])["version"] == first["version"]
