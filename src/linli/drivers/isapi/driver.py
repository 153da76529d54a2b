"""Hikvision ISAPI: a camera or recorder is a line, its channels are members by their numbers.

A camera without channels below it is its own channel. On a recorder an address is the number that
its alerts give (`1`, `34`), or `D2` for the second IP camera.
"""

from collections.abc import Sequence

from linli.drivers.isapi import access, plates
from linli.drivers.isapi.line import Line
from linli.drivers.isapi.options import LineOptions, Map
from linli.drivers.isapi.pushed import take
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    return Line(line=line, members=members, station=station)


def _cover(frame: bytes) -> bytes:
    return plates.cover(access.cover(frame))


DRIVER = Driver(
    name="isapi",
    words=Words(zh="海康 ISAPI 事件", en="Hikvision ISAPI events"),
    line=LineOptions,
    map=Map,
    secrets=frozenset({"password"}),
    run=_run,
    push=take,
    cover=_cover,
)
