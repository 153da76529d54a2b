"""Two at once, in real transactions of their own."""

from datetime import timedelta

import pytest

from linli.contracts import visits
from linli.contracts.visits import Panel
from linli.domains.visits import jobs, queries
from linli.domains.visits.models import Call, Unheard, Visit
from linli.domains.visits.operations import calling, gate, inviting, kiosk, talking
from linli.domains.visits.operations.inviting import Guest
from linli.foundation.outbox.models import Outgoing
from tests.domains.cases.test_at_once import at_once, faults
from tests.domains.visits.conftest import HOME, NEXT_DOOR, NOW
from tests.domains.visits.test_calling import device

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


class TestScreens:
    """The pace of a screen holds for those who ask at once."""

    @pytest.fixture(autouse=True)
    def screens(self, host):
        for code in ("screen-s", "screen-n"):
            device(code, "hml", kiosk.logic.KIOSK)

    def ring(self, ask, screen="screen-s", room=HOME):
        return lambda: kiosk.ring(community="hml", device=screen, ask=ask, room=room, now=NOW)

    def want(self, ask, screen="screen-s", room=HOME):
        who = Guest(name="赵访")
        return lambda: kiosk.want(
            community="hml", device=screen, ask=ask, room=room, who=who, now=NOW
        )

    @pytest.mark.parametrize("room", [HOME, NEXT_DOOR], ids=["lived in", "empty"])
    def test_of_two_at_once_at_a_screen_the_last_that_is_free_passes_one(self, monkeypatch, room):
        monkeypatch.setattr(kiosk.logic, "KIOSK_ASKS", 2)
        self.want("1", room=room)()

        results = at_once(self.want("2", room=room), self.ring("3", room=room))

        assert faults(results) == [kiosk.AskedTooMuch]

    def test_of_two_screens_at_once_one_alone_disturbs_a_home(self, monkeypatch):
        monkeypatch.setattr(kiosk.logic, "KIOSK_ASKS_A_HOME", 1)

        results = at_once(self.want("1"), self.want("1", screen="screen-n"))

        assert [(one.ok, one.reason) for one in results] == [(True, "asked")] * 2
        assert Visit.rows.of("hml").count() == 1
        assert Unheard.rows.of("hml").count() == 1

    @pytest.mark.parametrize("room", [HOME, NEXT_DOOR], ids=["lived in", "empty"])
    def test_the_same_question_twice_at_once_is_one(self, room):
        for make in (self.want, self.ring):
            first, second = at_once(make("1", room=room), make("1", room=room))
            assert first == second

        counted = Visit.rows.of("hml").count() + Unheard.rows.of("hml").count()
        assert (counted, Call.rows.of("hml").count()) == (1, 1)


def test_one_who_talks_from_two_telephones_at_once_is_on_one_line(host, monkeypatch):
    monkeypatch.setattr(visits.panel, "_answer", lambda community, door: Panel(way="echo"))
    row = calling.ring(community="hml", door="d", ask="1", room="101", below="hml/b03/u1", now=NOW)
    calling.answer(actor=host, id=row.pk, now=NOW)

    at_once(
        lambda: talking.begin_at_home(actor=host, id=row.pk, line="a", now=NOW + S),
        lambda: talking.begin_at_home(actor=host, id=row.pk, line="b", now=NOW + S),
    )

    on = [queries.talks(community="hml", id=row.pk, line=line) for line in ("a", "b")]
    assert sorted(on) == [False, True]
    assert Outgoing.objects.filter(topic="CallTalked").count() == 1
