"""What history refuses, and what it finds wrong with itself."""

import msgspec

from linli.kernel.fault import Fault


class Damage(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A segment that is not what the manifest says. `reason`: missing, size, checksum, unreadable,
    rows or order.
    """

    file: str
    reason: str


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
