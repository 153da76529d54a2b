"""What we answer: ResponseStatus, alone or in a list, and our time.

Codes above 0 are from memory of GA/T 1400.3, not read there: to a device each means that it was
not taken, 2 that it may be told again.
"""

from collections.abc import Sequence

import msgspec

from linli.drivers.gat1400.objects import compact

CONTENT_TYPE = "application/VIID+JSON;charset=UTF-8"
OK, BUSY, NOT_TAKEN, NO_JSON, BAD_CONTENT = 0, 2, 4, 7, 8
_BY_NETWORK = "1"


class Status(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a request, or of one object of it, by its `id`."""

    code: int
    text: str
    id: str = ""


def one(status: Status, *, path: str, now: float) -> bytes:
    """Return the body of an answer about a whole request."""
    return msgspec.json.encode({"ResponseStatusObject": _row(status, path=path, now=now)})


def many(statuses: Sequence[Status], *, path: str, now: float) -> bytes:
    """Return the body of an answer about each object of a list."""
    rows = [_row(status, path=path, now=now) for status in statuses]
    return msgspec.json.encode({"ResponseStatusListObject": {"ResponseStatusObject": rows}})


def clock(*, id: str, now: float) -> bytes:
    """Return our time, for a camera to set its clock by."""
    said = {
        "VIIDServerID": id,
        "TimeMode": _BY_NETWORK,
        "LocalTime": compact(now),
        "TimeZone": "Asia/Shanghai",
    }
    return msgspec.json.encode({"SystemTimeObject": said})


def _row(status: Status, *, path: str, now: float) -> dict[str, object]:
    return {
        "RequestURL": path,
        "StatusCode": status.code,
        "StatusString": status.text,
        "Id": status.id,
        "LocalTime": compact(now),
    }
