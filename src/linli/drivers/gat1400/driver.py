"""GA/T 1400: the platform's half. A line listens; cameras sign in to it and post cars.

Members are cameras, and platforms that post for cameras below them, by their codes of twenty
digits; a lane of a camera that watches several is a member below it, `<code>/<LaneNo>`.
"""

from collections.abc import Sequence

from linli.drivers.gat1400.line import Line
from linli.drivers.gat1400.options import LineOptions, Map, MemberOptions
from linli.drivers.line import Driver, Running, Station, Wired
from linli.kernel.words import Words


def _run(line: Wired, members: Sequence[Wired], station: Station) -> Running:
    return Line(line=line, members=members, station=station)


DRIVER = Driver(
    name="gat1400",
    words=Words(zh="GA/T 1400 视图库（过车）", en="GA/T 1400 (cars at a lane)"),
    line=LineOptions,
    member=MemberOptions,
    map=Map,
    secrets=frozenset({"password"}),
    run=_run,
)
