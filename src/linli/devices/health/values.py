"""What is wrong with what a device measures: it stands still, cannot be, runs low, or fades."""

import numpy as np
import numpy.typing as npt

from linli.devices.health.fleet import Fleet
from linli.devices.health.look import Look
from linli.devices.health.window import Flags, Floats, Numbers, Window

STILL_H = 5.0
FACTOR, FACTOR_ALONE = 2.0, 3.0
"""Stuck: it stands still for so long at least, and for twice as long as it ever did before and
moved again; three times, where no neighbours tell whether anything moves."""

LEARNED_H = 72.0
LIVELY = 0.25
"""Only what was watched for three days, and moved in a quarter of its hours, can be stuck."""

NEIGHBOURS_MOVE = 0.3
"""While fewer of the neighbours move, it is quiet out there, and stillness is no sign."""

FALLS = 0.005
"""What falls in fewer of the hours in which it moves is a register that counts up."""

OWED_STEPS = 50
OWED_H = 3.0
"""A register is stuck when it should have counted so many of its steps, over so many hours."""

OUT = 0.2
"""Share of readings that no such sensor can show. Single spikes are the line's."""

LOW_PCT, FULL_PCT = 20.0, 30.0
"""As the scene `device_health.battery.low`: found at the one, gone above the other."""

CHARGED_PCT = 15.0
CHARGED_WAIT_H = 22
"""What rises by so much in an hour was charged; what is charged often must be low for a day, for
people charge at night."""

DRAIN_PCT_A_DAY, DRAIN_DAYS = 1.0, 5
"""A battery that falls so fast lasts three months, not years; over five days, and beyond what its
neighbours lose in the same cold."""

WEAK_DBM, STRONG_DBM = -110.0, -102.0
FADED_DB = 12.0
"""As the scene `device_health.link.signal_weak`; or a sixteenth of the power that it had."""

LOST_CHILDREN = 0.2
USUAL_DAYS = 3


