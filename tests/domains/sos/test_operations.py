"""Calls for help: who is rung when, and what stays on record."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread

import msgspec
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from linli.app.handlers import wiring
from linli.contracts.alarms import AlarmOpened
from linli.contracts.effects import Severity
from linli.domains.cases.logic import steps
from linli.domains.sos import logic, operations, own, pages, queries
from linli.domains.sos.logic import Rung
from linli.domains.sos.models import Call, Deed, Ring
from linli.domains.sos.operations import recording
from linli.domains.sos.operations.helping import NotYours
from linli.domains.sos.operations.trees import BadTree
from linli.domains.tours.operations import recording as tours
from linli.foundation.identity.models import Account
from linli.foundation.outbox.models import Outgoing
from linli.registry.devices.models import Command, Device
from linli.registry.people.models import Staff
from linli.runtime.facts import Told, deliver
from tests.domains.sos.conftest import HERE, NOW, account


def after(seconds):
    return NOW + timedelta(seconds=seconds)


def rung():
    """Return whose telephones rang, in order."""
    names = dict(Account.objects.values_list("pk", "username"))
    rows = Ring.rows.of(HERE).order_by("step", "pk")
    return [(row.step, names[row.account_id]) for row in rows]


def topics():
    return list(Outgoing.objects.order_by("pk").values_list("topic", flat=True))


def record():
    return list(Deed.rows.of(HERE).order_by("pk").values_list("what", flat=True))


def commands():
    rows = Command.rows.of(HERE).order_by("pk")
    return {(row.device, row.service) for row in rows}


class TestCallHelp:
    def test_rings_the_nearest_on_duty_at_once(self, call, desk):
        row = call()

        assert rung() == [(0, "near"), (0, "far")]
        assert (row.place.path, row.camera) == ("hml/b01/101", "cam-1")
        assert [(one.kind, one.to) for one in desk.cases] == [("care.sos", "guard")]
        assert commands() == {("cam-1", "camera.snapshot")}

    def test_asks_as_much_where_many_are_rung_as_where_few(self, call, people, estate):
        on_duty = (Rung(whom=logic.DUTY, target="guard"),)
        operations.put_tree(community=HERE, place="hml/b01", rungs=on_duty, siren=False)

        def asked(key, now):
            with CaptureQueriesContext(connection) as queries:
                row = call(key=key, now=now)
            Call.rows.of(HERE).filter(pk=row.pk).update(closed_at=now, state=logic.CLOSED)
            return len(queries), Ring.rows.of(HERE).filter(call=row).count()

        few = asked("press-001", NOW)
        for n in range(20):
            Staff.rows.create(
                community=HERE, code=f"g{n}", name=f"g{n}", account=account(f"g{n}"),
                skills=["guard"], place=estate["hml/gate"], duty="on",
            )  # fmt: skip

        assert asked("press-002", after(900)) == (few[0], few[1] + 20)

    def test_is_one_call_when_pressed_twice(self, call, desk):
        first = call()

        again, later = call(), call(key="press-002", now=after(3))

        assert {again.pk, later.pk} == {first.pk}
        assert record() == ["raised", "rung", "again"]
        assert len(desk.cases) == 1

    def test_rings_anew_when_it_had_given_up(self, call, desk, estate):
        operations.put_tree(community=HERE, place="hml/b01", rungs=logic.TREE, siren=True)
        first = call()
        for minute in range(1, 40):
            operations.tick(now=after(60 * minute))
        before, sounded = topics().count("SosRung"), Command.rows.of(HERE).count()
        assert queries.call(community=HERE, id=first.pk).next_at is None

        row = call(key="press-002", now=after(3000))

        assert (row.pk, row.state, row.step) == (first.pk, logic.RINGING, 0)
        assert row.next_at == after(3030)
        assert topics().count("SosRung") == before + 1
        assert Command.rows.of(HERE).count() == sounded + 1
        assert desk.notices[-1].to == "guard"

    def test_rings_anew_when_somebody_came_and_left_it_open(self, call, people):
        first, guard = call(), people("near", "guard")
        operations.arrive(actor=guard, call=first.pk, now=after(60))

        call(key="press-002", now=after(900))
        row = operations.answer(actor=people("far", "guard"), call=first.pk, now=after(905))

        assert topics()[-3:] == ["SosRaised", "SosRung", "SosAnswered"]
        assert (row.state, row.arrived_by, row.arrived_at) == (logic.ANSWERED, None, None)

    def test_is_never_taken_for_ones_own_open_test(self, call, desk):
        test = call(by="boss", place="hml/b01", test=True)

        row = call(key="press-002", by="boss", now=after(5))

        assert (row.pk != test.pk, row.test, len(desk.cases)) == (True, False, 1)

    @pytest.mark.django_db(transaction=True)
    def test_is_one_call_when_two_telephones_of_one_press_at_once(self, call, people):
        gate, found = Barrier(2), []
        wang = people("wang")

        def press(key):
            gate.wait()
            raised = operations.Raised(key=key)
            found.append(operations.call_help(actor=wang, raised=raised, now=NOW).pk)
            connection.close()

        threads = [Thread(target=press, args=(key,)) for key in ("press-001", "press-002")]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(set(found)) == 1
        assert Call.rows.of(HERE).count() == 1

    def test_says_what_is_a_test(self, call, desk):
        row = call(by="boss", place="hml/b01", test=True)

        assert rung() == [(0, "near"), (0, "far")]
        assert (row.test, desk.cases, desk.notices, commands()) == (True, [], [], set())

    def test_sounds_the_siren_where_that_was_laid_down(self, call, estate, people):
        operations.put_tree(community=HERE, place="hml/b01", rungs=logic.TREE, siren=True)
        row = call()

        operations.answer(actor=people("near", "guard"), call=row.pk, now=after(5))

        assert {("siren-1", "siren.on"), ("siren-1", "siren.off")} <= commands()

    @pytest.mark.parametrize("away", ["before", "meanwhile"])
    def test_is_raised_answered_and_closed_though_a_siren_is_out_of_use(
        self, call, estate, people, away
    ):
        operations.put_tree(community=HERE, place="hml/b01", rungs=logic.TREE, siren=True)
        siren = Device.rows.of(HERE).filter(code="siren-1")
        if away == "before":
            siren.update(enabled=False)
        row = call()
        siren.update(enabled=False)

        guard = people("near", "guard")
        operations.answer(actor=guard, call=row.pk, now=after(5))
        operations.close(actor=guard, call=row.pk, outcome="helped", note="", now=after(9))

        assert queries.call(community=HERE, id=row.pk).state == logic.CLOSED
        assert ("siren-1", "siren.off") not in commands()


class TestTick:
    def test_goes_down_the_tree_until_somebody_answers(self, call, people):
        row = call()

        for second in (29, 30, 31, 60, 90):
            operations.tick(now=after(second))
        operations.answer(actor=people("desk", "front_desk"), call=row.pk, now=after(95))
        operations.tick(now=after(120))

        assert rung() == [
            (0, "near"), (0, "far"), (1, "daughter"), (2, "desk"), (3, "near"), (3, "far"),
        ]  # fmt: skip
        assert topics()[-1] == "SosAnswered"

    def test_goes_on_where_it_was_after_an_outage(self, call):
        call()

        operations.tick(now=after(600))
        operations.tick(now=after(601))
        operations.tick(now=after(630))

        assert [step for step, _ in rung()] == [0, 0, 1, 2]

    def test_leaves_out_a_rung_with_nobody(self, call, people):
        call(by="near")

        operations.tick(now=after(30))

        assert rung() == [(0, "far"), (2, "desk")]

    def test_says_once_that_nobody_answers_and_goes_on_ringing(self, call, desk):
        call()

        for second in range(30, 400, 30):
            operations.tick(now=after(second))

        assert topics().count("SosUnanswered") == 1
        assert {one.to for one in desk.notices} == {"guard", "manager", "supervisor"}
        assert Call.rows.of(HERE).get().next_at is not None

    def test_rings_on_when_who_answered_is_not_there(self, call, people):
        row = call()
        operations.answer(actor=people("near", "guard"), call=row.pk, now=after(5))

        operations.tick(now=after(305))

        assert rung()[-1] == (1, "daughter")
        assert "not_there_yet" in record()


class TestAnswer:
    def test_is_the_first_ones_and_the_second_goes_too(self, call, people):
        row = call()

        operations.answer(actor=people("near", "guard"), call=row.pk, now=after(5))
        operations.answer(actor=people("near", "guard"), call=row.pk, now=after(6))
        second = operations.answer(actor=people("far", "guard"), call=row.pk, now=after(7))

        assert second.answered_by.username == "near"
        assert record() == ["raised", "rung", "answered", "also"]
        assert topics().count("SosAnswered") == 1

    def test_is_the_familys_too_once_rung(self, call, people):
        row = call()
        daughter = people("daughter")

        with pytest.raises(queries.CallNotFound):
            operations.answer(actor=daughter, call=row.pk, now=after(5))
        operations.tick(now=after(30))
        operations.answer(actor=daughter, call=row.pk, now=after(31))

        assert Call.rows.of(HERE).get().state == "answered"

    @pytest.mark.parametrize(
        ("name", "roles", "community"),
        [("neighbour", ("resident",), HERE), ("near", ("guard",), "other")],
    )
    def test_is_not_a_strangers(self, call, people, name, roles, community):
        row = call()

        with pytest.raises(queries.CallNotFound):
            operations.answer(
                actor=people(name, *roles, community=community), call=row.pk, now=after(5)
            )

        assert Call.rows.of(HERE).get().state == "ringing"

    def test_is_handed_on_by_who_answered_alone(self, call, people):
        row = call()
        operations.answer(actor=people("near", "guard"), call=row.pk, now=after(5))

        with pytest.raises(NotYours):
            operations.hand_on(actor=people("far", "guard"), call=row.pk, now=after(6))
        operations.hand_on(actor=people("near", "guard"), call=row.pk, now=after(7))

        assert rung()[-1] == (1, "daughter")


class TestCancel:
    def test_stays_on_record_and_falls_silent(self, call, people, desk):
        row = call()

        operations.cancel(actor=people("wang"), call=row.pk, now=after(10))
        operations.tick(now=after(60))

        assert record() == ["raised", "rung", "cancelled"]
        assert topics()[-1] == "SosClosed"
        assert [one.step for one in desk.remarks] == ["help_over"]

    def test_is_too_late_after_seconds_and_never_anothers(self, call, people):
        row = call()

        with pytest.raises(logic.TooLate):
            operations.cancel(actor=people("wang"), call=row.pk, now=after(21))
        with pytest.raises(queries.CallNotFound):
            operations.cancel(actor=people("daughter"), call=row.pk, now=after(5))

        assert Call.rows.of(HERE).get().state == "ringing"


class TestClose:
    def test_lets_the_next_press_be_a_new_call(self, call, people):
        row = call()
        guard = people("near", "guard")
        operations.arrive(actor=guard, call=row.pk, now=after(60))
        operations.close(
            actor=guard, call=row.pk, outcome="false_alarm", note="误触", now=after(90)
        )

        second = call(key="press-009", now=after(120))

        assert second.pk != row.pk
        assert Call.rows.of(HERE).get(pk=row.pk).outcome == "false_alarm"


class TestAlarmOpened:
    def fact(self, **changed):
        said = {
            "id": "f1", "at": NOW, "community": HERE, "cause": "e1", "alarm": 7, "count": 1,
            "scene": logic.HELP_SCENE, "device": "sos-1", "place": "hml/b01/101",
            "severity": Severity.CRITICAL,
        }  # fmt: skip
        return AlarmOpened(**{**said, **changed})

    def test_is_heard_through_the_table_of_handlers(self, people):
        table = {"AlarmOpened": [one for one in wiring().facts["AlarmOpened"] if "sos" in one.name]}
        body = msgspec.json.encode(self.fact(at=datetime.now(UTC)))
        told = Told(sequence=1, community=HERE, topic="AlarmOpened", body=body)

        for _ in range(2):
            deliver(messages=[told], table=table, now=NOW)

        assert Call.rows.of(HERE).get().device == "sos-1"

    def test_rings_anew_for_a_button_whose_call_was_left_open(self, people):
        operations.alarm_opened(fact=self.fact(), now=NOW)
        row = Call.rows.of(HERE).get()
        operations.arrive(actor=people("near", "guard"), call=row.pk, now=after(60))
        again = self.fact(id="f2", alarm=8, at=after(900))

        operations.alarm_opened(fact=again, now=after(900))
        operations.alarm_opened(fact=again, now=after(901))

        assert Call.rows.of(HERE).get().state == logic.RINGING
        assert record()[-2:] == ["again", "rung"]

    def test_rings_for_a_button_and_opens_no_second_case(self, people, desk):
        operations.alarm_opened(fact=self.fact(), now=after(1))
        operations.alarm_opened(fact=self.fact(), now=after(2))
        operations.tick(now=after(31))

        assert rung() == [(0, "near"), (0, "far"), (1, "wang"), (1, "daughter")]
        assert (desk.cases, Call.rows.of(HERE).get().alarm) == ([], 7)

    @pytest.mark.parametrize(
        ("changed", "seconds"),
        [({"scene": "safety.gas.gas_alarm"}, 1), ({"device": None}, 1), ({}, 3600)],
        ids=["another alarm", "no device", "an hour late"],
    )
    def test_is_silent_for_what_is_no_call_any_more(self, people, changed, seconds):
        operations.alarm_opened(fact=self.fact(**changed), now=after(seconds))

        assert not Call.rows.of(HERE).exists()


class TestPutTree:
    @pytest.mark.parametrize(
        "rungs",
        [
            [Rung(whom="family")],
            [Rung(whom="nearest")],
            [Rung(whom="duty", target="guard", wait_s=1)],
            [Rung(whom="somebody", target="guard")],
        ],
    )
    def test_refuses_a_tree_that_leaves_somebody_alone(self, estate, rungs):
        with pytest.raises(BadTree):
            operations.put_tree(community=HERE, place="hml", rungs=rungs, siren=False)

    def test_holds_below_its_place(self, call, estate):
        own = [Rung(whom="duty", target="front_desk", wait_s=10)]
        operations.put_tree(community=HERE, place="hml/b01", rungs=own, siren=False)

        call()

        assert rung() == [(0, "desk")]


class TestPosition:
    def test_is_sealed_and_shown_while_it_is_open_only(self, call, people):
        row = call(position=(121.47, 31.23))
        guard = people("near", "guard")

        shown = pages.call(actor=guard, id=row.pk, now=after(1))
        operations.close(actor=guard, call=row.pk, outcome="helped", note="", now=after(9))
        closed = pages.call(actor=guard, id=row.pk, now=after(10))

        assert (shown["position"], closed["position"]) == ((121.47, 31.23), None)
        assert "121.47" not in Call.rows.of(HERE).get().position_sealed

    def test_is_destroyed_after_half_a_year_or_with_its_caller(self, call, people):
        old = call(position=(121.47, 31.23), note="摔倒了")
        operations.cancel(actor=people("wang"), call=old.pk, now=after(5))
        new = call(key="press-002", position=(121.47, 31.23), note="摔倒了", now=after(60))

        operations.forget(now=NOW + timedelta(days=181))
        own.erase(HERE, "person:1", new.caller_id, 1, after(90))

        left = Call.rows.of(HERE).values_list("position_sealed", "note")
        assert list(left) == [("", ""), ("", "")]


def test_the_history_of_a_case_has_words_for_what_is_remarked():
    said = {*recording.REMARKS.values(), tours.REMARK}

    assert said <= set(steps.REMARKS)
