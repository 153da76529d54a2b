"""Rights by shift, off holidays, and over midnight, as a door decides them by the register itself;
and a controller without a line by what it fetched.
"""

from datetime import UTC, date, datetime, time, timedelta

import pytest

from linli.app.demo.controller import Shown as AtReader
from linli.contracts.doors import Hours, Way
from linli.domains.doors.models import Credential
from linli.domains.doors.operations import forgetting, granting, issuing
from linli.domains.doors.operations.granting import NewRight
from linli.domains.doors.operations.issuing import NewCredential
from linli.registry.people.models import Shift, Staff
from tests.domains.doors.conftest import NOW
from tests.domains.doors.test_deciding import rows

GUARDS = "0000000099"


def at(day, hour, minute=0):
    """Return a local time of June 2026; the 1st is a Monday, the 19th a holiday on a Friday."""
    return datetime(2026, 6, day, hour, minute, tzinfo=UTC) - timedelta(hours=8)


def span(text):
    """Return hours as the table has them: `working 08:00-18:00`."""
    days, _, hours = text.partition(" ")
    starts, ends = map(time.fromisoformat, hours.split("-"))
    return Hours(days=days, starts=starts, ends=ends)


@pytest.fixture
def guard(homes):
    """Give the guard a card, and work by shifts: Monday to Friday, from ten at night to six."""
    new = NewCredential(way=Way.CARD, staff=homes.guard, value=GUARDS)
    issuing.issue(community="hml", new=new, by=None, now=NOW)
    Staff.rows.of("hml").filter(pk=homes.guard).update(duty="by_shift")
    Shift.rows.create(
        community="hml", staff_id=homes.guard, days="12345", starts=time(22), ends=time(6)
    )
    return homes.guard


@pytest.fixture
def give(homes):
    def give(**new):
        return granting.grant(
            community="hml", new=NewRight(door="plant", **new), by=None, now=at(1, 0)
        )

    return give


@pytest.fixture
def both(show, controller):
    """Show a card at the plant room, on the line and without one; both say the same."""

    def both(now, value=GUARDS):
        door = controller("plant")
        door.pull(now)
        told = show("plant", value=value, now=now)
        alone = door.by_itself(AtReader(way=Way.CARD, value=value), now.timestamp())
        return told.reason, alone.reason

    return both


class TestByShift:
    @pytest.mark.parametrize(
        ("when", "reason"),
        [
            (at(2, 21, 59), "off_shift"),
            (at(2, 22), "right"),
            (at(3, 5, 59), "right"),
            (at(3, 6), "off_shift"),
            (at(6, 5), "right"),  # Saturday morning: of Friday's shift
            (at(6, 23), "off_shift"),
            (at(8, 5), "off_shift"),  # Monday morning: Sunday has none
        ],
    )
    def test_he_passes_on_duty_and_at_no_other_hour(self, guard, give, both, when, reason):
        give(staff=guard, by_shift=True)

        assert both(when) == (reason, reason)

    def test_without_a_shift_he_passes_never_and_on_duty_always(self, guard, give, both):
        give(staff=guard, by_shift=True)
        Shift.rows.of("hml").delete()
        never = both(at(2, 23))
        Staff.rows.of("hml").filter(pk=guard).update(duty="on")
        always = both(at(2, 12))
        Staff.rows.of("hml").filter(pk=guard).update(duty="off")
        off = both(at(2, 23))

        assert never == off == ("off_shift", "off_shift")
        assert always == ("right", "right")

    def test_a_right_of_his_own_is_not_by_his_shift(self, guard, give, both):
        give(staff=guard)

        assert both(at(2, 12)) == ("right", "right")

    def test_who_is_no_longer_employed_passes_on_no_shift(self, guard, give, both):
        give(staff=guard, by_shift=True)
        Staff.rows.of("hml").filter(pk=guard).update(employed=False)

        assert both(at(2, 23)) == ("gone", "unknown")

    def test_a_shift_that_is_over_or_has_not_begun_counts_for_nothing(self, guard, give, both):
        give(staff=guard, by_shift=True)
        Shift.rows.of("hml").update(since=date(2026, 6, 2), until=date(2026, 6, 4))

        told = [both(when) for when in (at(1, 23), at(3, 23), at(4, 5), at(4, 23), at(5, 23))]

        assert told == [
            ("off_shift", "off_shift"), ("right", "right"), ("right", "right"),
            ("off_shift", "off_shift"), ("off_shift", "off_shift"),
        ]  # fmt: skip

    def test_another_shift_is_followed_to_controllers_and_the_same_one_is_not(
        self, guard, give, controller
    ):
        give(staff=guard, by_shift=True)
        forgetting.follow(community="hml", now=at(2, 12))
        door = controller("plant")
        door.pull(at(2, 12))
        version = Credential.rows.of("hml").get(staff=guard).version
        unchanged = forgetting.follow(community="hml", now=at(2, 12))
        Shift.rows.of("hml").update(starts=time(8), ends=time(20))

        changed = forgetting.follow(community="hml", now=at(2, 12))
        before = door.by_itself(AtReader(way=Way.CARD, value=GUARDS), at(2, 12).timestamp())
        door.pull(at(2, 12))
        after = door.by_itself(AtReader(way=Way.CARD, value=GUARDS), at(2, 12).timestamp())

        assert (unchanged, changed) == (0, 1)
        assert Credential.rows.of("hml").get(staff=guard).version > version
        assert (before.reason, after.reason) == ("off_shift", "right")