def stuck(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> Look:
    """Say what stands still that should not, and learn how long each point stands still."""
    there = fleet.measures & np.isfinite(window.mean)
    hours = (window.end - window.start) / 3600
    same = there & (window.low == window.high) & (window.last == memory["last"])
    moving = there & ~same
    _learn_stillness(memory, window, there=there, moving=moving, hours=hours)
    share = _neighbours_moving(fleet, there, moving)
    alone = np.isnan(share)
    factor = np.where(alone, FACTOR_ALONE, FACTOR)
    long = memory["still"] >= np.maximum(STILL_H, factor * memory["longest"] + hours)
    lively = (memory["seen"] >= LEARNED_H) & (memory["moves"] >= LIVELY * memory["seen"])
    counts_up = memory["falls"] < FALLS * memory["moves"]
    inside = _inside(fleet, window.last)
    quiet = ~alone & (share < NEIGHBOURS_MOVE)
    still = same & long & lively & ~counts_up & inside & ~quiet
    bad = still | _register_stands(fleet, memory, window, same=same, hours=hours)
    figures = (memory["still"], memory["longest"], window.last, share * 100)
    return Look(bad, moving, tuple(column.astype(float) for column in figures))


def _learn_stillness(
    memory: npt.NDArray[np.void], window: Window, *, there: Flags, moving: Flags, hours: float
) -> None:
    first = there & np.isnan(memory["last"])
    watched = moving & ~first
    fell = watched & (window.last < memory["last"])
    memory["longest"][watched] = np.maximum(memory["longest"], memory["still"])[watched]
    memory["still"][moving] = 0.0
    memory["still"][there & ~moving] += hours
    memory["moves"][watched] += hours
    memory["falls"][fell] += hours
    memory["seen"][there] += hours
    memory["last"][there] = window.last[there]


def _neighbours_moving(fleet: Fleet, there: Flags, moving: Flags) -> Floats:
    """Return the share of a point's group that moves, itself left out; NaN where there is none."""
    share = np.full(len(there), np.nan)
    if not len(fleet.starts):
        return share
    present = np.add.reduceat(there[fleet.neighbours].astype(float), fleet.starts)
    move = np.add.reduceat(moving[fleet.neighbours].astype(float), fleet.starts)
    grouped = fleet.group >= 0
    others = present[fleet.group[grouped]] - there[grouped]
    moved = move[fleet.group[grouped]] - moving[grouped]
    with np.errstate(invalid="ignore", divide="ignore"):
        share[grouped] = np.where(others > 0, moved / others, np.nan)
    return share


def _inside(fleet: Fleet, value: Floats) -> Flags:
    """Tell which values are at no end of their range, and not nothing: rest is no fault."""
    step = fleet.resolution
    return (value > fleet.low + step) & (value < fleet.high - step) & (np.abs(value) > step)


def _register_stands(
    fleet: Fleet, memory: npt.NDArray[np.void], window: Window, *, same: Flags, hours: float
) -> Flags:
    """Tell which registers do not count what their own device says flows."""
    has = fleet.rate >= 0
    flows = np.where(has, window.mean[fleet.rate], 0.0) * fleet.rate_factor
    memory["owed"][~same] = 0.0
    memory["owed"][same & has] += (np.maximum(np.nan_to_num(flows), 0.0) * hours)[same & has]
    owed = memory["owed"] >= OWED_STEPS * fleet.resolution
    stands: Flags = has & same & owed & (memory["still"] >= OWED_H) & (memory["moves"] > 0)
    return stands


def out_of_range(_fleet: Fleet, _memory: npt.NDArray[np.void], window: Window) -> Look:
    """Say what no such sensor can show."""
    there = window.readings > 0
    share = window.out_of_range / np.maximum(window.readings, 1)
    bad = there & (share >= OUT)
    return Look(bad, there & ~bad, (share * 100, window.readings.astype(float)))


def battery(fleet: Fleet, memory: npt.NDArray[np.void], window: Window, before: Floats) -> Look:
    """Say whose battery is low, or falls faster than a battery does. `before` is its last value."""
    there = fleet.battery & np.isfinite(window.mean)
    charged = there & (window.last - before >= CHARGED_PCT)
    memory["rises"][charged] += 1
    fall = _fall(fleet, memory)
    drains = there & (fall >= DRAIN_PCT_A_DAY) & (memory["rises"] == 0)
    bad = there & ((window.mean <= LOW_PCT) | drains)
    return Look(bad, there & ~drains & (window.mean >= FULL_PCT), (window.mean, fall))


def charged_often(memory: npt.NDArray[np.void]) -> Numbers:
    """Return how many looks more a battery must be low that people charge."""
    more: Numbers = np.where(memory["rises"] > 0, CHARGED_WAIT_H, 0)
    return more


def _fall(fleet: Fleet, memory: npt.NDArray[np.void]) -> Floats:
    """Return by how much each battery fell a day lately, beyond its neighbours; 0 if not known."""
    days = memory["levels"][:, -DRAIN_DAYS - 1 :].astype(float)
    fall = (days[:, 0] - days[:, -1]) / DRAIN_DAYS
    rose = np.diff(days, axis=1).max(axis=1, initial=-np.inf) > 1.0
    fall = np.where(np.isfinite(fall) & ~rose & fleet.battery, fall, 0.0)
    others = fall[fleet.battery & np.isfinite(days[:, 0])]
    usual = float(np.median(others)) if len(others) else 0.0
    return fall - max(0.0, usual)


def signal(fleet: Fleet, memory: npt.NDArray[np.void], window: Window, found: Flags) -> Look:
    """Say whose radio is weak, or much weaker than it was, and which gateway lost its children."""
    there = (fleet.radio | fleet.children) & np.isfinite(window.mean)
    days = memory["levels"][:, :-1].astype(float)
    known = np.isfinite(days).sum(axis=1) >= USUAL_DAYS
    usual = np.full(len(there), np.nan)
    asked = there & known
    usual[asked] = np.nanmedian(days[asked], axis=1)
    fallen = usual - window.mean
    lost = np.maximum(2.0, LOST_CHILDREN * usual)
    weak = fleet.radio & (window.mean <= WEAK_DBM)
    less = known & np.where(fleet.radio, fallen >= FADED_DB, fallen >= lost)
    bad = there & (weak | less)
    strong = ~fleet.radio | (window.mean >= STRONG_DBM)
    back = ~known | (fallen <= np.where(fleet.radio, FADED_DB - 4, lost / 2))
    return Look(bad, there & ~bad & np.where(found, strong & back, True), (window.mean, usual))
