"""A line of CJ/T 188 meters against the simulated peer."""

import asyncio
import random

import msgspec
import pytest

from linli.drivers.cjt188 import codec
from linli.drivers.cjt188.driver import DRIVER
from linli.drivers.cjt188.peer import Meter, MeterPeer
from linli.drivers.simulated import Mood
from tests.drivers.at_work import at_work, listening, order
from tests.drivers.tables import wired

WATER, GAS, HEAT = "78330011223344", "78330011223345", "78330011223346"


def quick(code, model, address, every="30ms", **options):
    """Return a member whose table is read often, and whose valve is looked for at once."""
    member = wired("cjt188", code, model, address, **options)
    return msgspec.structs.replace(member, map=_hurried(member.map, every))


def _hurried(map, every):
    return msgspec.structs.replace(
        map,
        polls=tuple(msgspec.structs.replace(poll, every=every) for poll in map.polls),
        services={
            name: msgspec.structs.replace(valve, look_every_s=0.01)
            for name, valve in map.services.items()
        },
    )


def line_to(at, **options):
    return wired("cjt188", "line", "gateway", connect=at, **{"answer_within_s": 0.3, **options})


def values(station, code):
    return {reading.name: reading.value for device, reading in station.readings if device == code}


class TestPoll:
    async def test_reads_water_gas_and_heat_on_one_line(self):
        heat = Meter(address=HEAT, kind=0x20, total=lambda: 54427.88)
        heat.others = {
            "power": (3.21, "kW"), "flow": (0.4321, "m3/h"), "volume": (7156.08, "m3"),
            "supply_c": 46.79, "return_c": 36.64, "hours": 74766,
        }  # fmt: skip
        gas = Meter(address=GAS, kind=0x30, total=lambda: 345.67)
        gas.battery_low = True
        peer = MeterPeer([Meter(address=WATER, total=lambda: 1234.5), gas, heat])
        members = [
            quick("w", "valve_water_meter", WATER),
            quick("g", "gas_meter", GAS),
            quick("h", "heat_meter", HEAT),
        ]
        async with (
            listening(peer.simulated) as at,
            at_work(DRIVER, line_to(at), members) as (_, station),
        ):
            await station.until(lambda: {c for c, _ in station.readings} == {"w", "g", "h"})

        assert values(station, "w") == {
            "volume_m3": 1234.5, "water_valve_open": True, "battery_low": False, "fault": False,
        }  # fmt: skip
        assert values(station, "g") == {
            "gas_m3": 345.67, "gas_valve_open": True, "battery_low": True, "fault": False,
        }  # fmt: skip
        assert values(station, "h") == {
            "heat_kwh": 54427.88, "heat_power_w": 3210.0, "heat_flow_m3_h": 0.4321,
            "heat_volume_m3": 7156.08, "supply_temperature_c": 46.79,
            "return_temperature_c": 36.64, "battery_low": False, "fault": False,
        }  # fmt: skip
        assert station.refusals == []

    async def test_reads_a_hundred_meters_on_one_line(self):
        numbers = [f"7833{n:010d}" for n in range(100)]
        peer = MeterPeer([Meter(address=one, total=lambda: 7.0) for one in numbers])
        members = [quick(f"m{n}", "water_meter", one, "100ms") for n, one in enumerate(numbers)]
        async with (
            listening(peer.simulated) as at,
            at_work(DRIVER, line_to(at), members) as (_, station),
        ):
            await station.until(lambda: len({code for code, _ in station.readings}) == 100)

        assert peer.simulated.connections == 1

    @pytest.mark.parametrize("low_first", [True, False])
    @pytest.mark.parametrize("order", ["low_first", "high_first"])
    async def test_reads_a_meter_of_either_byte_order(self, order, low_first):
        peer = MeterPeer([Meter(address=WATER, total=lambda: 9.5, low_first=low_first)])
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER, order=order)]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: station.last("w", "volume_m3") == 9.5)

        sent = peer.simulated.asked[0]
        assert (b"\x1f\x90" in sent) == (order == "low_first")

    async def test_knows_a_meter_by_its_number_alone(self):
        peer = MeterPeer([Meter(address=WATER, total=lambda: 9.5), Meter(address=GAS)])
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER[4:])]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: station.last("w", "volume_m3") == 9.5)

    async def test_needs_no_number_of_a_meter_that_has_the_line_for_itself(self):
        peer = MeterPeer([Meter(address=WATER, total=lambda: 9.5)])
        async with listening(peer.simulated) as at:
            line = wired("cjt188", "alone", "water_meter", connect=at)
            line = msgspec.structs.replace(line, map=_hurried(line.map, "30ms"))
            async with at_work(DRIVER, line, []) as (_, station):
                await station.until(lambda: station.last("alone", "volume_m3") == 9.5)

    async def test_wakes_the_meter_as_often_as_the_line_says(self):
        peer = MeterPeer([Meter(address=WATER)])
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            async with at_work(DRIVER, line_to(at, wake=6), members) as (_, station):
                await station.until(lambda: station.last("w", "volume_m3") is not None)

        assert station.frames["w"][0][1].startswith(b"\xfe" * 6 + b"\x68")

    async def test_brings_no_volume_in_a_unit_of_heat(self):
        meter = Meter(address=WATER)
        meter.others = {"current": (12.0, "kWh")}
        peer = MeterPeer([meter])
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: bool(station.refusals))

        assert station.refusals[0] == ("w", "wrong_unit", b"volume_m3: kWh")
        assert station.readings == []
        assert station.present["w"]

    async def test_refuses_an_answer_that_it_cannot_read_and_holds_the_meter_there(self):
        peer = MeterPeer([Meter(address=WATER, kind=0x20)])
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: bool(station.refusals))

        assert station.refusals[0][:2] == ("w", "bad_value")
        assert station.present["w"]

    async def test_says_that_a_meter_has_not_what_was_asked(self):
        member = quick("w", "water_meter", WATER)
        poll = msgspec.structs.replace(member.map.polls[0], di="905F")
        member = msgspec.structs.replace(
            member, map=msgspec.structs.replace(member.map, polls=(poll,))
        )
        peer = MeterPeer([Meter(address=WATER)])
        async with (
            listening(peer.simulated) as at,
            at_work(DRIVER, line_to(at), [member]) as (_, station),
        ):
            await station.until(lambda: bool(station.refusals))

        assert station.refusals[0][:2] == ("w", "abnormal_answer")

    async def test_shows_an_address_that_is_no_number(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)
        peer = MeterPeer([Meter(address=WATER)])
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", "12")]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: bool(station.refusals))

        assert station.refusals[0] == ("w", "bad_address", b"12")
        assert not station.present.get("w", False)


