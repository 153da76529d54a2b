"""The 2,300 devices of 和睦里, as values: what stands where, and who speaks for it.

A device speaks over a line of its own (`mqtt`), through a gateway (`gateway`), pushes over HTTP
(`http`), or speaks a field protocol (`field`, see `wires`). One CO sensor, `try-co`, is nobody's:
it is for whoever comes with a client of their own.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from linli.app.demo import chosen, rows, wires
from linli.app.demo.layout import BUILDINGS, SPOTS, Building, Rectangle, Spot
from linli.app.demo.people import Home
from linli.app.demo.wires import Wire

COUNT = 2300
TRY = "try-co"
"""The device that the simulator leaves alone."""

_PUSHING = frozenset({"air_station", "waste_station", "parcel_locker", "noise_meter"})
_OWN_LINE = frozenset(
    {"lift", "camera", "parking_barrier", "ev_charger", "fire_transmitter", "patrol_recorder"}
)


class Thing(NamedTuple):
    """A device. `position` is (longitude, latitude); `gateway` the code of who speaks for it where
    it speaks MQTT; `wire` how it is reached where it speaks a field protocol instead.
    """

    code: str
    model: str
    zh: str
    en: str
    place: str
    position: tuple[float, float]
    gateway: str | None = None
    wire: Wire | None = None

    @property
    def line(self) -> str:
        """How it speaks: `field`, `gateway`, `http` or `mqtt`."""
        if self.wire:
            return "field"
        if self.gateway:
            return "gateway"
        return "http" if self.model in _PUSHING else "mqtt"

    @property
    def above(self) -> str | None:
        """The code of its gateway, its line, or its panel; None where it has none above it."""
        return (self.wire.above or None) if self.wire else self.gateway

    @property
    def credential(self) -> bool:
        """Whether it has a secret of its own for MQTT and HTTP."""
        return self.line in {"http", "mqtt"}


def things(homes: Sequence[Home]) -> list[Thing]:
    """Return every device, gateways before those that they speak for."""
    made = [
        *(thing for building in BUILDINGS for thing in _of_building(building)),
        *_of_homes(homes),
        *_of_garages(),
        *_of_sheds(),
        *_of_plant(),
        *_outdoors(),
        *_lines(),
    ]
    made += _meters(homes, COUNT - len(made))
    return sorted(_wired(made), key=lambda thing: thing.above is not None)


def _wired(made: Sequence[Thing]) -> Iterator[Thing]:
    """Yield devices with how they are wired, where they speak a field protocol."""
    standing = wires.number([(thing.code, thing.model, thing.place) for thing in made])
    for thing, one in zip(made, standing, strict=True):
        yield thing._replace(wire=wires.wire(one))


def _lines() -> Iterator[Thing]:
    """Yield the lines of field protocols."""
    for line in wires.LINES:
        spot = _SPOTS[line.place]
        names = (f"{spot.zh}{line.zh}", f"{spot.en} {line.en}")
        yield Thing(line.code, wires.LINE, *names, line.place, spot.area.middle)


def _thing(
    model: str,
    code: str,
    names: tuple[str, str],
    place: str,
    position: tuple[float, float],
    *,
    gateway: str | None = None,
) -> Thing:
    own = model in _OWN_LINE or model in _PUSHING or model == "gateway"
    return Thing(code, model, *names, place, position, None if own else gateway)


def _of_building(building: Building) -> Iterator[Thing]:
    code, area, number = building.code, building.area, building.number
    gateway = f"gw-{code}-1"
    for unit in range(1, building.units + 1):
        yield from _of_unit(building, unit)
    power = f"{building.path}/power"
    for model, prefix, zh, en in (
        ("electrical_fire_monitor", "ef", "电气火灾探测器", "electrical fire monitor"),
        ("distribution_cabinet", "cab", "配电柜", "cabinet"),
    ):
        names = (f"{number}号楼{zh}", f"Building {number} {en}")
        yield _thing(
            model, f"{prefix}-{code}", names, power, area.point(0.03, 0.2), gateway=gateway
        )
    names = (f"{number}号楼广播音柱", f"Building {number} loudspeaker")
    yield _thing(
        "loudspeaker", f"ls-{code}", names, building.path, area.point(0.5, -0.3), gateway=gateway
    )
    if building.lifts:
        names = (f"{number}号楼屋顶水箱", f"Building {number} roof tank")
        yield _thing(
            "water_tank",
            f"tank-{code}",
            names,
            f"{building.path}/roof",
            area.point(0.05, 0.5),
            gateway=gateway,
        )


_OF_UNIT = (
    ("access_door", "door", "单元门", "entrance", 0.5, 0.0),
    ("lighting_circuit", "light", "楼道照明", "stair lighting", 0.45, 0.3),
    ("presence_sensor", "pir", "门厅人体感应", "hall presence", 0.5, 0.15),
    ("siren", "siren", "声光警报器", "siren", 0.55, 0.3),
    ("manual_call_point", "mcp", "手动报警按钮", "call point", 0.6, 0.3),
    ("fire_door", "fdoor", "防火门", "fire door", 0.4, 0.5),
    ("hydrant_sensor", "hyd", "消火栓压力", "hydrant", 0.35, 0.5),
)


def _of_unit(building: Building, unit: int) -> Iterator[Thing]:
    path, area = f"{building.path}/u{unit}", building.unit(unit)
    end = f"{building.code}-{unit}"
    zh, en = f"{building.number}号楼{unit}单元", f"Building {building.number} unit {unit}"
    gateway = f"gw-{end}"
    yield _thing("gateway", gateway, (f"{zh}网关", f"{en} gateway"), path, area.point(0.5, 0.5))
    for model, prefix, words, english, east, north in _OF_UNIT:
        names = (zh + words, f"{en} {english}")
        yield _thing(
            model, f"{prefix}-{end}", names, path, area.point(east, north), gateway=gateway
        )
    for lift in range(1, building.lifts + 1):
        for model, prefix, words, english in (
            ("lift", "lift", "", ""),
            ("camera", "cam-lift", "轿厢摄像机", " car camera"),
        ):
            names = (f"{zh}{lift}号电梯{words}", f"{en} lift {lift}{english}")
            yield _thing(
                model,
                f"{prefix}-{end}-{lift}",
                names,
                f"{path}/l{lift}",
                area.point(0.4 + lift * 0.07, 0.6),
            )
    for floor in range(1, building.floors + 1, 2):
        names = (f"{zh}{floor}层走道感烟", f"{en} floor {floor} smoke detector")
        yield _thing(
            "smoke_detector",
            f"smoke-{end}-{floor:02d}",
            names,
            f"{path}/f{floor:02d}",
            area.point(0.5, 0.55),
            gateway=gateway,
        )


class _Room(NamedTuple):
    """A room, with what its devices need to know of it."""

    path: str
    zh: str
    end: str
    area: Rectangle
    gateway: str


_BY_CODE = {building.code: building for building in BUILDINGS}


def _room(path: str) -> _Room:
    _, code, unit, _floor, room = path.split("/")
    building, number = _BY_CODE[code], int(unit[1:])
    return _Room(
        path=path,
        zh=f"{building.number}-{number}-{room}",
        end=f"{code}-{number}-{room}",
        area=building.room(number, int(room[-2:])),
        gateway=f"gw-{code}-{number}",
    )


def _in_room(room: _Room, kind: tuple[str, str, str, str], east: float) -> Thing:
    """Return a device of a room; `kind`: its model, the start of its code, what to call it."""
    model, prefix, zh, en = kind
    return _thing(
        model,
        f"{prefix}-{room.end}",
        (f"{room.zh} {zh}", f"{room.zh} {en}"),
        room.path,
        room.area.point(east, 0.6),
        gateway=room.gateway,
    )


_GAS = (
    (("gas_detector", "gas", "燃气探测器", "gas detector"), 0.2),
    (("gas_valve", "gasv", "燃气阀", "gas valve"), 0.25),
)
_WATER = (
    (("water_leak_sensor", "leak", "漏水探测器", "leak sensor"), 0.7),
    (("water_valve", "valve", "水阀", "water valve"), 0.75),
)
_CARE = (
    (("sos_button", "sos", "求助按钮", "SOS button"), 0.5),
    (("home_passage_sensor", "pass", "活动感应", "passage sensor"), 0.4),
)
_WEARABLE = (("wearable", "band", "健康手环", "wearable"), 0.55)
_SPEAKER = (("home_speaker", "speaker", "音箱", "speaker"), 0.45)
_METERS = (
    (("electricity_meter", "em", "电表", "electricity meter"), 0.1),
    (("water_meter", "wm", "水表", "water meter"), 0.15),
)
_WEARABLES = 40


def _of_homes(homes: Sequence[Home]) -> Iterator[Thing]:
    elders = [home.room for home in homes if home.lone_elder]
    with_wearable = set(elders[:_WEARABLES])
    with_speaker = chosen.home(homes).room
    for number, home in enumerate(homes):
        room = _room(home.room)
        kinds = [
            *(_GAS if number % 14 == 3 else ()),  # noqa: PLR2004 - one home in fourteen
            *(_WATER if number % 20 == 7 else ()),  # noqa: PLR2004 - one in twenty
            *(_CARE if home.lone_elder else ()),
            *((_WEARABLE,) if home.room in with_wearable else ()),
            *((_SPEAKER,) if home.room == with_speaker else ()),
        ]
        yield from (_in_room(room, kind, east) for kind, east in kinds)


_RARER_METERS = (
    (("gas_meter", "gm", "燃气表", "gas meter"), 0.22),
    (("heat_meter", "hm", "热量表", "heat meter"), 0.24),
    (("valve_water_meter", "vwm", "阀控热水表", "hot water meter with a valve"), 0.17),
)
_WITH_RARER = 8


def _meters(homes: Sequence[Home], count: int) -> Iterator[Thing]:
    """Yield so many meters: two in a home, five in the first few."""
    left = count
    for n, home in enumerate(homes[5::15]):
        room = _room(home.room)
        for kind, east in (*_METERS, *(_RARER_METERS if n < _WITH_RARER else ())):
            if left:
                left -= 1
                yield _in_room(room, kind, east)


def former(homes: Sequence[Home], now: Sequence[Thing]) -> list[Thing]:
    """Return the meters that an earlier sowing entered and that are no more in the plan."""
    there = {thing.code for thing in now}
    metered = [_room(home.room) for home in homes[5::15]]
    found = [_in_room(room, kind, east) for room in metered for kind, east in _METERS]
    return [thing for thing in found if thing.code not in there]


_SPOTS = {spot.path: spot for spot in SPOTS}


def _called(spot: Spot) -> tuple[str, str]:
    """Return what to call a spot where its garage is not said: with the garage."""
    around = _SPOTS.get(spot.parent)
    return (around.zh + spot.zh, f"{around.en} {spot.en}") if around else (spot.zh, spot.en)


def _rowed(spot: Spot, row: rows.Row, gateway: str | None) -> Iterator[Thing]:
    """Yield so many of a kind along a spot, numbered when there is more than one."""
    count, model, prefix, zh, en = row
    spot_zh, spot_en = _called(spot)
    end = spot.path.removeprefix("hml/").replace("/", "-")
    north = 0.2 + 0.15 * (hash_of(prefix) % 5)
    for n in range(count):
        several = count > 1
        yield _thing(
            model,
            f"{prefix}-{end}-{n + 1}" if several else f"{prefix}-{end}",
            (
                f"{spot_zh}{n + 1}号{zh}" if several else spot_zh + zh,
                f"{spot_en} {en} {n + 1}" if several else f"{spot_en} {en}",
            ),
            spot.path,
            spot.area.point((n + 0.5) / count, north),
            gateway=gateway,
        )


def hash_of(text: str) -> int:
    """Return a number that follows from a text, the same in every process."""
    return sum(ord(sign) * (n + 7) for n, sign in enumerate(text))


def _all(path: str, kinds: Sequence[rows.Row], gateway: str | None) -> Iterator[Thing]:
    for row in kinds:
        yield from _rowed(_SPOTS[path], row, gateway)


def _of_garages() -> Iterator[Thing]:
    for garage in ("g1", "g2"):
        spot, gateway = _SPOTS[f"hml/{garage}"], f"gw-{garage}"
        names = (f"{spot.zh}网关", f"{spot.en} gateway")
        yield _thing("gateway", gateway, names, spot.path, spot.area.middle)
        yield from _all(spot.path, rows.OF_GARAGE, gateway)
        yield from _all(f"{spot.path}/ramp", (rows.BARRIER,), None)
        for zone in ("z1", "z2", "z3", "z4"):
            yield from _all(f"{spot.path}/{zone}", rows.OF_ZONE, gateway)
    first = _SPOTS["hml/g1/z1"]
    names = ("1号地下车库A区 体验用一氧化碳探测器", "Garage 1 zone A CO sensor to try")
    yield Thing(TRY, "garage_co_sensor", *names, first.path, first.area.middle)


def _of_sheds() -> Iterator[Thing]:
    first = _SPOTS["hml/shed-1"]
    gateway = "gw-sheds"
    yield _thing("gateway", gateway, ("车棚网关", "Shed gateway"), first.path, first.area.middle)
    for n in range(1, 7):
        kinds = (
            (20, "ebike_socket", "ebike", "充电插座", "socket"),
            (1, "smoke_detector", "smoke", "感烟探测器", "smoke detector"),
            (1, "camera", "cam", "摄像机", "camera"),
        )
        yield from _all(f"hml/shed-{n}", kinds, gateway)


def _of_plant() -> Iterator[Thing]:
    room = _SPOTS["hml/pump-house"]
    names = ("设备机房网关", "Plant gateway")
    yield _thing("gateway", "gw-plant", names, room.path, room.area.middle)
    for path, kinds in rows.OF_PLANT.items():
        yield from _all(path, kinds, "gw-plant")


def _outdoors() -> Iterator[Thing]:
    plaza, gateway = _SPOTS["hml/plaza"], "gw-outdoor"
    names = ("室外网关", "Outdoor gateway")
    yield _thing("gateway", gateway, names, plaza.path, plaza.area.middle)
    yield from _all("hml/plaza", rows.PLAZA, gateway)
    for way in "snwe":
        yield from _all(f"hml/gate-{way}", rows.GATE, gateway)
        yield from _all(f"hml/edge-{way}", rows.EDGE, gateway)
    for way in "we":
        yield from _all(f"hml/gate-{way}", (rows.BARRIER,), None)
    yield from _all("hml/gate-s", (rows.PATROL,), None)
    for garden in ("hml/garden-s", "hml/garden-n"):
        yield from _all(garden, rows.GARDEN, gateway)
    for n in range(1, 5):
        yield from _all(f"hml/lane-{n}", rows.LANE, gateway)
    for n in range(1, 9):
        row = (1, "waste_station", "waste", "投放站", "sorting station")
        yield from _all(f"hml/waste-{n}", (row,), gateway)
