"""A line of Modbus devices against the simulated peer."""

import random

import msgspec
import pytest

from linli.drivers.modbus.driver import DRIVER
from linli.drivers.modbus.map import Map
from linli.drivers.modbus.pdu import Table
from linli.drivers.modbus.peer import ModbusPeer, Unit
from linli.drivers.simulated import Mood
from tests.drivers.at_work import at_work, listening, order
from tests.drivers.tables import wired


def quick(code, model, address, every="30ms", map=None, **options):
    """Return a member whose table is read often."""
    member = wired("modbus", code, model, address, **options)
    table = msgspec.structs.replace(map or member.map, every=every)
    return msgspec.structs.replace(member, map=table)


def table(**parts):
    return msgspec.convert({"models": ["water_pump"], **parts}, Map)


def line_to(at, **options):
    options = {"answer_within_s": 0.3, **options}
    return wired("modbus", "line", "gateway", connect=at, **options)


def pump(map, *, running=False, shift=0):
    """Return a unit that runs when its coil says so."""

    def written(unit, table, address, value):
        if table == Table.COIL:
            unit.tables[Table.DISCRETE][shift] = value

    unit = Unit(written=written)
    unit.fill(Table.COIL, shift, int(running))
    unit.fill(Table.INPUT, shift, *[0] * 14)
    unit.hold(map, "running", running, shift=shift)
    unit.hold(map, "fault", False, shift=shift)
    unit.hold(map, "pressure_mpa", 0.351, shift=shift)
    unit.hold(map, "flow_m3_h", 12.5, shift=shift)
    unit.hold(map, "vibration_mm_s", 1.25, shift=shift)
    unit.hold(map, "service_hours_h", 2589, shift=shift)
    return unit


PUMP = wired("modbus", "p", "water_pump", "1").map


@pytest.fixture(params=["tcp", "rtu"])
def mode(request):
    return request.param


