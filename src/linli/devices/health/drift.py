"""Drifting: a slow parting from the neighbours, and from the distance that was always there.

Each day a point's mean is set against the median of its group: that is how far it is apart. A warm
corner is apart every day; a sensor that drifts is a little further each day than it ever was.
"""

import numpy as np
import numpy.typing as npt

from linli.devices.health.fleet import FEWEST_NEIGHBOURS, Fleet
from linli.devices.health.look import Look
from linli.devices.health.window import Flags, Floats

WHOLE_DAY = 0.8
"""A day with less of its hours is no day: its mean would lean to the morning or the evening."""

LEARNING_DAYS = 7
"""A whole week, for a Sunday is not as a Monday."""

SPREADS, STEPS, GROUP_SPREADS = 5.0, 6.0, 5.0
"""How many of its own spreads over the week, of its own steps from day to day, and of what its
neighbours moved apart in the same days, make a parting. Of normal errors one in a million is so
large; spreads learned from seven days are only good to a third."""

OF_RANGE, OF_VALUE, OF_RESOLUTION = 0.01, 0.05, 5.0
"""Sensors of this class promise about a hundredth of their range, or a twentieth of what they show,
whichever is less: below that it is not worth a visit. Nor are five steps of the display."""

FOLLOWS_DAYS = 60.0
"""The usual distance follows the seasons, so slowly that no drift can hide in it."""

SIGMA = 1.4826
"""Of a normal distribution, by its median absolute deviation."""


def distances(fleet: Fleet, means: Floats, trusted: Flags) -> Floats:
    """Return how far each point is from the median of its group; NaN where that is not known."""
    apart = np.full(len(means), np.nan)
    usable = np.where(trusted, means, np.nan)
    pieces = np.split(usable[fleet.neighbours], fleet.starts[1:])
    middle = np.full(len(fleet.starts), np.nan)
    for number, piece in enumerate(pieces):
        there = piece[np.isfinite(piece)]
        if len(there) > FEWEST_NEIGHBOURS:
            middle[number] = np.median(there)
    grouped = fleet.compared & (fleet.group >= 0)
    apart[grouped] = means[grouped] - middle[fleet.group[grouped]]
    return apart


def learn(memory: npt.NDArray[np.void], apart: Floats, well: Flags) -> None:
    """Put a day's distances where they are remembered, and learn what is usual."""
    known = np.isfinite(apart)
    yesterday = memory["apart"][:, -1].astype(float)
    memory["apart"] = np.concatenate([memory["apart"][:, 1:], apart[:, None]], axis=1)
    step = np.abs(apart - yesterday)
    pace = np.clip(memory["learned"], 1, 2 * LEARNING_DAYS)
    fresh = known & np.isfinite(step) & well
    memory["step"][fresh] += ((step - memory["step"]) / pace)[fresh]
    memory["learned"][known & well] += 1
    week = known & (memory["learned"] == LEARNING_DAYS)
    days = memory["apart"][week][:, -LEARNING_DAYS:].astype(float)
    if len(days):
        middle = np.nanmedian(days, axis=1)
        memory["anchor"][week] = middle
        memory["spread"][week] = SIGMA * np.nanmedian(np.abs(days - middle[:, None]), axis=1)
    follows = known & well & (memory["learned"] > LEARNING_DAYS)
    memory["anchor"][follows] += ((apart - memory["anchor"]) / FOLLOWS_DAYS)[follows]


def look(fleet: Fleet, memory: npt.NDArray[np.void], means: Floats, apart: Floats) -> Look:
    """Say who has parted from his neighbours, and from where he always was."""
    known = np.isfinite(apart) & (memory["learned"] >= LEARNING_DAYS)
    shift = np.where(known, apart - memory["anchor"], np.nan)
    limit = np.maximum.reduce(
        [
            SPREADS * memory["spread"].astype(float),
            STEPS * memory["step"].astype(float),
            GROUP_SPREADS * _group_spread(fleet, shift),
            OF_RESOLUTION * fleet.resolution,
            _promised(fleet, means),
        ]
    )
    before = memory["apart"][:, -2].astype(float) - memory["anchor"]
    same_way = ~(np.sign(before) * np.sign(shift) < 0)
    bad = known & same_way & (np.abs(shift) > limit)
    size = np.zeros(len(apart))
    size[fleet.group >= 0] = fleet.sizes()[fleet.group[fleet.group >= 0]] - 1
    well = known & (np.abs(shift) < limit / 2)
    return Look(bad, well, (shift, limit, memory["anchor"].astype(float), size))


def _promised(fleet: Fleet, means: Floats) -> Floats:
    """Return how exact each sensor is at best."""
    whole = np.where(np.isfinite(fleet.high), fleet.high - fleet.low, np.inf)
    shown = np.where(np.isfinite(means), np.abs(means), np.inf)
    least = np.minimum(OF_RANGE * whole, OF_VALUE * shown)
    return np.where(np.isfinite(least), least, 0.0)


def whole_days(fleet: Fleet, hours: Floats) -> Flags:
    """Tell who sent in enough of the hours of a day; a slow one has fewer of them."""
    due = np.minimum(24.0, 86_400.0 / fleet.period_s[fleet.owner])
    enough: Flags = hours >= np.maximum(1.0, np.floor(WHOLE_DAY * due))
    return enough


def _group_spread(fleet: Fleet, shift: Floats) -> Floats:
    """Return how far the members of each point's group have moved apart since they were learned:
    where they all go their own ways, none of them is wrong.
    """
    out = np.zeros(len(shift))
    pieces = np.split(shift[fleet.neighbours], fleet.starts[1:])
    spread = np.zeros(len(fleet.starts))
    for number, piece in enumerate(pieces):
        there = piece[np.isfinite(piece)]
        if len(there) > FEWEST_NEIGHBOURS:
            spread[number] = SIGMA * np.median(np.abs(there - np.median(there)))
    grouped = fleet.group >= 0
    out[grouped] = spread[fleet.group[grouped]]
    return out
