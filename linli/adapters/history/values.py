"""What history gives back, and what it refuses. Times are epoch seconds (UTC)."""

from enum import StrEnum

import msgspec

from linli.kernel.fault import Fault


class Reading(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One kept reading. `quality` is `devices.batch.Quality`; `extra` the JSON of its event."""

    point: int
    at: float
    value: float
    quality: int = 0
    extra: bytes | None = None


class Bucket(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A stretch of one point's readings, from `at` for as long as the asker's step."""

    at: float
    low: float
    mean: float
    high: float
    count: int


class Cell(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """Readings of all points of one label, from `at` for one step."""

    label: str
    at: float
    value: float
    count: int


class Damage(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A segment that is not what the manifest says. `reason`: missing, size, checksum, unreadable,
    rows or order.
    """

    file: str
    reason: str


class How(StrEnum):
    """How readings become one number."""

    MEAN = "mean"
    MIN = "min"
    MAX = "max"
    SUM = "sum"
    COUNT = "count"


class HistoryFault(Fault):
    """The part every refusal of history shares."""

    key = "history.fault"
    status = 503


class DiskFull(HistoryFault):
    """There is no room for a segment. The readings wait in memory and in the log; none is lost."""

    key = "history.disk_full"
    status = 507


class WriteFailed(HistoryFault):
    key = "history.write_failed"
    status = 507


class BufferFull(HistoryFault):
    """As many readings wait as may; flush first, and leave the rest in the log."""

    key = "history.buffer_full"


class InUse(HistoryFault):
    key = "history.in_use"
    status = 409


class BadManifest(HistoryFault):
    key = "history.bad_manifest"


class DamagedSegment(HistoryFault):
    key = "history.damaged_segment"


class BadSpan(HistoryFault):
    """The end is not after the start, or the number of buckets or the step is out of bounds."""

    key = "history.bad_span"
    status = 422


class ReadFailed(HistoryFault):
    """The question could not be answered, and no segment is to blame: memory, as a rule."""

    key = "history.read_failed"
