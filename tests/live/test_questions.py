"""Sealed questions over HTTP, sent again as they were: the same answer, and nothing twice."""

import asyncio
import json
from types import SimpleNamespace

import msgspec
import pytest

from linli.contracts.asking import Told
from linli.drivers.plain import sealed
from linli.drivers.plain.asks import Question
from linli.live import answers as module
from linli.live.answers import Answers
from linli.live.asker import Asker
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.questions import KEPT_S, Lately, key_of
from tests.live.house import LINK_KEY, SECRET, directory, models
from tests.live.test_sealed import wrapped

DEVICE = "x0001"


class Log:
    """A log whose disk is as fast as the test lets it be."""

    def __init__(self):
        self.waiting, self.fast = [], True

    def when_stored(self, line):
        self.waiting.append(line)
        if self.fast:
            self.store()

    def store(self):
        while self.waiting:
            self.waiting.pop().send(b"")

    def kick(self):
        pass


@pytest.fixture
def house(monkeypatch):
    """Answers of a house with one sealed device; `asked` is what was put to the desk."""
    monkeypatch.setattr(module, "_STORED_S", 0.01)
    gate, log, asked = Gate(directory=directory(units=1, sealed=1), models=models()), Log(), []

    async def desk(question):
        asked.append(question.id)
        await asyncio.sleep(0)
        return Told(ok=True, reason="right", body={"n": len(asked)})

    door = LiveDoor()
    door.open(gate=gate, log=log)
    asker = Asker(community="house", ask=desk, tell=lambda *_: 0)
    made = Answers(
        bus=None,
        community="house",
        door=door,
        values=None,
        fares=dict,
        lines=None,
        fetches=None,
        asker=asker,
    )

    async def push(body, secret=SECRET):
        frame = {"device": DEVICE, "secret": secret, "content_type": "", "body": body,
                 "what": "asks"}  # fmt: skip
        return msgspec.msgpack.decode(await made._ingest(msgspec.msgpack.encode(frame)))

    return SimpleNamespace(push=push, log=log, gate=gate, asked=asked, answers=made)


def question(number=1, id="a1"):
    plain = json.dumps({"id": id, "ask": "door.presented", "value": "1"}).encode()
    return wrapped(plain, device=DEVICE, what="asks", number=number)


def said(told):
    topic = f"v1/house/{DEVICE}/answers".encode()
    return json.loads(sealed.unseal(key=LINK_KEY, topic=topic, payload=told["reply"]).plain)


class TestAgain:
    async def test_what_was_answered_later_is_fetched_by_the_same_bytes(self, house):
        house.log.fast, sent = False, question()

        first, second = await house.push(sent), await house.push(sent)
        before = list(house.asked)
        house.log.store()
        third = await house.push(sent)

        assert [one["status"] for one in (first, second, third)] == [503, 503, 200]
        assert (before, house.asked) == ([], ["a1"])
        assert said(third)["reason"] == "right"

    async def test_an_answer_that_was_lost_on_the_way_is_the_very_same(self, house):
        sent = question()

        first, second = await house.push(sent), await house.push(sent)

        assert first["reply"] == second["reply"]
        assert house.asked == ["a1"]

    async def test_two_at_once_are_asked_once(self, house):
        sent = question()

        told = await asyncio.gather(*(house.push(sent) for _ in range(5)))

        assert len({one["reply"] for one in told}) == 1
        assert house.asked == ["a1"]

    async def test_sealed_anew_it_is_asked_anew_under_the_same_id(self, house):
        first, second = await house.push(question(1)), await house.push(question(2))

        assert (said(first)["n"], said(second)["n"]) == (1, 2)
        assert house.asked == ["a1", "a1"]

    @pytest.mark.parametrize("at", [0, 8, 9, 20, -1])
    async def test_the_same_number_with_any_other_bytes_is_none(self, house, at):
        sent = bytearray(question())
        await house.push(bytes(sent))
        sent[at] ^= 1

        told = await house.push(bytes(sent))

        assert told["status"] == 422
        assert house.asked == ["a1"]

    async def test_another_question_under_a_number_that_was_heard_is_a_replay(self, house):
        await house.push(question(1, "a1"))

        told = await house.push(question(1, "a2"))

        assert (told["status"], told["refused"][0]["reason"]) == (422, "said_before")
        assert house.asked == ["a1"]

    async def test_after_a_while_it_is_a_replay(self, house):
        now = [0.0]
        house.answers._lately = Lately(clock=lambda: now[0])
        sent = question()
        await house.push(sent)
        now[0] = KEPT_S + 0.1

        told = await house.push(sent)

        assert (told["status"], told["refused"][0]["reason"]) == (422, "said_before")
        assert house.asked == ["a1"]

    async def test_under_another_key_it_is_nothing(self, house):
        sent = question()
        await house.push(sent)
        told = directory(units=1, sealed=1)
        others = [
            msgspec.structs.replace(one, link_key="00") if one.code == DEVICE else one
            for one in told.devices
        ]
        house.gate.learn(msgspec.structs.replace(told, devices=others))

        again = await house.push(sent)

        assert (again["status"], again["refused"][0]["reason"]) == (422, "no_link_key")

    async def test_without_the_secret_nobody_fetches_it(self, house):
        sent = question()
        await house.push(sent)

        assert (await house.push(sent, secret="wrong"))["status"] == 401


class TestLately:
    def test_is_bounded_for_each_device_and_in_all(self):
        lately = Lately(clock=lambda: 0.0)
        asked = Question(id="a", kind="k", body={})

        own = [key_of(device="one", mark="m", payload=bytes([n])) for n in range(20)]
        for key in own:
            lately.keep(key, asked)
        mine = sum(lately.find(key) is not None for key in own)
        for n in range(300):
            lately.keep(key_of(device=f"d{n}", mark="m", payload=b""), asked)

        assert (mine, len(lately)) == (8, 256)
        assert lately.find(own[-1]) is None

    def test_forgets_what_is_too_large(self):
        lately = Lately(clock=lambda: 0.0)
        key = key_of(device="one", mark="m", payload=b"x")
        lately.keep(key, Question(id="a", kind="k", body={})).reply = bytes(70_000)

        lately.trim(key)

        assert len(lately) == 0
