"""What the register asks the live half and the history: answered over the bus, wired by app."""

from collections.abc import Sequence

import msgspec

from linli.contracts.history import Buckets, Reading
from linli.kernel.port import Port


class LastValue(msgspec.Struct, frozen=True, kw_only=True):
    """The last value of a point. `at` is epoch seconds; `quality` flags of `devices.batch`."""

    device: str
    point: str
    at: float
    value: float
    quality: int = 0


twin: Port[[str, Sequence[str]], Sequence[LastValue]] = Port("devices.twin")
"""Asked with a community and device codes: the last values of their points."""


class RawFrame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame as it was on the wire. `way` is `in` or `out`; `size` its bytes, `data` the first."""

    at: float
    way: str
    size: int
    data: bytes


frames: Port[[str, str], Sequence[RawFrame]] = Port("devices.frames")
"""Asked with a community and a device code: its last raw frames, the newest last."""

history: Port[[str, int, float, float, int], Buckets] = Port("devices.history")
"""Asked with a community, the number of a point, from and to (epoch seconds), and how many steps
at most."""

readings: Port[[str, int, float, float, int], Sequence[Reading]] = Port("devices.readings")
"""Asked with a community, the number of a point, from and to (epoch seconds), and how many at most:
what was kept of it, the oldest first."""
