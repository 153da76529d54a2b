"""Devices whose payloads are sealed: over MQTT and HTTP, and what somebody on the line may try."""

import json
import time

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from linli.contracts.directory import LINK_KEY_USE
from linli.devices import batch
from linli.drivers.plain import sealed
from linli.drivers.reading import BadPayload
from linli.foundation import sealing
from linli.live.gate import Gate
from linli.live.links import Window, numbers_in
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


def stored(gate, *lanes):
    """Return what is pending as the messages of INPUT that it becomes, signals first."""
    bodies = []
    for lane in lanes or (gate.safety, gate.bulk):
        pending = lane.take_all()
        if pending.signals:
            bodies.append(pending.signal_body())
        if pending.points:
            columns = pending.columns(community="house", at=NOW, seen=gate.seen)
            bodies.append(batch.encode(columns))
    return bodies


def restart(before, after, *bodies):
    """Let a gate go on after another: from its snapshot, and from what INPUT holds since."""
    kept = msgspec.msgpack.encode(before.links.windows())
    after.links.restore(msgspec.msgpack.decode(kept, type=dict[str, Window]))
    for body in bodies:
        after.links.stored(numbers_in(body))


def same_house(gate):
    """Return a gate as a restart makes it: of the same register, with the same keys."""
    told = msgspec.structs.replace(
        directory(units=1, children=1, sealed=1), devices=list(gate.devices.values())
    )
    made = Gate(directory=told, models=models())
    made.now = NOW
    return made


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

    @given(st.lists(st.integers(1, 200), max_size=60), st.integers(1, 300))
    def test_goes_on_where_it_was(self, numbers, last):
        heard = sealed.Heard()
        for number in numbers:
            heard.note(number)

        again = sealed.Heard(heard.highest, heard.below)

        assert again.note(last) == heard.note(last)
        assert (again.highest, again.below) == (heard.highest, heard.below)
        assert again.below <= sealed.ALL

    def test_knows_what_is_far_below_without_counting_up_to_it(self):
        heard = sealed.Heard(2**64 - 1)

        assert not heard.note(1)
        assert sealed.Heard().note(2**64 - 1)


