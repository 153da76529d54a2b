"""What was learned of each point and device: a few hundred bytes each, kept from hour to hour."""

import zlib
from typing import Any, NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from linli.devices.health.fleet import Fleet
from linli.devices.health.kinds import MOST_FIGURES, OF_DEVICE, OF_POINT
from linli.devices.health.window import WINDOW_S, Flags
from linli.kernel.fault import Fault

DAYS = 14
"""Daily figures of a point that are remembered."""

VERSION = 1


def _judged(kinds: int) -> list[Any]:
    """Return the fields of what was judged of a row, for each kind of fault."""
    return [
        ("bad", "<u2", kinds),
        ("ok", "<u2", kinds),
        ("found", "?", kinds),
        ("since", "<f8", kinds),
        ("figures", "<f4", (kinds, MOST_FIGURES)),
    ]


POINT = np.dtype(
    [
        ("number", "<u4"),
        ("last", "<f8"),
        ("seen", "<f4"),
        ("still", "<f4"),
        ("longest", "<f4"),
        ("moves", "<f4"),
        ("falls", "<f4"),
        ("rises", "<f4"),
        ("owed", "<f4"),
        ("owed_h", "<f4"),
        ("day_sum", "<f8"),
        ("day_hours", "<f4"),
        ("levels", "<f4", DAYS),
        ("apart", "<f4", DAYS),
        ("anchor", "<f4"),
        ("spread", "<f4"),
        ("step", "<f4"),
        ("learned", "<f4"),
        *_judged(len(OF_POINT)),
    ]
)
"""`seen` hours with readings; `still` hours that it stands still now while its neighbours move,
`longest` it ever did so and moved again; `moves` and `falls` hours in which it moved, and fell;
`rises` times that it was charged; `owed` what a register should have counted while it stood still,
in `owed_h` hours with a flow. `levels` daily means, `apart` daily distances from the neighbours,
the newest last; `anchor` its usual distance, `spread` and `step` how far that goes from day to day;
`learned` days behind these."""

DEVICE = np.dtype(
    [
        ("code", "S48"),
        ("heard_at", "<f8"),
        ("newest_at", "<f8"),
        ("share", "<f4"),
        ("usual", "<f4"),
        ("hours", "<f4"),
        ("changes", "<u4"),
        ("line_since", "<f8"),
        *_judged(len(OF_DEVICE)),
    ]
)
"""`heard_at` the end of the last hour in which it sent, `newest_at` its newest time; `share` of the
readings that were due and came lately, `usual` in the long run; `changes` a bit for each of the
last 24 hours in which its line came or went."""


class BadMemory(Fault):
    key = "devices.bad_health_memory"
    status = 500


class _Kept(msgspec.Struct, array_like=True):
    version: int
    upto: float
    points: bytes
    devices: bytes


class Memory(NamedTuple):
    """Rows beside the fleet's; `upto` is the end of the last window (epoch seconds), 0 for none."""

    upto: float
    points: npt.NDArray[np.void]
    devices: npt.NDArray[np.void]


def none() -> Memory:
    """Return the memory of somebody who has seen nothing yet."""
    return Memory(0.0, np.zeros(0, POINT), np.zeros(0, DEVICE))


def aligned(*, memory: Memory, fleet: Fleet) -> Memory:
    """Return the memory with a row for each point and device of the fleet, new ones empty.

    What was learned of a unit says nothing of the one that took its place: that is learned anew
    from the first hour that is wholly its own. That the place was silent is remembered.
    """
    points = np.zeros(len(fleet.numbers), POINT)
    points["number"] = fleet.numbers
    for name in ("last", "anchor", "levels", "apart"):
        points[name] = np.nan
    fresh = _replaced(memory, fleet)
    _take_over(points, memory.points, "number", ~fresh[fleet.owner])
    devices = np.zeros(len(fleet.codes), DEVICE)
    devices["code"] = fleet.codes
    for name in ("share", "usual"):
        devices[name] = np.nan
    before = devices.copy()
    _take_over(before, memory.devices, "code", np.ones(len(devices), bool))
    devices["heard_at"] = before["heard_at"]
    devices[~fresh] = before[~fresh]
    return Memory(memory.upto, points, devices)


def _replaced(memory: Memory, fleet: Fleet) -> Flags:
    """Tell which devices have a unit that the last window looked at did not hold from its begin."""
    return fleet.fitted_at > max(memory.upto - WINDOW_S, 0.0)


def _take_over(
    fresh: npt.NDArray[np.void], old: npt.NDArray[np.void], key: str, wanted: Flags
) -> None:
    """Put into wanted fresh rows what is known of them; both are in the order of their keys."""
    if not len(old) or not len(fresh):
        return
    rows = np.searchsorted(old[key], fresh[key])
    rows = np.minimum(rows, len(old) - 1)
    known = (old[key][rows] == fresh[key]) & wanted
    fresh[known] = old[rows[known]]


def encode(memory: Memory) -> bytes:
    """Return the memory as it is kept: a tenth of its size, for most of it is nothing."""
    points, devices = (zlib.compress(part.tobytes(), 1) for part in memory[1:])
    return msgspec.msgpack.encode(_Kept(VERSION, memory.upto, points, devices))


def decode(body: bytes) -> Memory:
    """Return the memory that was kept; of another version there is none, it is learned anew.

    :raises BadMemory: if it is none of ours
    """
    try:
        kept = msgspec.msgpack.decode(body, type=_Kept)
        if kept.version != VERSION:
            return none()
        points = np.frombuffer(zlib.decompress(kept.points), POINT)
        devices = np.frombuffer(zlib.decompress(kept.devices), DEVICE)
    except (msgspec.DecodeError, ValueError, zlib.error) as error:
        raise BadMemory(reason=str(error)) from error
    return Memory(kept.upto, points.copy(), devices.copy())
