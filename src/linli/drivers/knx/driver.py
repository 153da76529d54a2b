"""The driver: KNXnet/IP, the devices behind one gateway, or of one network, as members."""

from collections.abc import Sequence
from importlib import import_module

from linli.drivers.knx.points import KnxLineOptions, Map, MemberOptions
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    """Read the library only where a line runs: it takes 15 MB."""
    running: Running = import_module("linli.drivers.knx.line").KnxLine(
        line=line, members=members, station=station
    )
    return running


DRIVER = Driver(
    name="knx",
    words=Words(zh="KNX 楼宇总线", en="KNXnet/IP"),
    line=KnxLineOptions,
    member=MemberOptions,
    map=Map,
    run=_run,
)
