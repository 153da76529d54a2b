from datetime import UTC, datetime, timedelta

import pytest

from linli.foundation.causes import operations, queries
from linli.foundation.causes.models import Cause

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def note(id, cause=None, minutes=0, **about):
    operations.note(
        id=id, cause=cause, community="hml", kind="Tested", at=NOON + timedelta(minutes=minutes),
        about=about,
    )  # fmt: skip


@pytest.fixture
def chain():
    note("r:1:0", value=41)
    note("alarm", "r:1:0", 1)
    note("command", "r:1:0", 1)
    note("case", "alarm", 2)
    note("closed", "case", 9)


class TestChain:
    def test_leads_from_a_case_back_to_the_reading(self, chain):
        rows = queries.chain(community="hml", id="closed")

        assert [row.id for row in rows] == ["closed", "case", "alarm", "r:1:0"]
        assert rows[-1].about == {"value": 41}

    def test_is_one_query(self, chain, django_assert_num_queries):
        with django_assert_num_queries(1):
            queries.chain(community="hml", id="closed")

    def test_another_community_sees_nothing(self, chain):
        with pytest.raises(queries.CauseNotFound):
            queries.chain(community="other", id="closed")

    def test_a_circle_ends(self):
        note("a", "b")
        note("b", "a")

        rows = queries.chain(community="hml", id="a")

        assert {row.id for row in rows} == {"a", "b"}


class TestConsequences:
    def test_tells_all_that_came_of_a_reading_in_order(self, chain):
        rows = queries.consequences(community="hml", id="r:1:0")

        assert [row.id for row in rows] == ["r:1:0", "alarm", "command", "case", "closed"]


class TestNote:
    def test_told_twice_the_first_stands_and_what_it_is_about_may_be_added(self):
        note("x", "r:1:0")
        note("x", "other", 5, device="co-1")
        note("x", "other", 5, device="co-2")

        (row, *_) = queries.chain(community="hml", id="x")

        assert (row.cause, row.at, row.about) == ("r:1:0", NOON, {"device": "co-1"})


class TestNoteEach:
    def of(self, id, about):
        return Cause(id=id, community="hml", kind="Reading", at=NOON, about=about)

    def test_does_what_one_by_one_would(self):
        operations.note(
            id="r:1:1", cause=None, community="hml", kind="Reading", at=NOON, about={"value": 1}
        )

        operations.note_each(
            [
                self.of("r:1:1", {"value": 9, "device": "a"}),
                self.of("r:2:1", {}),
                self.of("r:2:1", {"value": 2}),
                self.of("r:2:1", {"value": 3, "device": "b"}),
            ]
        )

        found = dict(Cause.objects.values_list("id", "about"))
        assert found["r:1:1"] == {"value": 1, "device": "a"}
        assert found["r:2:1"] == {"value": 2, "device": "b"}

    def test_asks_a_fixed_number_of_times(self, django_assert_max_num_queries):
        with django_assert_max_num_queries(6):
            operations.note_each([self.of(f"r:{n}:1", {"value": n}) for n in range(200)])

        assert Cause.objects.count() == 200
