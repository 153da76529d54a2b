"""Multipart bodies, whole or as a stream without end (RFC 2046, as cameras write it)."""

import re

import msgspec

from linli.drivers.frames import BadFrame

LONGEST_PART = 4 * 1024 * 1024
_LONGEST_HEAD = 8 * 1024
_BOUNDARY = re.compile(r'boundary\s*=\s*(?:"([^"]{1,200})"|([^\s;,]{1,200}))', re.IGNORECASE)
_END = b"\r\n\r\n"
_DOCUMENT_ENDS = b"</EventNotificationAlert>"


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """A part: its content type in small letters, without parameters, and its bytes."""

    content_type: str
    body: bytes


def boundary(content_type: str) -> bytes:
    """Return the boundary that a Content-Type names.

    :raises BadFrame: if it names none
    """
    found = _BOUNDARY.search(content_type)
    if found is None:
        raise BadFrame("multipart without a boundary")
    return (found[1] or found[2]).encode().removeprefix(b"--")


class Parts:
    """Cuts what comes into parts. It keeps no more than the longest part.

    A part ends where its Content-Length says, at the next boundary, or at the end of its alert:
    whatever comes first. A stream whose length lies is found again at the next boundary.
    """

    def __init__(self, *, boundary: bytes) -> None:
        self._mark = b"--" + boundary
        self._kept = bytearray()

    def feed(self, data: bytes) -> list[Part]:
        """Return the parts that are whole now.

        :raises BadFrame: if a part, or its head, has no end
        """
        self._kept += data
        found: list[Part] = []
        while (part := self._next()) is not None:
            found.append(part)
        return found

    def _next(self) -> Part | None:
        if not self._to_mark():
            return None
        start = len(self._mark)
        head_end = self._kept.find(_END, start, start + _LONGEST_HEAD)
        if head_end < 0:
            if len(self._kept) > start + _LONGEST_HEAD:
                raise BadFrame("a part whose head has no end")
            return None
        head = bytes(self._kept[start:head_end]).decode("latin-1").lower()
        begins = head_end + len(_END)
        ends = self._ends(begins, _length(head))
        if ends is None:
            if len(self._kept) - begins > LONGEST_PART:
                raise BadFrame(f"a part longer than {LONGEST_PART} bytes")
            return None
        body = bytes(self._kept[begins:ends])
        del self._kept[:ends]
        return Part(content_type=_field(head, "content-type").split(";")[0].strip(), body=body)

    def _to_mark(self) -> bool:
        """Throw away what stands before the next boundary."""
        at = self._kept.find(self._mark)
        if at < 0:
            del self._kept[: max(0, len(self._kept) - len(self._mark))]
            return False
        del self._kept[:at]
        return True

    def _ends(self, begins: int, length: int | None) -> int | None:
        """Return where the body ends that begins there; None where that is not known yet."""
        if length is not None and length <= LONGEST_PART and len(self._kept) >= begins + length:
            early = self._kept.find(b"\r\n" + self._mark, begins, begins + length)
            return early if early >= 0 else begins + length
        mark = self._kept.find(b"\r\n" + self._mark, begins)
        if mark >= 0:
            return mark
        if length is None:
            alert = self._kept.find(_DOCUMENT_ENDS, begins)
            return alert + len(_DOCUMENT_ENDS) if alert >= 0 else None
        return None


def _field(head: str, name: str) -> str:
    for line in head.split("\r\n"):
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return ""


def _length(head: str) -> int | None:
    said = _field(head, "content-length")
    return int(said) if said.isascii() and said.isdecimal() and len(said) < 10 else None  # noqa: PLR2004
