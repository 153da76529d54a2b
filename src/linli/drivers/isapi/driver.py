"""Hikvision ISAPI: a camera or recorder is a line, its channels are members by their numbers.

A camera without channels below it is its own channel. On a recorder an address is the number that
its alerts give (`1`, `34`), or `D2` for the second IP camera.
"""

from collections.abc import Sequence

from linli.drivers.isapi import access, orders, plates
from linli.drivers.isapi.line import Line
from linli.drivers.isapi.options import LineOptions, Map
from linli.drivers.isapi.pushed import take
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words

_LONGEST = 12
"""More digits than any number of a door has."""


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    return Line(line=line, members=members, station=station)


def _cover(frame: bytes) -> bytes:
    return plates.cover(access.cover(frame))


def _one_door(member: Wired) -> None:
    """Refuse a door whose number stands for every door of its controller.

    :raises ValueError: if it does
    """
    table, said = member.map, member.address.strip()
    opens = isinstance(table, Map) and orders.OF_DOORS & set(table.services.values())
    if opens and said.isdecimal() and int(said[:_LONGEST]) >= orders.ALL_DOORS:
        raise ValueError(f"door numbers are below {orders.ALL_DOORS}, which is every door")


DRIVER = Driver(
    name="isapi",
    words=Words(zh="海康 ISAPI 事件", en="Hikvision ISAPI events"),
    line=LineOptions,
    map=Map,
    secrets=frozenset({"password"}),
    run=_run,
    push=take,
    cover=_cover,
    member_fits=_one_door,
)