class TestHostile:
    @pytest.mark.parametrize("mood", [Mood.SILENT, Mood.HALF, Mood.WRONG])
    async def test_takes_nothing_from_half_or_wrong_answers_and_recovers(self, mood):
        peer = MeterPeer([Meter(address=WATER)])
        peer.simulated.mood = mood
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            line = line_to(at, answer_within_s=0.05, tries=1)
            async with at_work(DRIVER, line, members) as (_, station):
                await station.until(lambda: station.reasons.get("w") == "no_answer")
                brought = list(station.readings)
                peer.simulated.mood = Mood.WELL
                await station.until(lambda: station.last("w", "volume_m3") is not None)

        assert brought == []

    async def test_reads_an_answer_among_garbage(self):
        peer = MeterPeer([Meter(address=WATER, total=lambda: 3.0)])
        peer.simulated.mood = Mood.GARBAGE
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: station.last("w", "volume_m3") == 3.0)

    async def test_takes_no_answer_of_another_meter(self):
        other = Meter(address=GAS, total=lambda: 99.0)
        peer = MeterPeer([Meter(address=WATER)])
        peer.meters[0].answer = other.answer
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            line = line_to(at, answer_within_s=0.05, tries=1)
            async with at_work(DRIVER, line, members) as (_, station):
                await station.until(lambda: station.reasons.get("w") == "no_answer")

        assert station.readings == []

    async def test_takes_no_echo_of_its_question_for_the_answer(self):
        peer = MeterPeer([Meter(address=WATER, total=lambda: 5.0)])
        honest = peer.simulated._answer
        peer.simulated._answer = lambda frame: frame + (honest(frame) or b"")
        async with listening(peer.simulated) as at:
            members = [quick("w", "water_meter", WATER)]
            async with at_work(DRIVER, line_to(at), members) as (_, station):
                await station.until(lambda: station.last("w", "volume_m3") == 5.0)

        assert station.refusals == []


