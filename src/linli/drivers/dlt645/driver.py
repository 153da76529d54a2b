"""DL/T 645 as the register offers it."""

from collections.abc import Sequence

from linli.drivers.dlt645.map import Map
from linli.drivers.dlt645.options import SECRETS, Line, Meter
from linli.drivers.dlt645.talk import MeterTalk
from linli.drivers.line import Driver, Running, Station, Wired
from linli.drivers.polled_line import PolledLine
from linli.kernel.words import Words


def run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    """Return a line of meters."""
    assert isinstance(line.options, Line)
    return PolledLine(line=line, members=members, station=station, talk=MeterTalk(line.options))


DRIVER = Driver(
    name="dlt645",
    words=Words(zh="DL/T 645 电能表", en="DL/T 645 electricity meters"),
    line=Line,
    member=Meter,
    map=Map,
    secrets=SECRETS,
    run=run,
)
