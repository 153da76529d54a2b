"""Devices whose payloads are sealed: over MQTT and HTTP, and what somebody on the line may try."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.contracts.directory import LINK_KEY_USE
from linli.drivers.plain import sealed
from linli.drivers.reading import BadPayload
from linli.foundation import sealing
from linli.live.gate import Gate
from tests.live import readback
from tests.live.house import LINK_KEY, SECRET, directory, models
from tests.live.wire import publish, signed_in, subscribe

NOW = 1_767_225_600.0


@pytest.fixture
def gate():
    made = Gate(directory=directory(units=1, children=1, sealed=1), models=models())
    made.now = NOW
    return made


def wrapped(plain, *, number=1, device="x0001", what="readings", key=LINK_KEY):
    topic = f"v1/house/{device}/{what}".encode()
    return sealed.seal(key=key, topic=topic, number=number, plain=plain)


def reasons(gate):
    return {e.reason: e.count for e in gate.refusals.tell(community="house", at=0)}


def taken(gate):
    return gate.bulk.pending.values.tolist()


class TestHeard:
    @given(st.lists(st.integers(1, 200), max_size=60))
    def test_knows_each_number_that_is_not_too_old(self, numbers):
        heard, seen = sealed.Heard(), set()
        for number in numbers:
            highest = max(seen, default=0)
            if number < highest - sealed.WINDOW:
                with pytest.raises(BadPayload):
                    heard.is_news(number)
            else:
                assert heard.is_news(number) == (number not in seen)
                seen.add(number)

    def test_begins_above_what_it_is_told(self):
        heard = sealed.Heard(100)

        assert [heard.is_news(n) for n in (100, 36, 101, 101, 165, 102)] == [
            False, False, True, False, True, True,
        ]  # fmt: skip


class TestGate:
    def test_takes_what_is_sealed(self, gate):
        code = gate.plan("x0001", "readings").take(wrapped(b'{"co": 41}'))

        assert (code, taken(gate)) == (0, [41.0])

    @pytest.mark.parametrize(
        ("payload", "why"),
        [
            (b'{"co": 41}', "not_sealed"),
            (b"", "not_sealed"),
            (b"\x01" * 36, "not_sealed"),
            (b"\x02" + wrapped(b"{}")[1:], "not_sealed"),
            (wrapped(b'{"co": 41}', key=bytes(16)), "seal_broken"),
            (wrapped(b'{"co": 41}', device="x0002"), "seal_broken"),
            (wrapped(b'{"co": 41}', what="events"), "seal_broken"),
            (wrapped(b'{"co": 41}')[:-1], "seal_broken"),
        ],
    )
    def test_takes_nothing_else(self, gate, payload, why):
        code = gate.plan("x0001", "readings").take(payload)

        assert (code, taken(gate), reasons(gate)) == (0x99, [], {why: 1})

    def test_takes_nothing_that_was_changed_by_one_bit(self, gate):
        plan, payload = gate.plan("x0001", "readings"), wrapped(b'{"co": 41}')

        for place in range(len(payload)):
            plan.take(payload[:place] + bytes((payload[place] ^ 1,)) + payload[place + 1 :])

        assert taken(gate) == []

    def test_takes_the_very_same_once_and_acknowledges_it_after_the_first(self, gate):
        plan, payload = gate.plan("x0001", "readings"), wrapped(b'{"co": 41}')

        codes = [plan.take(payload), plan.take(payload)]

        assert (codes, taken(gate), reasons(gate)) == ([0, 0], [41.0], {"said_before": 1})
        assert (len(gate.bulk.pending.signals), len(gate.safety.pending.signals)) == (1, 1)

    def test_takes_nothing_from_long_ago(self, gate):
        plan = gate.plan("x0001", "readings")
        plan.take(wrapped(b'{"co": 41}', number=1000))

        code = plan.take(wrapped(b'{"co": 500}', number=1000 - sealed.WINDOW - 1))

        assert (code, taken(gate), reasons(gate)) == (0x99, [41.0], {"number_too_old": 1})

    def test_takes_after_a_restart_what_may_not_be_stored_yet_and_nothing_older(self, gate):
        plan = gate.plan("x0001", "readings")
        plan.take(wrapped(b'{"co": 1}', number=1000))
        again = Gate(directory=directory(units=1, children=1, sealed=1), models=models())

        again.links.restore(gate.links.heard())

        plan = again.plan("x0001", "readings")
        codes = [plan.take(wrapped(b'{"co": 2}', number=n)) for n in (1000, 937, 935)]
        assert (codes, taken(again)) == ([0, 0, 0x99], [2.0, 2.0])

    def test_begins_anew_after_a_restart_with_a_key_that_was_made_meanwhile(self, gate):
        gate.plan("x0001", "readings").take(wrapped(b'{"co": 1}', number=1000))
        fresh = bytes(range(16))
        use = LINK_KEY_USE.format("house", "x0001")
        told = directory(units=1, children=1, sealed=1)
        entries = [
            msgspec.structs.replace(entry, link_key=sealing.seal(fresh, use=use).hex())
            if entry.code == "x0001"
            else entry
            for entry in told.devices
        ]
        again = Gate(directory=msgspec.structs.replace(told, devices=entries), models=models())

        again.links.restore(gate.links.heard())

        code = again.plan("x0001", "readings").take(wrapped(b'{"co": 2}', number=1, key=fresh))
        assert (code, taken(again)) == (0, [2.0])

    def test_hears_a_last_will_in_the_clear(self, gate):
        code = gate.plan("x0001", "status").take(b"offline")

        assert (code, gate.safety.pending.signals[-1].online) == (0, False)

    def test_keeps_what_it_heard_when_the_register_changes(self, gate):
        payload = wrapped(b'{"co": 41}')
        gate.plan("x0001", "readings").take(payload)
        now = directory(units=2, children=1, sealed=1)
        kept = {entry.code: entry for entry in gate.devices.values()}
        entries = [kept.get(entry.code, entry) for entry in now.devices]

        gate.learn(msgspec.structs.replace(now, devices=entries))

        gate.plan("x0001", "readings").take(payload)
        assert taken(gate) == [41.0]

    def test_opens_nothing_under_a_key_that_it_cannot_read(self, gate):
        entries = [
            msgspec.structs.replace(entry, link_key="00" * 44) if entry.link_key else entry
            for entry in gate.devices.values()
        ]
        told = msgspec.structs.replace(directory(units=1, children=1, sealed=1), devices=entries)

        gate.learn(told)

        code = gate.plan("x0001", "readings").take(wrapped(b'{"co": 41}'))
        assert (code, taken(gate), reasons(gate)) == (0x99, [], {"no_link_key": 1})

    def test_lets_no_gateway_speak_for_it_in_the_clear(self, gate):
        told = directory(units=1, children=1, sealed=1)
        entries = [
            msgspec.structs.replace(entry, gateway="gw") if entry.code == "x0001" else entry
            for entry in told.devices
        ]
        gate.learn(msgspec.structs.replace(told, devices=entries))

        gate.plan("gw", "readings").take(b'[{"n": "x0001:co", "v": 41}]')

        assert (taken(gate), reasons(gate)) == ([], {"not_sealed": 1})


class TestLine:
    """The live process itself, over the wire."""

    def test_of_mqtt_carries_nothing_in_the_clear_either_way(self, shared):
        device = "x0002"
        line = signed_in(shared.port, device, SECRET, client="sealed")
        line.send(subscribe(f"v1/house/{device}/answers", qos=0))
        line.receive()

        question = b'{"id":"a1","ask":"moon.rise","value":"0012345678"}'
        line.send(publish(f"v1/house/{device}/asks", wrapped(question, device=device, what="asks")))

        first, body = line.receive()
        size = int.from_bytes(body[:2], "big") + 2 + (2 if first & 6 else 0)
        assert b"busy" not in body[size:]
        topic = f"v1/house/{device}/answers".encode()
        found = sealed.unseal(key=LINK_KEY, topic=topic, payload=body[size:])
        assert json.loads(found.plain) == {"id": "a1", "ok": False, "reason": "busy"}

    def test_of_http_takes_and_answers_sealed(self, shared):
        device = "x0003"

        def push(body, what="readings"):
            frame = {"device": device, "secret": SECRET, "content_type": "application/json",
                     "body": body, "what": what}  # fmt: skip
            told = readback.ask(shared.nats.url, "ingest", msgspec.msgpack.encode(frame))
            return msgspec.msgpack.decode(told)

        reading = wrapped(b'{"co": 41}', device=device)
        told, again, clear = push(reading), push(reading), push(b'{"co": 41}')
        question = wrapped(b'{"id":"a1","ask":"moon.rise"}', device=device, what="asks", number=2)
        asked, asked_again = push(question, "asks"), push(question, "asks")

        assert (told["status"], told["taken"]) == (200, 1)
        assert (again["status"], again["taken"]) == (200, 0)
        assert (clear["status"], clear["refused"][0]["reason"]) == (422, "not_sealed")
        topic = f"v1/house/{device}/answers".encode()
        reply = sealed.unseal(key=LINK_KEY, topic=topic, payload=asked["reply"])
        assert json.loads(reply.plain)["reason"] == "busy"
        assert (asked_again["status"], asked_again["refused"][0]["reason"]) == (422, "said_before")
