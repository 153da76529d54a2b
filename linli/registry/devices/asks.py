"""What the register asks the live half and the history: answered over the bus, wired by app."""

from collections.abc import Sequence

import msgspec

from linli.kernel.port import Port


class LastValue(msgspec.Struct, frozen=True, kw_only=True):
    """The last value of a point. `at` is epoch seconds; `quality` flags of `devices.batch`."""

    device: str
    point: str
    at: float
    value: float
    quality: int = 0


class Bucket(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """What one step of time held; `at` is its beginning in epoch seconds."""

    at: float
    least: float
    mean: float
    most: float
    count: int


class Series(msgspec.Struct, frozen=True, kw_only=True):
    """The past of a point, in steps of `step_s`; steps without a reading are left out."""

    step_s: float
    items: Sequence[Bucket]


twin: Port[[str, Sequence[str]], Sequence[LastValue]] = Port("devices.twin")
"""Asked with a community and device codes: the last values of their points."""

history: Port[[str, int, float, float, int], Series] = Port("devices.history")
"""Asked with a community, the number of a point, from and to (epoch seconds), and how many steps
at most."""
