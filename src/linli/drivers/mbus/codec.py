"""Frames of M-Bus (EN 13757-2, 5.1): one character, short frames, long frames. Pure."""

import msgspec

from linli.drivers.frames import MORE, SKIP, BadFrame

_CHARACTER, _SHORT, _LONG, _STOP = 0xE5, 0x10, 0x68, 0x16
_SHORT_SIZE, _FRAMING, _LEAST = 5, 6, 3
LONGEST = 0xFF + _FRAMING

NORMALISE, SELECT, REQUEST, REQUEST_AGAIN, SEND = 0x40, 0x53, 0x7B, 0x5B, 0x73
"""What we may say (C): SND_NKE, SND_UD to select, REQ_UD2 with the frame count bit and without."""
RESPONSE, RESPONSE_MASK = 0x08, 0x4F
SELECTED, ANYBODY = 0xFD, 0xFE
"""Addresses: who was selected; whoever is there, for a line with one meter."""
BY_SECONDARY = 0x52
VARIABLE = (0x72, 0x76)
"""CI of an answer with variable data: low byte first, high byte first."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame. The single character has nothing of it, a short frame no `ci` and no `data`."""

    c: int | None = None
    a: int = 0
    ci: int | None = None
    data: bytes = b""

    @property
    def is_ack(self) -> bool:
        return self.c is None


def decode(frame: bytes) -> Frame:
    """Return what one frame is.

    :raises BadFrame: if it is no whole, right frame
    """
    if not frame:
        raise BadFrame("empty")
    if frame[0] == _CHARACTER and len(frame) == 1:
        return Frame()
    if frame[0] == _SHORT:
        return _short(frame)
    if frame[0] == _LONG:
        return _long(frame)
    raise BadFrame(f"starts with {frame[0]:02X}, not 10, 68 or a single E5")


def _short(frame: bytes) -> Frame:
    if len(frame) != _SHORT_SIZE:
        raise BadFrame(f"{len(frame)} bytes, a short frame has {_SHORT_SIZE}")
    _check_end(frame, frame[1:3])
    return Frame(c=frame[1], a=frame[2])


def _long(frame: bytes) -> Frame:
    if len(frame) < _FRAMING + _LEAST or frame[3] != _LONG:
        raise BadFrame("no long frame: 68 L L 68 expected")
    if frame[1] != frame[2]:
        raise BadFrame(f"lengths {frame[1]:02X} and {frame[2]:02X} differ")
    if frame[1] < _LEAST or len(frame) != frame[1] + _FRAMING:
        raise BadFrame(f"length says {frame[1] + _FRAMING} bytes, there are {len(frame)}")
    _check_end(frame, frame[4:-2])
    return Frame(c=frame[4], a=frame[5], ci=frame[6], data=frame[7:-2])


def _check_end(frame: bytes, summed: bytes) -> None:
    found, computed = frame[-2], sum(summed) & 0xFF
    if found != computed:
        raise BadFrame(f"checksum {found:02X} != {computed:02X}")
    if frame[-1] != _STOP:
        raise BadFrame(f"ends with {frame[-1]:02X}, not 16")


def encode(frame: Frame) -> bytes:
    """Return the bytes of a frame.

    :raises ValueError: if its data do not fit
    """
    if frame.c is None:
        return bytes((_CHARACTER,))
    head = bytes((frame.c, frame.a))
    if frame.ci is None:
        return bytes((_SHORT,)) + head + bytes((sum(head) & 0xFF, _STOP))
    body = head + bytes((frame.ci,)) + frame.data
    if len(body) > LONGEST - _FRAMING:
        raise ValueError(f"{len(body)} bytes do not fit a frame")
    start = bytes((_LONG, len(body), len(body), _LONG))
    return start + body + bytes((sum(body) & 0xFF, _STOP))


def measure(data: bytearray, at: int) -> int:
    """Tell how long the frame at an offset is (`drivers/frames.py`)."""
    if data[at] == _CHARACTER:
        return 1
    if data[at] == _SHORT:
        return _SHORT_SIZE
    if data[at] != _LONG:
        return SKIP
    head = data[at + 1 : at + 4]
    if len(head) < 3:  # noqa: PLR2004
        return MORE
    return head[0] + _FRAMING if head[0] == head[1] and head[2] == _LONG else SKIP


def select(secondary: str) -> Frame:
    """Return the frame that selects a meter by its secondary address (EN 13757-3, 11.3).

    :param secondary: 8 digits, or 16 with manufacturer, version and medium; F stands for any digit
    """
    full = secondary.upper().ljust(16, "F")
    identity = bytes.fromhex(full[:8])[::-1]
    return Frame(c=SELECT, a=SELECTED, ci=BY_SECONDARY, data=identity + bytes.fromhex(full[8:]))
