"""Steps as people take them, on real rows."""

from datetime import timedelta

import pytest

from linli.contracts.cases import CaseState
from linli.domains.cases import queries
from linli.domains.cases.logic import refusals, steps
from linli.domains.cases.models import Clock, Move
from linli.domains.cases.operations import stepping
from linli.foundation.causes import queries as causes
from linli.foundation.outbox.models import Outgoing
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import fresh, history, report, take, to_state

pytestmark = pytest.mark.django_db
ANSWERS = {
    "note": "好了",
    "reason": "原因",
    "rating": 4,
    "agrees": True,
    "until": NOON + timedelta(days=2),
}


class TestWay:
    @pytest.mark.parametrize("state", CaseState)
    def test_people_can_bring_a_case_to_every_state(self, people, engineer, state):
        case = to_state(people, engineer, state)

        assert case.state == state

    def test_each_step_is_one_line_of_history_and_one_fact(self, people, engineer):
        case = to_state(people, engineer, "evaluated")

        assert history(case) == [
            ("report", "", "reported"),
            ("file", "reported", "filed"),
            ("dispatch", "filed", "dispatched"),
            ("accept", "dispatched", "handling"),
            ("feedback", "handling", "feedback"),
            ("recheck", "feedback", "rechecked"),
            ("close", "rechecked", "closed"),
            ("rate", "closed", "evaluated"),
        ]
        assert [o.topic for o in Outgoing.objects.all()] == ["CaseMoved"] * 8

    def test_the_last_step_leads_back_to_the_first_by_its_causes(self, people, engineer):
        case = to_state(people, engineer, "closed")

        chain = causes.chain(community=HERE, id=case.cause)

        assert len(chain) == 7
        assert chain[0].about["zh"] == f"案件 {case.number}：结案（已结案）"
        assert chain[-1].about["en"] == f"Case {case.number}: report (reported)"


class TestForbidden:
    @pytest.mark.parametrize("state", CaseState)
    def test_whatever_the_table_does_not_allow_is_refused_and_writes_nothing(
        self, people, engineer, state
    ):
        case = to_state(people, engineer, state)
        everybody = [people.resident, people.engineer, people.checker, people.desk,
                     people.dispatcher, people.supervisor]  # fmt: skip
        lines, facts = len(history(case)), Outgoing.objects.count()
        forbidden = [step for step in steps.STEPS if state not in steps.STEPS[step].before]

        for step in forbidden:
            for actor in everybody:
                with pytest.raises((refusals.WrongState, refusals.NotYourRole,
                                    queries.CaseNotFound)):  # fmt: skip
                    take(actor, case, step, assignee=engineer.pk, **ANSWERS)

        assert len(history(case)) == lines
        assert Outgoing.objects.count() == facts
        assert fresh(case).state == state

    def test_the_same_step_twice_is_refused_the_second_time(self, people, engineer):
        case = to_state(people, engineer, "dispatched")
        take(people.engineer, case, "accept")

        with pytest.raises(refusals.WrongState):
            take(people.engineer, case, "accept")

        assert history(case)[-1] == ("accept", "dispatched", "handling")

    def test_another_community_does_not_know_the_case(self, people, engineer):
        case = to_state(people, engineer, "filed")
        stranger = people.actor("dispatcher", "dispatcher", community="xx")

        with pytest.raises(queries.CaseNotFound):
            take(stranger, case, "dispatch", assignee=engineer.pk)

    def test_outside_the_actors_places_it_is_not_there(self, people, engineer):
        case = to_state(people, engineer, "filed")
        elsewhere = people.actor("b2", "dispatcher", places=["hml/b02"])

        with pytest.raises(queries.CaseNotFound):
            take(elsewhere, case, "dispatch", assignee=engineer.pk)

    def test_a_reporter_has_no_other_rights_outside_his_area(self, people, engineer):
        desk = people.actor("desk", "front_desk", places=["hml/b02"])
        case = report(desk)

        with pytest.raises(refusals.NotYourRole):
            take(desk, case, "file")

    def test_a_resident_does_not_see_the_case_of_another(self, people):
        case = report(people.resident)

        with pytest.raises(queries.CaseNotFound):
            take(people.actor("neighbour", "resident"), case, "note", note="x")


