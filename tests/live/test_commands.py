"""Commands: sent once each way, again under the same id, answered, expired, across a restart."""

from functools import partial

import msgspec
import pytest

from linli.contracts.effects import CommandIssued
from linli.contracts.signals import CommandAnswered, CommandAsked
from linli.live.commands import Commands
from tests.live.house import directory, models

NOW = 1_767_225_600.0


class Wire:
    def __init__(self):
        self.heard = []
        self.up = True

    def __call__(self, device, gateway):
        def send(order):
            if self.up:
                self.heard.append((device, gateway, msgspec.to_builtins(order)))
            return int(self.up)

        return send


@pytest.fixture
def wire():
    return Wire()


@pytest.fixture
def told():
    return []


def desk(wire, told, *, ack="device", holding=False, refused=None, forbidden=None):
    made = Commands(
        community="house",
        models=models(ack),
        way=wire,
        tell=told.extend,
        refuse=lambda device, command: refused.append((device, command)),
        **({"guard": lambda *which: partial(forbidden, *which)} if forbidden else {}),
    )
    made.serve({entry.code: entry for entry in directory(children=1).devices})
    made.holding = holding
    return made


def issued(id="c1", device="d0001", service="fan.on", expires_at=NOW + 60):
    return CommandIssued(
        id=id, at=NOW, community="house", cause="r:1:1", device=device, service=service,
        expires_at=expires_at,
    )  # fmt: skip


def answer(ok=True, command="c1", reason="", device="d0001"):
    return CommandAnswered(id="a", at=NOW + 1, command=command, ok=ok, reason=reason, device=device)


def kinds(told):
    return [type(effect).__name__ for effect in told]


class TestIssue:
    def test_sends_by_the_devices_line_or_its_gateways(self, wire, told):
        desk(wire, told).issue([issued(), issued("c2", "c0001")], NOW)

        assert [(d, g, p["id"]) for d, g, p in wire.heard] == [
            ("d0001", None, "c1"), ("c0001", "gw", "c2"),
        ]  # fmt: skip
        assert kinds(told) == ["CommandSent", "CommandSent"]

    def test_sends_one_that_is_issued_twice_once(self, wire, told):
        commands = desk(wire, told)

        commands.issue([issued(), issued()], NOW)
        commands.issue([issued()], NOW)

        assert len(wire.heard) == 1

    def test_waits_for_no_answer_where_none_is_given(self, wire, told):
        commands = desk(wire, told, ack="none")

        commands.issue([issued()], NOW)
        commands.advance(NOW + 100)

        assert (len(wire.heard), commands.underway) == (1, 0)

    def test_sends_one_that_wants_no_answer_and_is_issued_twice_once(self, wire, told):
        commands = desk(wire, told, ack="none")

        commands.issue([issued(), issued()], NOW)
        commands.issue([issued()], NOW)

        assert (len(wire.heard), kinds(told)) == (1, ["CommandSent"])

    def test_fails_what_the_device_cannot_do(self, wire, told):
        desk(wire, told).issue([issued(service="lift.hold"), issued("c2", "nobody")], NOW)

        assert kinds(told) == ["CommandFailed", "CommandFailed"]
        assert wire.heard == []


class TestAdvance:
    def test_sends_again_under_the_same_id_until_it_expires(self, wire, told):
        commands = desk(wire, told)
        commands.issue([issued()], NOW)

        for second in range(1, 70):
            commands.advance(NOW + second)

        assert {p["id"] for _, _, p in wire.heard} == {"c1"}
        assert [e.attempt for e in told if hasattr(e, "attempt")] == [1, 2, 3, 4, 5]
        assert kinds(told)[-1] == "CommandExpired"
        assert commands.underway == 0

    def test_waits_for_a_device_that_is_away(self, wire, told):
        wire.up = False
        commands = desk(wire, told)
        commands.issue([issued()], NOW)

        wire.up = True
        commands.line_up("d0001", frozenset(), NOW + 5)
        commands.advance(NOW + 5)

        assert len(wire.heard) == 1
        assert kinds(told) == ["CommandSent"]

    def test_does_not_send_again_what_went_out_when_the_device_comes_back(self, wire, told):
        wire.up = False
        commands = desk(wire, told)
        commands.issue([issued()], NOW)
        wire.up = True
        commands.advance(NOW + 1)

        commands.line_up("d0001", frozenset(), NOW + 2)
        commands.advance(NOW + 2)

        assert len(wire.heard) == 1
        assert commands._waiting == {}

    def test_lets_expire_what_nobody_could_be_told(self, wire, told):
        wire.up = False
        commands = desk(wire, told, ack="none")
        commands.issue([issued()], NOW)

        for second in range(1, 62):
            commands.advance(NOW + second)

        assert kinds(told) == ["CommandExpired"]


