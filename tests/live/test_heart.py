"""The heart: what its scenes told is on disk before a snapshot says so, and is told once."""

import asyncio
from types import SimpleNamespace

import numpy as np
import pytest

from linli.adapters.bus import NotStored, Stored, Unheard
from linli.contracts import effects as effects_of
from linli.contracts import signals as signals_of
from linli.contracts import subjects
from linli.contracts.effects import CommandAcknowledged, CommandIssued, DeviceSeen
from linli.contracts.signals import (
    CommandAnswered,
    CommandAsked,
    DeviceHeard,
    DirectoryChanged,
    NumbersHeard,
)
from linli.devices import batch as batches
from linli.devices.batch import Batch
from linli.drivers.plain import sealed
from linli.live import heart as hearts
from linli.live import snapshot as snapshots
from linli.live import voice as voices
from linli.live.commands import Commands
from linli.live.gate import Gate
from linli.live.heart import Heart
from linli.live.links import Links
from tests.live.house import LINK_KEY, directory, models

NOW = 1_767_225_600.0


def seen(id="e1", at=1.0):
    return DeviceSeen(
        id=id, at=at, community="house", cause="", device="d0001", online=False, reason="silent"
    )


def issued(id="c1"):
    return CommandIssued(
        id=id, at=1.0, community="house", cause="r:1:1", device="d0001", service="fan.on",
        expires_at=1e12,
    )  # fmt: skip


class FakeBus:
    """Stores while `open`; `inputs` are what `follow` yields of INPUT."""

    connected = True

    def __init__(self, *, stored=(), inputs=()):
        self.open = True
        self.bodies = [effects_of.encode(list(told)) for told in stored]
        self.inputs = list(inputs)
        self.unheard = 0

    async def alive(self):
        return self.open

    async def append(self, *, body, **rest):
        if not self.open:
            raise NotStored(why="full", subject="x")
        self.bodies.append(body)
        return len(self.bodies)

    async def state(self, *, stream):
        return SimpleNamespace(last=len(self.inputs))

    async def last(self, *, stream, subject):
        if self.unheard:
            self.unheard -= 1
            raise Unheard(subject=subject)
        count = len(self.bodies) if stream == subjects.EFFECTS_STREAM else len(self.inputs)
        return Stored(count, subject, b"", {}) if count else None

    async def follow(self, *, stream, subject, after):
        bodies = self.bodies if stream == subjects.EFFECTS_STREAM else self.inputs
        for sequence, body in list(enumerate(bodies, 1))[after:]:
            yield Stored(sequence, subject, body, {}, 0, len(bodies) - sequence)

    def told(self):
        return [one for body in self.bodies for one in effects_of.decode(body)]


class FakeScenes:
    """One timer that tells `effects` once; its state says whether it fired."""

    def __init__(self, effects=()):
        self.effects = list(effects)
        self.fired = False
        self.against = None

    def next_deadline(self):
        return None if self.fired else 1.0

    def advance(self, now):
        self.fired = True
        return self.effects

    def feed(self, batch):
        return []

    def hear(self, signals, at):
        return [seen(signal.id) for signal in signals]

    def standing_against(self, *, device, service):
        return self.against

    def snapshot(self):
        return b"fired" if self.fired else b"waits"

    def restore(self, state):
        self.fired = state == b"fired"


class House:
    """A heart with real commands over a fake bus, in a home of its own."""

    def __init__(self, home, bus, scenes):
        self.home, self.bus, self.sent = home, bus, []
        gate = SimpleNamespace(
            community="house",
            refusals=SimpleNamespace(count=self.count),
            seen=SimpleNamespace(learn=lambda found: None),
            links=Links("house"),
        )
        self.refused = []
        values = SimpleNamespace(
            snapshot=lambda: (b"",) * 4, restore=lambda kept: None, hear=lambda batch: None
        )
        log = SimpleNamespace(rows_under_way=0, dealt_with=lambda sequence: None)
        self.heart = Heart(
            bus=bus, gate=gate, engine=scenes, home=home, rewired=None, log=log, values=values
        )
        self.commands = Commands(
            community="house",
            models=models(),
            way=lambda device, gateway: self.send,
            tell=self.heart.tell_soon,
            refuse=self.count,
        )
        self.commands.serve({entry.code: entry for entry in directory().devices})
        self.heart.commands = self.commands
        self.heart.facts_heard = lambda: 0

    def count(self, device, reason, **rest):
        self.refused.append((device, reason))

    def send(self, payload):
        self.sent.append(payload)
        return 1

    async def begin(self):
        await self.heart.begin(self.kept())

    def kept(self):
        return snapshots.read(home=self.home, community="house")


