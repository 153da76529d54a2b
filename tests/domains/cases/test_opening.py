"""How cases come into being."""

from datetime import UTC, datetime, timedelta

import pytest

from linli.contracts.alarms import AlarmGone
from linli.contracts.cases import CaseBrief
from linli.contracts.effects import Severity
from linli.domains.cases import handlers, queries
from linli.domains.cases.models import Case, Clock, Move
from linli.domains.cases.operations import opening
from linli.foundation.causes import operations as causes
from linli.foundation.causes import queries as chains
from linli.foundation.outbox.models import Outgoing
from linli.registry.alarms.queries import AlarmNotFound
from linli.registry.places.queries import PlaceNotFound
from tests.domains.cases.conftest import HERE, NOON, raised
from tests.domains.cases.telling import fresh, history, report, take, to_state, wanted

pytestmark = pytest.mark.django_db


def the_case():
    return Case.rows.of(HERE).get()


class TestReport:
    def test_numbers_cases_by_year_of_the_place(self, people):
        last = datetime(2026, 12, 31, 15, 59, tzinfo=UTC)
        first = datetime(2026, 12, 31, 16, 0, tzinfo=UTC)

        numbers = [report(people.resident, now=at).number for at in (NOON, last, first)]

        assert numbers == ["2026-000001", "2026-000002", "2027-000001"]

    def test_sent_twice_under_one_key_is_one_case(self, people):
        first = report(people.resident, key="tap-1")
        second = report(people.resident, key="tap-1", title="又点了一次")

        assert first.pk == second.pk
        assert Outgoing.objects.count() == 1

    def test_one_key_of_two_people_is_two_cases(self, people):
        assert report(people.resident, key="a").pk != report(people.desk, key="a").pk

    def test_refuses_an_unknown_kind(self, people):
        with pytest.raises(opening.UnknownKind):
            report(people.resident, kind="no.such")

        assert not Case.rows.of(HERE).exists()

    def test_refuses_a_place_of_another_community(self, people):
        with pytest.raises(PlaceNotFound):
            report(people.actor("r", "resident", community="xx"))

    def test_takes_the_matter_of_its_kind_unless_told(self, people):
        assert report(people.resident).matter == "own"
        assert report(people.resident, matter="public").matter == "public"

    def test_starts_the_clock_of_the_answer_only(self, people):
        case = report(people.resident)

        assert [c.name for c in Clock.rows.of(HERE).filter(case=case)] == ["respond"]


class TestCaseWanted:
    def test_an_emergency_is_filed_and_dispatched_by_the_system_each_as_its_own_act(
        self, people, engineer
    ):
        handlers.case_wanted(wanted())

        case = the_case()
        assert history(case) == [
            ("report", "", "reported"),
            ("file", "reported", "filed"),
            ("dispatch", "filed", "dispatched"),
        ]
        assert all(move.automatic for move in Move.rows.of(HERE).filter(case=case))
        assert (case.assignee_id, case.filed_by_id, case.dispatched_by_id) == (
            engineer.pk, None, None)  # fmt: skip

    def test_told_twice_is_one_case(self, people, engineer):
        handlers.case_wanted(wanted())
        facts = Outgoing.objects.count()

        handlers.case_wanted(wanted())

        assert Case.rows.of(HERE).count() == 1
        assert Outgoing.objects.count() == facts

    def test_what_is_no_emergency_waits_for_a_person_to_file(self, people, engineer):
        handlers.case_wanted(wanted(severity=Severity.MINOR))

        assert the_case().state == "reported"

    def test_an_unknown_kind_becomes_general_and_says_so(self, people, engineer):
        handlers.case_wanted(wanted(kind="no.such"))

        case = the_case()
        note = Move.rows.of(HERE).filter(case=case, step="report").get().note
        assert case.kind == "general"
        assert "no.such" in note

    def test_leads_back_to_the_reading(self, people, engineer):
        causes.note(id="r:7:1780286400000", cause=None, community=HERE, kind="Reading", at=NOON)
        handlers.case_wanted(wanted())

        chain = chains.chain(community=HERE, id=the_case().cause)

        assert [link.kind for link in chain] == [
            "CaseMoved", "CaseMoved", "CaseMoved", "CaseWanted", "Reading"]  # fmt: skip
        assert all(link.about.get("zh") for link in chain[:4])

    def test_says_the_scene_and_the_reading_in_words(self, people, engineer, sensor):
        handlers.case_wanted(wanted())

        case = the_case()
        assert (case.title, case.title_en) == ("车库一氧化碳超标", "Garage CO over limit")
        assert case.description == "B1 东侧探头 一氧化碳 41 mg/m³（限值 30）"
        assert case.description_en == "B1 east: CO 41 mg/m³ (limit 30)"

    def test_says_the_codes_of_a_device_that_nobody_registered(self, people, engineer):
        handlers.case_wanted(wanted(scene="gone.scene"))

        case = the_case()
        assert (case.title, case.description) == ("空气超标", "co-01 co_mg_m3 41（限值 30）")

    def test_the_scenes_own_time_to_answer_counts_every_hour(self, people, engineer):
        handlers.case_wanted(wanted(within_s=600))

        clock = Clock.rows.of(HERE).get(name="respond")
        assert clock.due_at == NOON + timedelta(minutes=10)

    def test_nearest_engineer_means_an_engineer(self, people, engineer):
        handlers.case_wanted(wanted(to="nearest engineer"))

        assert the_case().assignee_id == engineer.pk

    def test_without_a_wish_it_goes_to_the_skill_of_its_kind(self, people, engineer):
        handlers.case_wanted(wanted(to=""))

        assert the_case().group == "engineer"

    def test_an_alarm_with_an_open_case_gets_no_second(self, people, engineer, alarm):
        handlers.case_wanted(wanted(alarm="fx-alarm"))
        handlers.case_wanted(wanted(id="fx2", alarm="fx-alarm"))
        handlers.case_wanted(wanted(id="fx2", alarm="fx-alarm"))

        case = the_case()
        assert case.alarm_id == alarm.pk
        assert [line[0] for line in history(case)].count("again") == 1

    def test_an_alarm_whose_case_is_closed_gets_a_new_one(self, people, engineer, alarm):
        handlers.case_wanted(wanted(alarm="fx-alarm"))
        case = the_case()
        case.state = "closed"
        case.save()

        handlers.case_wanted(wanted(id="fx2", alarm="fx-alarm"))

        assert Case.rows.of(HERE).count() == 2

    def test_a_wish_of_an_alarm_that_the_desk_has_not_is_still_a_case(self, people, engineer):
        handlers.case_wanted(wanted(alarm="never-heard-of"))

        assert the_case().alarm_id is None