class TestHolidays:
    @pytest.mark.parametrize(
        ("when", "reason"),
        [
            (at(18, 12), "right"),
            (at(19, 12), "holiday"),  # Dragon Boat Festival, a Friday
            (at(20, 12), "right"),  # a Saturday is no day of rest that falls on a working one
            (at(22, 12), "right"),
        ],
    )
    def test_not_on_holidays_is_not_on_days_of_rest_in_the_week(
        self, guard, give, both, when, reason
    ):
        give(staff=guard, not_on_holidays=True)

        assert both(when) == (reason, reason)

    def test_leaving_he_is_let_out_on_a_holiday(self, guard, give, show):
        give(staff=guard, not_on_holidays=True)

        out = show("plant", value=GUARDS, reader="out", now=at(19, 12))

        assert (out.opens, out.reason) == (True, "leaving")


class TestHours:
    @pytest.mark.parametrize(
        ("when", "reason"),
        [
            (at(5, 21, 59), "hours"),
            (at(5, 22), "right"),
            (at(6, 1, 59), "right"),  # Saturday: of Friday's night
            (at(6, 2), "hours"),
            (at(6, 22), "hours"),
            (at(5, 1), "hours"),  # Friday: Thursday has no night
        ],
    )
    def test_that_end_before_they_begin_go_on_past_midnight(self, guard, give, both, when, reason):
        give(staff=guard, hours=(Hours(days="5", starts=time(22), ends=time(2)),))

        assert both(when) == (reason, reason)

    def test_of_working_days_they_go_on_into_a_holiday_and_none_begin_there(
        self, guard, give, both
    ):
        give(staff=guard, hours=(Hours(days="working", starts=time(20), ends=time(3)),))

        assert both(at(19, 2)) == ("right", "right")
        assert both(at(19, 21)) == ("hours", "hours")
        assert both(at(20, 2)) == ("hours", "hours")

    def test_of_several_rights_the_best_counts(self, guard, give, both):
        give(staff=guard, hours=(Hours(days="1", starts=time(8), ends=time(9)),))
        give(staff=guard, by_shift=True)

        assert both(at(2, 23)) == ("right", "right")
        assert both(at(1, 8, 30)) == ("right", "right")
        assert both(at(2, 12))[0] == "off_shift"

    def test_a_controller_that_does_not_know_duty_takes_nobody_for_all_hours(
        self, guard, give, controller
    ):
        told, pinned = [], [{"days": "1", "starts": "08:00", "ends": "09:00"}]
        give(staff=guard, by_shift=True)
        give(staff=guard, by_shift=True, hours=[span("1 08:00-09:00")])
        door = controller("plant")
        take = door.take_rights
        door.take_rights = lambda body, now: told.extend(body["set"]) or take(body, now)
        door.pull(at(2, 12))

        shifts = [{"days": "12345", "starts": "22:00", "ends": "06:00"}]
        rules = [(one["hours"], one["duty"]) for entry in told for one in entry["rules"]]
        assert rules == [(shifts, shifts), (pinned, shifts)]

    @pytest.mark.parametrize("row", rows("## 班次与钟点"), ids=" ".join)
    def test_by_shift_and_hours_must_both_hold_on_the_line_and_off_it(self, guard, give, both, row):
        said, when, reason = row
        give(staff=guard, by_shift=True, hours=[span(one) for one in said.split(" + ")])

        assert both(datetime.fromisoformat(f"{when}+08:00")) == (reason, reason)
