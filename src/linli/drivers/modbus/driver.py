"""The Modbus driver."""

from collections.abc import Sequence

from linli.drivers.line import Driver, Running, Station, Wired
from linli.drivers.modbus.map import Map
from linli.drivers.modbus.talk import LineOptions, MemberOptions, ModbusTalk
from linli.drivers.polled_line import PolledLine
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    talk = ModbusTalk(options=line.options)
    return PolledLine(line=line, members=members, station=station, talk=talk)


DRIVER = Driver(
    name="modbus",
    words=Words(zh="Modbus 设备（TCP、RTU）", en="Modbus devices (TCP, RTU)"),
    line=LineOptions,
    member=MemberOptions,
    map=Map,
    run=_run,
)