class TestPoll:
    async def test_reads_a_pump_by_the_table_of_the_catalogue(self, mode):
        peer = ModbusPeer(mode=mode, units={17: pump(PUMP, running=True)})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            async with at_work(DRIVER, line_to(at, mode=mode), members) as (_, station):
                await station.until(lambda: station.last("p1", "vibration_mm_s") is not None)

        assert {reading.name: reading.value for _, reading in station.readings} == {
            "running": True,
            "fault": False,
            "pressure_mpa": 0.351,
            "flow_m3_h": 12.5,
            "vibration_mm_s": 1.25,
            "service_hours_h": 2589.0,
        }
        assert station.refusals == []

    async def test_reads_it_in_two_questions(self):
        peer = ModbusPeer(units={17: pump(PUMP)})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17", every="5s")]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: station.last("p1", "vibration_mm_s") is not None)

        assert len(peer.simulated.asked) == 2

    async def test_reads_a_hundred_units_on_one_pair_of_wires(self):
        units = {number: pump(PUMP) for number in range(1, 101)}
        peer = ModbusPeer(mode="rtu", units=units)
        async with listening(peer.simulated) as at:
            members = [quick(f"p{n}", "water_pump", str(n), every="100ms") for n in range(1, 101)]
            async with at_work(DRIVER, line_to(at, mode="rtu"), members) as (_, station):
                await station.until(lambda: len({code for code, _ in station.readings}) == 100)

        assert peer.simulated.connections == 1

    async def test_reads_three_pumps_of_one_controller(self):
        unit = pump(PUMP)
        for shift in (100, 200):
            other = pump(PUMP, shift=shift, running=shift == 200)
            for name, held in other.tables.items():
                unit.tables[name].update(held)
        peer = ModbusPeer(units={1: unit})
        async with listening(peer.simulated) as at:
            members = [quick(f"p{n}", "water_pump", "1", shift=100 * n) for n in range(3)]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(
                    lambda: all(station.last(f"p{n}", "running") is not None for n in range(3))
                )

        assert [station.last(f"p{n}", "running") for n in range(3)] == [False, False, True]

    async def test_takes_the_table_that_a_device_names(self):
        member = wired("modbus", "p1", "water_pump", "1", map="standby_pump")

        assert "standby_pump" in member.map.models

    async def test_reads_in_parts_what_a_device_refuses_whole(self, mode):
        unit = pump(PUMP)
        for address in range(4, 10):
            del unit.tables[Table.INPUT][address]
        peer = ModbusPeer(mode=mode, units={17: unit})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            async with at_work(DRIVER, line_to(at, mode=mode), members) as (_, station):
                await station.until(
                    lambda: sum(r.name == "vibration_mm_s" for _, r in station.readings) > 2
                )

        refused = [f for w, f in station.frames["p1"] if w == "in" and b"\x84\x02" in f]
        assert station.last("p1", "flow_m3_h") == 12.5
        assert station.refusals == []
        assert len(refused) == 1

    async def test_refuses_in_words_what_a_device_does_not_have_and_brings_the_rest(self):
        unit = pump(PUMP)
        del unit.tables[Table.INPUT][10]
        peer = ModbusPeer(units={17: unit})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: bool(station.refusals))
                await station.until(lambda: station.last("p1", "pressure_mpa") is not None)

        assert ("p1", "illegal_data_address", b"vibration_mm_s") in station.refusals
        assert station.present["p1"]

    async def test_asks_a_busy_device_again(self):
        unit = pump(PUMP)
        unit.busy = 2
        peer = ModbusPeer(units={17: unit})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: station.last("p1", "running") is not None)

        assert station.refusals == []

    async def test_holds_a_device_silent_of_which_its_gateway_says_so(self):
        peer = ModbusPeer(units={17: pump(PUMP)}, gateway=True)
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17"), quick("p2", "water_pump", "18")]
            async with at_work(DRIVER, line_to(at), members) as (running, station):
                await station.until(lambda: station.reasons.get("p2") == "no_answer")
                await station.until(lambda: station.last("p1", "running") is not None)
                running.send("p2", order("pump.on"))
                await station.until(lambda: bool(station.answers))

        assert station.answers == [("p2", "o1", False, "no_answer")]
        assert station.refusals == []

    async def test_tells_an_event_once_when_its_bit_rises(self):
        cabinet = wired("modbus", "c", "distribution_cabinet", "1").map
        unit = Unit()
        unit.fill(Table.HOLDING, 0, *[0] * 41)
        unit.hold(cabinet, "tripped", True)
        peer = ModbusPeer(units={1: unit})
        async with listening(peer.simulated) as at:
            members = [quick("c1", "distribution_cabinet", "1")]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                seen = [reading.name for _, reading in station.readings]
                for flag in (True, False, True, True):
                    unit.hold(cabinet, "tripped", flag)
                    count = len(peer.simulated.asked)
                    await station.until(lambda n=count: len(peer.simulated.asked) > n + 1)
                await station.until(lambda: station.last("c1", "tripped") is not None)
                seen = [reading.name for _, reading in station.readings]

        assert seen.count("tripped") == 1

    async def test_shows_an_address_that_is_no_unit(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)
        peer = ModbusPeer(units={17: pump(PUMP)})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "pump one"), quick("p2", "water_pump", "17")]
            async with at_work(DRIVER, line_to(at), members) as (running, station):
                await station.until(lambda: bool(station.refusals))
                await station.until(lambda: station.last("p2", "running") is not None)
                taken = running.send("p1", order("pump.on"))

        assert station.refusals[0] == ("p1", "bad_address", b"pump one")
        assert not station.present.get("p1", False)
        assert not taken

    async def test_polls_a_device_that_has_the_line_for_itself(self):
        often = msgspec.structs.replace(PUMP, every="30ms")
        peer = ModbusPeer(units={9: pump(PUMP)})
        async with listening(peer.simulated) as at:
            line = wired("modbus", "alone", "water_pump", connect=at, unit=9)
            line = msgspec.structs.replace(line, map=often)
            async with at_work(DRIVER, line, []) as (_, station):
                await station.until(lambda: station.last("alone", "running") is not None)