@pytest.fixture
def home(tmp_path):
    return tmp_path


def kinds(bus):
    return [type(effect).__name__ for effect in bus.told()]


async def turns():
    """Let what is under way on the loop come to its end."""
    for _ in range(20):
        await asyncio.sleep(0)


class TestBegin:
    def test_asks_a_bus_that_does_not_answer_again(self, home, monkeypatch):
        monkeypatch.setattr(hearts, "_ASK_AGAIN_S", 0.0)

        async def act():
            house = House(home, FakeBus(stored=[[seen()]]), FakeScenes([seen()]))
            house.bus.unheard = 3
            await house.begin()
            house.heart._tick_scenes(NOW)
            await turns()
            return house.heart.caught_up.is_set(), len(house.bus.bodies)

        assert asyncio.run(act()) == (True, 1)


class TestNumbers:
    """Which payloads of sealed devices are on disk, and will not be taken again."""

    @pytest.fixture
    def links(self):
        return Gate(directory=directory(units=1, sealed=1), models=models()).links

    @pytest.fixture
    def inputs(self, links):
        """Return INPUT as it holds the numbers 1 and 2 beside something that nobody can read."""
        mark = links.get("x0001").mark
        signal = NumbersHeard(id="n", at=1.0, numbers={mark: [1]})
        none = np.zeros(0)
        readings = Batch("house", 2.0, none, none, none, none.astype(np.uint8), {}, {mark: [2]})
        return [signals_of.encode([signal]), b"poison", batches.encode(readings)]

    def house(self, home, inputs, links):
        made = House(home, FakeBus(inputs=inputs), FakeScenes())
        made.heart._gate.links = links
        return made

    def test_are_known_before_anybody_may_speak(self, home, inputs, links):
        asyncio.run(self.house(home, inputs, links).begin())

        assert links.get("x0001").window == (2, sealed.ALL)

    def test_are_learnt_though_the_bus_did_not_answer_at_first(
        self, home, inputs, links, monkeypatch
    ):
        monkeypatch.setattr(hearts, "_ASK_AGAIN_S", 0.0)
        house = self.house(home, inputs, links)
        house.bus.unheard = 2

        asyncio.run(house.begin())

        assert links.get("x0001").window[0] == 2

    def test_are_in_the_snapshot_as_far_as_it_heard_and_no_further(self, home, inputs, links):
        house = self.house(home, [], links)
        topic = b"v1/house/x0001/readings"
        heard = sealed.seal(key=LINK_KEY, topic=topic, number=9, plain=b"{}")

        async def act():
            await house.begin()
            house.bus.inputs = inputs
            await house.heart._hear()
            links.get("x0001").unseal("readings", heard)
            return await house.heart.keep()

        assert asyncio.run(act())
        assert house.kept().links == {links.get("x0001").mark: (2, sealed.ALL)}

    def test_of_a_snapshot_and_what_came_after_it_are_one(self, home, inputs, links):
        mark = links.get("x0001").mark
        house = self.house(home, inputs, links)
        found = snapshots.Snapshot(
            sequence=0, effects=0, at=1.0, scenes=b"waits", values=(b"",) * 4,
            ledger=house.commands.snapshot(issued=[]), links={mark: (70, sealed.ALL ^ 1)},
        )  # fmt: skip

        asyncio.run(house.heart.begin(found))

        assert links.get("x0001").window == (70, sealed.ALL ^ 1)


