"""Batches of readings: one vector compare for those that change nothing, one by one the others."""

from bisect import bisect_left
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from linli.contracts.readings import Batch, Quality
from linli.kernel import ids
from linli.scenes.bands import EMPTY
from linli.scenes.judge import Bench
from linli.scenes.reflex import Reflexes
from linli.scenes.seen import Roll
from linli.scenes.state import World
from linli.scenes.twin import Floats
from linli.scenes.wiring import Slots

Rows = npt.NDArray[np.intp]
_UNSEEN = int(Quality.OUT_OF_RANGE)
_BEYOND = 1e300
_Reading = tuple[int, float, float, int]


class _Columns(NamedTuple):
    """The rows of a batch that belong to known points."""

    slots: Slots
    times_ms: Floats
    values: Floats
    quality: npt.NDArray[np.uint8]


class Intake:
    """Takes batches into a world's twin. `quality` is the last batch's, with what was found."""

    def __init__(self, *, world: World, bench: Bench, roll: Roll) -> None:
        self.world = world
        self.bench = bench
        self.roll = roll
        self.reflexes = Reflexes(world=world, arbiter=bench.arbiter)
        self.quality: npt.NDArray[np.uint8] = np.zeros(0, np.uint8)
        self.rewire()

    def rewire(self) -> None:
        """Look at the world's new twin."""
        world, size = self.world, self.world.wiring.size
        self.reflexes.rewire()
        twin = world.twin
        self._value, self._time_ms = twin.column("value"), twin.column("time_ms")
        self._low, self._high = twin.column("low"), twin.column("high")
        self._heard_at, self._quality = twin.column("heard_at"), twin.qualities()
        self._mark = np.zeros(size, bool)
        self._row = np.zeros(size, np.int32)
        self._flagged = bool(self._quality.any())
        names = world.binding.shared_names()
        self.shared = [name in names for name in world.wiring.names]
        """By name: whether a reading may matter to an instance that looks at other devices."""

    def take(self, batch: Batch) -> None:
        """Take one batch: what is normal at once, the rest in its order."""
        self.quality = batch.quality
        slots = self.world.wiring.slots_of(batch.points)
        values, times_ms, quality = batch.values, np.rint(batch.times * 1000.0), batch.quality
        rows: Rows | None = None
        if len(slots) and int(slots.min()) < 0:
            rows = np.flatnonzero(slots >= 0)
            slots, values, times_ms = slots[rows], values[rows], times_ms[rows]
            quality = quality[rows]
        if not len(slots):
            return
        self._heard_at[slots] = self.world.clock
        odd = self._odd(slots, times_ms, values, quality)
        flagged = bool(quality.any())
        if not odd.any():
            self.store(slots, times_ms, values, quality if flagged else None)
            return
        columns = _Columns(slots, times_ms, values, quality)
        pass_ = _Pass(self, columns, odd, rows)
        pass_.run()
        rest = pass_.rest()
        if rest is None:
            return
        self.store(slots[rest], times_ms[rest], values[rest], quality[rest] if flagged else None)

    def _odd(
        self, slots: Slots, times_ms: Floats, values: Floats, quality: npt.NDArray[np.uint8]
    ) -> npt.NDArray[np.bool_]:
        """Tell which rows must be looked at one by one.

        They are outside their band, not newer than the last of their point, or out of range.
        """
        normal = values > self._low[slots]
        normal &= values < self._high[slots]
        normal &= times_ms > self._time_ms[slots]
        if quality.any():
            normal &= (quality & _UNSEEN) == 0
        odd = ~normal
        self._mark_disorder(slots, times_ms, odd)
        return odd

    def _mark_disorder(self, slots: Slots, times_ms: Floats, odd: npt.NDArray[np.bool_]) -> None:
        """Mark the rows of points that the batch has more than once and out of order."""
        order = np.arange(len(slots), dtype=np.int32)
        self._row[slots] = order
        early = self._row[slots] != order
        if not early.any():
            return
        rows = self.rows_of(slots, slots[early])
        rows = rows[np.argsort(slots[rows], kind="stable")]
        same = slots[rows[1:]] == slots[rows[:-1]]
        bad = same & (times_ms[rows[1:]] <= times_ms[rows[:-1]])
        odd[rows[1:][bad]] = True

    def rows_of(self, slots: Slots, chosen: Slots) -> Rows:
        """Return the rows whose slot is among the chosen, in order."""
        self._mark[chosen] = True
        rows = np.flatnonzero(self._mark[slots])
        self._mark[chosen] = False
        return rows

    def store(
        self,
        slots: Slots,
        times_ms: Floats,
        values: Floats,
        quality: npt.NDArray[np.uint8] | None,
    ) -> None:
        """Write last values; of a slot that comes twice the later row stays."""
        self._value[slots] = values
        self._time_ms[slots] = times_ms
        if quality is not None or self._flagged:
            self._quality[slots] = 0 if quality is None else quality
            self._flagged = True

    def one(self, slot: int, time_ms: float, value: float, quality: int) -> int:
        """Take one reading by itself; return its quality with what was found against it."""
        world, twin = self.world, self.world.twin
        device = world.wiring.slot_device[slot]
        if time_ms <= twin.time_ms[slot]:
            late = Quality.DUPLICATE if time_ms == twin.time_ms[slot] else Quality.LATE
            self.roll.alive(device, self._id(slot, time_ms))
            return quality | int(late)
        if quality & _UNSEEN or not -_BEYOND < value < _BEYOND:
            twin.odd[slot] = (time_ms, value)
            twin.low[slot], twin.high[slot] = EMPTY
            self.roll.alive(device, self._id(slot, time_ms))
            return quality | _UNSEEN
        twin.odd.pop(slot, None)
        twin.value[slot], twin.time_ms[slot], twin.quality[slot] = value, time_ms, quality
        if not world.fresh[device]:
            self.roll.hear(device, slot)
        world.pulse = slot
        self.bench.touch(slot, told=True)
        world.pulse = -1
        return quality

    def _id(self, slot: int, time_ms: float) -> str:
        return ids.reading(point=self.world.wiring.number[slot], at=time_ms / 1000)


