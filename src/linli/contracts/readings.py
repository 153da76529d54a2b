"""Readings as columns: the form in which they travel and are compared."""

from collections.abc import Mapping, Sequence
from enum import IntFlag
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from linli.kernel.fault import Fault

_MARK = b"LB1"


class Quality(IntFlag):
    """What is known against a reading that was taken. Zero is good."""

    GOOD = 0
    OUT_OF_RANGE = 1
    """Outside the range of its thing model: kept for people, not shown to scenes."""
    CLOCK_WRONG = 2
    """The sender's clock was impossible; the time is that of arrival."""
    LATE = 4
    """Older than the last one of its point: history takes it, the twin and scenes do not."""
    DUPLICATE = 8


class BadBatch(Fault):
    key = "devices.bad_batch"
    status = 422


class _Head(msgspec.Struct, array_like=True):
    community: str
    at: float
    rows: int
    extras: dict[int, bytes]
    numbers: dict[str, list[int]] = {}


class Batch(NamedTuple):
    """One message of INPUT: `rows` readings in order of arrival.

    `points` u32, `times` f64 epoch seconds of measurement, `values` f64, `quality` u8, all of one
    length; `at` is the arrival, epoch seconds; `extras` maps a row to the JSON of its event.
    `numbers` are those of the sealed payloads that brought it, by the mark of their link: what is
    stored and that it was heard are one message.
    """

    community: str
    at: float
    points: npt.NDArray[np.uint32]
    times: npt.NDArray[np.float64]
    values: npt.NDArray[np.float64]
    quality: npt.NDArray[np.uint8]
    extras: Mapping[int, bytes] = {}
    numbers: Mapping[str, Sequence[int]] = {}


def encode(batch: Batch) -> bytes:
    """Return the message: mark, length of head (u32 little-endian), head, columns little-endian."""
    numbers = {mark: list(found) for mark, found in batch.numbers.items()}
    head = msgspec.msgpack.encode(
        _Head(batch.community, batch.at, len(batch.points), dict(batch.extras), numbers)
    )
    return b"".join(
        (
            _MARK,
            len(head).to_bytes(4, "little"),
            head,
            batch.points.astype("<u4", copy=False).tobytes(),
            batch.times.astype("<f8", copy=False).tobytes(),
            batch.values.astype("<f8", copy=False).tobytes(),
            batch.quality.tobytes(),
        )
    )


def is_batch(message: bytes) -> bool:
    """Tell whether a message of INPUT is a batch; else it is signals."""
    return message[:3] == _MARK


def decode(message: bytes) -> Batch:
    """Return the batch of a message. The columns look into the message and are read-only.

    :raises BadBatch: if the message is cut short or is none
    """
    try:
        size = int.from_bytes(message[3:7], "little")
        head = msgspec.msgpack.decode(message[7 : 7 + size], type=_Head)
    except msgspec.DecodeError as error:
        raise BadBatch(reason=str(error)) from error
    start, rows = 7 + size, head.rows
    if not is_batch(message) or rows < 0 or len(message) != start + rows * 21:
        raise BadBatch(reason="length")
    return Batch(
        community=head.community,
        at=head.at,
        points=np.frombuffer(message, "<u4", rows, start),
        times=np.frombuffer(message, "<f8", rows, start + rows * 4),
        values=np.frombuffer(message, "<f8", rows, start + rows * 12),
        quality=np.frombuffer(message, "u1", rows, start + rows * 20),
        extras=head.extras,
        numbers=head.numbers,
    )
