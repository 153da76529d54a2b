"""The automatic dispatcher, on real rows."""

from datetime import timedelta

import msgspec
import pytest

from linli.contracts.cases import CaseWaits
from linli.contracts.effects import Severity
from linli.domains.cases import handlers
from linli.domains.cases.models import Case, Move
from linli.domains.cases.operations.dispatching import dispatch_waiting
from linli.foundation.outbox.models import Outgoing
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import fresh, history, take, to_state, wanted

pytestmark = pytest.mark.django_db
LATER = NOON + timedelta(minutes=5)


def run(now=LATER):
    return dispatch_waiting(community=HERE, now=now)


class TestDispatchWaiting:
    def test_gives_an_emergency_to_the_nearest_engineer(self, people):
        people.staff("far", "engineer", at=(121.48, 31.24))
        near = people.staff("near", "engineer", at=(121.4701, 31.2301))
        people.staff("guard", "guard", at=(121.47, 31.23))

        handlers.case_wanted(wanted())

        assert Case.rows.of(HERE).get().assignee_id == near.pk

    def test_leaves_a_filed_case_to_be_grabbed_first(self, people, engineer):
        case = to_state(people, engineer, "filed")

        assert run(NOON + timedelta(minutes=2)) == 0
        assert run(NOON + timedelta(minutes=3)) == 1
        assert fresh(case).state == "dispatched"

    def test_done_twice_gives_nothing_twice(self, people, engineer):
        case = to_state(people, engineer, "filed")
        run()

        assert run() == 0
        assert [line[0] for line in history(case)].count("dispatch") == 1

    def test_sends_nobody_who_is_off_duty(self, people):
        people.staff("home", "engineer", duty="off")

        handlers.case_wanted(wanted())

        assert Case.rows.of(HERE).get().state == "filed"

    def test_a_worker_that_catches_up_gives_it_to_who_is_on_duty_by_then(self, people, clock):
        day, night = people.staff("day", "engineer", duty="by_shift"), people.staff(
            "night", "engineer", duty="by_shift")  # fmt: skip
        people.shift(day, "06:00", "18:00")
        people.shift(night, "18:00", "06:00")
        clock(NOON + timedelta(hours=8))

        handlers.case_wanted(wanted())

        case = Case.rows.of(HERE).get()
        assert (case.assignee_id, case.created_at) == (night.pk, NOON)

    def test_nobody_on_duty_waits_and_tells_the_dispatcher_once(self, people):
        handlers.case_wanted(wanted())
        run()
        run(LATER + timedelta(minutes=1))

        told = Outgoing.objects.filter(topic="CaseWaits")
        fact = msgspec.json.decode(told.get().body, type=CaseWaits)
        assert (fact.number, fact.skill, fact.place) == ("2026-000001", "engineer", "hml/g1")

    def test_is_tried_again_when_somebody_comes_on_duty(self, people):
        night = people.staff("night", "engineer", duty="by_shift")
        people.shift(night, "18:00", "06:00")
        handlers.case_wanted(wanted())

        before, after = run(NOON + timedelta(hours=5)), run(NOON + timedelta(hours=6, minutes=1))

        assert (before, after) == (0, 1)
        assert Case.rows.of(HERE).get().assignee_id == night.pk

    def test_an_emergency_handed_back_goes_to_the_next_at_once(self, people, engineer):
        other = people.staff("other", "engineer", at=(121.48, 31.24))
        handlers.case_wanted(wanted())
        take(people.engineer, Case.rows.of(HERE).get(), "hand_back", reason="走不开")

        run()

        assert Case.rows.of(HERE).get().assignee_id == other.pk

    def test_any_other_case_handed_back_waits_for_a_person(self, people, engineer):
        people.staff("other", "engineer")
        case = to_state(people, engineer, "returned")

        run()

        assert fresh(case).state == "returned"

    def test_spreads_a_storm_of_cases_over_all(self, people):
        staff = [people.staff(f"e{i}", "engineer", at=(121.47, 31.23)) for i in range(3)]
        for i in range(9):
            handlers.case_wanted(wanted(id=f"fx{i}"))

        loads = [Case.rows.of(HERE).filter(assignee=one).count() for one in staff]
        assert loads == [3, 3, 3]

    def test_says_in_history_whom_it_chose_by_itself(self, people, engineer):
        handlers.case_wanted(wanted(severity=Severity.CRITICAL))

        line = Move.rows.of(HERE).get(step="dispatch")
        assert (line.automatic, line.note, line.note_en) == (
            True, "自动派给 engineer", "given to engineer automatically")  # fmt: skip

    def test_serves_one_community_only(self, people, engineer):
        to_state(people, engineer, "filed")

        assert dispatch_waiting(community="xx", now=LATER) == 0