class _Pass:
    """The rows of one batch that are taken one by one, in the order in which they came.

    What happens to one may lay another slot's band anew: that slot's later rows then join.
    """

    def __init__(
        self,
        intake: Intake,
        columns: _Columns,
        odd: npt.NDArray[np.bool_],
        rows: Rows | None,
    ) -> None:
        self.intake = intake
        self.slots, self.times_ms, self.values, self.quality = slots, times_ms, values, quality = (
            columns
        )
        self.rows = rows
        self.taken = np.zeros(len(slots), bool)
        self.flushed = 0
        self.owned = False
        self.joined = set(slots[odd].tolist())
        first = intake.rows_of(slots, slots[odd])
        self.taken[first] = True
        self.queue: list[int] = first.tolist()
        self.readings: list[_Reading] = list(
            zip(
                slots[first].tolist(),
                times_ms[first].tolist(),
                values[first].tolist(),
                quality[first].tolist(),
                strict=True,
            )
        )

    def run(self) -> None:
        """Take the rows of the queue, and those that join it."""
        intake, world = self.intake, self.intake.world
        twin, fresh, reflexes = world.twin, world.fresh, intake.reflexes
        slot_device, newest, disturbed = world.wiring.slot_device, twin.time_ms, world.disturbed
        prepared, answer = reflexes.known, reflexes.answer
        disturbed.clear()
        for at, reading in enumerate(self.readings):
            slot, time_ms, value, quality = reading
            known = prepared[slot] if slot in prepared else reflexes.of(slot)
            if (
                known is not None
                and not quality
                and time_ms > newest[slot]
                and fresh[slot_device[slot]]
                and -_BEYOND < value < _BEYOND
                and slot not in twin.odd
            ):
                answer(known, slot, time_ms, value)
                continue
            self._take(at, reading)
            if disturbed:
                for other in sorted(disturbed - self.joined):
                    self._join(other, at)
                disturbed.clear()

    def rest(self) -> Rows | None:
        """Return the rows that were not taken; None if none is left."""
        rows = np.flatnonzero(~self.taken)
        return rows if len(rows) else None

    def _take(self, at: int, reading: "_Reading") -> None:
        slot, time_ms, value, quality = reading
        intake = self.intake
        if intake.shared[intake.world.wiring.slot_name[slot]]:
            self._flush(self.queue[at])
        found = intake.one(slot, time_ms, value, quality)
        if found != quality:
            self._flag(self.queue[at], found)

    def _flag(self, row: int, found: int) -> None:
        quality = self.intake.quality
        if not quality.flags.writeable or not self.owned:
            quality = self.intake.quality = quality.copy()
            self.owned = True
        quality[row if self.rows is None else int(self.rows[row])] = found

    def _join(self, slot: int, at: int) -> None:
        """Let the rows of a slot that come after this one be taken one by one."""
        rows = np.flatnonzero(self.slots == slot)
        if not len(rows):
            return
        self.joined.add(slot)
        for row in rows[rows > self.queue[at]].tolist():
            self.taken[row] = True
            place = bisect_left(self.queue, row, lo=at + 1)
            self.queue.insert(place, row)
            time_ms, value = float(self.times_ms[row]), float(self.values[row])
            self.readings.insert(place, (slot, time_ms, value, int(self.quality[row])))

    def _flush(self, row: int) -> None:
        """Store the normal rows that come before a row which others may look around from."""
        rows = np.flatnonzero(~self.taken[self.flushed : row]) + self.flushed
        self.flushed = row
        if len(rows):
            self.taken[rows] = True
            quality = self.quality[rows]
            self.intake.store(
                self.slots[rows],
                self.times_ms[rows],
                self.values[rows],
                quality if quality.any() else None,
            )