class TestRestart:
    """What was stored is never taken again; what was heard and lost is; the next always is."""

    @pytest.fixture
    def again(self, gate):
        return same_house(gate)

    @staticmethod
    def take(gate, *numbers, what="readings", plain=b'{"co": 41}'):
        plan = gate.plan("x0001", what)
        return [plan.take(wrapped(plain, number=n, what=what)) for n in numbers]

    def test_nothing_that_is_stored_is_taken_again_and_the_next_is(self, gate, again):
        self.take(gate, *range(1, 101))

        restart(gate, again, *stored(gate))
        self.take(again, *range(1, 101))
        before, code = taken(again), self.take(again, 101)

        assert (before, code, taken(again)) == ([], [0], [41.0])
        assert reasons(again) == {"said_before": 65, "number_too_old": 35}

    def test_nor_what_the_snapshot_counts_and_the_log_holds_no_more(self, gate, again):
        self.take(gate, *range(1, 101))
        for body in stored(gate):
            gate.links.stored(numbers_in(body))

        restart(gate, again)
        self.take(again, *range(1, 101))

        assert taken(again) == []
        assert self.take(again, 101) == [0]
        assert taken(again) == [41.0]

    def test_what_was_heard_and_lost_on_its_way_is_taken_once(self, gate, again):
        self.take(gate, 1, 2, 3)
        bodies = stored(gate)
        self.take(gate, 4, 5)

        restart(gate, again, *bodies)
        codes = self.take(again, 1, 2, 3, 4, 5, 4, 5, 6)

        assert codes == [0] * 8
        assert taken(again) == [41.0] * 3
        assert reasons(again) == {"said_before": 5}

    def test_what_the_snapshot_was_taken_beside_and_is_not_stored_is_none_of_it(self, gate, again):
        self.take(gate, 1, 2)
        for body in stored(gate):
            gate.links.stored(numbers_in(body))
        self.take(gate, 3)

        restart(gate, again)

        assert (self.take(again, 3), taken(again)) == ([0], [41.0])

    @pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2)])
    def test_in_whatever_order_the_lanes_were_stored(self, gate, again, order):
        bodies = []
        for number in (1, 2, 3):
            self.take(gate, number)
            bodies += stored(gate)

        restart(gate, again, *(bodies[n] for n in order))
        self.take(again, 1, 2, 3)

        assert taken(again) == []

    @pytest.mark.parametrize(
        ("what", "plain"),
        [
            ("acks", b'{"id":"c1","ok":true}'),
            ("children", b'{"children":[{"code":"n1"}]}'),
            ("asks", b'{"id":"a1","ask":"moon.rise"}'),
            ("readings", b'{"nothing": 1}'),
            ("readings", b"not json"),
        ],
    )
    def test_a_payload_without_a_reading_is_not_heard_again_either(self, gate, again, what, plain):
        self.take(gate, 7, what=what, plain=plain)
        [body] = stored(gate)

        restart(gate, again, body)
        asked = []
        again.asked = lambda device, question: asked.append(question)
        self.take(again, 7, what=what, plain=plain)

        assert numbers_in(body) == {gate.links.get("x0001").mark: [7]}
        assert reasons(again) == {"said_before": 1}
        assert asked == []

    def test_a_number_is_in_the_message_of_what_it_brought(self, gate):
        self.take(gate, 8)
        gate.plan("x0001", "acks").take(wrapped(b'{"id":"c1","ok":true}', number=9, what="acks"))

        signals, readings = stored(gate)

        mark = gate.links.get("x0001").mark
        assert (numbers_in(signals), numbers_in(readings)) == ({mark: [9]}, {mark: [8]})

    def test_a_device_in_the_clear_leaves_no_number(self, gate):
        gate.plan("d0001", "readings").take(b'{"co": 41}')

        [body] = stored(gate)

        assert numbers_in(body) == {}

    def test_an_earlier_snapshot_says_the_highest_alone(self, gate, again):
        mark = gate.links.get("x0001").mark

        again.links.restore({mark: 100})

        assert self.take(again, 99, 100, 101) == [0, 0, 0]
        assert taken(again) == [41.0]

    def test_an_earlier_batch_tells_of_no_numbers(self):
        head = msgspec.msgpack.encode(("house", NOW, 0, {}))
        body = b"LB1" + len(head).to_bytes(4, "little") + head

        assert numbers_in(body) == {}

    @pytest.mark.parametrize("body", [b"LB1", b"LB1\xff\xff\xff\xff", b"", b"\xc1", b"LB"])
    def test_what_cannot_be_read_tells_of_none(self, body):
        assert numbers_in(body) == {}

    def test_the_numbers_of_one_device_are_not_anothers(self, gate, again):
        restart(gate, again)
        again.links.stored({"0" * 32: [50]})

        assert self.take(again, 1) == [0]
        assert taken(again) == [41.0]


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

        restart(gate, again)

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
        assert (asked_again["status"], asked_again["reply"]) == (200, asked["reply"])


class TestKilled:
    """The live process is killed and started: nothing that was acknowledged is taken again."""

    TOPIC = "v1/house/x0001/readings"

    def say(self, line, number, value):
        """Say a sealed reading; return when it is acknowledged, for it is on disk then."""
        payload = wrapped(json.dumps({"co": value}).encode(), number=number)
        line.send(publish(self.TOPIC, payload, id=number))
        assert line.receive() == (0x40, number.to_bytes(2, "big"))
        return payload

    @pytest.mark.parametrize("pause_s", [0.0, 6.0], ids=["before a snapshot", "after one"])
    def test_nothing_acknowledged_is_taken_again_and_the_next_is(self, break_house, pause_s):
        house = break_house(directory={"units": 1, "sealed": 1})
        line = signed_in(house.port, "x0001", SECRET, client="sealed")
        said = [self.say(line, number, float(number)) for number in range(1, 81)]
        time.sleep(pause_s)
        said += [self.say(line, 81, 81.0)]

        house.kill_live()
        house.start()
        line = signed_in(house.port, "x0001", SECRET, client="sealed")
        for number, payload in enumerate(said, 1):
            line.send(publish(self.TOPIC, payload, id=number))
            line.receive()
        self.say(line, 82, 82.0)

        assert readback.values(house.nats.url) == [float(number) for number in range(1, 83)]

    def test_a_question_that_was_answered_is_not_asked_again(self, break_house):
        house = break_house(directory={"units": 1, "sealed": 1})
        question = wrapped(b'{"id":"a1","ask":"moon.rise"}', what="asks", number=1)

        def push():
            frame = {"device": "x0001", "secret": SECRET, "content_type": "application/json",
                     "body": question, "what": "asks"}  # fmt: skip
            told = readback.ask(house.nats.url, "ingest", msgspec.msgpack.encode(frame))
            return msgspec.msgpack.decode(told)

        before = push()
        house.kill_live()
        house.start()
        after = push()

        assert before["status"] == 200
        assert (after["status"], after["refused"][0]["reason"]) == (422, "said_before")
