"""Whether devices are well: what one hour of their readings says, beside their past and neighbours.

Pure: a `Fleet` (who there is), a `Memory` (what was learned) and a `Window` (one hour) go in; a new
memory, faults with words and figures, and a score for each device come out.
"""

from linli.devices.health.examining import Report, examine, silent_points
from linli.devices.health.fleet import DeviceFacts, Fleet, PointFacts, enrol
from linli.devices.health.kinds import CHECKS, Kind, score
from linli.devices.health.memory import BadMemory, Memory
from linli.devices.health.telling import Fault
from linli.devices.health.window import WINDOW_S, Window, columns, with_newest

__all__ = [
    "CHECKS",
    "WINDOW_S",
    "BadMemory",
    "DeviceFacts",
    "Fault",
    "Fleet",
    "Kind",
    "Memory",
    "PointFacts",
    "Report",
    "Window",
    "columns",
    "enrol",
    "examine",
    "score",
    "silent_points",
    "with_newest",
]