class TestHostile:
    @pytest.mark.parametrize("mood", [Mood.SILENT, Mood.HALF, Mood.WRONG])
    async def test_takes_nothing_from_half_or_wrong_answers_and_recovers(self, mood):
        peer = ModbusPeer(mode="rtu", units={17: pump(PUMP)})
        peer.simulated.mood = mood
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            line = line_to(at, mode="rtu", answer_within_s=0.05, tries=1)
            async with at_work(DRIVER, line, members) as (_, station):
                await station.until(lambda: station.reasons.get("p1") == "no_answer")
                brought = list(station.readings)
                peer.simulated.mood = Mood.WELL
                await station.until(lambda: station.last("p1", "running") is not None)

        assert brought == []

    async def test_reads_an_answer_among_garbage(self):
        peer = ModbusPeer(mode="rtu", units={17: pump(PUMP)})
        peer.simulated.mood = Mood.GARBAGE
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            async with at_work(DRIVER, line_to(at, mode="rtu"), members) as (_, station):
                await station.until(lambda: station.last("p1", "vibration_mm_s") is not None)

    async def test_takes_over_tcp_no_answer_to_an_older_question(self):
        peer = ModbusPeer(units={17: pump(PUMP)})
        honest = peer.simulated._answer

        def old(frame):
            said = honest(frame)
            return None if said is None else b"\x00\x00" + said[2:]

        peer.simulated._answer = old
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17")]
            line = line_to(at, answer_within_s=0.05, tries=1)
            async with at_work(DRIVER, line, members) as (_, station):
                await station.until(lambda: station.reasons.get("p1") == "no_answer")

        assert station.readings == []


