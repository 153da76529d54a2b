"""Lines of meters over loopback, against the meters of `peer`."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from decimal import Decimal
from typing import Any

import pytest

from linli.drivers.dlt645.decoding import dlt645
from linli.drivers.dlt645.messages import Variant
from linli.drivers.dlt645.peer import Bus, Meter
from linli.drivers.line import Wired
from tests.drivers.dlt645 import wiring
from tests.drivers.dlt645.wiring import ADDRESS, meter, order, quick, running, simulated
from tests.drivers.station import FakeStation


@asynccontextmanager
async def _dialled(
    bus: Bus, members: Sequence[Wired], **way: Any
) -> AsyncIterator[tuple[Any, FakeStation]]:
    await bus.listen()
    wired = wiring.line(connect=f"127.0.0.1:{bus.port}", **way)
    try:
        async with running(wired, members) as pair:
            yield pair
    finally:
        await bus.close()


def _quick(address: str = ADDRESS, **options: Any) -> Wired:
    return meter(address, tables=quick(), **options)


class TestPoll:
    async def test_brings_exact_values_in_the_units_of_the_model(self):
        async with _dialled(Bus(simulated()), [_quick()]) as (_, station):
            await station.until(lambda: station.last(ADDRESS, "relay_closed") is not None)

        told = {reading.name: reading.value for _, reading in station.readings}
        assert told == {
            "energy_kwh": 1234.56,
            "power_w": 3210.5,
            "voltage_v": 220.1,
            "current_a": -1.234,
            "power_factor": 0.987,
            "relay_closed": True,
        }
        assert station.present[ADDRESS]

    async def test_reads_a_hundred_meters_on_one_line(self):
        addresses = [f"{n:012d}" for n in range(100)]
        bus = Bus(*(simulated(one) for one in addresses))

        async with _dialled(bus, [_quick(one) for one in addresses]) as (_, station):
            await station.until(
                lambda: {code for code, _ in station.readings} == set(addresses), within_s=10
            )

        assert bus.asked >= 600
        assert all(station.present[one] for one in addresses)

    async def test_reads_meters_of_1997_beside_those_of_2007(self):
        old = Meter(
            "138000130754",
            {"9010": Decimal("77.01"), "B611": 221, "B621": Decimal("1.25")},
            variant=Variant.V1997,
        )
        members = [_quick(), _quick(old.address, variant="1997")]

        async with _dialled(Bus(simulated(), old), members) as (_, station):
            await station.until(lambda: station.last(old.address, "current_a") is not None)
            await station.until(lambda: station.last(ADDRESS, "energy_kwh") is not None)

        assert station.last(old.address, "energy_kwh") == 77.01
        assert station.last(old.address, "voltage_v") == 221.0

    async def test_puts_the_frames_of_a_long_answer_together(self):
        cut = simulated()
        cut.frames_of = 1

        async with _dialled(Bus(cut), [_quick()]) as (_, station):
            await station.until(lambda: station.last(ADDRESS, "energy_kwh") is not None)

        assert station.last(ADDRESS, "energy_kwh") == 1234.56

    async def test_hears_a_meter_among_noise(self):
        noisy = simulated()
        noisy.noise = b"\x68\x00\xfe\x68\x11\x16" + bytes(20)

        async with _dialled(Bus(noisy), [_quick()]) as (_, station):
            await station.until(lambda: station.last(ADDRESS, "power_w") is not None)

        assert station.last(ADDRESS, "power_w") == 3210.5

    @pytest.mark.parametrize("fault", [{"silent": True}, {"broken": True}, {"cut": 9}])
    async def test_loses_a_meter_that_gives_no_right_answer_and_hears_it_again(self, fault):
        one = simulated()
        for name, value in fault.items():
            setattr(one, name, value)

        async with _dialled(Bus(one), [_quick()], answer_within_s=0.02, tries=1) as (_, station):
            await station.until(lambda: station.reasons.get(ADDRESS) == "no_answer")
            before = list(station.readings)
            one.silent, one.broken, one.cut = False, False, None
            await station.until(lambda: station.present[ADDRESS])

        assert before == []

    async def test_counts_a_wrong_checksum(self):
        one = simulated()
        one.broken = True

        async with _dialled(Bus(one), [_quick()], answer_within_s=0.02) as (_, station):
            await station.until(lambda: bool(station.refusals))

        assert station.refusals[0][:2] == (ADDRESS, "bad_frame")
        assert station.readings == []

    async def test_asks_once_for_what_a_meter_does_not_have(self):
        poor = Meter(ADDRESS, {"02030000": Decimal(1)})

        async with _dialled(Bus(poor), [_quick()]) as (_, station):
            await station.until(lambda: len(station.readings) > 20)

        assert station.last(ADDRESS, "power_w") == 1000.0
        assert [r[1] for r in station.refusals] == ["no_requested_data"] * 4

    async def test_gives_no_value_where_the_meter_fills_with_ff(self, monkeypatch):
        monkeypatch.setattr(
            Meter, "_bytes", lambda self, code: b"\xff" * (4 if code == "00010000" else 3)
        )

        async with _dialled(Bus(Meter(ADDRESS, {"02030000": 0, "00010000": 0})), [_quick()]) as (
            _,
            station,
        ):
            await station.until(lambda: station.last(ADDRESS, "relay_closed") is not None)

        assert {reading.name for _, reading in station.readings} == {"relay_closed"}

    async def test_says_that_an_address_is_none(self):
        async with _dialled(Bus(), [_quick("meter 7", code="m7")]) as (_, station):
            await station.until(lambda: bool(station.refusals))

        assert station.refusals[0] == ("m7", "bad_address", b"meter 7")
        assert "m7" not in station.present


class TestLine:
    async def test_lets_a_serial_server_dial_in_with_its_hello(self):
        bus = Bus(simulated())

        async with running(
            wiring.line(listen="127.0.0.1:0", hello="hex:4454552D37"), [_quick()]
        ) as (made, station):
            dialling = asyncio.create_task(bus.dial(port=made.port, hello=b"DTU-7"))
            await station.until(lambda: station.last(ADDRESS, "power_w") is not None)
            await bus.close()
            await asyncio.gather(dialling, return_exceptions=True)

        assert station.last(ADDRESS, "power_w") == 3210.5

    async def test_dials_again_when_the_serial_server_comes_back(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.rests.FIRST_S", 0.02)
        bus = Bus(simulated())

        async with _dialled(bus, [_quick()]) as (_, station):
            await station.until(lambda: station.present.get(ADDRESS, False))
            bus.hang_up()
            await station.until(lambda: station.reasons.get(ADDRESS) == "hung_up")
            await station.until(lambda: station.present[ADDRESS])

    async def test_is_itself_a_meter_where_its_model_is_one(self):
        bus = Bus(simulated())
        await bus.listen()
        wired = wiring.line(
            model="electricity_meter", tables=quick(), connect=f"127.0.0.1:{bus.port}"
        )

        async with running(wired, []) as (_, station):
            await station.until(lambda: station.last("line", "power_w") is not None)
        await bus.close()

        assert station.last("line", "power_w") == 3210.5

    async def test_shows_a_meter_that_nobody_told_of(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)

        async with _dialled(Bus(simulated()), []) as (_, station):
            await station.until(lambda: bool(station.strangers))

        assert station.strangers == {
            ADDRESS: {"model": "electricity_meter", "name": ADDRESS, "serial": ADDRESS}
        }

    async def test_tells_the_meters_the_time(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)
        one = simulated()

        async with _dialled(Bus(one), [_quick()], set_clock=True) as (_, station):
            await station.until(lambda: bool(station.frames["line"]) and bool(one.clock))

        assert one.clock.hex() == "402604290526"

    async def test_takes_new_members_while_it_runs(self):
        bus = Bus(simulated(), simulated("000000000002"))

        async with _dialled(bus, [_quick()]) as (made, station):
            await station.until(lambda: station.present.get(ADDRESS, False))
            made.rewire([_quick("000000000002")])
            await station.until(lambda: station.present.get("000000000002", False))
            count = sum(1 for code, _ in station.readings if code == ADDRESS)
            await station.until(
                lambda: sum(1 for code, _ in station.readings if code == "000000000002") > 20
            )

        assert sum(1 for code, _ in station.readings if code == ADDRESS) <= count + 1


class TestSend:
    async def test_trips_and_closes_with_the_password_and_shows_it(self):
        one = simulated()

        async with _dialled(Bus(one), [meter()]) as (made, station):
            await station.until(lambda: station.present.get("line", False))
            cut = made.send(ADDRESS, order("relay.cut", "o1"))
            await station.until(lambda: station.last(ADDRESS, "relay_closed") is False)
            closed = made.send(ADDRESS, order("relay.close", "o2"))
            await station.until(lambda: station.last(ADDRESS, "relay_closed") is True)

        assert (cut, closed) == (True, True)
        assert one.commands == [0x1A, 0x1C]
        assert station.answers == [(ADDRESS, "o1", True, ""), (ADDRESS, "o2", True, "")]

    async def test_trips_once_however_often_the_order_comes(self):
        one = simulated()

        async with _dialled(Bus(one), [meter()]) as (made, station):
            await station.until(lambda: station.present.get("line", False))
            for _ in range(3):
                made.send(ADDRESS, order("relay.cut"))
            await station.until(lambda: bool(station.answers))
            made.send(ADDRESS, order("relay.cut"))

        assert one.commands == [0x1A]
        assert set(station.answers) == {(ADDRESS, "o1", True, "")}

    async def test_only_permits_closing_where_a_hand_must_press(self):
        one = simulated()

        async with _dialled(Bus(one), [meter(closing="permit")]) as (made, station):
            await station.until(lambda: station.present.get("line", False))
            made.send(ADDRESS, order("relay.close"))
            await station.until(lambda: bool(station.answers))

        assert one.commands == [0x1B]

    @pytest.mark.parametrize(
        ("password", "reason"), [("654321", "password_or_authority"), ("", "no_password")]
    )
    async def test_says_why_a_meter_was_not_tripped(self, password, reason):
        one = simulated()

        async with _dialled(Bus(one), [meter(password=password)]) as (made, station):
            await station.until(lambda: station.present.get("line", False))
            made.send(ADDRESS, order("relay.cut"))
            await station.until(lambda: bool(station.answers))

        assert one.commands == []
        assert station.answers == [(ADDRESS, "o1", False, reason)]

    async def test_keeps_the_password_out_of_the_frames_that_are_shown(self):
        async with _dialled(Bus(simulated()), [meter()]) as (made, station):
            await station.until(lambda: station.present.get("line", False))
            made.send(ADDRESS, order("relay.cut"))
            await station.until(lambda: bool(station.answers))

        shown = next(data for way, data in station.frames[ADDRESS] if way == "out")
        told = dlt645(shown.hex(), {})
        assert (told["cmd"], told["operator"]) == ("trip 1AH", "00000000")
        assert bytes((0x56 + 0x33, 0x34 + 0x33, 0x12 + 0x33)) not in shown

    async def test_has_no_way_to_a_meter_of_1997_nor_for_other_services(self):
        members = [meter("000000000007", variant="1997"), meter()]

        async with _dialled(Bus(simulated()), members) as (made, station):
            await station.until(lambda: station.present.get("line", False))

            assert not made.send("000000000007", order("relay.cut"))
            assert not made.send(ADDRESS, order("valve.close"))
            assert not made.send("nobody", order("relay.cut"))
