from datetime import timedelta

import pytest

from linli.domains.visits import jobs, queries
from linli.domains.visits.models import Visit
from linli.domains.visits.operations import gate, inviting
from linli.domains.visits.operations.inviting import Guest
from linli.foundation.outbox.models import Outgoing
from linli.registry.people.models import Person
from tests.domains.visits.conftest import HOME, NEXT_DOOR, NOW

WHO = Guest(name="赵访", phone="13900139000", why="送材料")
LATER = NOW + timedelta(seconds=60)


def asked(guard, place=HOME):
    return gate.walk_in(actor=guard, place=place, guest=WHO, now=NOW)


class TestWalkIn:
    def test_asks_everybody_at_home_and_lets_nobody_in_yet(self, host, wife, guard, gates):
        row = asked(guard)

        [fact] = Outgoing.objects.filter(topic="VisitAsked")
        assert str(host.account) in str(fact.body)
        assert str(wife.account) in str(fact.body)
        assert (row.state, gates.admitted) == ("asked", {})

    def test_the_home_agrees_and_the_way_opens_for_its_guest(self, host, guard, gates):
        row = asked(guard)

        gate.answer(actor=host, id=row.pk, agreed=True, now=NOW)

        [told] = gates.admitted.values()
        assert told.host == Person.rows.of("hml").get(code="host").pk
        assert (told.place, told.uses, told.until) == (HOME, 1, NOW + timedelta(hours=6))

    def test_agreed_twice_is_agreed_once(self, host, wife, guard):
        row = asked(guard)

        gate.answer(actor=host, id=row.pk, agreed=True, now=NOW)
        gate.answer(actor=wife, id=row.pk, agreed=True, now=NOW)

        assert Outgoing.objects.filter(topic="VisitDecided").count() == 1

    def test_refused_stays_refused(self, host, wife, guard, gates):
        row = asked(guard)
        gate.answer(actor=host, id=row.pk, agreed=False, now=NOW)

        with pytest.raises(inviting.VisitOver):
            gate.answer(actor=wife, id=row.pk, agreed=True, now=NOW)
        with pytest.raises(inviting.VisitOver):
            gate.decide(actor=guard, id=row.pk, agreed=True, why="认识他", now=LATER)

        assert gates.admitted == {}

    def test_is_no_business_of_the_neighbour(self, host, neighbour, guard):
        row = asked(guard)

        with pytest.raises(queries.VisitNotFound):
            gate.answer(actor=neighbour, id=row.pk, agreed=True, now=NOW)

    def test_refuses_a_room_without_a_home(self, guard):
        with pytest.raises(queries.NoSuchRoom):
            asked(guard, "hml/b03/u1/f02/202")


class TestDecide:
    def test_the_guard_waits_while_the_home_is_asked(self, host, guard, gates):
        row = asked(guard)

        with pytest.raises(gate.NotYours) as refused:
            gate.decide(actor=guard, id=row.pk, agreed=True, why="登记了证件", now=NOW)

        assert refused.value.values == {"seconds": 60}
        assert gates.admitted == {}

    def test_then_decides_and_it_is_on_record(self, host, guard, gates):
        row = asked(guard)

        gate.decide(actor=guard, id=row.pk, agreed=True, why="登记了证件", now=LATER)

        row.refresh_from_db()
        assert (row.part, row.decided_by_id, row.decided_why) == (
            "guard", guard.account, "登记了证件",
        )  # fmt: skip
        [told] = gates.admitted.values()
        assert (told.host, told.by) == (None, guard.account)

    def test_says_why(self, host, guard):
        row = asked(guard)

        with pytest.raises(gate.WhyWanted):
            gate.decide(actor=guard, id=row.pk, agreed=True, why=" ", now=LATER)

    def test_decides_at_once_where_no_telephone_hears(self, neighbour, guard, gates):
        Person.rows.of("hml").update(account=None)
        row = asked(guard, NEXT_DOOR)

        gate.decide(actor=guard, id=row.pk, agreed=False, why="没人", now=NOW)

        assert (row.pk, gates.admitted) == (row.pk, {})

    def test_nobody_decides_and_the_question_is_over(self, host, guard, gates):
        row = asked(guard)
        late = NOW + timedelta(minutes=31)

        with pytest.raises(inviting.VisitOver):
            gate.answer(actor=host, id=row.pk, agreed=True, now=late)
        assert jobs.finish(late) == 1
        assert Visit.rows.of("hml").get().state == "over"
