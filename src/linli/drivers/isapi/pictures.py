"""What becomes of pictures: they are looked at, told of, and handed on; they are never a reading.

Where a picture is posted with its alert, the reading's extras carry its SHA-256 and its size. In a
stream it comes after its alert, which is not held back for it. The bytes go to the station.
"""

import hashlib

import msgspec

LONGEST_BYTES = 4 * 1024 * 1024
_JPEG = b"\xff\xd8\xff"
_JPEG_ENDS = b"\xff\xd9"
_TAIL = 64


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture as a reading tells of it."""

    sha256: str
    bytes: int


def look(data: bytes) -> Picture | None:
    """Return what is told of a JPEG; None where it is none, cut, or too long."""
    if len(data) > LONGEST_BYTES or not data.startswith(_JPEG) or _JPEG_ENDS not in data[-_TAIL:]:
        return None
    return Picture(sha256=hashlib.sha256(data).hexdigest(), bytes=len(data))
