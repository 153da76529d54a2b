"""Who there is: devices, their points, what each point measures, and who its neighbours are."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import NamedTuple

import msgspec
import numpy as np
import numpy.typing as npt

from linli.contracts.things import Lane, Property, ThingModel
from linli.devices.health.window import Flags, Floats, Numbers
from linli.kernel.period import seconds
from linli.kernel.place import lineage

FEWEST_NEIGHBOURS = 3
"""Of fewer one cannot say who of them is wrong."""

ENOUGH_NEIGHBOURS = 7
"""So many are looked for, near by first: of eight, two may be wrong and the median still stands."""

SURROUNDINGS = frozenset(
    {"℃", "MPa", "V", "dB(A)", "µg/m3", "mg/m3", "ppm", "mg/L", "NTU", "lx", "mm/s", "mA", "cm"}
)
SURROUNDINGS_PCT = frozenset({"humidity_pct", "soil_moisture_pct"})
"""Units, and properties in %, of what neighbours share: air, water, the mains. Loads, flows and
levels of use are each one's own, and are not compared."""

RATES: Mapping[str, tuple[str, float]] = {
    "energy_kwh": ("power_w", 0.001),
    "volume_m3": ("flow_m3_h", 1.0),
    "heat_kwh": ("heat_power_w", 0.001),
    "heat_volume_m3": ("heat_flow_m3_h", 1.0),
}
"""What a register counts, and how much an hour of the other property adds to it."""


class DeviceFacts(msgspec.Struct, frozen=True, kw_only=True):
    """A device as the register knows it now. Times are epoch seconds, `online_since` when its line
    came up or went down last; `away`: nobody expects anything of it, as in maintenance;
    `fitted_at` when its unit took another's place, 0 for the first.
    """

    code: str
    model: str
    place: str
    gateway: str | None = None
    online: bool = True
    online_since: float = 0.0
    away: bool = False
    fitted_at: float = 0.0


class PointFacts(msgspec.Struct, frozen=True, kw_only=True):
    number: int
    device: str
    name: str


class Fleet(NamedTuple):
    """The community as columns: devices in the order of their codes, points of their numbers.

    `neighbours` are the rows of a point's group, in pieces that begin at `starts`; `group` is the
    piece of a point, -1 for none.
    """

    devices: tuple[DeviceFacts, ...]
    codes: npt.NDArray[np.bytes_]
    period_s: Floats
    offline_after_s: Floats
    safety: Flags
    gateway: Numbers
    online: Flags
    online_since: Floats
    away: Flags
    fitted_at: Floats
    points: tuple[PointFacts, ...]
    properties: tuple[Property | None, ...]
    numbers: npt.NDArray[np.uint32]
    owner: Numbers
    low: Floats
    high: Floats
    resolution: Floats
    measures: Flags
    compared: Flags
    battery: Flags
    radio: Flags
    children: Flags
    rate: Numbers
    rate_factor: Floats
    group: Numbers
    neighbours: Numbers
    starts: Numbers

    def sizes(self) -> Numbers:
        """Return how many members each group has."""
        return np.diff(np.append(self.starts, len(self.neighbours)))


def enrol(
    *,
    devices: Sequence[DeviceFacts],
    points: Sequence[PointFacts],
    models: Mapping[str, ThingModel],
) -> Fleet:
    """Return the columns of these devices and of their points; points of others are left out."""
    known = sorted((one for one in devices if one.model in models), key=lambda one: one.code)
    row = {one.code: index for index, one in enumerate(known)}
    mine = sorted((one for one in points if one.device in row), key=lambda one: one.number)
    kinds = [models[one.model] for one in known]
    owner = np.array([row[one.device] for one in mine], np.int64)
    shapes = tuple(kinds[row[one.device]].properties.get(one.name) for one in mine)
    moved = [
        one.name in _told(kinds[index]) for one, index in zip(mine, owner.tolist(), strict=True)
    ]
    measures = np.array(
        [_is_number(shape) and not told for shape, told in zip(shapes, moved, strict=True)], bool
    )
    compared = measures & np.array(
        [_is_shared(one.name, shape) for one, shape in zip(mine, shapes, strict=True)], bool
    )
    rate, factor = _rates(mine)
    group, neighbours, starts = _groups(mine, measures, known, owner)
    return Fleet(
        devices=tuple(known),
        codes=np.array([one.code.encode() for one in known], "S48"),
        period_s=np.array([seconds(kind.period) for kind in kinds]),
        offline_after_s=np.array([_offline_after_s(kind) for kind in kinds]),
        safety=np.array([kind.lane is Lane.SAFETY for kind in kinds], bool),
        gateway=np.array([row.get(one.gateway or "", -1) for one in known], np.int64),
        online=np.array([one.online for one in known], bool),
        online_since=np.array([one.online_since for one in known], float),
        away=np.array([one.away for one in known], bool),
        fitted_at=np.array([one.fitted_at for one in known], float),
        points=tuple(mine),
        properties=shapes,
        numbers=np.array([one.number for one in mine], np.uint32),
        owner=owner,
        low=np.array([_range(shape)[0] for shape in shapes]),
        high=np.array([_range(shape)[1] for shape in shapes]),
        resolution=np.array([_resolution(shape) for shape in shapes]),
        measures=measures,
        compared=compared,
        battery=_named(mine, "battery_pct", "charge_pct"),
        radio=np.array([bool(shape and shape.unit == "dBm") for shape in shapes], bool),
        children=_named(mine, "children_online", "members_there"),
        rate=rate,
        rate_factor=factor,
        group=group,
        neighbours=neighbours,
        starts=starts,
    )