class TestDispatch:
    def test_is_refused_to_who_filed_it_even_where_one_holds_both_rights(self, people, engineer):
        manager = people.actor("manager", "manager")
        case = report(people.resident)
        take(manager, case, "file")

        with pytest.raises(refusals.SamePersonFilesAndDispatches):
            take(manager, case, "dispatch", assignee=engineer.pk)

        assert fresh(case).state == "filed"

    def test_refuses_somebody_who_does_not_work_here(self, people, engineer):
        case = to_state(people, engineer, "filed")
        engineer.employed = False
        engineer.save()

        with pytest.raises(queries.StaffNotFound):
            take(people.dispatcher, case, "dispatch", assignee=engineer.pk)

    def test_may_give_a_dispatched_case_to_somebody_else(self, people, engineer):
        case = to_state(people, engineer, "dispatched")
        other = people.staff("other", "engineer")

        take(people.dispatcher, case, "dispatch", assignee=other.pk)

        assert fresh(case).assignee_id == other.pk


class TestGrab:
    def test_takes_the_case_at_once(self, people, engineer):
        case = to_state(people, engineer, "filed")

        take(people.engineer, case, "grab")

        found = fresh(case)
        assert (found.state, found.assignee_id) == ("handling", engineer.pk)
        assert found.dispatched_by_id == people.engineer.account

    def test_refuses_an_account_that_is_nobody_of_the_staff(self, people, engineer):
        case = to_state(people, engineer, "filed")

        with pytest.raises(queries.NotStaff):
            take(people.actor("ghost", "engineer"), case, "grab")


class TestHandBack:
    def test_leaves_the_case_with_nobody_and_remembers_who_had_it(self, people, engineer):
        case = to_state(people, engineer, "returned")

        assert fresh(case).assignee_id is None
        assert queries.tried(community=HERE, cases=[case.pk]) == {case.pk: {engineer.pk}}


class TestReopen:
    def test_starts_the_clocks_afresh_and_counts(self, people, engineer):
        case = to_state(people, engineer, "evaluated")
        later = NOON + timedelta(days=6)

        take(people.resident, case, "reopen", now=later, reason="又漏了")

        found = fresh(case)
        assert (found.state, found.reopened, found.rating) == ("rework", 1, None)
        rounds = Clock.rows.of(HERE).filter(case=case, round=2).values_list("name", "started_at")
        assert sorted(rounds) == [("handle", later), ("respond", later)]

    def test_is_refused_after_seven_days_and_changes_nothing(self, people, engineer):
        case = to_state(people, engineer, "closed")

        with pytest.raises(refusals.TooLateToReopen):
            take(people.resident, case, "reopen", now=NOON + timedelta(days=8), reason="又漏了")

        assert fresh(case).state == "closed"

    def test_only_the_reporter_may(self, people, engineer):
        case = to_state(people, engineer, "closed")

        with pytest.raises(refusals.NotTheReporter):
            take(people.supervisor, case, "reopen", reason="x")

    def test_not_fixed_reaches_the_handler_before_it_is_closed(self, people, engineer):
        case = to_state(people, engineer, "feedback")

        take(people.resident, case, "not_fixed", reason="还在漏")
        take(people.engineer, case, "accept")

        assert fresh(case).state == "handling"


class TestDelay:
    def test_asked_is_seen_and_refused_is_over(self, people, engineer):
        case = to_state(people, engineer, "handling")
        take(people.engineer, case, "ask_delay", reason="等配件", until=NOON + timedelta(days=1))

        take(people.dispatcher, case, "refuse_delay", reason="住户等不了")

        found = fresh(case)
        assert (found.state, found.delay_asked, found.delay_until) == ("handling", False, None)


class TestHistory:
    def test_keeps_the_words_of_who_wrote_them(self, people, engineer):
        case = to_state(people, engineer, "returned")

        line = Move.rows.of(HERE).filter(case=case).order_by("-pk")[0]

        assert (line.by_name, line.reason, line.automatic) == ("engineer", "不归我管", False)

    def test_a_note_changes_nothing_else(self, people, engineer):
        case = to_state(people, engineer, "handling")

        take(people.resident, case, "note", note="下午在家")

        assert history(case)[-1] == ("note", "handling", "handling")
        assert fresh(case).state == "handling"

    def test_a_reopening_that_would_give_an_alarm_two_open_cases_is_refused(
        self, people, engineer, alarm
    ):
        case = to_state(people, engineer, "closed")
        case.alarm = alarm
        case.save()
        other = report(people.desk)
        other.alarm = alarm
        other.save()

        with pytest.raises(stepping.AlarmHasCase):
            take(people.resident, case, "reopen", reason="x")