class TestHear:
    def test_counts_and_skips_what_nothing_can_be_made_of(self, home, caplog):
        came = DeviceHeard(id="up", at=2.0, device="d0001", online=True)

        async def act():
            inputs = [b"poison", signals_of.encode([]), signals_of.encode([came])]
            house = House(home, FakeBus(inputs=inputs), FakeScenes())
            await house.begin()
            await house.heart._hear()
            await turns()
            return house.heart.sequence, house.refused, [one.id for one in house.bus.told()]

        assert asyncio.run(act()) == (3, [("*", "poison")] * 2, ["up"])
        assert "INPUT 1 is skipped" in caplog.text

    @pytest.mark.parametrize(("override", "sent"), [(False, 0), (True, 1)])
    def test_a_person_loses_against_a_safety_scene_unless_he_insists(self, home, override, sent):
        asked = CommandAsked(
            id="c9", at=NOW, device="d0001", service="fan.off", expires_at=NOW * 2,
            override=override,
        )  # fmt: skip

        async def act():
            scenes = FakeScenes()
            scenes.against = ("safety.garage_air.co_over_limit", "c1")
            scenes.hear = lambda signals, at: []
            house = House(home, FakeBus(inputs=[signals_of.encode([asked])]), scenes)
            await house.begin()
            await house.heart._hear()
            house.heart._voice.flush()
            await turns()
            return house

        house = asyncio.run(act())
        told = [one for one in house.bus.told() if type(one).__name__ == "CommandOverruled"]
        assert [(one.id, one.winner_scene) for one in told] == (
            [] if override else [("c9", "safety.garage_air.co_over_limit")]
        )
        assert house.commands.underway + len(house.sent) > 0 if sent else house.sent == []


class TestKeep:
    def test_stores_what_a_new_directory_told_while_the_next_is_asked_for(self, home, monkeypatch):
        changed = [DirectoryChanged(id=f"d{n}", at=1.0, version=n) for n in (2, 3)]

        async def act():
            house = House(home, FakeBus(inputs=[signals_of.encode(list(changed))]), FakeScenes())
            asked, answer = asyncio.Event(), asyncio.Event()

            async def rewire(told):
                if told.version == 3:
                    asked.set()
                    await answer.wait()
                return [seen(f"e{told.version}")]

            monkeypatch.setattr(house.heart, "_rewired", rewire)
            await house.begin()
            hearing = asyncio.create_task(house.heart._hear())
            await asked.wait()
            written, told = await house.heart.keep(), [one.id for one in house.bus.told()]
            answer.set()
            await hearing
            await turns()
            return written, told, [one.id for one in house.bus.told()]

        assert asyncio.run(act()) == (True, ["e2"], ["e2", "e3", "d2", "d3"])

    def test_writes_no_snapshot_while_what_a_timer_told_is_not_stored(self, home):
        async def act():
            house = House(home, FakeBus(), FakeScenes([seen()]))
            await house.begin()
            house.bus.open = False
            house.heart._tick_scenes(NOW)
            await turns()
            written = await house.heart.keep(within_s=0.01)
            await house.heart._voice.close(within_s=0.01)
            return written, house.kept()

        assert asyncio.run(act()) == (False, None)

    def test_stores_the_steps_of_commands_before_the_ledger_that_counts_them(self, home):
        async def act():
            house = House(home, FakeBus(), FakeScenes([issued()]))
            await house.begin()
            house.heart._tick_scenes(NOW)
            await turns()
            house.commands.answered(CommandAnswered(id="a", at=2.0, command="c1", ok=True))
            written = await house.heart.keep()
            return written, kinds(house.bus), house.kept().ledger

        written, told, ledger = asyncio.run(act())

        assert written
        assert told == ["CommandIssued", "CommandSent", "CommandAcknowledged"]
        assert ledger.underway == []

    def test_leaves_an_answer_that_came_while_it_waited_to_be_heard_again(self, home):
        async def act():
            house = House(home, FakeBus(), FakeScenes([issued()]))
            await house.begin()
            house.heart._tick_scenes(NOW)
            await turns()
            keeping = asyncio.create_task(house.heart.keep())
            await asyncio.sleep(0)
            house.commands.answered(CommandAnswered(id="a", at=2.0, command="c1", ok=True))
            return await keeping, [one.id for one in house.kept().ledger.underway]

        assert asyncio.run(act()) == (True, ["c1"])

    def test_keeps_a_command_of_the_scenes_that_has_not_gone_out(self, home):
        async def act():
            house = House(home, FakeBus(), FakeScenes([issued()]))
            await house.begin()
            house.heart._tick_scenes(NOW)
            written = await house.heart.keep()
            return written, house.kept().scenes, [c.id for c in house.kept().ledger.underway]

        assert asyncio.run(act()) == (True, b"fired", ["c1"])

    def test_waits_for_every_part_of_what_was_too_large(self, home, monkeypatch):
        monkeypatch.setattr(voices, "_LARGEST_BYTES", 200)

        async def act():
            house = House(home, FakeBus(), FakeScenes([seen(f"e{n}") for n in range(9)]))
            await house.begin()
            house.heart._tick_scenes(NOW)
            written = await house.heart.keep()
            return written, len(house.bus.bodies), [effect.id for effect in house.bus.told()]

        written, messages, told = asyncio.run(act())

        assert written
        assert messages > 1
        assert told == [f"e{n}" for n in range(9)]


