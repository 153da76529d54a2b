"""Frames of YKC V1.6 (modelled on): 68, length, sequence 2, encryption, type, body, CRC 2.

The document prints a polynomial of 180D; the sums of its samples are those of CRC-16/MODBUS over
sequence to body, low byte first.
"""

from array import array

import msgspec

from linli.drivers.frames import MORE, SKIP, BadFrame
from linli.drivers.ykc import bms
from linli.drivers.ykc import messages as m
from linli.drivers.ykc import upkeep as up
from linli.drivers.ykc.layout import Body, read, written

_MARK = 0x68
_HEAD, _TAIL = 6, 2
_LEAST, _MOST = 4, 200
_PLAIN = 0
LONGEST = 2 + _MOST + _TAIL

MESSAGES: dict[int, type[Body]] = {
    0x01: m.Login,
    0x02: m.LoginAnswer,
    0x03: m.Heartbeat,
    0x04: m.HeartbeatAnswer,
    0x05: m.TariffCheck,
    0x06: m.TariffCheckAnswer,
    0x09: m.PileOnly,
    0x0A: m.TariffTable,
    0x12: m.PileGun,
    0x13: m.RealTime,
    0x15: bms.Handshake,
    0x17: bms.Limits,
    0x19: bms.Ended,
    0x1B: bms.Errors,
    0x1D: bms.VehicleStops,
    0x21: bms.ChargerStops,
    0x23: bms.Demand,
    0x25: bms.BatteryState,
    0x31: m.CardStart,
    0x32: m.CardStartAnswer,
    0x33: m.StartAnswer,
    0x34: m.Start,
    0x35: m.StopAnswer,
    0x36: m.PileGun,
    0x3B: m.Bill,
    0x40: m.BillAnswer,
    0x41: up.BalanceAnswer,
    0x42: up.Balance,
    0x43: up.CardsSyncAnswer,
    0x44: up.CardsSync,
    0x45: up.CardsClearAnswer,
    0x46: up.CardsNamed,
    0x47: up.CardsFindAnswer,
    0x48: up.CardsNamed,
    0x51: m.PileDone,
    0x52: up.Work,
    0x55: up.Clock,
    0x56: up.Clock,
    0x57: m.PileDone,
    0x58: m.TariffTable,
    0x61: up.LockState,
    0x62: up.LockMove,
    0x63: up.LockAnswer,
    0x91: m.PileDone,
    0x92: up.Restart,
    0x93: up.UpgradeAnswer,
    0x94: up.Upgrade,
    0xA1: m.ParallelCardStart,
    0xA2: m.ParallelCardStartAnswer,
    0xA3: m.ParallelStartAnswer,
    0xA4: m.ParallelStart,
}


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A frame. `body` is None where its type is not known to us; `raw` is the body as it came."""

    type: int
    seq: int
    body: Body | None
    raw: bytes


def decode(frame: bytes) -> Frame:
    """Return what one frame says.

    :raises BadFrame: if it is no whole, right, plain frame
    """
    _check_shape(frame)
    end = len(frame) - _TAIL
    found, computed = int.from_bytes(frame[end:], "little"), crc(frame[2:end])
    if found != computed:
        raise BadFrame(f"checksum {found:04X} != {computed:04X}")
    if frame[4] != _PLAIN:
        raise BadFrame(f"encrypted ({frame[4]}): its key is not known")
    kind, raw = MESSAGES.get(frame[5]), frame[_HEAD:end]
    return Frame(
        type=frame[5],
        seq=int.from_bytes(frame[2:4], "little"),
        body=None if kind is None else read(kind, raw),
        raw=raw,
    )


def _check_shape(frame: bytes) -> None:
    if len(frame) < 2 + _LEAST + _TAIL:
        raise BadFrame(f"{len(frame)} bytes are too few")
    if frame[0] != _MARK:
        raise BadFrame(f"starts with {frame[0]:02X}, not 68")
    if not _LEAST <= frame[1] <= _MOST:
        raise BadFrame(f"length {frame[1]} is not {_LEAST} to {_MOST}")
    if len(frame) != 2 + frame[1] + _TAIL:
        raise BadFrame(f"length says {2 + frame[1] + _TAIL} bytes, there are {len(frame)}")


def encode(kind: int, body: Body, *, seq: int) -> bytes:
    """Return the frame of a message. An answer carries the sequence of what it answers."""
    return enframe(kind, written(body), seq=seq)


def enframe(kind: int, raw: bytes, *, seq: int) -> bytes:
    """Return the frame of a body's bytes.

    :raises ValueError: if they are too many for a frame
    """
    inner = seq.to_bytes(2, "little") + bytes((_PLAIN, kind)) + raw
    if len(inner) > _MOST:
        raise ValueError(f"{len(inner)} bytes do not fit a frame")
    return bytes((_MARK, len(inner))) + inner + crc(inner).to_bytes(2, "little")


def measure(kept: bytearray, at: int) -> int:
    """Tell how long the frame at an offset is (`drivers/frames.py`)."""
    if kept[at] != _MARK:
        return SKIP
    if len(kept) < at + 2:
        return MORE
    length = kept[at + 1]
    return 2 + length + _TAIL if _LEAST <= length <= _MOST else SKIP


def crc(data: bytes) -> int:
    """Return CRC-16/MODBUS: polynomial A001 reflected, starting with FFFF."""
    found = 0xFFFF
    for byte in data:
        found = found >> 8 ^ _TABLE[(found ^ byte) & 0xFF]
    return found


def _entry(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (0xA001 if byte & 1 else 0)
    return byte


_TABLE = array("H", (_entry(byte) for byte in range(256)))
