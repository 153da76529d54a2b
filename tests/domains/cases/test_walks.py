"""Whatever people try, in whatever order: history is unbroken and the clocks agree with it."""

import random
from datetime import timedelta
from itertools import pairwise

import pytest

from linli.contracts.cases import CaseState
from linli.domains.cases import jobs, queries
from linli.domains.cases.logic import clocks, steps
from linli.domains.cases.logic.clocks import Want
from linli.domains.cases.models import Clock
from linli.kernel.fault import Fault
from tests.domains.cases.conftest import HERE, NOON
from tests.domains.cases.telling import fresh, history, report, take

pytestmark = pytest.mark.django_db
TRIES = 60


def random_walk(people, engineer, dice):
    """Report a case and try steps at random; return it and the time that it has become."""
    crowd = [people.resident, people.engineer, people.checker, people.desk, people.dispatcher,
             people.supervisor, people.actor("manager", "manager")]  # fmt: skip
    case, now = report(people.resident), NOON
    for _ in range(TRIES):
        now += timedelta(minutes=dice.randint(1, 600))
        actor, row = dice.choice(crowd), fresh(case)
        hand, standing = queries.hand(actor=actor, row=row), queries.standing(row)
        open_steps = steps.allowed(case=standing, hand=hand, now=now)
        step = dice.choice(open_steps or list(steps.STEPS))
        answers = {
            "note": "好", "reason": "因", "rating": 3, "agrees": dice.random() < 0.7,
            "assignee": engineer.pk, "until": now + timedelta(hours=dice.randint(1, 50)),
        }  # fmt: skip
        try:
            take(actor, case, step, now=now, **answers)
        except Fault:
            jobs.tick(now)
    return fresh(case), now


def running(case):
    rows = queries.clocks(community=HERE, cases=[case.pk]).get(case.pk, [])
    return {row.name for row in rows if row.stopped_at is None and row.paused_at is None}


@pytest.mark.parametrize("seed", range(12))
def test_a_random_walk_keeps_every_promise(people, engineer, seed):
    case, _ = random_walk(people, engineer, random.Random(seed))

    lines = history(case)
    assert all(one[2] == two[1] for one, two in pairwise(lines))
    assert lines[-1][2] == case.state
    state = CaseState(case.state)
    for name in running(case):
        assert clocks.WANTS[clocks.Clock(name)][state] is Want.RUN
    if state in steps.OVER:
        assert not Clock.rows.of(HERE).filter(case=case, rings_at__isnull=False).exists()
    levels = Clock.rows.of(HERE).filter(case=case).values_list("level", flat=True)
    assert max(levels) <= 2
    assert len([line for line in lines if line[0] == "overdue"]) == sum(levels)
    assert case.filed_by_id is None or case.filed_by_id != case.dispatched_by_id
