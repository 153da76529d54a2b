"""Questions of devices: over MQTT and HTTP to whoever answers, and back; nothing is kept."""

import asyncio
import json
import threading

import msgspec
import pytest

from linli.adapters.bus import connect
from linli.contracts import subjects
from linli.contracts.asking import BUSY, Told
from linli.devices import batch
from linli.drivers.plain.asks import Question
from linli.live.asker import Asker
from linli.runtime.desk import open_desk
from tests.live import readback
from tests.live.conftest import until
from tests.live.house import SECRET, directory
from tests.live.wire import publish, signed_in, subscribe


@pytest.fixture(scope="module")
def desk(shared):
    """The record half of the house: it opens for card 7 and tells what it was asked."""
    asked, loop = [], asyncio.new_event_loop()
    ready, ending = threading.Event(), asyncio.Event()

    def presented(question, _now):
        asked.append(question)
        if question.body.get("value") == "8":
            return Told(ok=True, event=question.body["event"], of=("d0038", "d0038x", "gw"))
        return Told(ok=question.body.get("value") == "7", reason="", body={"open_s": 5})

    async def answer():
        bus = await connect(url=shared.nats.url, name="desk")
        threads = await open_desk(bus=bus, answers={"door.presented": presented})
        ready.set()
        await ending.wait()
        await bus.close()
        threads.shutdown()

    thread = threading.Thread(target=loop.run_until_complete, args=(answer(),))
    thread.start()
    assert ready.wait(10)
    yield asked
    loop.call_soon_threadsafe(ending.set)
    thread.join(10)


def _answer(line):
    """Return the next message of a line, its topic taken off."""
    while True:
        first, body = line.receive()
        if first & 0xF0 == 0x30:
            size = int.from_bytes(body[:2], "big") + 2 + (2 if first & 6 else 0)
            return json.loads(body[size:])


def _asked(line, device, question):
    """Ask until it is not too busy to answer, as a device does; return the answer."""
    for _ in range(6):
        line.send(publish(f"v1/house/{device}/asks", question))
        answer = _answer(line)
        if answer.get("reason") != BUSY.reason:
            break
    return answer


def _listening(shared, device, whose=None):
    line = signed_in(shared.port, device, SECRET, client=f"asks-{device}")
    line.send(subscribe(f"v1/house/{whose or device}/answers", qos=0))
    line.receive()
    return line


class TestAsk:
    def test_is_answered_on_the_devices_own_topic(self, shared, desk):
        line = _listening(shared, "d0031")

        answer = _asked(line, "d0031", b'{"id":"a1","ask":"door.presented","value":"7"}')

        assert answer == {"id": "a1", "ok": True, "open_s": 5}
        assert (desk[-1].community, desk[-1].device, desk[-1].id) == ("house", "d0031", "a1")

    def test_of_a_child_goes_by_its_gateway(self, shared, desk):
        line = _listening(shared, "gw", "+")

        answer = _asked(line, "c0001", b'{"id":"a2","ask":"door.presented","value":"7"}')

        assert answer["ok"] is True
        assert desk[-1].device == "c0001"

    def test_that_nobody_answers_says_so(self, shared, desk):
        line = _listening(shared, "d0032")

        answer = _asked(line, "d0032", b'{"id":"a3","ask":"moon.rise"}')

        assert answer == {"id": "a3", "ok": False, "reason": "nobody_answers"}

    @pytest.mark.parametrize(
        "body",
        [b"hello", b"[]", b'{"ask":"door.presented"}', b'{"id":"","ask":"x"}',
         b'{"id":1,"ask":"x"}', b'{"id":"' + b"9" * 65 + b'","ask":"x"}',
         b'{"id":"a\\u0007","ask":"x"}'],
    )  # fmt: skip
    def test_refuses_what_is_no_question(self, shared, desk, body):
        line = signed_in(shared.port, "d0033", SECRET, level=5, client="asks-bad")

        line.send(publish("v1/house/d0033/asks", body, id=9, level=5))

        assert line.receive()[1][2] == 0x99

    def test_may_not_be_asked_for_another(self, shared, desk):
        before = len(desk)
        line = signed_in(shared.port, "d0034", SECRET, level=5, client="asks-other")

        line.send(
            publish("v1/house/d0035/asks", b'{"id":"b","ask":"door.presented"}', id=9, level=5)
        )

        assert line.receive()[1][2] == 0x87
        assert len(desk) == before

    def test_over_http_is_answered_in_the_response(self, shared, desk):
        def ask(body, secret=SECRET):
            frame = {"device": "d0036", "secret": secret, "content_type": "application/json",
                     "body": body, "what": "asks"}  # fmt: skip
            told = readback.ask(shared.nats.url, "ingest", msgspec.msgpack.encode(frame))
            return msgspec.msgpack.decode(told)

        told = ask(b'{"id":"h1","ask":"door.presented","value":"7"}')

        assert (told["status"], json.loads(told["reply"])["ok"]) == (200, True)
        assert ask(b"{}")["status"] == 422
        assert ask(b"{}", secret="wrong")["status"] == 401

    def test_leaves_nothing_of_what_was_shown_in_the_log(self, shared, desk):
        line = _listening(shared, "d0037")

        _asked(line, "d0037", b'{"id":"s1","ask":"door.presented","value":"secret-4711"}')

        kept = readback.read(shared.nats.url, subjects.INPUT_STREAM, subjects.inputs("house"))
        assert not any(b"secret-4711" in message.body for message in kept)


