"""The driver: BACnet/IP, the devices of one network as members of one line."""

from collections.abc import Sequence
from importlib import import_module

from linli.drivers.bacnet.points import BacnetLineOptions, Map, MemberOptions
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    """Read the library only where a line runs: it takes 13 MB."""
    running: Running = import_module("linli.drivers.bacnet.line").BacnetLine(
        line=line, members=members, station=station
    )
    return running


DRIVER = Driver(
    name="bacnet",
    words=Words(zh="BACnet/IP 楼宇自控", en="BACnet/IP"),
    line=BacnetLineOptions,
    member=MemberOptions,
    map=Map,
    run=_run,
)
