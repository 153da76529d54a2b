"""A simulated device's line, against our own acceptor."""

import asyncio
import contextlib
from types import SimpleNamespace

import pytest

from linli.app.demo import control
from linli.app.demo.line import Line
from linli.drivers.mqtt.acceptor import Acceptor


class Door:
    """Lets in who knows the secret; takes everything, or nothing while `shut`."""

    def __init__(self):
        self.taken = asyncio.Queue()
        self.went_with = asyncio.Queue()
        self.listening = asyncio.Queue()

    def admit(self, *, username, password):
        if password != b"right":
            return None
        device = username.partition("/")[2]
        return SimpleNamespace(
            community="hml", device=device, devices=frozenset({device}), many=False, safety=False
        )

    def plan(self, caller, topic):
        return SimpleNamespace(take=lambda payload: self.take(topic, payload))

    def take(self, topic, payload):
        self.taken.put_nowait((topic, payload))
        return 0

    def begin(self, caller):
        return 0, 0

    def end(self, caller, mark, acks, line):
        line.send(acks)

    def full(self, caller):
        return False

    def wait(self, caller, resume):
        raise AssertionError

    def came(self, caller, line):
        pass

    def listens(self, caller):
        self.listening.put_nowait(caller.device)

    def went(self, caller, line, reason):
        self.went_with.put_nowait(reason)

    def refused(self, caller, name, reason, sample):
        self.taken.put_nowait(("refused", reason))


@pytest.fixture
async def door():
    return Door()


@pytest.fixture
async def acceptor(door):
    made = Acceptor(door=door)
    made.port = await made.open(host="127.0.0.1", port=0)
    yield made
    await made.close()


@contextlib.asynccontextmanager
async def running(port, *, secret="right", hear=None):
    line = Line(
        address=("127.0.0.1", port), device="fan-1", username="hml/fan-1", secret=secret,
        will=("v1/hml/fan-1/status", b"offline"), listen=("v1/hml/fan-1/commands",),
        hear=hear or nobody,
    )  # fmt: skip
    task = asyncio.create_task(line.run())
    try:
        yield line
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def nobody(_topic, _payload):
    raise AssertionError


class TestLine:
    async def test_says_what_it_has_in_order_once_it_is_up(self, door, acceptor):
        async with running(acceptor.port) as line, asyncio.timeout(10):
            for n in range(40):
                line.say("v1/hml/fan-1/readings", b"%d" % n)

            said = [await door.taken.get() for _ in range(40)]

        assert [payload for _, payload in said] == [b"%d" % n for n in range(40)]

    async def test_hears_commands_and_comes_back_after_a_lost_line(self, door, acceptor):
        heard = asyncio.Queue()

        async def hear(topic, payload):
            heard.put_nowait((topic, payload))

        async with running(acceptor.port, hear=hear) as line, asyncio.timeout(10):
            await door.listening.get()
            next(iter(acceptor.sessions)).transport.abort()
            await door.went_with.get()
            await door.listening.get()
            line.say("v1/hml/fan-1/readings", b"back")

            assert (await door.taken.get())[1] == b"back"
            assert line.connections == 2

    async def test_tries_again_when_it_is_not_let_in(self, door, acceptor):
        async with running(acceptor.port, secret="wrong") as line, asyncio.timeout(10):
            tries = 0
            while tries < 2:
                tries += await door.taken.get() == ("refused", "bad_credentials")

            assert not line.up

    async def test_keeps_the_newest_when_nobody_answers(self):
        async with running(1) as line:
            for n in range(250):
                line.say("t", b"%d" % n)

        assert line.lost == 50
        assert line._kept[0] == ("t", b"50")


class TestControl:
    @pytest.fixture
    def home(self, tmp_path):
        deep = tmp_path / ("deep" * 20) / ("deeper" * 12)
        deep.mkdir(parents=True)
        return deep

    async def test_carries_an_order_and_its_answer(self, home):
        got = []

        def obey(order):
            got.append(order)
            return control.Said(ok=True, text="begun")

        async with control.listening(home, obey):
            order = control.Order(do="incident", name="leak")
            said = await asyncio.to_thread(control.ask, home, order)

        assert said == control.Said(ok=True, text="begun")
        assert got == [order]

    async def test_says_when_nobody_listens(self, home, tmp_path):
        for folder in (home, tmp_path / "not there"):
            with pytest.raises(control.NoSimulator):
                control.ask(folder, control.Order(do="state"))
