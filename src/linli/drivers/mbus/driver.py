"""The M-Bus driver."""

from collections.abc import Sequence

from linli.drivers.line import Driver, Running, Station, Wired
from linli.drivers.mbus.map import Map
from linli.drivers.mbus.talk import LineOptions, MbusTalk, MemberOptions
from linli.drivers.polled_line import PolledLine
from linli.kernel.words import Words


def run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    """Return a line of meters."""
    assert isinstance(line.options, LineOptions)
    return PolledLine(line=line, members=members, station=station, talk=MbusTalk(line.options))


DRIVER = Driver(
    name="mbus",
    words=Words(zh="M-Bus 仪表（EN 13757）", en="M-Bus meters (EN 13757)"),
    line=LineOptions,
    member=MemberOptions,
    map=Map,
    run=run,
)
