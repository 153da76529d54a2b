"""Devices that fetch what they are told over HTTP: waiting, twice, lost on the way, not theirs."""

import asyncio
import json
import threading

import msgspec
import pytest

from linli.contracts.effects import CommandAcknowledged
from linli.drivers.line import Order
from linli.drivers.plain import sealed
from linli.live.commands import Commands
from linli.live.fetches import Fetches
from tests.live import readback
from tests.live.conftest import until
from tests.live.house import LINK_KEY, SECRET, directory, models
from tests.live.test_commands import NOW, issued
from tests.live.test_sealed import wrapped


def say(house, device, body, *, what="readings", secret=SECRET):
    frame = {"device": device, "secret": secret, "content_type": "application/json",
             "body": body, "what": what}  # fmt: skip
    return msgspec.msgpack.decode(
        readback.ask(house.nats.url, "ingest", msgspec.msgpack.encode(frame))
    )


def fetch(house, device, *, wait_s=0, secret=SECRET):
    frame = {"device": device, "secret": secret, "content_type": "", "body": b"",
             "what": "commands", "wait_s": wait_s}  # fmt: skip
    return msgspec.msgpack.decode(
        readback.ask(house.nats.url, "fetch", msgspec.msgpack.encode(frame))
    )


def items(told):
    return json.loads(told["reply"])["items"]


def order(id="c1", expires_at=NOW + 60):
    return Order(id=id, service="fan.on", args={}, expires_at=expires_at)


class TestFetch:
    def test_brings_what_waited_and_its_answer_ends_it(self, shared):
        say(shared, "d0041", b'{"co": 60}')

        [told] = items(fetch(shared, "d0041", wait_s=10))
        answer = json.dumps({"id": told["id"], "ok": True}).encode()
        first, again = (say(shared, "d0041", answer, what="acks") for _ in range(2))

        assert (told["device"], told["service"], told["args"]) == ("d0041", "fan.on", {})
        assert (first["status"], again["status"]) == (200, 200)
        until(lambda: told["id"] in acknowledged(shared))
        assert acknowledged(shared).count(told["id"]) == 1
        assert items(fetch(shared, "d0041")) == []

    def test_waits_until_something_comes(self, shared):
        found = []
        waiting = threading.Thread(target=lambda: found.append(fetch(shared, "d0042", wait_s=20)))
        waiting.start()

        say(shared, "d0042", b'{"co": 60}')
        waiting.join(10)

        assert [one["service"] for one in items(found[0])] == ["fan.on"]

    def test_brings_a_gateway_what_is_for_a_device_behind_it(self, shared):
        say(shared, "gw", b'[{"n": "c0002:co", "v": 60}]')

        [told] = items(fetch(shared, "gw", wait_s=10))
        say(shared, "gw", json.dumps([{"id": told["id"], "ok": True}]).encode(), what="acks")

        assert told["device"] == "c0002"
        until(lambda: told["id"] in acknowledged(shared))

    def test_brings_nobody_what_is_anothers_nor_takes_his_answer(self, shared):
        say(shared, "d0043", b'{"co": 60}')

        others = items(fetch(shared, "d0044"))
        [told] = items(fetch(shared, "d0043", wait_s=10))
        say(shared, "d0044", json.dumps({"id": told["id"], "ok": True}).encode(), what="acks")
        say(shared, "d0043", json.dumps({"id": told["id"], "ok": False}).encode(), what="acks")

        assert others == []
        until(lambda: told["id"] in failed(shared))
        assert told["id"] not in acknowledged(shared)

    def test_is_refused_without_the_secret(self, shared):
        assert fetch(shared, "d0045", secret="wrong")["status"] == 401
        assert fetch(shared, "nobody")["status"] == 401
        assert say(shared, "d0045", b"{}", what="acks", secret="wrong")["status"] == 401

    @pytest.mark.parametrize("body", [b"", b"x", b"[1]", b'{"ok": true}', b"[" * 60_000])
    def test_refuses_what_is_no_answer(self, shared, body):
        told = say(shared, "d0045", body, what="acks")

        assert (told["status"], told["refused"][0]["reason"]) == (422, "not_an_answer")

    def test_is_sealed_both_ways_where_the_device_is(self, shared):
        say(shared, "x0007", wrapped(b'{"co": 60}', device="x0007"))

        told = fetch(shared, "x0007", wait_s=10)
        topic = b"v1/house/x0007/commands"
        found = json.loads(sealed.unseal(key=LINK_KEY, topic=topic, payload=told["reply"]).plain)
        answer = json.dumps({"id": found["items"][0]["id"], "ok": True}).encode()
        clear = say(shared, "x0007", answer, what="acks")
        hidden = wrapped(answer, device="x0007", what="acks", number=2)
        first, replayed = (say(shared, "x0007", hidden, what="acks") for _ in range(2))

        assert told["content_type"] == "application/octet-stream"
        assert [clear["status"], first["status"], replayed["status"]] == [422, 200, 200]
        until(lambda: found["items"][0]["id"] in acknowledged(shared))

    def test_brings_what_was_not_answered_again_after_a_kill(self, break_house):
        house = break_house(directory={"units": 1})
        say(house, "d0001", b'{"co": 60}')
        [before] = items(fetch(house, "d0001", wait_s=10))

        house.kill_live()
        house.start()
        [after] = items(fetch(house, "d0001", wait_s=10))

        assert after == before


