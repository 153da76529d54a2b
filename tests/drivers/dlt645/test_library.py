"""Against somebody else's meters and somebody else's reader: the library dlt645."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest
from dlt645.aio import AsyncMeterClientService, AsyncMeterServerService

from linli.drivers.dlt645.peer import Bus, Meter
from tests.drivers.dlt645 import wiring
from tests.drivers.dlt645.wiring import ADDRESS, meter, quick, running

_WIRE_ORDER = bytes.fromhex(ADDRESS)[::-1].hex()
"""The library takes and gives addresses as they travel, lowest digits first."""


@pytest.fixture(autouse=True)
def _quiet():
    logging.disable(logging.CRITICAL)
    yield
    logging.disable(logging.NOTSET)


@asynccontextmanager
async def _meter() -> AsyncIterator[AsyncMeterServerService]:
    service = AsyncMeterServerService.new_tcp_server("127.0.0.1", 0, 5.0)
    service.set_address(_WIRE_ORDER)
    service.set_00(0x00010000, 123.45)
    service.set_02(0x02030000, -1.2345)
    service.set_02(0x02010100, 231.5)
    service.set_02(0x02020100, 79.001)
    service.set_02(0x02060000, 0.95)
    async with service:
        yield service


class TestTheirMeter:
    async def test_is_read(self):
        async with _meter() as service:
            wired = wiring.line(connect=f"127.0.0.1:{service.server.port}")
            async with running(wired, [meter(tables=quick())]) as (_, station):
                await station.until(lambda: len({r.name for _, r in station.readings}) >= 5)

        told = {reading.name: reading.value for _, reading in station.readings}
        assert {name: told[name] for name in told if name != "relay_closed"} == {
            "energy_kwh": 123.45,
            "power_w": -1234.5,
            "voltage_v": 231.5,
            "current_a": 79.001,
            "power_factor": 0.95,
        }

    async def test_is_found_by_its_address(self, monkeypatch):
        monkeypatch.setattr("linli.drivers.timetable.FIRST_WITHIN_S", 0.02)

        async with _meter() as service:
            wired = wiring.line(connect=f"127.0.0.1:{service.server.port}")
            async with running(wired, []) as (_, station):
                await station.until(lambda: ADDRESS in station.strangers)

        assert station.strangers[ADDRESS]["serial"] == ADDRESS


class TestTheirReader:
    async def test_reads_our_meter(self):
        bus = Bus(
            Meter(
                ADDRESS,
                {
                    "00010000": Decimal("4321.09"),
                    "02010100": Decimal("219.9"),
                    "02020100": Decimal("-5.25"),
                    "02030000": Decimal("1.5"),
                },
            )
        )
        await bus.listen()
        client = AsyncMeterClientService.new_tcp_client("127.0.0.1", bus.port, timeout=2.0)
        client.set_address(_WIRE_ORDER)
        await client.connect()

        energy = await client.read_00(0x00010000)
        voltage = await client.read_02(0x02010100)
        current = await client.read_02(0x02020100)
        power = await client.read_02(0x02030000)
        address = await client.read_address()
        await client.disconnect()
        await bus.close()

        assert [float(one.value) for one in (energy, voltage, current, power)] == [
            4321.09,
            219.9,
            -5.25,
            1.5,
        ]
        assert address.value == _WIRE_ORDER
