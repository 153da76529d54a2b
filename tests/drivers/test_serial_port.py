"""A serial port, played by a pair of pseudo terminals."""

import asyncio
import os
from contextlib import contextmanager

import msgspec
import pytest

from linli.drivers import serial_port
from linli.drivers.cjt188.driver import DRIVER as CJT188
from linli.drivers.cjt188.peer import Meter, MeterPeer
from linli.drivers.modbus.driver import DRIVER as MODBUS
from linli.drivers.modbus.pdu import Table
from linli.drivers.modbus.peer import ModbusPeer, Unit
from linli.drivers.serial_port import Port, SerialTransport
from tests.drivers.at_work import at_work
from tests.drivers.tables import wired


@contextmanager
def wires():
    """Give the far end of a pair of wires, and the name of the near one."""
    far, near = os.openpty()
    name = os.ttyname(near)
    try:
        yield far, name
    finally:
        os.close(near)


class TestPort:
    @pytest.mark.parametrize(
        ("text", "port"),
        [
            ("/dev/ttyUSB0", Port("/dev/ttyUSB0")),
            ("/dev/ttyS1:2400:8E1", Port("/dev/ttyS1", 2400, 8, "E", 1)),
            ("/dev/ttyS1:19200", Port("/dev/ttyS1", 19200)),
        ],
    )
    def test_reads_speed_and_form(self, text, port):
        assert serial_port.port(text) == port

    @pytest.mark.parametrize(
        "text", ["", "ttyS0", "/dev/ttyS0:fast", "/dev/ttyS0:9600:9N1", "/dev/ttyS0:0", "/d:12345"]
    )
    def test_refuses_what_is_no_port(self, text):
        with pytest.raises(ValueError, match="serial port"):
            serial_port.port(text)

    def test_is_still_for_three_and_a_half_bytes(self):
        assert serial_port.port("/dev/ttyS0:9600").quiet_s == pytest.approx(0.00401, rel=0.01)


class TestConnect:
    @pytest.mark.parametrize("path", ["/nowhere/tty", "/dev/null"])
    async def test_says_as_an_oserror_that_there_is_no_port(self, path):
        with pytest.raises(OSError):  # noqa: PT011
            await serial_port.connect(asyncio.Protocol, Port(path))


class TestLine:
    async def test_reads_a_controller_on_a_port(self):
        member = wired("modbus", "s1", "standby_pump", "3")
        member = msgspec.structs.replace(
            member, map=msgspec.structs.replace(member.map, every="30ms")
        )
        unit = Unit()
        unit.fill(Table.INPUT, 0, 0b1001)
        peer = ModbusPeer(mode="rtu", units={3: unit})
        with wires() as (far, name):
            SerialTransport(fd=far, protocol=peer.simulated.line())
            line = wired("modbus", "line", "gateway", serial=name, mode="rtu")
            async with at_work(MODBUS, line, [member], peer.simulated) as (_, station):
                await station.until(lambda: station.last("s1", "fault") is not None)

        assert (station.last("s1", "running"), station.last("s1", "fault")) == (True, True)

    async def test_reads_a_meter_at_2400_with_parity_and_notices_that_the_port_is_gone(self):
        peer = MeterPeer([Meter(address="78330011223344", total=lambda: 4.5)])
        member = wired("cjt188", "w", "water_meter", "78330011223344")
        poll = msgspec.structs.replace(member.map.polls[0], every="30ms")
        member = msgspec.structs.replace(
            member, map=msgspec.structs.replace(member.map, polls=(poll,))
        )
        with wires() as (far, name):
            SerialTransport(fd=far, protocol=peer.simulated.line())
            line = wired("cjt188", "line", "gateway", serial=f"{name}:2400:8E1")
            async with at_work(CJT188, line, [member], peer.simulated) as (_, station):
                await station.until(lambda: station.last("w", "volume_m3") == 4.5)
                peer.simulated.hang_up()
                await station.until(lambda: station.reasons.get("line") == "hung_up")