class TestClose:
    def test_stores_what_was_to_be_told_soon(self, home):
        async def act():
            house = House(home, FakeBus(), FakeScenes([issued()]))
            await house.begin()
            house.heart._tick_scenes(NOW)
            await house.heart.close()
            return kinds(house.bus)

        assert asyncio.run(act()) == ["CommandIssued", "CommandSent"]


class TestRestart:
    def test_tells_again_nothing_of_the_messages_it_hears_again(self, home, monkeypatch):
        async def act():
            house = House(home, FakeBus(stored=[[seen()]], inputs=[b"1", b"2"]), FakeScenes())

            async def beat(message):
                return [seen()] if message.sequence == 1 else []

            monkeypatch.setattr(house.heart, "_beat", beat)
            await house.begin()
            await house.heart._hear()
            await turns()
            return house.heart.caught_up.is_set(), len(house.bus.bodies)

        assert asyncio.run(act()) == (True, 1)

    def test_tells_again_nothing_of_a_timer_and_is_past_it_with_a_snapshot(self, home):
        async def act():
            house = House(home, FakeBus(stored=[[seen()]]), FakeScenes([seen()]))
            await house.begin()
            early = await house.heart.keep()
            house.heart._tick_scenes(NOW)
            await turns()
            return early, len(house.bus.bodies), await house.heart.keep(), house.kept().effects

        assert asyncio.run(act()) == (False, 1, True, 1)

    def test_sends_a_command_that_was_stored_and_had_not_gone_out(self, home):
        async def act():
            house = House(home, FakeBus(stored=[[issued()]]), FakeScenes([issued()]))
            await house.begin()
            house.commands.advance(NOW * 2)
            house.heart._tick_scenes(NOW)
            await turns()
            return len(house.sent), kinds(house.bus)

        assert asyncio.run(act()) == (1, ["CommandIssued"])

    def test_tells_no_end_of_a_command_twice(self, home):
        ended = CommandAcknowledged(
            id="k", at=2.0, community="house", cause="c1", scene="", command="c1"
        )

        async def act():
            bus = FakeBus(stored=[[issued()], [ended]])
            house = House(home, bus, FakeScenes([issued()]))
            await house.begin()
            house.heart._tick_scenes(NOW)
            house.commands.answered(CommandAnswered(id="a", at=2.0, command="c1", ok=True))
            await house.heart.close()
            return len(house.sent), len(bus.bodies)

        assert asyncio.run(act()) == (0, 2)
