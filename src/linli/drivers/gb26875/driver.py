"""Fire user information transmission devices, modelled on GB/T 26875.3-2011, over TCP."""

from collections.abc import Sequence

from linli.drivers.gb26875.line import FireLine
from linli.drivers.gb26875.options import LineOptions, Map, MemberOptions
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    return FireLine(line=line, members=members, station=station)


DRIVER = Driver(
    name="gb26875",
    words=Words(
        zh="消防用户信息传输装置（GB/T 26875.3）",
        en="Fire user information transmission device (GB/T 26875.3)",
    ),
    line=LineOptions,
    member=MemberOptions,
    map=Map,
    run=_run,
)