class TestSend:
    async def test_starts_a_pump_and_answers_when_it_runs(self, mode):
        peer = ModbusPeer(mode=mode, units={17: pump(PUMP)})
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "17", every="60s")]
            async with at_work(DRIVER, line_to(at, mode=mode), members) as (running, station):
                await station.until(lambda: station.present.get("line", False))
                taken = running.send("p1", order("pump.on"))
                await station.until(lambda: bool(station.answers))
                await station.until(lambda: station.last("p1", "running") is not None)

        assert taken
        assert station.answers == [("p1", "o1", True, "")]
        assert station.last("p1", "running") is True
        assert peer.units[17].tables[Table.COIL][0] == 1

    async def sent(self, unit, service, **parts):
        """Send an order by a table of its own; return what was answered."""
        peer = ModbusPeer(units={1: unit})
        args = parts.pop("args", None)
        async with listening(peer.simulated) as at:
            members = [quick("p1", "water_pump", "1", map=table(**parts), every="60s")]
            async with at_work(DRIVER, line_to(at), members) as (running, station):
                await station.until(lambda: station.present.get("line", False))
                assert running.send("p1", order(service, args=args))
                await station.until(lambda: bool(station.answers))
        return station.answers[0][2:]

    async def test_is_not_done_where_what_was_written_does_not_stay(self):
        def forgets(unit, table, address, value):
            unit.tables[table][address] = 0

        unit = Unit(written=forgets)
        unit.fill(Table.HOLDING, 5, 0)

        answered = await self.sent(
            unit,
            "pump.on",
            services={"pump.on": {"writes": [{"address": 5, "value": 7}], "look_every_s": 0.01}},
        )

        assert answered == (False, "not_confirmed")

    async def test_is_not_done_where_the_motor_does_not_start(self):
        unit = pump(PUMP)
        unit.written = None

        answered = await self.sent(
            unit,
            "pump.on",
            properties={"running": {"table": "discrete", "address": 0}},
            services={
                "pump.on": {
                    "writes": [{"table": "coil", "address": 0, "value": True}],
                    "until": {"property": "running", "value": True},
                    "look_every_s": 0.01,
                }
            },
        )

        assert answered == (False, "not_confirmed")
        assert unit.tables[Table.COIL][0] == 1

    async def test_presses_a_button_that_springs_back(self):
        def springs(unit, table, address, value):
            unit.tables[table][address] = 0
            unit.fill(Table.DISCRETE, 0, value)

        unit = Unit(written=springs)
        unit.fill(Table.COIL, 0, 0)
        unit.fill(Table.DISCRETE, 0, 0)

        answered = await self.sent(
            unit,
            "pump.on",
            properties={"running": {"table": "discrete", "address": 0}},
            services={
                "pump.on": {
                    "writes": [{"table": "coil", "address": 0, "value": 1, "read_back": False}],
                    "until": {"property": "running", "value": True},
                }
            },
        )

        assert answered == (True, "")

    async def test_leaves_the_other_bits_of_a_register_as_they_are(self):
        unit = Unit()
        unit.fill(Table.HOLDING, 0, 0b1010_0000)

        answered = await self.sent(
            unit,
            "pump.on",
            services={
                "pump.on": {
                    "writes": [{"address": 0, "type": "bits", "bit": 2, "value": True}],
                }
            },
        )

        assert answered == (True, "")
        assert unit.tables[Table.HOLDING][0] == 0b1010_0100

    async def test_writes_an_argument_scaled(self):
        unit = Unit()
        unit.fill(Table.HOLDING, 4, 0, 0)
        writes = [{"address": 4, "type": "float32", "order": "CDAB", "argument": "to"}]

        answered = await self.sent(
            unit, "set", args={"to": 50.0}, services={"set": {"writes": writes}}
        )

        assert answered == (True, "")
        assert unit.tables[Table.HOLDING] == {4: 0x0000, 5: 0x4248}

    @pytest.mark.parametrize("args", [{}, {"to": 70_000}, {"to": "loud"}])
    async def test_writes_no_argument_that_does_not_fit(self, args):
        unit = Unit()
        unit.fill(Table.HOLDING, 4, 9)
        writes = [{"address": 4, "argument": "to"}]

        answered = await self.sent(unit, "set", args=args, services={"set": {"writes": writes}})

        assert answered == (False, "bad_argument")
        assert unit.tables[Table.HOLDING] == {4: 9}

    async def test_says_in_words_why_a_device_would_not(self):
        answered = await self.sent(
            Unit(),
            "pump.on",
            services={"pump.on": {"writes": [{"table": "coil", "address": 0, "value": True}]}},
        )

        assert answered == (False, "illegal_data_address")

    @pytest.mark.parametrize(
        ("model", "service"),
        [
            ("standby_pump", "standby_pump.on"),
            ("drain_pump", "drain_pump.off"),
            ("garage_fan", "fan.on"),
            ("transformer_monitor", "cooling.on"),
        ],
    )
    async def test_does_every_service_of_the_catalogue(self, model, service):
        member = quick("d1", model, "1", every="60s")
        doing = member.map.services[service]
        shows = member.map.properties[doing.until.property]
        unit = Unit()

        def moves(unit, table, address, value):
            unit.hold(member.map, doing.until.property, doing.until.value)

        for write in doing.writes:
            unit.fill(write.table, write.address, 0)
        unit.fill(shows.table, shows.address, 0)
        unit.written = moves
        peer = ModbusPeer(units={1: unit})
        async with (
            listening(peer.simulated) as at,
            at_work(DRIVER, line_to(at), [member]) as (running, station),
        ):
            await station.until(lambda: station.present.get("line", False))
            running.send("d1", order(service))
            await station.until(lambda: bool(station.answers))

        assert station.answers == [("d1", "o1", True, "")]


class TestNoise:
    async def test_outlives_a_peer_that_says_anything(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.modbus.talk._QUIET_S", 0.0)
        chance = random.Random(9)
        peer = ModbusPeer(mode="rtu", units={17: pump(PUMP)})
        honest = peer.simulated._answer

        def noisy(frame):
            if chance.random() < 0.5:
                return honest(frame)
            said = bytearray(honest(frame) or b"") + chance.randbytes(chance.randrange(4))
            for _ in range(3):
                said[chance.randrange(len(said))] = chance.randrange(256)
            return bytes(said)

        peer.simulated._answer = noisy
        async with listening(peer.simulated) as at:
            members = [quick("x", "water_pump", "17", every="10ms")]
            line = line_to(at, mode="rtu", answer_within_s=0.05, tries=1)
            async with at_work(DRIVER, line, members) as (_, station):
                await station.until(
                    lambda: sum(r.name == "pressure_mpa" for _, r in station.readings) > 10
                )

        assert {r.value for _, r in station.readings if r.name == "flow_m3_h"} == {12.5}
