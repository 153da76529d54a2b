"""What time does: clocks in step with the state, escalation, delays that end."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
import pytest
from django.db import OperationalError

from linli.contracts.cases import CaseOverdue
from linli.domains.cases import jobs
from linli.domains.cases.models import Clock, Move
from linli.domains.cases.operations import recording
from linli.foundation.outbox.models import Outgoing
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import fresh, history, report, take, to_state

pytestmark = pytest.mark.django_db
ZONE = ZoneInfo("Asia/Shanghai")


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


def clock(case, name, round=1):
    return Clock.rows.of(HERE).get(case=case, name=name, round=round)


def told():
    rows = Outgoing.objects.filter(topic="CaseOverdue").order_by("pk")
    facts = [msgspec.json.decode(row.body, type=CaseOverdue) for row in rows]
    return [(fact.clock, fact.level) for fact in facts]


class TestClocks:
    """`own.repair`: answer in 30 working minutes, done in one working day (7 h)."""

    def test_run_in_working_time(self, people, engineer):
        case = to_state(people, engineer, "filed", now=at("2026-02-14 17:15"))

        assert clock(case, "respond").due_at == at("2026-02-24 08:45")
        assert clock(case, "handle").due_at == at("2026-02-24 17:15")

    def test_the_answer_stops_when_somebody_is_at_work(self, people, engineer):
        case = to_state(people, engineer, "handling", now=at("2026-06-01 09:00"))

        assert clock(case, "respond").stopped_at == at("2026-06-01 09:00")
        assert clock(case, "handle").stopped_at is None

    def test_parking_stands_still_and_resuming_gives_what_was_left(self, people, engineer):
        case = to_state(people, engineer, "handling", now=at("2026-06-01 09:00"))
        take(people.supervisor, case, "park", now=at("2026-06-01 11:00"), reason="等开发商")
        parked = clock(case, "handle")

        take(people.supervisor, case, "resume", now=at("2026-06-04 16:30"))

        resumed = clock(case, "handle")
        assert parked.remaining_s == 5 * 3600
        assert resumed.due_at == at("2026-06-05 14:30")
        assert resumed.paused_s == timedelta(days=3, hours=5, minutes=30).total_seconds()

    def test_a_parked_case_is_never_late(self, people, engineer):
        case = to_state(people, engineer, "parked", now=at("2026-06-01 09:00"))

        jobs.tick(at("2026-07-01 09:00"))

        assert told() == []
        assert fresh(case).state == "parked"

    def test_rework_goes_on_with_the_time_that_was_left(self, people, engineer):
        case = to_state(people, engineer, "feedback", now=at("2026-06-01 09:00"))

        take(people.checker, case, "recheck", now=at("2026-06-02 09:00"), agrees=False, note="漏")

        assert clock(case, "check").stopped_at == at("2026-06-02 09:00")
        assert clock(case, "handle").stopped_at is None
        assert clock(case, "handle").due_at == at("2026-06-03 09:00")

    def test_a_second_check_has_its_own_time(self, people, engineer):
        case = to_state(people, engineer, "rework", now=at("2026-06-01 09:00"))
        take(people.engineer, case, "accept", now=at("2026-06-01 10:00"))

        take(people.engineer, case, "feedback", now=at("2026-06-01 11:00"), note="又修了")

        assert clock(case, "check", round=2).started_at == at("2026-06-01 11:00")

    def test_closing_stops_them_all(self, people, engineer):
        case = to_state(people, engineer, "closed")

        assert not Clock.rows.of(HERE).filter(case=case, stopped_at=None).exists()

    def test_a_clock_into_a_year_not_published_says_so(self, people, engineer):
        case = to_state(people, engineer, "filed", now=at("2026-12-31 17:00"))

        assert not clock(case, "handle").known


class TestEscalation:
    def test_tells_the_supervisor_then_the_manager_and_nobody_again(self, people, engineer):
        case = report(people.resident, now=at("2026-06-01 09:00"))

        for text in ("09:29", "09:30", "09:31", "09:44", "09:45", "09:46", "16:00"):
            jobs.tick(at(f"2026-06-01 {text}"))

        assert told() == [("respond", 1), ("respond", 2)]
        notes = Move.rows.of(HERE).filter(case=case, step="overdue").order_by("pk")
        assert [line.note for line in notes] == ["响应超时，已上报主管", "响应超时，已上报经理"]

    def test_the_same_time_told_twice_escalates_once(self, people):
        report(people.resident, now=at("2026-06-01 09:00"))

        done = [jobs.tick(at("2026-06-01 09:30")) for _ in range(3)]

        assert done == [1, 0, 0]

    def test_after_a_long_sleep_both_levels_are_told_one_by_one(self, people):
        report(people.resident, now=at("2026-06-01 09:00"))

        done = [jobs.tick(at("2026-06-08 09:00")) for _ in range(3)]

        assert done == [1, 1, 0]

    def test_what_is_done_in_time_escalates_nothing(self, people, engineer):
        to_state(people, engineer, "closed", now=at("2026-06-01 09:00"))

        jobs.tick(at("2026-08-01 09:00"))

        assert told() == []

    def test_a_clock_that_rang_rings_no_more_after_a_pause(self, people, engineer):
        case = to_state(people, engineer, "handling", now=at("2026-06-01 08:30"))
        jobs.tick(at("2026-06-01 17:30"))
        take(people.supervisor, case, "park", now=at("2026-06-01 17:30"), reason="等件")
        take(people.supervisor, case, "resume", now=at("2026-06-03 08:30"))

        jobs.tick(at("2026-06-03 08:31"))

        assert told() == [("handle", 1), ("handle", 2)]


class TestDelay:
    def test_ends_by_itself_and_says_so(self, people, engineer):
        case = to_state(people, engineer, "delayed")
        until = NOON.replace(day=3)

        early, due, again = (jobs.tick(until + timedelta(seconds=s)) for s in (-1, 0, 1))

        assert (early, due, again) == (0, 1, 0)
        assert history(case)[-1] == ("resume", "delayed", "handling")
        assert fresh(case).delay_until is None


class TestOneThatFails:
    """Every clock rings and every case is dispatched but the one that cannot be."""

    def test_holds_up_no_other_clock_and_is_told_in_the_log(self, people, monkeypatch, caplog):
        sick, well = (report(people.resident, now=at("2026-06-01 09:00")) for _ in range(2))
        remarked = recording.remarked

        def fail(*, row, **more):
            if row.pk == sick.pk:
                raise ZeroDivisionError
            remarked(row=row, **more)

        monkeypatch.setattr(recording, "remarked", fail)

        done = jobs.tick(at("2026-06-01 09:30"))

        assert done == 1
        assert history(well)[-1][0] == "overdue"
        assert clock(sick, "respond").level == 0
        assert f"of case {sick.pk} failed" in caplog.text

    def test_holds_up_no_other_dispatch(self, people, engineer, monkeypatch):
        sick, well = (to_state(people, engineer, "filed", now=NOON) for _ in range(2))
        moved = recording.moved

        def fail(*, row, **more):
            if row.pk == sick.pk:
                raise ZeroDivisionError
            moved(row=row, **more)

        monkeypatch.setattr(recording, "moved", fail)

        jobs.tick(NOON + timedelta(minutes=10))

        assert (fresh(sick).state, fresh(well).state) == ("filed", "dispatched")

    def test_waits_for_a_database_that_is_locked(self, people, monkeypatch):
        report(people.resident, now=at("2026-06-01 09:00"))

        def fail(**_):
            raise OperationalError("database is locked")

        monkeypatch.setattr(recording, "remarked", fail)

        with pytest.raises(OperationalError):
            jobs.tick(at("2026-06-01 09:30"))
