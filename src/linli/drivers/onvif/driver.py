"""ONVIF: a camera is a line; the video sources of a recorder are members by their tokens."""

from collections.abc import Sequence

from linli.drivers.line import Driver, Running, Station, Wired
from linli.drivers.onvif.line import Line
from linli.drivers.onvif.options import LineOptions, Map
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    return Line(line=line, members=members, station=station)


DRIVER = Driver(
    name="onvif",
    words=Words(zh="ONVIF 摄像机", en="ONVIF cameras"),
    line=LineOptions,
    map=Map,
    secrets=frozenset({"password"}),
    run=_run,
)
