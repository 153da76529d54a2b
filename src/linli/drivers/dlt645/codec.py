"""The frame of DL/T 645 (the same in -2007 and -1997): 68 A0…A5 68 C L DATA CS 16.

Bytes of DATA travel with 33H added. The checksum is the sum from the first 68 to the end of DATA.
"""

import msgspec

from linli.drivers.frames import MORE, SKIP, BadFrame

START, END, WAKE = 0x68, 0x16, 0xFE
OVERHEAD = 12
"""Bytes of a frame besides DATA: 68, six of address, 68, C, L, CS, 16."""
LONGEST = OVERHEAD + 0xFF
ANYBODY = "A" * 12
EVERYBODY = "9" * 12
_DATA_AT = 10
_OFFSET = 0x33

FROM_METER, ABNORMAL, MORE_FOLLOWS, FUNCTION = 0x80, 0x40, 0x20, 0x1F

_UNOFFSET = bytes((value - _OFFSET) & 0xFF for value in range(256))
_WITH_OFFSET = bytes((value + _OFFSET) & 0xFF for value in range(256))
_ADDRESS = frozenset("0123456789A")


class Frame(msgspec.Struct, frozen=True, gc=False):
    """A frame. `address` is 12 digits, highest first (A: any digit); `data` is without its 33H."""

    address: str
    control: int
    data: bytes = b""

    @property
    def function(self) -> int:
        return self.control & FUNCTION

    @property
    def from_meter(self) -> bool:
        return self.control & FROM_METER != 0

    @property
    def abnormal(self) -> bool:
        return self.control & ABNORMAL != 0

    @property
    def more(self) -> bool:
        """Whether the answer goes on in another frame."""
        return self.control & MORE_FOLLOWS != 0


def measure(data: bytearray, at: int) -> int:
    """Tell how long the frame is that begins at an offset (`linli.drivers.frames.Measure`)."""
    if data[at] != START:
        return SKIP
    if len(data) - at < _DATA_AT:
        return MORE
    if data[at + 7] != START:
        return SKIP
    return OVERHEAD + data[at + 9]


def decode(frame: bytes) -> Frame:
    """Return what one whole frame says; wake-up bytes (FE) before it do not matter.

    :raises BadFrame: if it is none, or its checksum is wrong
    """
    if frame[:1] == b"\xfe":
        frame = frame.lstrip(b"\xfe")
    size = len(frame)
    if size < OVERHEAD:
        raise BadFrame(f"{size} bytes are too few for a frame")
    if frame[0] != START or frame[7] != START:
        raise BadFrame("no 68 at its place")
    if size != OVERHEAD + frame[9]:
        raise BadFrame(f"length says {OVERHEAD + frame[9]} bytes, there are {size}")
    total = sum(frame[:-2]) & 0xFF
    if frame[-2] != total:
        raise BadFrame(f"checksum {frame[-2]:02X} != {total:02X}")
    if frame[-1] != END:
        raise BadFrame(f"ends with {frame[-1]:02X}, not 16")
    address = frame[6:0:-1].hex().upper()
    if not address.isdigit() and not _ADDRESS.issuperset(address):
        raise BadFrame(f"address {address} is not BCD")
    return Frame(address, frame[8], frame[_DATA_AT:-2].translate(_UNOFFSET))


def encode(frame: Frame, *, wake: int = 0) -> bytes:
    """Return the bytes of a frame, after so many wake-up bytes.

    :raises BadFrame: if the address is not 12 digits, or DATA is too long
    """
    if len(frame.address) != 12 or not _ADDRESS.issuperset(frame.address):  # noqa: PLR2004
        raise BadFrame(f"address {frame.address!r} is not 12 digits")
    if len(frame.data) > 0xFF:  # noqa: PLR2004
        raise BadFrame("too long")
    head = bytes((START, *bytes.fromhex(frame.address)[::-1], START, frame.control))
    body = head + bytes((len(frame.data),)) + frame.data.translate(_WITH_OFFSET)
    return bytes((WAKE,)) * wake + body + bytes((sum(body) & 0xFF, END))