class TestDialled:
    async def test_lets_a_serial_server_dial_us(self):
        peer = MeterPeer([Meter(address=WATER, total=lambda: 5.0)])
        line = wired("cjt188", "line", "gateway", listen="127.0.0.1:0", hello="DTU-1")
        async with at_work(DRIVER, line, [quick("w", "water_meter", WATER)], peer.simulated) as (
            running,
            station,
        ):
            async with asyncio.timeout(5):
                while not running.port:
                    await asyncio.sleep(0)
            await peer.simulated.dial("127.0.0.1", running.port, hello=b"DTU-1")
            await station.until(lambda: station.last("w", "volume_m3") == 5.0)


class TestSeek:
    async def test_shows_the_only_meter_of_a_line_without_members(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)
        peer = MeterPeer([Meter(address=GAS, kind=0x30)])
        async with (
            listening(peer.simulated) as at,
            at_work(DRIVER, line_to(at), []) as (_, station),
        ):
            await station.until(lambda: bool(station.strangers))

        assert station.strangers == {
            GAS: {
                "name": GAS, "serial": "0011223345", "vendor": "7833", "model": "gas_meter",
            }
        }  # fmt: skip


class TestSend:
    async def sent(self, meter, service, model="gas_meter", **options):
        """Send an order; return what was answered, and the station."""
        peer = MeterPeer([meter])
        address = codec.from_address(meter.address)
        async with listening(peer.simulated) as at:
            members = [quick("g", model, address, every="60s", **options)]
            async with at_work(DRIVER, line_to(at), members) as (running, station):
                await station.until(lambda: station.present.get("line", False))
                assert running.send("g", order(service))
                await station.until(lambda: bool(station.answers))
                if station.answers[0][2]:
                    await station.until(lambda: bool(station.readings))
        return station.answers[0][2:], station

    async def test_closes_a_valve_and_brings_how_it_stands(self):
        meter = Meter(address=GAS, kind=0x30)

        answered, station = await self.sent(meter, "gas_valve.close")

        assert answered == (True, "")
        assert meter.open is False
        assert station.last("g", "gas_valve_open") is False

    async def test_opens_it_again(self):
        meter = Meter(address=GAS, kind=0x30)
        meter.open = False

        answered, station = await self.sent(meter, "gas_valve.open")

        assert answered == (True, "")
        assert station.last("g", "gas_valve_open") is True

    async def test_says_that_a_valve_did_not_move(self):
        meter = Meter(address=GAS, kind=0x30)
        meter.stuck = True

        answered, _ = await self.sent(meter, "gas_valve.close")

        assert answered == (False, "not_confirmed")

    async def test_says_that_a_meter_would_not(self):
        meter = Meter(address=GAS, kind=0x30)
        meter._moved = lambda told: None

        answered, _ = await self.sent(meter, "gas_valve.close")

        assert answered == (False, "abnormal_answer")

    async def test_moves_the_valve_of_a_product_that_numbers_its_bits_from_the_top(self):
        class Reversed(Meter):
            @property
            def status(self):
                return 0x00 if self.open else 0x40

        meter = Reversed(address=GAS, low_first=False)

        answered, station = await self.sent(
            meter, "water_valve.close", "valve_water_meter", map="water_meter_reversed"
        )

        assert answered == (True, "")
        assert station.last("g", "water_valve_open") is False

    async def test_knows_no_other_service(self):
        peer = MeterPeer([Meter(address=GAS)])
        async with listening(peer.simulated) as at:
            members = [quick("g", "gas_meter", GAS, every="60s")]
            async with at_work(DRIVER, line_to(at), members) as (running, station):
                await station.until(lambda: station.present.get("line", False))

                assert not running.send("g", order("fan.on"))


class TestNoise:
    async def test_outlives_a_peer_that_says_anything(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.cjt188.talk.Cjt188Talk.quiet_s", 0.0)
        chance = random.Random(9)
        peer = MeterPeer([Meter(address=WATER, total=lambda: 5.0)])
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
            members = [quick("x", "water_meter", WATER, every="10ms")]
            line = line_to(at, answer_within_s=0.05, tries=1)
            async with at_work(DRIVER, line, members) as (_, station):
                await station.until(
                    lambda: sum(r.name == "volume_m3" for _, r in station.readings) > 10
                )

        assert {reading.value for _, reading in station.readings} == {5.0}