def _told(shared, device, point):
    """Return what INPUT holds of a point of the house."""
    known = directory(units=60, children=3, safe=2, sealed=9).points
    number = next(one.number for one in known if (one.device, one.name) == (device, point))
    found = []
    for message in readback.read(shared.nats.url, subjects.INPUT_STREAM, subjects.inputs("house")):
        if batch.is_batch(message.body):
            rows = batch.decode(message.body)
            found += rows.values[rows.points == number].tolist()
    return found


class TestHappened:
    """What scenes hear of a question: an event of the devices that the answer names."""

    def test_is_an_event_of_those_whose_model_has_it(self, shared, desk):
        line = _listening(shared, "d0038")

        for name, event in (("e1", "moon_rose"), ("e2", "pressed")):
            body = {"id": name, "ask": "door.presented", "value": "8", "event": event}
            line.send(publish("v1/house/d0038/asks", json.dumps(body).encode()))
            assert _answer(line) == {"id": name, "ok": True}

        until(lambda: _told(shared, "d0038", "pressed") == [1.0])


class TestAsker:
    async def test_tells_what_happened_of_whom_and_nothing_where_nothing_did(self):
        heard = []

        async def ask(question):
            return Told(ok=True, event="followed" if question.id == "1" else "", of=("a", "b"))

        asker = Asker(
            community="c",
            ask=ask,
            tell=lambda device, body: 1,
            happened=lambda of, event: heard.append((of, event)),
        )
        for name in "12":
            await asker.answer("d", Question(id=name, kind="k", body={}))

        assert heard == [(("a", "b"), "followed")]

    async def test_asks_once_however_often_a_device_says_the_same(self):
        asked, told, go = [], [], asyncio.Event()

        async def ask(question):
            asked.append(question.id)
            await go.wait()
            return Told(ok=True)

        asker = Asker(community="c", ask=ask, tell=lambda device, body: told.append(body) or 1)
        for _ in range(3):
            asker.take("d", Question(id="1", kind="k", body={}))
        go.set()
        await asyncio.sleep(0.01)

        assert (asked, len(told)) == (["1"], 1)

    async def test_says_busy_at_once_to_one_who_asks_too_much(self):
        told = []

        async def ask(_question):
            await asyncio.Event().wait()

        asker = Asker(community="c", ask=ask, tell=lambda device, body: told.append((device, body)))
        for number in range(9):
            asker.take("greedy", Question(id=str(number), kind="k", body={}))
        asker.take("other", Question(id="1", kind="k", body={}))
        asker.close()

        ((device, body),) = told
        assert device == "greedy"
        assert json.loads(body) == {"id": "8", "ok": False, "reason": BUSY.reason}
