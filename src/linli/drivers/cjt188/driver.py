"""The CJ/T 188 driver."""

from collections.abc import Sequence

from linli.drivers.cjt188.map import Map
from linli.drivers.cjt188.talk import Cjt188Talk, LineOptions, MemberOptions
from linli.drivers.line import Driver, Running, Station, Wired
from linli.drivers.polled_line import PolledLine
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    talk = Cjt188Talk(options=line.options)
    return PolledLine(line=line, members=members, station=station, talk=talk)


DRIVER = Driver(
    name="cjt188",
    words=Words(zh="CJ/T 188 水气热表", en="CJ/T 188 water, gas and heat meters"),
    line=LineOptions,
    member=MemberOptions,
    map=Map,
    run=_run,
)
