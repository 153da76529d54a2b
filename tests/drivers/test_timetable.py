"""Dues spread in time; who is silent is asked less often."""

from linli.drivers.timetable import Group, Timetable

_MINUTE = Group(name="all", every_s=60.0)
_QUARTER = Group(name="energy", every_s=900.0)


def _seconds_of_first_dues(lines: int) -> list[int]:
    counts = [0] * 60
    for line in range(lines):
        table = Timetable(seed=f"east/line-{line}")
        table.plan({f"meter-{line}": [_MINUTE]}, now=0.0)
        counts[int(table.next_at() or 0)] += 1
    return counts


class TestPlan:
    def test_spreads_two_thousand_meters_over_the_minute(self):
        counts = _seconds_of_first_dues(2000)

        assert max(counts) < 70
        assert min(counts) > 8

    def test_asks_everything_within_the_first_minute_however_seldom_later(self):
        table = Timetable(seed="east")

        table.plan({f"m{n}": [_QUARTER] for n in range(50)}, now=1000.0)

        taken = []
        while (due := table.take(now=1060.0)) is not None:
            taken.append(due.member)
        assert sorted(taken) == sorted(f"m{n}" for n in range(50))
        assert table.next_at() is not None
        assert table.next_at() > 1060.0

    def test_keeps_the_time_of_what_was_planned_when_members_change(self):
        table = Timetable(seed="east")
        table.plan({"a": [_MINUTE]}, now=0.0)
        before = table.next_at()

        table.plan({"a": [_MINUTE]}, now=30.0)

        assert table.next_at() == before

    def test_forgets_a_member_that_was_taken_away(self):
        table = Timetable(seed="east")
        table.plan({"a": [_MINUTE]}, now=0.0)

        table.plan({}, now=1.0)

        assert table.take(now=100.0) is None
        assert table.next_at() is None


class TestTake:
    def test_leaves_out_what_was_missed(self):
        table = Timetable(seed="east")
        table.plan({"a": [_MINUTE]}, now=0.0)

        first = table.take(now=600.0)
        second = table.take(now=600.0)

        assert first is not None
        assert second is None
        assert 600.0 < (table.next_at() or 0) <= 660.0


class TestSleep:
    def test_holds_every_group_of_a_silent_member_back(self):
        table = Timetable(seed="east")
        table.plan({"a": [_MINUTE, _QUARTER], "b": [_MINUTE]}, now=0.0)

        table.sleep("a", until=500.0)

        early = [table.take(now=100.0), table.take(now=100.0)]
        assert [due.member for due in early if due] == ["b"]
        late = {table.take(now=500.0), table.take(now=500.0), table.take(now=500.0)}
        assert {(due.member, due.group.name) for due in late if due} >= {
            ("a", "all"),
            ("a", "energy"),
        }

    def test_ends_at_once_when_the_member_is_heard(self):
        table = Timetable(seed="east")
        table.plan({"a": [_MINUTE]}, now=0.0)
        table.sleep("a", until=500.0)

        table.wake("a")

        assert table.take(now=60.0) is not None
