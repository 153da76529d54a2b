"""Who passed, listed and searched: the same page whatever part of the doors the reader sees, and
each question by an index of its own, whatever the database knows of the rows.
"""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.domains.doors import own
from linli.domains.doors.models import Door, Passage
from linli.domains.doors.queries import passages
from linli.domains.doors.queries.passages import BadCursor, Wanted
from linli.kernel.words import Words
from tests.registry.conftest import NOW

GATES, HOUSE = ("gate-e", "gate-w"), ("door-3", "lift-3")
WHOLE_HOUSE = ("hml/b03",)


@pytest.fixture
def passed(homes):
    """Write sixty passages, two in each minute, at four doors; return them, the newest first."""
    doors = {row.device.code: row for row in Door.rows.of("hml").select_related("device")}
    codes = [*GATES, *HOUSE]
    rows = [
        Passage(
            community="hml",
            door=doors[codes[n % 4]],
            device=codes[n % 4],
            ask=f"a{n}",
            way="face" if n % 20 == 7 else "card",
            person_id=homes.wang if n % 3 == 0 else None,
            staff_id=homes.guard if n % 7 == 2 else None,
            guest=f"visit:{n // 10}" if n % 5 == 1 else "",
            direction="in",
            opened=n % 10 != 7,
            reason="right" if n % 10 != 7 else "unknown",
            at=NOW + timedelta(minutes=n // 2),
            came_at=NOW + timedelta(minutes=n // 2),
        )
        for n in range(60)
    ]
    Passage.rows.bulk_create(rows)
    return sorted(rows, key=lambda row: (row.at, row.pk), reverse=True)


def walked(**wanted):
    """Return every page, one after the other, of three."""
    found, cursor = [], ""
    while True:
        page, cursor = passages.passages(
            community="hml", wanted=Wanted(limit=3, cursor=cursor, **wanted)
        )
        found += [row.ask for row in page]
        if cursor is None:
            return found


def expected(rows, keep):
    return [row.ask for row in rows if keep(row)]


class TestPassages:
    def test_pages_follow_each_other_without_gap_or_repeat(self, passed):
        assert walked() == expected(passed, lambda row: True)

    def test_of_some_doors_are_the_same_as_of_all_but_the_others(self, passed):
        seen = walked(seen=WHOLE_HOUSE)

        assert seen == expected(passed, lambda row: row.device in HOUSE)

    @pytest.mark.parametrize("seen", [(), WHOLE_HOUSE, ("hml/b03", "hml/p1")])
    @pytest.mark.parametrize(
        ("wanted", "keep"),
        [
            ({"way": "face"}, lambda row: row.way == "face"),
            ({"way": "voice"}, lambda row: False),
            ({"opened": False}, lambda row: not row.opened),
            ({"opened": False, "way": "card"}, lambda row: not row.opened and row.way == "card"),
            ({"guest": "visit:2"}, lambda row: row.guest == "visit:2"),
            ({"staff": 1}, lambda row: row.staff_id == 1),
            ({"guest": "visit:x"}, lambda row: False),
            ({"door": "door-3"}, lambda row: row.device == "door-3"),
            ({"door": "gate-e", "opened": True}, lambda row: row.device == "gate-e" and row.opened),
            (
                {"since": NOW + timedelta(minutes=5), "until": NOW + timedelta(minutes=8)},
                lambda row: timedelta(minutes=5) <= row.at - NOW < timedelta(minutes=8),
            ),
        ],
    )
    def test_each_question_finds_exactly_its_own(self, passed, wanted, keep, seen):
        found = walked(**wanted, seen=seen)

        visible = HOUSE if seen else (*GATES, *HOUSE)
        assert found == expected(passed, lambda row: keep(row) and row.device in visible)

    @pytest.mark.parametrize("seen", [(), WHOLE_HOUSE])
    def test_somebodys_own_are_found_at_the_doors_that_the_reader_sees(self, passed, homes, seen):
        everywhere = walked(person=homes.wang, seen=seen)
        at_a_door = walked(person=homes.wang, door="lift-3", seen=seen)
        elsewhere = walked(person=homes.li, seen=seen)

        his = expected(passed, lambda row: row.person_id == homes.wang)
        house = expected(passed, lambda row: row.device in HOUSE)
        lift = expected(passed, lambda row: row.device == "lift-3")
        assert everywhere == [one for one in his if not seen or one in house]
        assert at_a_door == [one for one in his if one in lift]
        assert elsewhere == []

    def test_another_community_and_a_door_out_of_sight_show_nothing(self, passed):
        foreign, _ = passages.passages(community="xyz", wanted=Wanted())
        gate, _ = passages.passages(community="hml", wanted=Wanted(door="gate-e", seen=WHOLE_HOUSE))
        nowhere, _ = passages.passages(community="hml", wanted=Wanted(seen=("hml/b03/u9",)))

        assert (foreign, gate, nowhere) == ([], [], [])

    @pytest.mark.parametrize(
        "cursor", ["x", "1", "1-", "-1", "1-x", "9" * 18 + "-1", "1-" + "9" * 19]
    )
    def test_refuses_a_cursor_that_it_did_not_give(self, passed, cursor):
        with pytest.raises(BadCursor):
            passages.passages(community="hml", wanted=Wanted(cursor=cursor))

    def test_asks_as_many_questions_of_many_doors_as_of_two(self, passed):
        with CaptureQueriesContext(connection) as two:
            passages.passages(community="hml", wanted=Wanted(seen=WHOLE_HOUSE))
        with CaptureQueriesContext(connection) as four:
            passages.passages(
                community="hml", wanted=Wanted(seen=("hml/b03", "hml/p1"), way="card")
            )

        assert len(two) <= 4
        assert len(four) == len(two) - 1

    def test_the_last_of_each_door_is_its_newest(self, passed):
        doors = {row.device.code: row.pk for row in Door.rows.of("hml").select_related("device")}

        last = passages.last(community="hml", doors=list(doors.values()))

        newest = {row.device: row.ask for row in reversed(passed)}
        assert {row.device: row.ask for row in last.values()} == newest
        assert doors["plant"] not in last


@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL knows its rows and chooses")
class TestPlan:
    """SQLite knows nothing of the rows until somebody analyses them: nobody does."""

    @pytest.mark.parametrize(
        ("wanted", "index"),
        [
            ({}, "passage_by_time (community=?)"),
            ({"opened": False}, "passage_refused (community=?)"),
            ({"door": "door-3"}, "passage_by_door (community=? AND door_id=?)"),
            (
                {"door": "door-3", "opened": False},
                "passage_by_result (community=? AND door_id=? AND o",
            ),
            ({"door": "door-3", "way": "face"}, "passage_by_way (community=? AND door_id=? AND w"),
            ({"way": "face"}, "passage_by_way (community=? AND door_id=? AND w"),
            (
                {"seen": WHOLE_HOUSE, "opened": False, "since": NOW},
                "passage_by_result (community=? AND door_id=? AND opened=? AND at>?",
            ),
            ({"opened": False, "since": NOW}, "passage_refused (community=? AND at>?"),
            ({"seen": WHOLE_HOUSE}, "passage_by_door (community=? AND door_id=?)"),
            ({"person": 1}, "passage_by_person (community=? AND person_id=?)"),
            ({"person": 1, "door": "door-3"}, "passage_by_person (community=? AND person_id=?)"),
            ({"person": 1, "seen": WHOLE_HOUSE}, "passage_by_person (community=? AND person_id"),
            ({"staff": 1}, "passage_by_staff (community=? AND staff_id=?)"),
            ({"guest": "visit:1"}, "passage_by_guest (community=? AND guest=?)"),
            ({"guest": "visit:1", "way": "qr"}, "passage_by_guest (community=? AND guest=?)"),
        ],
    )
    def test_each_question_is_answered_in_order_by_its_own_index(self, passed, wanted, index):
        with CaptureQueriesContext(connection) as asked:
            passages.passages(community="hml", wanted=Wanted(**wanted))

        plans = [_plan(one["sql"]) for one in asked if 'FROM "doors_passage"' in one["sql"]]
        assert index in plans[0]
        assert all("SCAN doors_passage" not in plan for plan in plans)
        assert "TEMP B-TREE" not in plans[0] or "UNION ALL" in plans[0]


def _plan(sql):
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}")
        return " · ".join(row[-1] for row in cursor.fetchall())


def test_whoever_has_a_card_reads_in_either_language_that_it_is_held(card, homes):
    held = own.held("hml", f"person:{homes.wang}", 100)

    cards = [one.record for one in held if one.kind.en == "what opens doors"]
    assert cards == [Words(zh=f"门禁卡 #{card.pk}", en=f"card #{card.pk}")]