class TestAnswered:
    def test_ends_it_once_whatever_comes_after(self, wire, told):
        commands = desk(wire, told)
        commands.issue([issued()], NOW)

        commands.answered(answer())
        commands.answered(answer(ok=False))
        commands.advance(NOW + 100)

        assert kinds(told) == ["CommandSent", "CommandAcknowledged"]

    def test_says_why_a_device_refused(self, wire, told):
        commands = desk(wire, told)
        commands.issue([issued()], NOW)

        commands.answered(answer(ok=False, reason="stuck"))

        assert told[-1].reason == "stuck"

    def test_hears_that_it_was_done_after_its_time(self, wire, told):
        commands = desk(wire, told)
        commands.issue([issued()], NOW)
        commands.advance(NOW + 60)

        commands.answered(answer(ok=False))
        commands.answered(answer())
        commands.answered(answer())

        assert kinds(told) == ["CommandSent", "CommandExpired", "CommandAcknowledged"]

    def test_refuses_and_counts_an_answer_of_another_device(self, wire, told):
        refused = []
        commands = desk(wire, told, refused=refused)
        commands.issue([issued()], NOW)

        commands.answered(answer(device="d0002"))

        assert (kinds(told), commands.underway) == (["CommandSent"], 1)
        assert refused == [("d0002", "c1")]

    def test_refuses_a_late_answer_of_another_device_also_after_a_restart(self, wire, told):
        refused = []
        before = desk(wire, told)
        before.issue([issued()], NOW)
        before.advance(NOW + 60)
        after = desk(wire, told, refused=refused)
        after.restore(before.snapshot())

        after.answered(answer(device="d0002"))
        after.answered(answer())

        assert kinds(told) == ["CommandSent", "CommandExpired", "CommandAcknowledged"]
        assert refused == [("d0002", "c1")]

    def test_knows_whose_late_answer_it_is_when_it_hears_all_of_it_again(self, wire, told):
        asked = CommandAsked(id="c1", at=NOW, device="d0001", service="fan.on", expires_at=NOW + 9)
        before = desk(wire, told)
        before.ask(asked, NOW)
        before.advance(NOW + 9)
        after = desk(wire, told, holding=True)
        after.learn(list(told))
        after.ask(asked, NOW)

        after.answered(answer())

        assert kinds(told) == ["CommandSent", "CommandExpired", "CommandAcknowledged"]

    def test_takes_the_answer_of_the_gateway_that_speaks_for_the_device(self, wire, told):
        commands = desk(wire, told)
        commands.issue([issued(device="c0001")], NOW)

        commands.answered(answer(device="gw"))

        assert kinds(told) == ["CommandSent", "CommandAcknowledged"]

    def test_ignores_an_answer_to_nothing(self, wire, told):
        desk(wire, told).answered(answer(command="unknown"))

        assert told == []


class TestAsk:
    def test_sends_what_a_person_asked_for_once(self, wire, told):
        asked = CommandAsked(id="p1", at=NOW, device="d0001", service="fan.on", expires_at=NOW + 9)
        commands = desk(wire, told)

        commands.ask(asked, NOW)
        commands.ask(asked, NOW)

        assert len(wire.heard) == 1


class TestRestart:
    def test_sends_nothing_while_the_past_is_heard_again(self, wire, told):
        commands = desk(wire, told, holding=True)
        commands.issue([issued()], NOW)
        commands.answered(answer())

        commands.release(NOW + 1)
        commands.advance(NOW + 10)

        assert wire.heard == []

    def test_sends_again_what_was_never_answered(self, wire, told):
        before = desk(wire, told)
        before.issue([issued()], NOW)
        after = desk(wire, told, holding=True)
        after.restore(before.snapshot())
        after.learn([effect for effect in told if hasattr(effect, "attempt")])

        after.release(NOW + 1)
        after.advance(NOW + 1)

        assert [p["id"] for _, _, p in wire.heard] == ["c1", "c1"]
        assert told[-1].attempt == 2

    def test_does_not_say_again_what_was_said_and_is_issued_after_the_restart(self, wire, told):
        desk(wire, told, ack="none").issue([issued()], NOW)
        after = desk(wire, told, ack="none", holding=True)
        after.learn([issued(), *told])

        after.release(NOW + 1)
        after.issue([issued()], NOW + 1)
        after.advance(NOW + 2)

        assert len(wire.heard) == 1

    def test_does_not_say_again_what_wants_no_answer_and_was_said(self, wire, told):
        desk(wire, told, ack="none").issue([issued()], NOW)
        after = desk(wire, told, ack="none", holding=True)
        after.learn(list(told))
        after.issue([issued()], NOW)

        after.release(NOW + 1)
        after.advance(NOW + 2)

        assert len(wire.heard) == 1


class TestForbidden:
    @pytest.mark.parametrize("ack", ["device", "none"])
    def test_what_an_interlock_forbids_is_not_sent_and_fails_with_its_name(self, wire, told, ack):
        def smoke(device, model, service, by_scene):
            return "interlock.no_power_into_smoke"

        made = desk(wire, told, ack=ack, forbidden=smoke)
        made.issue([issued()], NOW)

        assert wire.heard == []
        assert [(type(one).__name__, one.reason) for one in told] == [
            ("CommandFailed", "interlock.no_power_into_smoke"),
        ]
        assert made.underway == 0

    def test_a_resend_is_held_back_too(self, wire, told):
        stands = []
        made = desk(wire, told, forbidden=lambda *asked: "interlock.x" if stands else "")
        made.issue([issued()], NOW)
        stands.append(True)
        made.advance(NOW + 10)

        assert len(wire.heard) == 1
        assert kinds(told) == ["CommandSent", "CommandFailed"]
