"""A community's directory as dense numbers: places, devices and points in one sorted order.

Places are sorted by path, devices by place, slots (points) by device, so whatever lies below a
place is one unbroken range of each.
"""

from array import array
from bisect import bisect_left
from collections.abc import Mapping
from math import inf

import numpy as np
import numpy.typing as npt

from linli.contracts.directory import DeviceEntry, Directory
from linli.contracts.things import ThingModel
from linli.kernel.place import lineage

Slots = npt.NDArray[np.int64]
_DENSE = 16
"""A table by point number is used while it has at most so many entries a point."""


class Wiring:
    """Who is where. Devices that are disabled, or of a model nobody knows, are left out.

    `away` are the devices that somebody works on at `now` (epoch seconds): they are heard, and no
    scene looks at them or moves them. `returns_at` is when the first of them is there again.
    """

    def __init__(
        self, *, directory: Directory, models: Mapping[str, ThingModel], now: float = 0.0
    ) -> None:
        self.community = directory.community
        devices = [one for one in directory.devices if one.enabled and one.model in models]
        self._lay_places(directory, devices)
        self._lay_devices(devices)
        until = {one.code: one.maintenance_until for one in devices if one.maintenance_until > now}
        self.away = frozenset(self.device_of_code[code] for code in until)
        self.returns_at = min(until.values(), default=inf)
        self._lay_points(directory)
        self._kinds: dict[str, array[int]] = {}
        self._under: dict[tuple[int, str], tuple[int, ...]] = {}

    def _lay_places(self, directory: Directory, devices: list[DeviceEntry]) -> None:
        kinds = {path: "place" for one in devices for path in lineage(one.place)}
        kinds.update((one.path, one.kind) for one in directory.places)
        self.paths = sorted(kinds, key=lambda path: path.split("/"))
        self.kinds = [kinds[path] for path in self.paths]
        self.place_of_path = {path: at for at, path in enumerate(self.paths)}
        self.above = array("i", (self._place_above(path) for path in self.paths))
        ends = array("i", range(1, len(self.paths) + 1))
        for at in range(len(self.paths) - 1, -1, -1):
            if self.above[at] >= 0:
                ends[self.above[at]] = max(ends[self.above[at]], ends[at])
        self.end = ends

    def _place_above(self, path: str) -> int:
        for above in lineage(path)[1:]:
            if above in self.place_of_path:
                return self.place_of_path[above]
        return -1

    def _lay_devices(self, devices: list[DeviceEntry]) -> None:
        place = self.place_of_path
        devices.sort(key=lambda one: (place[one.place], one.code))
        self.codes = [one.code for one in devices]
        self.device_of_code = {code: at for at, code in enumerate(self.codes)}
        self.models = sorted({one.model for one in devices})
        number = {model: at for at, model in enumerate(self.models)}
        self.device_model = array("H", (number[one.model] for one in devices))
        self.device_place = array("i", (place[one.place] for one in devices))
        placed = np.frombuffer(self.device_place, np.int32) if devices else np.zeros(0, np.int32)
        starts = np.searchsorted(placed, np.arange(len(self.paths) + 1))
        self.first_device = array("i", starts.astype(np.int32).tobytes())

    def _lay_points(self, directory: Directory) -> None:
        known = self.device_of_code
        points = [one for one in directory.points if one.device in known]
        device = np.fromiter((known[one.device] for one in points), np.int32, len(points))
        number = np.fromiter((one.number for one in points), np.uint32, len(points))
        self.names = sorted({one.name for one in points})
        name_at = {name: at for at, name in enumerate(self.names)}
        name = np.fromiter((name_at[one.name] for one in points), np.uint16, len(points))
        order = np.lexsort((number, device))
        self.slot_device = array("i", device[order].tobytes())
        self.slot_name = array("H", name[order].tobytes())
        self.number = array("I", number[order].tobytes())
        starts = np.searchsorted(device[order], np.arange(len(self.codes) + 1))
        self.first_slot = array("i", starts.astype(np.int32).tobytes())
        away = np.zeros(len(self.codes), bool)
        away[list(self.away)] = True
        self.looked_at: npt.NDArray[np.bool_] = ~away[device[order]]
        """By slot: whether scenes look there at all."""
        self._index_points(number[order])

    def _index_points(self, numbers: npt.NDArray[np.uint32]) -> None:
        top = int(numbers.max()) + 1 if len(numbers) else 1
        self._table: Slots | None = None
        slots = np.arange(len(numbers), dtype=np.int64)
        if top <= _DENSE * len(numbers) + 65536:
            self._table = np.full(top + 1, -1, np.int64)
            self._table[numbers] = slots
        self._order = np.argsort(numbers)
        self._sorted = numbers[self._order]
        if self._table is not None:
            self._order = self._order[:0]

    @property
    def size(self) -> int:
        """The number of slots."""
        return len(self.number)

    def slots_of(self, points: npt.NDArray[np.uint32]) -> Slots:
        """Return the slot of each point number, -1 where there is none."""
        if self._table is not None:
            found: Slots = self._table.take(points, mode="clip")
            return found
        if not len(self._sorted):
            return np.full(len(points), -1, np.int64)
        at = np.minimum(np.searchsorted(self._sorted, points), len(self._sorted) - 1)
        return np.where(self._sorted[at] == points, self._order[at], -1)

    def slot_of(self, point: int) -> int:
        """Return the slot of a point number, -1 if there is none."""
        return int(self.slots_of(np.array([point], np.uint32))[0])

    def name_of(self, slot: int) -> str:
        return self.names[self.slot_name[slot]]

    def code_of(self, slot: int) -> str:
        return self.codes[self.slot_device[slot]]

    def model_of(self, device: int) -> str:
        return self.models[self.device_model[device]]

    def slot_at(self, device: int, name: str) -> int:
        """Return the slot of a device's point, -1 if it has no such."""
        for slot in range(self.first_slot[device], self.first_slot[device + 1]):
            if self.names[self.slot_name[slot]] == name:
                return slot
        return -1

    def slots_at(self, device: int) -> range:
        return range(self.first_slot[device], self.first_slot[device + 1])

    def devices_under(self, place: int) -> range:
        """Return the devices at a place and all below it."""
        return range(self.first_device[place], self.first_device[self.end[place]])

    def devices_in(self, place: int) -> range:
        """Return the devices at the place itself."""
        return range(self.first_device[place], self.first_device[place + 1])

    def slots_under(self, place: int, name: str) -> tuple[int, ...]:
        """Return the slots of a name at a place and below; of all names if it is empty. Those of
        devices that are away are left out.
        """
        found = self._under.get((place, name))
        if found is None:
            every = self._find_under(place, name)
            found = tuple(slot for slot in every if self.slot_device[slot] not in self.away)
            self._under[(place, name)] = found
        return found

    def _find_under(self, place: int, name: str) -> tuple[int, ...]:
        devices = self.devices_under(place)
        first, last = self.first_slot[devices.start], self.first_slot[devices.stop]
        if not name:
            return tuple(range(first, last))
        at = bisect_left(self.names, name)
        if at == len(self.names) or self.names[at] != name:
            return ()
        names = np.frombuffer(self.slot_name, np.uint16)[first:last] if last else np.zeros(0)
        return tuple((np.flatnonzero(names == at) + first).tolist())

    def ancestor(self, place: int, kind: str) -> int:
        """Return the nearest place of a kind, the place itself counted; -1 if there is none.

        `place` as a kind means the place itself.
        """
        if kind == "place":
            return place
        table = self._kinds.get(kind)
        if table is None:
            table = self._kinds[kind] = self._ancestors(kind)
        return table[place]

    def ancestors(self, kind: str) -> npt.NDArray[np.int32]:
        """Return, by place, the nearest place of a kind, -1 where there is none."""
        self.ancestor(0, kind) if self.paths else None
        return np.frombuffer(self._kinds[kind], np.int32)

    def _ancestors(self, kind: str) -> "array[int]":
        table = array("i", bytes(4 * len(self.paths)))
        for at, own in enumerate(self.kinds):
            above = self.above[at]
            table[at] = at if own == kind else (table[above] if above >= 0 else -1)
        return table

    def places_of(self, kind: str, under: int) -> list[int]:
        """Return the places of a kind at a place and below it."""
        return [at for at in range(under, self.end[under]) if self.kinds[at] == kind]
