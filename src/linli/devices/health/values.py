"""What is wrong with what a device measures: it stands still, cannot be, runs low, or fades."""

import numpy as np
import numpy.typing as npt

from linli.devices.health.fleet import Fleet
from linli.devices.health.look import Look
from linli.devices.health.window import Flags, Floats, Numbers, Window

STILL_H = 5.0
"""Nothing is stuck sooner: a noisy sensor may show one figure through a calm night hour or two."""

NEIGHBOURS_MOVE = 0.3
"""While fewer of the neighbours move, it is quiet out there: at night, on a holiday, with the water
cut off. Such hours are not counted."""

RESTLESS, RESTLESS_AFTER_H, RESTLESS_FACTOR = 0.9, 72.0, 2.0
"""What moved in nine of ten hours is a sensor with its own noise: after three days one knows it,
and twice as still as ever before is too still."""

LIVELY, LIVELY_AFTER_H, LIVELY_FACTOR = 0.25, 240.0, 4.0
"""What people use, a bin or a charger, rests at times: one must know it for ten days, a weekend
among them, and see four times its longest rest. What moves more seldom cannot be judged."""

ALONE = 1.5
"""So much more where no neighbours tell whether anything moves."""

FALLS = 0.005
"""What falls in fewer of the hours in which it moves is a register that counts up."""

OWED_STEPS = 50
OWED_H = 3.0
"""A register is stuck when it should have counted so many of its steps, in so many hours with a
flow: one moment with the tap open does not tell an hour."""

OUT = 0.2
"""Share of readings that no such sensor can show. Single spikes are the line's."""

LOW_PCT, FULL_PCT = 20.0, 30.0
"""As the scene `device_health.battery.low`: found at the one, gone above the other."""

CHARGED_PCT = 15.0
CHARGED_WAIT_H = 22
"""What rises by so much in an hour was charged; what is charged often must be low for a day, for
people charge at night."""

DRAIN_PCT_A_DAY, DRAIN_DAYS = 1.5, 5
"""A battery that falls so fast lasts two months, not years; over five days, and beyond what its
neighbours lose in the same cold."""

WEAK_DBM, STRONG_DBM = -110.0, -102.0
FADED_DB = 12.0
"""As the scene `device_health.link.signal_weak`; or a sixteenth of the power that it had."""

LOST_CHILDREN = 0.2
USUAL_DAYS = 3


def stuck(fleet: Fleet, memory: npt.NDArray[np.void], window: Window) -> Look:
    """Say what stands still that should not, and learn how long each point stands still."""
    there = _can_stick(fleet) & np.isfinite(window.mean)
    hours = (window.end - window.start) / 3600
    same = there & (window.low == window.high) & (window.last == memory["last"])
    moving = there & ~same
    share = _neighbours_moving(fleet, there, moving)
    quiet = share < NEIGHBOURS_MOVE
    _learn_stillness(memory, window, moving=moving, resting=same & ~quiet, hours=hours)
    counts_up = memory["falls"] < FALLS * memory["moves"]
    inside = _inside(fleet, window.last)
    still = same & ~quiet & _too_long(memory, np.isnan(share), hours) & ~counts_up & inside
    bad = still | _register_stands(fleet, memory, window, same=same, hours=hours)
    figures = (memory["still"], memory["longest"], window.last, share * 100)
    return Look(bad, moving, tuple(column.astype(float) for column in figures))


def _too_long(memory: npt.NDArray[np.void], alone: Flags, hours: float) -> Flags:
    """Tell who stands still for longer than he ever did, by a factor that his ways allow."""
    share = memory["moves"] / np.maximum(memory["seen"], 1.0)
    restless = (share >= RESTLESS) & (memory["seen"] >= RESTLESS_AFTER_H)
    lively = (share >= LIVELY) & (memory["seen"] >= LIVELY_AFTER_H)
    factor = np.where(restless, RESTLESS_FACTOR, LIVELY_FACTOR) * np.where(alone, ALONE, 1.0)
    limit = np.maximum(STILL_H, factor * memory["longest"] + hours)
    long: Flags = (restless | lively) & (memory["still"] >= limit)
    return long


def _can_stick(fleet: Fleet) -> Flags:
    """Tell what should move at all: batteries, and links, have checks of their own."""
    free: Flags = fleet.measures & ~fleet.battery & ~fleet.radio & ~fleet.children
    return free


def _learn_stillness(
    memory: npt.NDArray[np.void], window: Window, *, moving: Flags, resting: Flags, hours: float
) -> None:
    there = np.isfinite(window.mean)
    first = there & np.isnan(memory["last"])
    watched = moving & ~first
    fell = watched & (window.last < memory["last"])
    memory["longest"][watched] = np.maximum(memory["longest"], memory["still"])[watched]
    memory["still"][moving] = 0.0
    memory["still"][resting] += hours
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
    flowing = same & has & (flows > 0)
    for name, added in (("owed", flows * hours), ("owed_h", np.full(len(flows), hours))):
        memory[name][~same] = 0.0
        memory[name][flowing] += added[flowing]
    owed = (memory["owed"] >= OWED_STEPS * fleet.resolution) & (memory["owed_h"] >= OWED_H)
    stands: Flags = has & same & owed & (memory["moves"] > 0)
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
    told = np.where(drains, fall, np.nan)
    return Look(bad, there & ~drains & (window.mean >= FULL_PCT), (window.mean, told))


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
