"""Messages that partners outside and we post to each other, signed with HMAC-SM3.

Both hold one key. A message is a POST of JSON; the headers `x-app`, `x-timestamp` (seconds),
`x-nonce` and `x-sign` sign method, path, all three and the SM3 of the body, a line each.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

import msgspec

from linli.foundation import sm3

TOLERANCE_S = 300
"""What was signed longer ago, or later than now, is not taken: whoever replays it comes too late.
Who tells again signs anew.
"""
_STAMP_DIGITS = 12
_NAMES = ("app", "timestamp", "nonce")


class Packed(msgspec.Struct, frozen=True, kw_only=True):
    """A message ready to go."""

    url: str
    headers: dict[str, str]
    body: bytes


class Shown(msgspec.Struct, frozen=True, kw_only=True):
    """What came in over HTTP, as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


def signature(*, key: bytes, path: str, app: str, timestamp: str, nonce: str, body: bytes) -> str:
    """Return how a message is signed, in hexadecimal."""
    return sm3.mac(key, _words(path, (app, timestamp, nonce), body)).hex()


def packed(*, url: str, key: bytes, app: str, body: bytes, at: datetime, nonce: str) -> Packed:
    """Return a message to an address, signed."""
    stamp = str(int(at.timestamp()))
    path = urlsplit(url).path
    return Packed(
        url=url,
        headers={
            "content-type": "application/json",
            "x-app": app,
            "x-timestamp": stamp,
            "x-nonce": nonce,
            "x-sign": signature(
                key=key, path=path, app=app, timestamp=stamp, nonce=nonce, body=body
            ),
        },
        body=body,
    )


def is_signed(shown: Shown, *, key: bytes, app: str, now: datetime) -> bool:
    """Tell whether a message is of who holds the key, and was signed just now."""
    given = tuple(shown.headers.get(f"x-{name}", "") for name in _NAMES)
    stamp = given[1]
    is_short = len(stamp) <= _STAMP_DIGITS and stamp.isdecimal()
    is_now = is_short and abs(int(stamp) - now.timestamp()) <= TOLERANCE_S
    words, sign = _words(shown.path, given, shown.body), unhexed(shown.headers.get("x-sign", ""))
    return given[0] == app and is_now and sm3.is_mac(key, words, sign)


def unhexed(text: str) -> bytes:
    """Return the bytes of a signature in hexadecimal; where it is none, no bytes: no signature."""
    try:
        return bytes.fromhex(text)
    except ValueError:
        return b""


def _words(path: str, given: tuple[str, ...], body: bytes) -> bytes:
    return "\n".join(("POST", path, *given, sm3.digest(body))).encode()
