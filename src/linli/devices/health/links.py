"""What is wrong with the way a device speaks: silent, gaps, up and down, wrong time."""

import numpy as np
import numpy.typing as npt

from linli.devices.health.fleet import Fleet
from linli.devices.health.look import Look
from linli.devices.health.window import WINDOW_S, Flags, Floats, Numbers, Window

SILENT_S = 3600.0
"""A device that is away for less than an hour was restarted, or its gateway was."""

READINGS_JUDGED = 12
HOURS_JUDGED = 4
"""The share that came is drawn over so many readings, and so many hours, at least."""

USUAL_H = 72
MISSING = 0.65
"""Gaps: of what usually comes, less than so much does. A lost packet here and there is the air; a
third of them is a fault."""

FLAPS_H = 6
"""Hours of the last 24 in which a line came or went. A storm, or a gateway restarted by hand, makes
one or two; and two that follow each other are not yet a habit."""

WRONG_CLOCK = 0.5
"""Share of readings with an impossible time. One wrong packet after a restart is none."""

BEHIND_S = 900.0
BEHIND_PERIODS = 3
"""A clock is behind by more than the slowest way of a reading: so long, and so many periods."""

STILL_HERE = 0.2
"""If not even so many of the usual devices were heard, it is us or the power, not the devices."""
BUSY_S = 900.0


def per_device(fleet: Fleet, column: Numbers, *, most: bool = False) -> Numbers:
    """Return the sum (or the most) of a column of points for each device."""
    out = np.zeros(len(fleet.codes), column.dtype)
    (np.maximum if most else np.add).at(out, fleet.owner, column)
    return out


def newest(fleet: Fleet, window: Window) -> Floats:
    """Return the newest time that each device put on a reading, -inf for none."""
    out = np.full(len(fleet.codes), -np.inf)
    np.maximum.at(out, fleet.owner, np.nan_to_num(window.newest_at, nan=-np.inf))
    return out


def nobody_speaks(fleet: Fleet, memory: npt.NDArray[np.void], heard: Flags) -> bool:
    """Tell whether nearly all that spoke an hour ago are silent."""
    last = memory["heard_at"].max(initial=0.0)
    before = (fleet.period_s <= BUSY_S) & (memory["heard_at"] == last) & (last > 0) & ~fleet.away
    return bool(before.any() and heard[before].mean() < STILL_HERE)


def offline(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> Look:
    """A device is off line that has a line no more, and was silent for an hour and its own time."""
    down = np.where(fleet.online, window.end, fleet.online_since)
    silent_s = window.end - np.maximum(memory["heard_at"], np.minimum(down, window.end))
    limit = np.maximum(fleet.offline_after_s, SILENT_S)
    known = memory["heard_at"] > 0
    bad = known & ~fleet.online & (silent_s >= limit)
    return Look(bad, ~bad, (silent_s / 3600, limit / 3600))


def clock(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> Look:
    """A clock is wrong if the gate could not believe it, or if what comes is always too old."""
    count = per_device(fleet, window.readings)
    wrong = per_device(fleet, window.clock_wrong) / np.maximum(count, 1)
    at = newest(fleet, window)
    came = at > memory["newest_at"] + 1e-3
    behind_s = np.where(came & np.isfinite(at), window.end - at, 0.0)
    limit = np.maximum(BEHIND_S, BEHIND_PERIODS * fleet.period_s)
    slow = fleet.online & (memory["newest_at"] > 0) & (behind_s >= limit)
    bad = ((count > 0) & (wrong >= WRONG_CLOCK)) | slow
    return Look(bad, ~bad & (count > 0), (wrong * 100, behind_s / 60))


def gaps(fleet: Fleet, memory: npt.NDArray[np.void], window: Window, excused: Flags) -> Look:
    """Readings are missing when much less comes than usual, while the line is up. Who is `excused`
    sends them, but at a wrong time.
    """
    came = per_device(fleet, window.readings, most=True)
    steps = np.maximum(HOURS_JUDGED, READINGS_JUDGED * fleet.period_s / WINDOW_S)
    share = came * fleet.period_s / WINDOW_S
    judged = fleet.online & ~excused & (memory["heard_at"] > 0)
    fresh = judged & np.isnan(memory["share"])
    memory["share"][fresh] = memory["usual"][fresh] = share[fresh]
    lately = memory["share"] + (share - memory["share"]) / steps
    memory["share"][judged] = lately[judged]
    memory["hours"][judged] += 1
    known = memory["hours"] >= np.maximum(24, 2 * steps)
    missing = judged & known & (memory["share"] < MISSING * memory["usual"])
    learning = judged & ~missing
    pace = np.maximum(np.minimum(USUAL_H, memory["hours"]), steps)
    usual = memory["usual"] + (share - memory["usual"]) / np.maximum(pace, 1)
    memory["usual"][learning] = usual[learning]
    well = (judged & ~missing) | excused
    return Look(missing, well, (memory["share"] * 100, memory["usual"] * 100))


def flapping(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> Look:
    """A line flaps that came or went in many of the last hours."""
    known = memory["line_since"] > 0
    changed = known & (fleet.online_since != memory["line_since"])
    memory["line_since"] = fleet.online_since
    memory["changes"] = ((memory["changes"] << 1) | changed) & 0xFFFFFF
    bits = memory["changes"][:, None] >> np.arange(24, dtype=np.uint32) & 1
    hours = bits.sum(axis=1)
    bad = hours >= FLAPS_H
    return Look(bad, ~bad, (hours.astype(float),))
