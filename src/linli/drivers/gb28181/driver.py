"""GB/T 28181: the platform's half. A line listens; cameras and platforms sign in to it.

Members are platforms, NVRs and cameras by their codes of twenty digits; channels below an NVR are
members too, with the NVR as their gateway or known from its catalogue.
"""

from collections.abc import Sequence

from linli.drivers.gb28181.line import Line
from linli.drivers.gb28181.options import LineOptions, Map, MemberOptions
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    return Line(line=line, members=members, station=station)


DRIVER = Driver(
    name="gb28181",
    words=Words(zh="GB/T 28181 视频联网", en="GB/T 28181 video"),
    line=LineOptions,
    member=MemberOptions,
    map=Map,
    secrets=frozenset({"password"}),
    run=_run,
)
