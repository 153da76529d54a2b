"""Lines of field protocols: members, restarts, readings on disk, orders, pushes, strangers."""

import asyncio
from types import SimpleNamespace

import msgspec
import pytest

from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.devices.model import Property, Service, ThingModel
from linli.drivers import known, rests
from linli.drivers.line import Driver, NotSigned, Order, PushTaken, Said
from linli.drivers.reading import BadPayload, Reading
from linli.drivers.wiring import Wires
from linli.kernel.words import Words
from linli.live.door import LiveDoor
from linli.live.gate import Gate
from linli.live.lines import Lines, UnknownLine

METER = ThingModel(
    id="meter",
    name=Words(zh="表", en="meter"),
    category="energy",
    period="1m",
    properties={"energy_kwh": Property(name=Words(zh="电", en="energy"), unit="kWh")},
    services={"relay.cut": Service(name=Words(zh="断", en="cut"))},
)


class Options(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    connect: str = ""
    password: str = ""


class FakeLine:
    made: list["FakeLine"] = []

    def __init__(self, wired, members, station):
        self.wired, self.members, self.station = wired, list(members), station
        self.port = 4711
        self.orders = []
        self.fails = None
        self.breaks = asyncio.Event()
        FakeLine.made.append(self)

    async def run(self):
        await self.breaks.wait()
        raise OSError("unplugged")

    def rewire(self, members):
        if self.fails == "rewire":
            raise RuntimeError("odd member")
        self.members = list(members)

    def send(self, device, order):
        if self.fails == "send":
            raise RuntimeError("odd order")
        self.orders.append((device, order.id))
        return True


def push(asked, line, members, now):
    if asked.body == b"forged":
        raise NotSigned
    if asked.body == b"bad":
        raise BadPayload("bad_json")
    if asked.body == b"answers":
        return PushTaken(said=[Said(address="001", answers=[("c1", True, "")])])
    return PushTaken(
        said=[
            Said(address="001", readings=[Reading("energy_kwh", 5.0)], online=True),
            Said(address="999", readings=[Reading("energy_kwh", 6.0)], about={"serial": "x"}),
        ],
        reply=b"thanks",
    )


DRIVER = Driver(
    name="fake",
    words=Words(zh="假", en="fake"),
    line=Options,
    member=Options,
    secrets=frozenset({"password"}),
    run=FakeLine,
    push=push,
)


class FakeLog:
    """Stores at once, unless it is told to hold."""

    def __init__(self):
        self.held, self.kicks = [], 0
        self.hold = False

    def end(self, *, acks, line, safety_before, bulk_before):
        if self.hold:
            self.held.append(line)
        else:
            line.send(acks)

    def when_stored(self, line):
        if self.hold:
            self.held.append(line)
        else:
            line.send(b"")

    def full(self, *, safety):
        return False

    def kick(self):
        self.kicks += 1


def directory(*entries):
    return Directory(
        community="house",
        version=1,
        places=[PlaceEntry(path="house", kind="estate")],
        devices=entries,
        points=[
            PointEntry(number=n, device=e.code, name="energy_kwh") for n, e in enumerate(entries)
        ],
    )


def entry(code, *, gateway=None, address="", options=None, driver="fake", enabled=True):
    return DeviceEntry(
        code=code, model="meter", place="house", gateway=gateway, driver=driver, address=address,
        options=options or {}, enabled=enabled,
    )  # fmt: skip


LINE, ONE, TWO = (
    entry("line", options={"connect": "127.0.0.1:1"}),
    entry("m1", gateway="line", address="001"),
    entry("m2", gateway="m1", address="002"),
)


@pytest.fixture
def house(monkeypatch):
    monkeypatch.setattr(known, "driver", lambda name: DRIVER)
    monkeypatch.setattr(rests, "FIRST_S", 0.0)
    FakeLine.made = []
    models = {"meter": METER}
    gate = Gate(directory=directory(LINE, ONE, TWO), models=models)
    log = FakeLog()
    door = LiveDoor()
    made = Lines(gate=gate, log=log, door=door, wires=Wires(tables={}, models=models))
    made.learn()
    return SimpleNamespace(lines=made, gate=gate, log=log, door=door)


async def settle():
    for _ in range(5):
        await asyncio.sleep(0)


class TestMembers:
    async def test_all_below_a_line_that_speak_its_protocol_are_its_members(self, house):
        house.lines.open()
        await settle()

        assert [one.code for one in FakeLine.made[0].members] == ["m1", "m2"]
        await house.lines.close()

    async def test_a_change_of_members_reaches_the_line_at_work(self, house):
        house.lines.open()
        await settle()
        house.gate.learn(directory(LINE, ONE))
        house.lines.learn()

        assert len(FakeLine.made) == 1
        assert [one.code for one in FakeLine.made[0].members] == ["m1"]
        await house.lines.close()

    async def test_a_changed_way_begins_the_line_anew(self, house):
        house.lines.open()
        await settle()
        house.gate.learn(directory(entry("line", options={"connect": "127.0.0.1:2"}), ONE))
        house.lines.learn()
        await settle()

        assert [one.wired.options.connect for one in FakeLine.made] == [
            "127.0.0.1:1", "127.0.0.1:2",
        ]  # fmt: skip
        await house.lines.close()

    async def test_wrong_options_are_shown_to_the_operator_and_end_nothing(self, house):
        house.gate.learn(directory(entry("line", options={"conect": "x"}), ONE))
        house.lines.learn()

        told = house.gate.refusals.tell(community="house", at=0.0)
        assert [(one.device, one.reason) for one in told] == [("line", "bad_wire")]

    async def test_a_line_that_breaks_over_its_members_is_begun_anew(self, house):
        house.lines.open()
        await settle()
        FakeLine.made[0].fails = "rewire"
        house.gate.learn(directory(LINE, ONE))
        house.lines.learn()
        await settle()

        told = house.gate.refusals.tell(community="house", at=0.0)
        assert [(one.device, one.reason) for one in told] == [("line", "line_broke")]
        assert [[one.code for one in line.members] for line in FakeLine.made] == [
            ["m1", "m2"], ["m1"],
        ]  # fmt: skip
        assert house.lines.fares()[0]["up"]
        await house.lines.close()

    async def test_who_moved_to_another_line_is_gone_when_that_one_loses_it(self, house):
        house.lines.open()
        await settle()
        FakeLine.made[0].station.came("m1")
        other = entry("other", options={"connect": "127.0.0.1:3"})
        house.gate.learn(directory(LINE, other, entry("m1", gateway="other", address="001")))
        house.lines.learn()
        await settle()
        FakeLine.made[0].station.came("m1")
        FakeLine.made[1].station.came("m1")
        FakeLine.made[1].station.went("m1", "silent")

        heard = [(s.device, s.online, s.reason) for s in house.gate.safety.pending.signals]
        assert heard == [
            ("m1", True, ""), ("m1", False, "removed"), ("m1", True, ""), ("m1", False, "silent"),
        ]  # fmt: skip
        await house.lines.close()

    async def test_who_left_the_register_leaves_nothing_behind(self, house):
        house.lines.open()
        await settle()
        FakeLine.made[0].station.came("m1")
        house.gate.learn(directory(LINE))
        house.lines.learn()

        assert house.door.lines("house") == 0
        await house.lines.close()

    async def test_a_line_begun_anew_waits_until_the_one_before_let_go(self, house, monkeypatch):
        at_work = []

        async def run(self):
            at_work.append(self)
            held = len(at_work)
            try:
                await self.breaks.wait()
            finally:
                await asyncio.sleep(0)
                await asyncio.sleep(0)
                at_work.remove(self)
            assert held == 1

        monkeypatch.setattr(FakeLine, "run", run)
        house.lines.open()
        await settle()
        house.gate.learn(directory(entry("line", options={"connect": "127.0.0.1:2"}), ONE))
        house.lines.learn()
        most = 0
        for _ in range(10):
            await asyncio.sleep(0)
            most = max(most, len(at_work))

        assert most == 1
        assert at_work == FakeLine.made[1:]
        await house.lines.close()

    async def test_a_disabled_line_is_ended(self, house):
        house.lines.open()
        await settle()
        house.gate.learn(directory(entry("line", enabled=False), ONE))
        house.lines.learn()

        assert (
            house.lines.send("m1", Order(id="c", service="relay.cut", args={}, expires_at=1)) == 0
        )
        await house.lines.close()


class TestRun:
    async def test_a_line_that_breaks_off_is_shown_and_begun_again(self, house):
        house.lines.open()
        await settle()
        FakeLine.made[0].station.came("m1")
        FakeLine.made[0].breaks.set()
        async with asyncio.timeout(5):
            while len(FakeLine.made) < 2:
                await asyncio.sleep(0)

        told = house.gate.refusals.tell(community="house", at=0.0)
        assert [(one.device, one.reason) for one in told] == [("line", "line_down")]
        heard = [(s.device, s.online) for s in house.gate.safety.pending.signals]
        assert heard == [("m1", True), ("m1", False)]
        await house.lines.close()

    async def test_a_line_whose_own_task_was_cancelled_is_begun_again(self, house, monkeypatch):
        async def run(self):
            if len(FakeLine.made) == 1:
                raise asyncio.CancelledError
            await self.breaks.wait()

        monkeypatch.setattr(FakeLine, "run", run)
        house.lines.open()
        await settle()

        assert len(FakeLine.made) == 2
        assert house.lines.fares()[0]["up"]
        await house.lines.close()

    async def test_tells_where_it_listens(self, house):
        house.lines.open()
        await settle()

        assert house.lines.ports() == {"line": 4711}
        await house.lines.close()


class TestTell:
    async def test_a_line_says_how_many_of_its_members_are_there(self, house):
        house.lines.open()
        await settle()
        FakeLine.made[0].station.came("m1")
        shape = Property(name=Words(zh="数", en="count"), type="integer")
        tells = msgspec.structs.replace(
            METER, properties={**METER.properties, "members_there": shape}
        )
        line = next(iter(house.lines._lines.values()))
        line.wired = msgspec.structs.replace(line.wired, model=tells)
        brought = []

        async def bring(device, readings):
            brought.append((device, [(one.name, one.value) for one in readings]))

        line.station.bring = bring
        await house.lines.tell()

        assert brought == [("line", [("members_there", 1)])]
        await house.lines.close()

    @pytest.mark.parametrize("way", ["up", "cut", "unreachable", "broken"])
    async def test_a_line_says_whether_it_is_up(self, house, way, monkeypatch):
        monkeypatch.setattr(rests, "FIRST_S", 60.0)
        house.lines.open()
        await settle()
        made = FakeLine.made[0]
        made.port = 4711 if way == "broken" else 0
        line = next(iter(house.lines._lines.values()))
        shape = Property(name=Words(zh="通", en="up"), type="boolean")
        tells = msgspec.structs.replace(METER, properties={"line_up": shape})
        line.wired = msgspec.structs.replace(line.wired, model=tells)
        brought = []

        async def bring(device, readings):
            brought.append([(one.name, one.value) for one in readings])

        line.station.bring = bring
        if way in ("up", "cut"):
            made.station.came("line")
        if way == "cut":
            made.station.went("line", "hung_up")
        if way == "broken":
            made.breaks.set()
            await settle()
        await house.lines.tell()

        assert brought == [[("line_up", way == "up")]]
        await house.lines.close()


class TestBring:
    async def test_returns_only_when_readings_are_on_disk(self, house):
        house.lines.open()
        await settle()
        house.log.hold = True
        bringing = asyncio.create_task(
            FakeLine.made[0].station.bring("m1", [Reading("energy_kwh", 1.5), Reading("odd", 1)])
        )
        await settle()
        waited = not bringing.done()
        house.log.held[0].send(b"")

        told = await bringing
        assert waited
        assert (told.taken, list(told.refused)) == (1, [(1, "unknown_property")])
        assert house.gate.bulk.pending.values.tolist() == [1.5]
        await house.lines.close()

    async def test_a_device_nobody_registered_is_refused(self, house):
        house.lines.open()
        await settle()

        told = await FakeLine.made[0].station.bring("ghost", [Reading("energy_kwh", 1.0)])

        assert (told.taken, list(told.refused)) == (0, [(0, "unknown_device")])
        await house.lines.close()


class TestPushed:
    async def test_readings_go_to_the_member_and_strangers_are_told(self, house):
        told = await house.lines.pushed(line="line", driver="fake", asked=_asked(), now=0.0)

        assert (told.taken, told.refused, told.reply) == (1, 1, b"thanks")
        heard = [(s.device, s.online) for s in house.gate.safety.pending.signals]
        assert heard == [("line", True), ("m1", True)]
        strangers = house.lines.strangers.tell()
        assert [(one.address, one.about) for one in strangers] == [("999", {"serial": "x"})]

    async def test_refuses_a_line_of_another_protocol(self, house):
        with pytest.raises(UnknownLine):
            await house.lines.pushed(line="m1", driver="fake", asked=_asked(), now=0.0)

    async def test_keeps_no_frame_of_who_has_not_signed(self, house):
        forged = SimpleNamespace(body=b"forged")

        with pytest.raises(NotSigned):
            await house.lines.pushed(line="line", driver="fake", asked=forged, now=0.0)

        assert house.lines.frames.of("line") == []

    async def test_keeps_the_frame_that_cannot_be_read(self, house):
        with pytest.raises(BadPayload):
            await house.lines.pushed(
                line="line", driver="fake", asked=SimpleNamespace(body=b"bad"), now=0.0
            )

        assert [one.data for one in house.lines.frames.of("line")] == [b"bad"]

    async def test_answers_are_on_disk_before_the_push_is_confirmed(self, house):
        house.log.hold = True
        asked = SimpleNamespace(body=b"answers")
        pushing = asyncio.create_task(
            house.lines.pushed(line="line", driver="fake", asked=asked, now=0.0)
        )
        await settle()
        waited = not pushing.done()
        house.log.held[0].send(b"")

        await pushing
        assert waited
        assert [s.command for s in house.gate.safety.pending.signals if hasattr(s, "command")] == [
            "c1"
        ]

    async def test_only_a_line_of_that_protocol_may_sign(self, house, monkeypatch):
        asked = []
        signing = msgspec.structs.replace(DRIVER, signs=True)
        monkeypatch.setattr(known, "driver", lambda name: asked.append(name) or signing)

        told = [
            house.lines.signs(line=line, driver=driver)
            for line, driver in (("line", "fake"), ("line", "bacnet"), ("ghost", "fake"))
        ]

        assert (told, asked) == ([True, False, False], ["fake"])

    async def test_one_stranger_is_told_once_in_a_while(self, house):
        for _ in range(3):
            await house.lines.pushed(line="line", driver="fake", asked=_asked(), now=0.0)

        assert len(house.lines.strangers.tell()) == 1


class TestSend:
    async def test_an_order_goes_over_the_line_of_the_device(self, house):
        house.lines.open()
        await settle()

        gone = house.lines.send("m2", Order(id="c1", service="relay.cut", args={}, expires_at=1))

        assert gone == 1
        assert FakeLine.made[0].orders == [("m2", "c1")]
        await house.lines.close()

    async def test_an_order_over_which_a_line_breaks_fails_and_ends_nothing(self, house):
        house.lines.open()
        await settle()
        FakeLine.made[0].fails = "send"

        gone = house.lines.send("m2", Order(id="c1", service="relay.cut", args={}, expires_at=1))

        assert gone == 1
        answers = [(s.command, s.ok, s.reason) for s in house.gate.safety.pending.signals]
        assert answers == [("c1", False, "line_broke")]
        assert house.lines.fares()[0]["up"]
        await house.lines.close()


def _asked():
    return SimpleNamespace(body=b"{}")
