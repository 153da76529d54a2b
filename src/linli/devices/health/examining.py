"""One hour of a community looked at: what was learned, what is wrong, how well each device is."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.devices.health import drift, links, telling, values
from linli.devices.health.fleet import Fleet
from linli.devices.health.kinds import OF_DEVICE, OF_POINT, Kind
from linli.devices.health.look import Look, judge
from linli.devices.health.memory import Memory, aligned
from linli.devices.health.window import Flags, Floats, Numbers, Window

_EAST_OF_UTC_S = 8 * 3600
_DAY_S = 86_400
MOST_ASKED = 500
_AT = {kind: place for kinds in (OF_DEVICE, OF_POINT) for place, kind in enumerate(kinds)}


class Report(NamedTuple):
    """What came of it; `skipped`: nobody was heard, so nothing was judged."""

    memory: Memory
    faults: tuple[telling.Fault, ...]
    skipped: bool = False


def examine(*, fleet: Fleet, memory: Memory, window: Window) -> Report:
    """Return what is known after a window that follows those of the memory.

    A device that is away is not judged, and what was found of it is forgotten.
    """
    known = aligned(memory=memory, fleet=fleet)
    came = links.per_device(fleet, window.readings) > 0
    if links.nobody_speaks(fleet, known.devices, came):
        kept = known._replace(upto=window.end)
        return Report(kept, telling.faults(fleet=fleet, memory=kept), skipped=True)
    _look_at_devices(fleet, known.devices, window, came)
    _look_at_points(fleet, known.points, window)
    _forget(fleet, known)
    done = known._replace(upto=window.end)
    return Report(done, telling.faults(fleet=fleet, memory=done))


def silent_points(*, fleet: Fleet, memory: Memory, window: Window) -> list[int]:
    """Return a point of each device that is on line and sent nothing that belongs to the window:
    its newest reading tells whether its clock is behind. Who was never heard is asked once a day.
    """
    known = aligned(memory=memory, fleet=fleet)
    came = links.per_device(fleet, window.readings) > 0
    asked = fleet.online & ~fleet.away & ~came & (fleet.period_s <= window.end - window.start)
    if (window.end + _EAST_OF_UTC_S) % _DAY_S != 0:
        asked &= known.devices["heard_at"] > 0
    sent = np.isfinite(known.points["last"]) | (known.devices["heard_at"] == 0)[fleet.owner]
    rows = np.flatnonzero(fleet.measures & sent & asked[fleet.owner])
    _, first = np.unique(fleet.owner[rows], return_index=True)
    return [int(number) for number in fleet.numbers[rows[first]][:MOST_ASKED]]


def _look_at_devices(
    fleet: Fleet, memory: npt.NDArray[np.void], window: Window, came: Flags
) -> None:
    times = links.clock(fleet, memory, window)
    _judge(memory, Kind.CLOCK, times, window)
    memory["heard_at"][came] = window.end
    newest = links.newest(fleet, window)
    sent = newest > memory["newest_at"]
    memory["newest_at"][sent] = newest[sent]
    memory["heard_at"][sent & ~came] = window.end
    _judge(memory, Kind.OFFLINE, links.offline(fleet, memory, window), window)
    late = times.bad | memory["found"][:, _AT[Kind.CLOCK]]
    _judge(memory, Kind.GAPS, links.gaps(fleet, memory, window, late), window)
    _judge(memory, Kind.FLAPPING, links.flapping(fleet, memory, window), window)


def _look_at_points(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> None:
    before = memory["last"].astype(float)
    _judge(memory, Kind.STUCK, values.stuck(fleet, memory, window), window)
    _judge(memory, Kind.OUT_OF_RANGE, values.out_of_range(fleet, memory, window), window)
    charge = values.battery(fleet, memory, window, before)
    _judge(memory, Kind.BATTERY, charge, window, values.charged_often(memory))
    faded = memory["found"][:, _AT[Kind.SIGNAL]]
    _judge(memory, Kind.SIGNAL, values.signal(fleet, memory, window, faded), window)
    _add_to_day(memory, window)
    if (window.end + _EAST_OF_UTC_S) % _DAY_S == 0:
        _end_day(fleet, memory, window)


def _judge(
    memory: npt.NDArray[np.void],
    kind: Kind,
    look: Look,
    window: Window,
    more: Numbers | int = 0,
) -> None:
    judge(rows=memory, kind=kind, at=_AT[kind], look=look, began=window.start, more=more)


def _add_to_day(memory: npt.NDArray[np.void], window: Window) -> None:
    there = np.isfinite(window.mean)
    memory["day_sum"][there] += window.mean[there]
    memory["day_hours"][there] += 1


def _end_day(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> None:
    """Close the day in Shanghai: its mean is remembered, and set beside the neighbours'."""
    hours = memory["day_hours"]
    with np.errstate(invalid="ignore", divide="ignore"):
        means = np.where(hours > 0, memory["day_sum"] / hours, np.nan)
    found = memory["found"]
    broken = found[:, _AT[Kind.STUCK]] | found[:, _AT[Kind.OUT_OF_RANGE]]
    whole = drift.whole_days(fleet, hours) & ~broken
    apart = drift.distances(fleet, np.where(whole, means, np.nan), whole)
    seen = drift.look(fleet, memory, means, apart)
    _judge(memory, Kind.DRIFT, seen, window)
    drift.learn(memory, apart, ~seen.bad & ~found[:, _AT[Kind.DRIFT]])
    _remember_levels(memory, means, found[:, _AT[Kind.SIGNAL]])
    memory["day_sum"] = 0.0
    memory["day_hours"] = 0.0


def _remember_levels(memory: npt.NDArray[np.void], means: Floats, faded: Flags) -> None:
    """Remember a day's mean; while a signal is weak, what is usual stays what it was."""
    fresh = np.concatenate([memory["levels"][:, 1:], means[:, None]], axis=1)
    memory["levels"] = np.where(faded[:, None], memory["levels"], fresh)


def _forget(fleet: Fleet, memory: Memory) -> None:
    for rows, away in ((memory.devices, fleet.away), (memory.points, fleet.away[fleet.owner])):
        for name in ("bad", "ok", "found", "since"):
            rows[name][away] = 0
