"""Frames on a wire: found among garbage, glued or cut as they come, or refused in words."""

from collections.abc import Callable

from linli.kernel.fault import Fault

SKIP = -1
MORE = 0

Measure = Callable[[bytearray, int], int]
"""Given what came and an offset: how long the frame is that begins there; MORE where that cannot
be told yet; SKIP where none begins there."""


class BadFrame(Fault):
    """Bytes that are no frame; `why` says in English what is wrong, as a programmer reads it."""

    key = "drivers.bad_frame"
    status = 422

    def __init__(self, why: str) -> None:
        super().__init__(why=why)
        self.why = why


class Frames:
    """Cuts a stream into frames. It keeps an incomplete tail, and never more than `longest` bytes.

    A frame here is only well measured: whether it is right, its codec says. Where it says no, call
    `reject`: the stream is looked at again from the byte after the false start, so that a good
    frame behind a false start is found.
    """

    def __init__(self, *, measure: Measure, longest: int) -> None:
        self._measure = measure
        self._longest = longest
        self._kept = bytearray()
        self._at = 0
        self.skipped = 0
        """Bytes that belonged to no frame."""

    def feed(self, data: bytes) -> None:
        """Take what came; then call `next` until it gives None."""
        del self._kept[: self._at]
        self._at = 0
        self._kept += data

    def next(self) -> bytes | None:
        """Return the next frame, or None where more bytes are needed."""
        kept = self._kept
        while self._at < len(kept):
            length = self._measure(kept, self._at)
            if length == MORE and len(kept) - self._at < self._longest:
                return None
            if MORE < length <= self._longest:
                if len(kept) - self._at < length:
                    return None
                frame = bytes(kept[self._at : self._at + length])
                self._at += length
                return frame
            self._at += 1
            self.skipped += 1
        return None

    def reject(self, frame: bytes) -> None:
        """The last frame that `next` gave was none: go back to the byte after its start."""
        self._at -= len(frame) - 1
        self.skipped += 1

    def forget(self) -> bytes:
        """Give up the tail, as after a silence in its middle; return it."""
        tail = bytes(self._kept[self._at :])
        self._kept.clear()
        self._at = 0
        self.skipped += len(tail)
        return tail


def from_hex(text: str) -> bytes:
    """Return the bytes of hex digits in either case, blanks between them or not.

    :raises BadFrame: if it is not hex, or half a byte is missing
    """
    digits = "".join(text.split())
    if not digits:
        raise BadFrame("nothing to decode")
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise BadFrame(f"not hex: {text.strip()[:60]!r}") from None