def _told(model: ThingModel) -> frozenset[str]:
    """Return the properties that are as they were told to be: settings stand still for ever."""
    return frozenset(service.moves for service in model.services.values() if service.moves)


def _is_number(shape: Property | None) -> bool:
    return shape is not None and shape.type in {"number", "integer"}


def _is_shared(name: str, shape: Property | None) -> bool:
    if shape is None or shape.type != "number":
        return False
    return shape.unit in SURROUNDINGS or name in SURROUNDINGS_PCT


def _range(shape: Property | None) -> tuple[float, float]:
    return shape.range if shape and shape.range else (-np.inf, np.inf)


def _resolution(shape: Property | None) -> float:
    if shape is not None and shape.resolution:
        return shape.resolution
    return 1.0 if shape is not None and shape.type == "integer" else 1e-6


def _offline_after_s(model: ThingModel) -> float:
    return seconds(model.offline_after) if model.offline_after else 3 * seconds(model.period)


def _named(points: Sequence[PointFacts], *ends: str) -> Flags:
    return np.array([one.name.endswith(ends) for one in points], bool)


def _rates(points: Sequence[PointFacts]) -> tuple[Numbers, Floats]:
    """Return for each register the row of the property that moves it, -1 for none, and by what."""
    row = {(one.device, one.name): index for index, one in enumerate(points)}
    rate, factor = np.full(len(points), -1, np.int64), np.ones(len(points))
    for index, one in enumerate(points):
        if one.name in RATES:
            name, factor[index] = RATES[one.name]
            rate[index] = row.get((one.device, name), -1)
    return rate, factor


def _groups(
    points: Sequence[PointFacts],
    measures: Flags,
    devices: Sequence[DeviceFacts],
    owner: Numbers,
) -> tuple[Numbers, Numbers, Numbers]:
    """Put each point with those of its model and property in the smallest place that has enough."""
    rows = np.flatnonzero(measures).tolist()
    places = [devices[index].place for index in owner.tolist()]
    kind = {row: (devices[owner[row]].model, points[row].name) for row in rows}
    below: dict[tuple[tuple[str, str], str], list[int]] = defaultdict(list)
    for row in rows:
        for path in lineage(places[row]):
            below[kind[row], path].append(row)
    chosen: dict[int, tuple[tuple[str, str], str]] = {}
    for row in rows:
        found = _nearest(kind[row], places[row], below)
        if found is not None:
            chosen[row] = found
    return _pieces(len(points), chosen, below)


def _nearest(
    kind: tuple[str, str], place: str, below: Mapping[tuple[tuple[str, str], str], list[int]]
) -> tuple[tuple[str, str], str] | None:
    """Return the smallest place with enough of a kind; failing that the largest with a few."""
    paths = lineage(place)
    for path in paths:
        if len(below[kind, path]) > ENOUGH_NEIGHBOURS:
            return kind, path
    top = kind, paths[-1]
    return top if len(below[top]) > FEWEST_NEIGHBOURS else None


def _pieces(
    count: int,
    chosen: Mapping[int, tuple[tuple[str, str], str]],
    below: Mapping[tuple[tuple[str, str], str], list[int]],
) -> tuple[Numbers, Numbers, Numbers]:
    group = np.full(count, -1, np.int64)
    flat: list[int] = []
    starts: list[int] = []
    ordered = sorted(chosen.items(), key=lambda item: item[1])
    for number, (which, members) in enumerate(groupby(ordered, key=lambda item: item[1])):
        starts.append(len(flat))
        flat.extend(below[which])
        group[[row for row, _ in members]] = number
    return group, np.array(flat, np.int64), np.array(starts, np.int64)
