"""Notifications as readings: whose they are, and whether they are news."""

from collections.abc import Mapping

import msgspec

from linli.drivers.line import Wired
from linli.drivers.once import Lately
from linli.drivers.onvif.events import Notice
from linli.drivers.onvif.options import Map
from linli.drivers.reading import Reading

_MOST = 2000
_EMPTY = Map(models=())


def whose(*, notice: Notice, line: Wired, members: Mapping[str, Wired]) -> Wired:
    """Return the device that a notification is of: the source that it names, or the camera."""
    found = (members[token] for token in notice.source.values() if token in members)
    return next(found, line)


class States:
    """Remembers what was true, so that an event is told when it becomes so."""

    def __init__(self) -> None:
        self._last: Lately[str, bool] = Lately(most=_MOST)

    def reading(self, *, notice: Notice, device: Wired, clock_ahead_s: float) -> Reading | None:
        """Return what is news of a notification; None where nothing is.

        A snapshot is no event. Times are put right by how far the camera's clock is ahead.
        """
        table = device.map if isinstance(device.map, Map) else _EMPTY
        row = table.topic(notice.topic)
        if row is None or notice.operation == "Deleted":
            return None
        truth = notice.truth(row.data) if row.data else None
        if row.data and truth is None:
            return None
        at = notice.at - clock_ahead_s if notice.at is not None else None
        if row.property:
            return Reading(name=row.property, value=bool(truth), at=at)
        if not self._became(device, notice, truth) or notice.is_snapshot:
            return None
        return Reading(name=row.event, value=1, at=at, extras=_extras(notice))

    def _became(self, device: Wired, notice: Notice, truth: bool | None) -> bool:
        """Whether something is so now that was not before; without a state it always is."""
        if truth is None:
            return True
        source = ";".join(f"{name}={value}" for name, value in sorted(notice.source.items()))
        key = f"{device.code}|{notice.topic}|{source}"
        was = self._last.get(key)
        self._last.keep(key, truth)
        return truth and not was


def knows(*, notice: Notice, device: Wired) -> bool:
    """Whether the device's table has the topic."""
    table = device.map if isinstance(device.map, Map) else _EMPTY
    return table.topic(notice.topic) is not None


def _extras(notice: Notice) -> bytes:
    return msgspec.json.encode(
        {"topic": notice.topic, "source": notice.source, "data": notice.data}
    )