def acknowledged(house):
    return [one.command for one in readback.told(house.nats.url)
            if isinstance(one, CommandAcknowledged)]  # fmt: skip


def failed(house):
    return [one.command for one in readback.told(house.nats.url)
            if type(one).__name__ == "CommandFailed"]  # fmt: skip


class TestFetches:
    @pytest.fixture
    def clock(self):
        class Clock:
            now = 0.0

            def __call__(self):
                return self.now

        return Clock()

    async def test_of_two_at_once_the_newest_holds(self):
        fetches = Fetches()
        first, second = fetches.open("d"), fetches.open("d")

        handed = fetches.hand("d", None, order())
        await asyncio.wait_for(first.wait(30), 1)
        fetches.close("d", first)

        assert (handed, first.told(), [one["id"] for one in second.told()]) == (1, [], ["c1"])
        assert len(fetches) == 1

    def test_says_one_order_once_in_one_fetch(self):
        fetches = Fetches()
        fetch = fetches.open("d")

        assert [fetches.hand("d", None, order()) for _ in range(2)] == [1, 1]
        assert len(fetch.told()) == 1

    def test_hands_nothing_over_that_one_answer_does_not_hold(self):
        fetches = Fetches()
        fetches.open("d")

        taken = [fetches.hand("d", None, order(f"c{n}")) for n in range(33)]

        assert (sum(taken), taken[-1]) == (32, 0)

    def test_an_answer_lost_on_the_way_comes_with_the_next_fetch(self):
        told, fetches = [], Fetches()
        commands = Commands(
            community="house", models=models(), tell=told.extend, refuse=lambda *_: None,
            way=lambda device, gateway: lambda one: fetches.hand(device, gateway, one),
        )  # fmt: skip
        commands.serve({entry.code: entry for entry in directory().devices})
        commands.holding = False
        commands.issue([issued()], NOW)
        first = fetches.open("d0001")
        commands.line_up("d0001", frozenset(), NOW)
        commands.advance(NOW)
        fetches.close("d0001", first)

        commands.advance(NOW + 2)
        second = fetches.open("d0001")
        commands.line_up("d0001", frozenset(), NOW + 9)
        commands.advance(NOW + 9)

        assert first.told() == second.told() != []
        assert [one.attempt for one in told] == [1, 2]

    def test_who_comes_too_often_is_told_so_until_he_rests(self, clock):
        fetches = Fetches(clock=clock)

        crowd = [fetches.may("d") for _ in range(25)]
        other = fetches.may("e")
        clock.now = 3.0

        assert (crowd.count(True), other, fetches.may("d")) == (20, True, True)

    def test_knows_for_a_while_who_fetches(self, clock):
        fetches = Fetches(clock=clock)
        fetches.may("gw")

        now = fetches.lately("c", "gw"), fetches.lately("d", None)
        clock.now = 121.0

        assert (now, fetches.lately("c", "gw")) == ((True, False), False)

    def test_forgets_who_is_in_the_register_no_more(self, clock):
        fetches = Fetches(clock=clock)
        fetches.may("d")

        fetches.keep_only(frozenset({"e"}))

        assert not fetches.lately("d", None)
