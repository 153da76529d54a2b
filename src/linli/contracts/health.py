"""What the rest of the system may know of how well devices are."""

from collections.abc import Sequence

from linli.contracts.effects import Severity
from linli.contracts.history import PointSummary
from linli.kernel.event import Event
from linli.kernel.port import Port
from linli.kernel.words import Words


class DeviceFaultFound(Event, frozen=True, kw_only=True):
    """A device is at fault. `fault` is its number, `kind` as `stuck`; `case_kind` the kind of case
    that it wants, empty where none: behind a gateway that is off line it is the gateway's.
    """

    fault: int
    device: str
    place: str
    kind: str
    severity: Severity
    case_kind: str
    words: Words


class DeviceFaultCleared(Event, frozen=True, kw_only=True):
    """A device has got over a fault."""

    fault: int
    device: str
    kind: str


summaries: Port[[str, float, float], Sequence[PointSummary]] = Port("health.summaries")
"""Asked with a community, from and to (epoch seconds): what came of each point of it."""

newest: Port[[str, Sequence[int]], dict[int, float]] = Port("health.newest")
"""Asked with a community and numbers of points: when the newest reading of each was, if any."""
