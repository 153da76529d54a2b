"""Two at once, in real transactions of their own."""

from datetime import timedelta

import pytest

from linli.domains.visits import jobs, queries
from linli.domains.visits.models import Call
from linli.domains.visits.operations import calling, gate, inviting
from linli.domains.visits.operations.inviting import Guest
from linli.foundation.outbox.models import Outgoing
from tests.domains.cases.test_at_once import at_once, faults
from tests.domains.visits.conftest import HOME, NOW

pytestmark = pytest.mark.django_db(transaction=True)
S = timedelta(seconds=1)


def test_two_who_open_at_once_the_door_opens_once(host, wife, gates):
    row = calling.ring(community="hml", door="d", ask="1", room="101", below="hml/b03/u1", now=NOW)

    results = at_once(
        lambda: calling.open_door(actor=host, id=row.pk, now=NOW + S),
        lambda: calling.open_door(actor=wife, id=row.pk, now=NOW + S),
    )

    [fault] = faults(results)
    assert fault in {calling.CallTaken, calling.CallIsOver}
    assert len(gates.opened) == 1
    assert Call.rows.of("hml").get().state == "opened"


def test_one_ask_twice_at_once_is_one_call(host):
    def ring():
        return calling.ring(
            community="hml", door="d", ask="1", room="101", below="hml/b03/u1", now=NOW
        )

    results = at_once(ring, ring)

    assert len({one.pk for one in results}) == 1
    assert Outgoing.objects.filter(topic="CallRang").count() == 1


def test_home_and_guard_decide_at_once_one_wins(host, guard, gates):
    row = gate.walk_in(actor=guard, place=HOME, guest=Guest(name="赵访"), now=NOW)
    later = NOW + 60 * S

    results = at_once(
        lambda: gate.answer(actor=host, id=row.pk, agreed=False, now=later),
        lambda: gate.decide(actor=guard, id=row.pk, agreed=True, why="认识", now=later),
    )

    assert faults(results) == [inviting.VisitOver]
    standing = queries.visit(community="hml", id=row.pk)
    assert (standing.state == "expected") is bool(gates.admitted)


def test_withdrawn_and_ended_at_once_is_told_once(host, visit, gates):
    late = NOW + timedelta(hours=5)

    at_once(lambda: inviting.withdraw(actor=host, id=visit.pk, now=late), lambda: jobs.finish(late))

    assert Outgoing.objects.filter(topic="VisitWithdrawn").count() == 1
    assert gates.admitted == {}