class TestFromAlarm:
    def test_opens_a_case_at_the_alarms_place_from_its_raising(self, people, alarm):
        case = opening.from_alarm(
            actor=people.dispatcher, alarm=alarm.pk, kind="facility.air", now=NOON
        )

        assert (case.place, case.device, case.severity) == ("hml/g1", "co-01", "major")
        assert case.reporter_id == people.dispatcher.account
        first = Move.rows.of(HERE).get(case=case).fact
        assert chains.chain(community=HERE, id=first)[0].cause == "fx-alarm"

    def test_pressed_twice_is_one_case(self, people, alarm):
        press = dict(actor=people.dispatcher, alarm=alarm.pk, kind="", now=NOON)

        assert opening.from_alarm(**press).pk == opening.from_alarm(**press).pk

    def test_refuses_an_alarm_outside_the_actors_area(self, people, alarm):
        guard = people.actor("g", "guard", places=["hml/b02"])

        with pytest.raises(AlarmNotFound):
            opening.from_alarm(actor=guard, alarm=alarm.pk, kind="", now=NOON)


class TestAlarmGone:
    def fact(self, alarm):
        return AlarmGone(id="gone-1", at=NOON, community=HERE, cause="fx9", alarm=alarm.pk)

    def test_is_written_into_the_open_case_once(self, people, engineer, alarm):
        handlers.case_wanted(wanted(alarm="fx-alarm"))

        handlers.alarm_gone(self.fact(alarm))
        handlers.alarm_gone(self.fact(alarm))

        lines = Move.rows.of(HERE).filter(step="cleared")
        assert [line.note for line in lines] == ["险情已于 2026-06-01 12:00 自行解除"]
        assert the_case().state == "dispatched"

    def test_says_nothing_where_there_is_no_open_case(self, people, alarm):
        handlers.alarm_gone(self.fact(alarm))

        assert not Move.rows.of(HERE).exists()


class TestAnswers:
    def test_case_of_alarm_answers_the_newest_of_each(self, people, engineer, alarm):
        handlers.case_wanted(wanted(alarm="fx-alarm"))
        other = raised("fx-other", device="co-02")

        found = queries.case_of_alarm(HERE, [alarm.pk, other.pk])

        case = the_case()
        assert found == {alarm.pk: CaseBrief(id=case.pk, number="2026-000001", state="dispatched")}

    def test_open_cases_tells_kind_and_place_of_what_is_not_closed(self, people, engineer):
        handlers.case_wanted(wanted())
        to_state(people, engineer, "closed")

        (found,) = queries.open_cases(HERE)
        assert found[:2] == ("facility.air", "hml/g1")
        assert Case.rows.of(HERE).get(pk=found[2]).state == "dispatched"

    def test_counts_tell_open_overdue_and_by_state(self, people, engineer):
        to_state(people, engineer, "handling")
        to_state(people, engineer, "closed")

        found = queries.counts(community=HERE, now=NOON + timedelta(days=30))

        assert found == {"open": 1, "overdue": 1, "by_state": {"handling": 1, "closed": 1}}

    def test_counts_nothing_of_other_places(self, people, engineer):
        place = to_state(people, engineer, "handling").place

        here, there = (
            queries.counts(community=HERE, now=NOON + timedelta(days=30), seen=[where])
            for where in (place, place + "0")
        )

        assert here == {"open": 1, "overdue": 1, "by_state": {"handling": 1}}
        assert there == {"open": 0, "overdue": 0, "by_state": {}}


def test_an_unsaved_step_leaves_nothing_behind(people, engineer):
    case = to_state(people, engineer, "filed")

    with pytest.raises(queries.StaffNotFound):
        take(people.dispatcher, case, "dispatch", assignee=999_999)

    assert fresh(case).state == "filed"
