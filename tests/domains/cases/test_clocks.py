"""Working time over holidays, make-up Saturdays and nights, against the real calendar of 2026.

Spring Festival 2026: Saturday 14 February worked, 15 to 23 February off, 24 Tuesday worked,
Saturday 28 February worked.
"""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from linli.adapters import working_calendar
from linli.contracts.calendar import Day
from linli.domains.cases.logic import clocks
from linli.domains.cases.logic.clocks import Calendar
from linli.domains.cases.logic.refusals import NoWorkingTime

ZONE = ZoneInfo("Asia/Shanghai")
DAY = working_calendar.calendar(arrangement=working_calendar.Arrangement())
WORK = clocks.WorkTime(zone=ZONE, day=DAY)


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def due(start, hours, work=WORK):
    return clocks.due(start=at(start), span_s=hours * 3600, calendar=Calendar.WORKING, work=work)


class TestDue:
    @pytest.mark.parametrize(
        ("start", "hours", "end"),
        [
            ("2026-06-01 08:30", 2, "2026-06-01 10:30"),
            ("2026-06-01 11:00", 1, "2026-06-01 12:00"),
            ("2026-06-01 11:00", 2, "2026-06-01 15:00"),
            ("2026-06-01 12:30", 1, "2026-06-01 15:00"),
            ("2026-06-01 06:00", 1, "2026-06-01 09:30"),
            ("2026-06-01 17:00", 1, "2026-06-02 09:00"),
            ("2026-06-01 23:59", 7, "2026-06-02 17:30"),
            ("2026-06-02 02:00", 7, "2026-06-02 17:30"),
            ("2026-06-05 17:00", 1, "2026-06-08 09:00"),
            ("2026-02-13 17:00", 1, "2026-02-14 09:00"),
            ("2026-02-14 17:00", 1, "2026-02-24 09:00"),
            ("2026-02-18 10:00", 7, "2026-02-24 17:30"),
            ("2026-02-27 17:30", 7, "2026-02-28 17:30"),
            ("2026-02-28 17:00", 1, "2026-03-02 09:00"),
            ("2026-02-14 08:30", 14, "2026-02-24 17:30"),
        ],
        ids=str,
    )
    def test_counts_only_worked_hours(self, start, hours, end):
        found = due(start, hours)

        assert found.at == at(end)
        assert found.known

    def test_calendar_time_counts_every_hour(self):
        found = clocks.due(
            start=at("2026-02-14 23:00"), span_s=7200, calendar=Calendar.CALENDAR, work=WORK
        )

        assert found.at == at("2026-02-15 01:00")

    def test_a_year_not_published_falls_back_to_weekends_and_says_so(self):
        found = due("2027-01-01 08:30", 1)

        assert found.at == at("2027-01-01 09:30")
        assert not found.known

    def test_a_clock_that_crosses_guessed_days_of_rest_says_so(self):
        found = due("2026-12-31 17:00", 14)

        assert not found.known

    def test_hours_of_its_own_may_be_set(self):
        work = clocks.WorkTime(zone=ZONE, day=DAY, hours=((time(0), time(23, 59)),))

        assert due("2026-06-01 22:00", 1, work).at == at("2026-06-01 23:00")

    def test_a_calendar_without_worked_days_is_refused_rather_than_searched_for_ever(self):
        work = clocks.WorkTime(zone=ZONE, day=lambda on: Day(worked=False))

        with pytest.raises(NoWorkingTime):
            due("2026-06-01 08:30", 1, work)

    def test_nothing_to_wait_is_due_at_once_even_at_night(self):
        assert due("2026-06-01 22:00", 0).at == at("2026-06-01 22:00")


class TestBetween:
    @pytest.mark.parametrize(
        ("start", "end", "hours"),
        [
            ("2026-06-01 08:30", "2026-06-01 17:30", 7),
            ("2026-06-01 12:00", "2026-06-01 14:00", 0),
            ("2026-06-01 17:30", "2026-06-02 08:30", 0),
            ("2026-02-14 17:00", "2026-02-24 09:00", 1),
            ("2026-06-05 16:30", "2026-06-08 09:30", 2),
            ("2026-06-02 10:00", "2026-06-01 10:00", 0),
        ],
        ids=str,
    )
    def test_counts_what_due_counts(self, start, end, hours):
        found = clocks.between_s(start=at(start), end=at(end), calendar=Calendar.WORKING, work=WORK)

        assert found == hours * 3600

    @pytest.mark.parametrize("start", ["2026-02-13 03:00", "2026-02-14 11:59", "2026-05-01 12:00"])
    @pytest.mark.parametrize("hours", [0.5, 3.5, 7, 33.25])
    def test_is_the_inverse_of_due(self, start, hours):
        end = due(start, hours).at

        assert (
            clocks.between_s(start=at(start), end=end, calendar=Calendar.WORKING, work=WORK)
            == hours * 3600
        )


class TestSpan:
    @pytest.mark.parametrize(
        ("text", "calendar", "hours"),
        [
            ("15m", Calendar.WORKING, 0.25),
            ("2d", Calendar.WORKING, 14),
            ("1d2h", Calendar.WORKING, 9),
            ("2d", Calendar.CALENDAR, 48),
        ],
    )
    def test_a_working_day_is_as_long_as_its_hours(self, text, calendar, hours):
        found = clocks.span_s(text=text, calendar=calendar, hours=clocks.OFFICE_HOURS)

        assert found == hours * 3600


class TestWorkingCalendar:
    @pytest.mark.parametrize(
        ("day", "worked"),
        [
            ("2026-02-14", True),
            ("2026-02-15", False),
            ("2026-02-23", False),
            ("2026-02-24", True),
            ("2026-02-28", True),
            ("2026-10-01", False),
            ("2026-06-06", False),
        ],
    )
    def test_knows_2026(self, day, worked):
        assert DAY(date.fromisoformat(day)) == Day(worked=worked)

    def test_takes_an_operators_arrangement_for_a_year_not_built_in(self):
        told = working_calendar.read("years = [2027]\nrest = [2027-02-08]\nwork = [2027-02-13]\n")

        day = working_calendar.calendar(arrangement=told)

        assert day(date(2027, 2, 8)) == Day(worked=False)
        assert day(date(2027, 2, 13)) == Day(worked=True)
        assert day(date(2027, 3, 3)) == Day(worked=True, known=True)
