"""Frames: `40 40`, 25 bytes of control unit, application data, checksum, `23 23`. Pure.

Modelled on GB/T 26875.3-2011, clause 6 (figure 2, table 2). Numbers are little-endian.
"""

from datetime import datetime, timedelta, timezone

import msgspec

from linli.drivers.frames import MORE, SKIP, BadFrame

START, END = b"@@", b"##"
SHORTEST = 30
LONGEST_DATA = 1024
LONGEST = SHORTEST + LONGEST_DATA
CLOCK_LENGTH = 6
HEAD = 27
"""Up to and with the command; the application data follow."""

_SERIAL, _VERSION, _CLOCK, _SOURCE, _TARGET, _LENGTH, _COMMAND = 2, 4, 6, 12, 18, 24, 26
_ADDRESS_LENGTH = 6
_CENTURY = 2000

Clock = datetime
"""The wall clock of the sender, without a zone, as the wire has it."""


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """One frame. `sent` is None where its six bytes are no time; `version` is (main, user)."""

    serial: int
    command: int
    source: int
    target: int
    sent: Clock | None = None
    version: tuple[int, int] = (1, 0)
    data: bytes = b""


def measure(kept: bytearray, at: int) -> int:
    """Return how long the frame is that begins there.

    One that promises too much is given as its head alone: `decode` says no, and why.
    """
    if kept[at] != START[0]:
        return SKIP
    if len(kept) - at < len(START):
        return MORE
    if kept[at + 1] != START[1]:
        return SKIP
    if len(kept) - at < HEAD:
        return MORE
    length = int.from_bytes(kept[at + _LENGTH : at + _COMMAND], "little")
    return HEAD if length > LONGEST_DATA else SHORTEST + length


def decode(frame: bytes) -> Frame:
    """Return what a frame says.

    :raises BadFrame: if it is no whole frame, or its checksum is another
    """
    if not frame.startswith(START):
        raise BadFrame("no start mark 40 40")
    if len(frame) < HEAD:
        raise BadFrame(f"cut short: {len(frame)} bytes, at least {SHORTEST}")
    found = head(frame)
    length = int.from_bytes(frame[_LENGTH:_COMMAND], "little")
    if length > LONGEST_DATA:
        raise BadFrame(f"length {length} > {LONGEST_DATA}")
    if len(frame) != SHORTEST + length:
        raise BadFrame(f"{len(frame)} bytes, its length says {SHORTEST + length}")
    if not frame.endswith(END):
        raise BadFrame("no end mark 23 23")
    summed = sum(frame[_SERIAL:-3]) & 0xFF
    if frame[-3] != summed:
        raise BadFrame(f"checksum {frame[-3]:02X} != {summed:02X}")
    return msgspec.structs.replace(found, data=frame[HEAD:-3])


def head(frame: bytes) -> Frame:
    """Return the control unit of a frame of at least HEAD bytes, right or not: to say no to it."""
    return Frame(
        serial=int.from_bytes(frame[_SERIAL:_VERSION], "little"),
        version=(frame[_VERSION], frame[_VERSION + 1]),
        sent=clock(frame[_CLOCK:_SOURCE]),
        source=int.from_bytes(frame[_SOURCE:_TARGET], "little"),
        target=int.from_bytes(frame[_TARGET:_LENGTH], "little"),
        command=frame[_COMMAND],
    )


def encode(frame: Frame) -> bytes:
    """Return a frame's bytes.

    :raises BadFrame: if its data are too long, or a number does not fit
    """
    if len(frame.data) > LONGEST_DATA:
        raise BadFrame(f"length {len(frame.data)} > {LONGEST_DATA}")
    try:
        body = b"".join(
            (
                frame.serial.to_bytes(2, "little"),
                bytes(frame.version),
                clock_bytes(frame.sent),
                frame.source.to_bytes(_ADDRESS_LENGTH, "little"),
                frame.target.to_bytes(_ADDRESS_LENGTH, "little"),
                len(frame.data).to_bytes(2, "little"),
                bytes((frame.command,)),
                frame.data,
            )
        )
    except (OverflowError, ValueError) as error:
        raise BadFrame(f"a number does not fit: {error}") from error
    return START + body + bytes((sum(body) & 0xFF,)) + END


def clock(data: bytes) -> Clock | None:
    """Return the time of six bytes, seconds first; None where they are no time."""
    if len(data) != CLOCK_LENGTH:
        return None
    second, minute, hour, day, month, year = data
    try:
        return datetime(_CENTURY + year, month, day, hour, minute, second)  # noqa: DTZ001 - a wall clock
    except ValueError:
        return None


def clock_bytes(moment: Clock | None) -> bytes:
    """Return six bytes of a time; zeros where there is none."""
    if moment is None:
        return bytes(CLOCK_LENGTH)
    return bytes(
        (
            moment.second,
            moment.minute,
            moment.hour,
            moment.day,
            moment.month,
            (moment.year - _CENTURY) % 100,
        )
    )


def wall(now: float, *, east_h: float) -> Clock:
    """Return the wall clock, so many hours east of UTC, at an instant in epoch seconds."""
    return datetime.fromtimestamp(now, timezone(timedelta(hours=east_h))).replace(
        tzinfo=None, microsecond=0
    )


def instant(moment: Clock | None, *, east_h: float) -> float | None:
    """Return the epoch seconds of a wall clock so many hours east of UTC."""
    if moment is None:
        return None
    return moment.replace(tzinfo=timezone(timedelta(hours=east_h))).timestamp()


def iso(moment: Clock | None, *, east_h: float) -> str | None:
    """Return a wall clock with its zone, as `2026-03-01T08:30:05+08:00`."""
    if moment is None:
        return None
    return moment.replace(tzinfo=timezone(timedelta(hours=east_h))).isoformat()
