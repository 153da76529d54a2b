"""Two people at once, in real transactions of their own: one wins, and nothing is done twice."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections

from linli.contracts.alarms import AlarmGone
from linli.domains.cases import handlers, jobs
from linli.domains.cases.logic import refusals
from linli.domains.cases.models import Case, Move
from linli.domains.cases.operations import opening
from linli.foundation.outbox.models import Outgoing
from linli.kernel.fault import Fault
from tests.domains.cases.conftest import HERE, NOON, raised
from tests.domains.cases.telling import fresh, history, report, take, to_state, wanted

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(*acts):
    """Start all at the same moment, each on a connection of its own; return results or faults."""
    barrier = Barrier(len(acts))

    def run(act):
        try:
            barrier.wait()
            return act()
        except Fault as fault:
            return fault
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def faults(results):
    return [type(result) for result in results if isinstance(result, Fault)]


def test_two_who_grab_one_case_at_once_one_wins(people, engineer):
    people.staff("second", "engineer")
    case = to_state(people, engineer, "filed")
    one, other = people.engineer, people.actor("second", "engineer")

    results = at_once(lambda: take(one, case, "grab"), lambda: take(other, case, "grab"))

    assert faults(results) == [refusals.WrongState]
    assert [line[0] for line in history(case)].count("grab") == 1
    assert fresh(case).state == "handling"


def test_a_person_and_the_dispatcher_at_once_one_wins(people, engineer):
    case = to_state(people, engineer, "filed")
    later = NOON.replace(hour=5)
    grabbing = people.engineer

    at_once(lambda: take(grabbing, case, "grab"), lambda: jobs.tick(later))

    given = [line[0] for line in history(case) if line[0] in {"grab", "dispatch"}]
    assert len(given) == 1


def test_one_report_sent_twice_at_once_is_one_case(people):
    actor = people.resident

    results = at_once(*[lambda: report(actor, key="tap-1")] * 4)

    assert len({row.pk for row in results}) == 1
    assert Case.rows.of(HERE).count() == 1
    assert Outgoing.objects.count() == 1


def test_reports_at_once_have_numbers_of_their_own(people):
    actor = people.resident

    results = at_once(*[lambda: report(actor)] * 6)

    assert sorted(row.number for row in results) == [f"2026-{n:06d}" for n in range(1, 7)]


def test_one_wish_of_a_scene_told_twice_at_once_is_one_case(people, engineer):
    at_once(*[lambda: opening.want(effect=wanted(), now=NOON)] * 2)

    assert Case.rows.of(HERE).count() == 1
    assert Move.rows.of(HERE).count() == 3


def test_two_who_make_one_alarm_a_case_at_once_get_the_same(people):
    alarm = raised("fx-alarm")
    one, other = people.dispatcher, people.desk

    results = at_once(
        lambda: opening.from_alarm(actor=one, alarm=alarm.pk, kind="", now=NOON),
        lambda: opening.from_alarm(actor=other, alarm=alarm.pk, kind="", now=NOON),
    )

    assert len({row.pk for row in results}) == 1


def test_two_workers_that_tick_at_once_escalate_once(people):
    report(people.resident, now=NOON.replace(hour=1))

    at_once(lambda: jobs.tick(NOON), lambda: jobs.tick(NOON))
    jobs.tick(NOON)

    levels = Outgoing.objects.filter(topic="CaseOverdue").count()
    assert levels == 2


def test_two_workers_that_hear_of_one_clearing_write_it_once(people, engineer):
    alarm = raised("fx-alarm")
    handlers.case_wanted(wanted(alarm="fx-alarm"))
    fact = AlarmGone(id="gone", at=NOON, community=HERE, alarm=alarm.pk)

    at_once(lambda: handlers.alarm_gone(fact), lambda: handlers.alarm_gone(fact))

    assert Move.rows.of(HERE).filter(step="cleared").count() == 1
