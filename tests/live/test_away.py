"""The records are away, or say what cannot be read: the live half goes on."""

import asyncio
from types import SimpleNamespace

import pytest

from linli.adapters.bus import Stored
from linli.contracts import signals, subjects
from linli.devices.interlocks import Interlocks
from linli.drivers.wiring import Wires
from linli.live import community as communities
from linli.live import main as mains
from linli.live.community import Community
from linli.live.door import LiveDoor
from linli.live.ear import Ear
from linli.live.gate import Gate
from linli.live.log import Log
from linli.live.main import Live, LiveSettings
from tests.live.house import directory, engine_maker, models


class FakeBus:
    connected = True

    def __init__(self):
        self.appended = []

    async def state(self, *, stream):
        return SimpleNamespace(last=0)

    async def append(self, *, subject, body, **rest):
        self.appended.append((subject, body))
        return len(self.appended)


class Flaky:
    """Fails so many times, then answers."""

    def __init__(self, failures, answer):
        self.failures, self.answer = failures, answer
        self.asked = 0

    def __call__(self, *asked):
        self.asked += 1
        if self.asked <= self.failures:
            raise ConnectionError("the server closed the connection")
        return self.answer


class FakeCommunity:
    def __init__(self, *, directory, **rest):
        self.name = directory.community
        self.lines = SimpleNamespace(ports=dict)

    async def begin(self, *, facts):
        self.began = facts

    async def run(self):
        await asyncio.Event().wait()

    def stop(self):
        self.task.cancel()


@pytest.fixture(autouse=True)
def hasty(monkeypatch):
    monkeypatch.setattr(mains, "_LOOK_AGAIN_S", 0.001)
    monkeypatch.setattr(communities, "_ASK_AGAIN_S", 0.0)
    monkeypatch.setattr(mains, "Community", FakeCommunity)
    monkeypatch.setattr(mains, "_settle_memory", lambda: None)


async def serve(home, *, names, register, enough):
    """Serve until `enough` says so; return what is served then, and when it was ready."""
    ready = []
    live = Live(
        bus=FakeBus(),
        settings=LiveSettings(
            port=0, nats_url="", home=home, models={}, make_engine=engine_maker(),
            wires=Wires(tables={}, models={}),
            communities=names, directory=register,
            ready=lambda port: ready.append(sorted(live.communities)),
        ),
    )  # fmt: skip
    stop = asyncio.Event()

    async def watch():
        while not enough(live):
            await asyncio.sleep(0)
        stop.set()

    async with asyncio.timeout(10):
        await asyncio.gather(live.serve(stop), watch())
    await live.acceptor.close()
    return sorted(live.communities), ready


class TestServe:
    def test_lets_devices_in_once_the_records_have_come(self, tmp_path):
        names, register = Flaky(2, ["house"]), Flaky(2, directory())

        served, ready = asyncio.run(
            serve(tmp_path, names=names, register=register, enough=lambda live: live.communities)
        )

        assert (served, ready) == (["house"], [["house"]])

    def test_goes_on_while_the_records_are_away(self, tmp_path):
        class Later(Flaky):
            def __call__(self, *asked):
                self.asked += 1
                if 1 < self.asked < 5:
                    raise ConnectionError
                return ["house"]

        names = Later(0, None)

        served, _ = asyncio.run(
            serve(
                tmp_path,
                names=names,
                register=Flaky(0, directory()),
                enough=lambda live: names.asked > 6,
            )
        )

        assert served == ["house"]

    def test_ends_when_it_is_told_to_while_it_waits_for_the_records(self, tmp_path):
        names = Flaky(10**9, None)

        served, ready = asyncio.run(
            serve(tmp_path, names=names, register=None, enough=lambda live: names.asked > 2)
        )

        assert (served, ready) == ([], [])


class TestRewire:
    def test_goes_on_with_what_it_has_and_lets_input_say_it_again(self, tmp_path):
        async def act():
            bus = FakeBus()
            community = Community(
                bus=bus,
                door=LiveDoor(),
                acceptor=SimpleNamespace(recheck=lambda community: None),
                home=tmp_path,
                models=models(),
                make_engine=engine_maker(),
                wires=Wires(tables={}, models=models()),
                interlocks=Interlocks(()),
                ask_directory=Flaky(1, directory(units=3, version=2)),
                directory=directory(units=2),
            )
            first = await community._rewire(signals.DirectoryChanged(id="d2", at=1.0, version=2))
            before = set(community.gate.devices)
            async with asyncio.timeout(5):
                while not bus.appended:
                    await asyncio.sleep(0)
            await community._rewire(signals.DirectoryChanged(id="d2", at=1.0, version=2))
            return first, set(community.gate.devices) - before, bus.appended

        first, new, ((subject, body),) = asyncio.run(act())

        (again,) = signals.decode(body)
        assert (first, new) == ([], {"d0003"})
        assert subject == subjects.inputs("house")
        assert (type(again), again.version) == (signals.DirectoryChanged, 2)


class TestHearFact:
    def test_counts_and_skips_one_that_cannot_be_read(self, caplog):
        async def act():
            gate = Gate(directory=directory(), models=models())
            ear = Ear(bus=None, gate=gate, log=Log(bus=None, gate=gate), after=4)
            ear._pass_on(Stored(5, subjects.facts("house", "CaseMoved"), b'{"case": 1}', {}))
            return ear.heard, gate.refusals.tell(community="house", at=1.0)

        heard, (refused,) = asyncio.run(act())

        assert heard == 5
        assert (refused.device, refused.reason, refused.count) == ("*", "poison", 1)
        assert "FACTS 5 is skipped" in caplog.text
