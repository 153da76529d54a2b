"""Rules of looking at devices: when, at which hour, and what a fault wants done."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

from linli.devices.health import WINDOW_S, Kind
from linli.kernel.fault import Fault

GRACE = timedelta(minutes=10)
"""An hour is looked at so long after its end: late readings, and history itself, have come by."""

MOST_BEHIND = timedelta(hours=48)
"""After a longer stop the hours before are left out: two days are looked at again, not a month."""

CAMERA_MODEL = "camera"
_OF_KIND: Mapping[Kind, str] = {
    Kind.OFFLINE: "device.silent",
    Kind.GAPS: "device.link",
    Kind.FLAPPING: "device.link",
    Kind.SIGNAL: "device.link",
    Kind.BATTERY: "device.battery",
}


class BadKind(Fault):
    key = "health.bad_kind"
    status = 422


class BadCursor(Fault):
    key = "health.bad_cursor"
    status = 422


def due(*, upto: datetime | None, now: datetime) -> tuple[float, float] | None:
    """Return the hour to look at next, from and to in epoch seconds; None if it is too early.

    `upto` is the end of the last one. Whoever looks for the first time looks at the last whole
    hour.
    """
    last = (now - GRACE).timestamp() // WINDOW_S * WINDOW_S
    earliest = last - MOST_BEHIND.total_seconds()
    begun = last - WINDOW_S if upto is None else max(upto.timestamp(), earliest)
    return (begun, begun + WINDOW_S) if begun + WINDOW_S <= last else None


def at(epoch_s: float) -> datetime:
    """Return an instant as the records keep it."""
    return datetime.fromtimestamp(epoch_s, UTC)


def case_kind(*, kind: Kind, model: str, gateway: bool) -> str:
    """Return the kind of case that a fault wants: whoever goes takes other things with him."""
    if kind is Kind.OFFLINE and gateway:
        return "device.gateway"
    if kind is Kind.OFFLINE and model == CAMERA_MODEL:
        return "device.camera"
    return _OF_KIND.get(kind, "device.repair")


def check_kind(kind: str) -> None:
    """Refuse a kind of fault that there is not.

    :raises BadKind: if it is none
    """
    if kind and kind not in set(Kind):
        raise BadKind(kind=kind[:40], known=", ".join(Kind))


def cursor(*, score: int, code: str) -> str:
    """Return where the next page of the list begins: after this score and code."""
    return f"{score}~{code}"


def read_cursor(text: str) -> tuple[int, str]:
    """Return (score, code) of a cursor.

    :raises BadCursor: if it is none of ours
    """
    score, _, code = text.partition("~")
    if not score.isdecimal() or not code:
        raise BadCursor(cursor=text[:80])
    return int(score), code
