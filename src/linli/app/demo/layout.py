"""How 和睦里 is laid out: rectangles on a plain, in metres east and north of its south-west corner.

The place on the globe is invented, and so is everything else.
"""

import math
from typing import Any, NamedTuple

WEST_DEG, SOUTH_DEG = 120.7000, 30.2000
STOREY_M = 3.0
DEPTH_M = 14.0
WIDTH_M, LENGTH_M = 440.0, 420.0
"""The estate: east to west, south to north."""

_M_A_DEG_NORTH = 110_574.0
_M_A_DEG_EAST = 111_320.0 * math.cos(math.radians(SOUTH_DEG))


class Rectangle(NamedTuple):
    """A rectangle with its south-west corner at (east, north), in metres."""

    east: float
    north: float
    width: float
    depth: float

    @property
    def middle(self) -> tuple[float, float]:
        """Its middle, as (longitude, latitude) in degrees."""
        return degrees(self.east + self.width / 2, self.north + self.depth / 2)

    def part(self, number: int, of: int) -> "Rectangle":
        """Return one of so many equal parts from west to east, the first is 0."""
        width = self.width / of
        return Rectangle(self.east + number * width, self.north, width, self.depth)

    def point(self, share_east: float, share_north: float) -> tuple[float, float]:
        """Return a point within, (longitude, latitude), by shares of width and depth."""
        return degrees(self.east + self.width * share_east, self.north + self.depth * share_north)

    def shape(self) -> dict[str, Any]:
        """Return it as GeoJSON."""
        east, north = self.east + self.width, self.north + self.depth
        corners = [
            (self.east, self.north),
            (east, self.north),
            (east, north),
            (self.east, north),
            (self.east, self.north),
        ]
        return {"type": "Polygon", "coordinates": [[list(degrees(*corner)) for corner in corners]]}


def degrees(east_m: float, north_m: float) -> tuple[float, float]:
    """Return (longitude, latitude) of a point of the plain."""
    return (
        round(WEST_DEG + east_m / _M_A_DEG_EAST, 7),
        round(SOUTH_DEG + north_m / _M_A_DEG_NORTH, 7),
    )


ESTATE = Rectangle(0, 0, WIDTH_M, LENGTH_M)


class Building(NamedTuple):
    """A block of flats; `rooms` on each floor of each unit, `lifts` in each unit."""

    number: int
    area: Rectangle
    units: int
    floors: int
    rooms: int
    lifts: int

    @property
    def code(self) -> str:
        """Its code, as `b03`."""
        return f"b{self.number:02d}"

    @property
    def path(self) -> str:
        """Its path."""
        return f"hml/{self.code}"

    @property
    def cell(self) -> str:
        """The path of the grid cell that it lies in: one for each five buildings."""
        return f"hml/cell-{(self.number - 1) // 5 + 1}"

    def unit(self, number: int) -> Rectangle:
        """Return the ground of a unit; the first is 1."""
        return self.area.part(number - 1, self.units)

    def room(self, unit: int, number: int) -> Rectangle:
        """Return the ground of a room of a unit; both begin at 1."""
        return self.unit(unit).part(number - 1, self.rooms)


_COLUMNS_M = (36.0, 130.0, 250.0, 344.0)
_ROWS_M = (60.0, 130.0, 200.0, 270.0, 340.0)
_KINDS = (
    # first, last, units, floors, rooms a floor, lifts a unit, width of a unit in metres
    (1, 4, 3, 6, 2, 0, 22.0),
    (5, 8, 2, 11, 2, 1, 24.0),
    (9, 14, 2, 18, 3, 2, 28.0),
    (15, 17, 2, 28, 3, 2, 28.0),
    (18, 20, 2, 22, 4, 2, 32.0),
)


def _buildings() -> tuple[Building, ...]:
    made = []
    for first, last, units, floors, rooms, lifts, width in _KINDS:
        for number in range(first, last + 1):
            row, column = divmod(number - 1, len(_COLUMNS_M))
            area = Rectangle(_COLUMNS_M[column], _ROWS_M[row], units * width, DEPTH_M)
            made.append(Building(number, area, units, floors, rooms, lifts))
    return tuple(made)


BUILDINGS = _buildings()


class Spot(NamedTuple):
    """A place of the estate that is no dwelling."""

    kind: str
    code: str
    parent: str
    zh: str
    en: str
    area: Rectangle
    height_m: float = 4.0
    base_m: float = 0.0
    level: int | None = None

    @property
    def path(self) -> str:
        """Its path."""
        return f"{self.parent}/{self.code}"


def _row(count: int, first: Spot, east_m: float, north_m: float) -> list[Spot]:
    """Return so many like the first, numbered, each so far from the one before."""
    return [
        first._replace(
            code=f"{first.code}-{n + 1}",
            zh=f"{n + 1}号{first.zh}",
            en=f"{first.en} {n + 1}",
            area=first.area._replace(
                east=first.area.east + n * east_m, north=first.area.north + n * north_m
            ),
        )
        for n in range(count)
    ]


def _garage(number: int, area: Rectangle) -> list[Spot]:
    path = f"hml/g{number}"
    zones = [
        Spot("zone", f"z{n + 1}", path, f"{'ABCD'[n]}区", f"Zone {'ABCD'[n]}",
             area.part(n, 4), 0.0, -4.5, -1)
        for n in range(4)
    ]  # fmt: skip
    door = Rectangle(area.east - 6, area.north + 4, 6, 8)
    return [
        Spot("garage", f"g{number}", "hml", f"{number}号地下车库", f"Garage {number}", area,
             0.0, -4.5, -1),
        *zones,
        Spot("gate", "ramp", path, "车库出入口", "Garage ramp", door, 3.0),
    ]  # fmt: skip


# fmt: off
SPOTS: tuple[Spot, ...] = (
    Spot("gate", "gate-s", "hml", "南门", "South gate", Rectangle(208, 0, 24, 6), 5.0),
    Spot("gate", "gate-n", "hml", "北门", "North gate", Rectangle(208, 414, 24, 6), 5.0),
    Spot("gate", "gate-w", "hml", "西门", "West gate", Rectangle(0, 180, 6, 20), 5.0),
    Spot("gate", "gate-e", "hml", "东门", "East gate", Rectangle(434, 180, 6, 20), 5.0),
    Spot("office", "office", "hml", "物业服务中心", "Property office",
         Rectangle(168, 30, 30, 14), 8),
    Spot("office", "civic", "hml", "社区服务中心", "Civic centre", Rectangle(240, 30, 34, 14), 8),
    Spot("public_room", "fire-room", "hml", "消防控制室", "Fire control room",
         Rectangle(150, 30, 14, 12)),
    Spot("public_room", "pump-house", "hml", "生活水泵房", "Pump house", Rectangle(10, 60, 14, 12)),
    Spot("public_room", "substation", "hml", "配电房", "Substation", Rectangle(10, 90, 14, 14)),
    Spot("public_room", "elder-centre", "hml", "居家养老服务站", "Elders' centre",
         Rectangle(280, 30, 24, 14), 7),
    Spot("public_room", "reading-room", "hml", "邻里书屋", "Reading room",
         Rectangle(308, 30, 16, 12), 5),
    Spot("zone", "plaza", "hml", "和睦广场", "Plaza", Rectangle(204, 130, 36, 84), 0.3),
    Spot("zone", "garden-s", "hml", "南花园", "South garden", Rectangle(204, 56, 36, 64), 0.3),
    Spot("zone", "garden-n", "hml", "北花园", "North garden", Rectangle(204, 230, 36, 120), 0.3),
    Spot("zone", "edge-s", "hml", "南周界", "South edge", Rectangle(0, 0, 440, 3), 2.2),
    Spot("zone", "edge-n", "hml", "北周界", "North edge", Rectangle(0, 417, 440, 3), 2.2),
    Spot("zone", "edge-w", "hml", "西周界", "West edge", Rectangle(0, 0, 3, 420), 2.2),
    Spot("zone", "edge-e", "hml", "东周界", "East edge", Rectangle(437, 0, 3, 420), 2.2),
    *_row(4, Spot("zone", "lane", "hml", "消防通道", "Fire lane",
                  Rectangle(30, 108, 380, 6), 0.2), 0, 70),
    *_row(6, Spot("public_room", "shed", "hml", "电动自行车棚", "E-bike shed",
                  Rectangle(12, 120, 9, 24), 3.0), 0, 45),
    *_row(8, Spot("public_room", "waste", "hml", "垃圾分类投放站", "Waste station",
                  Rectangle(46, 90, 6, 5), 3.0), 50, 0),
    *_row(12, Spot("public_room", "shop", "hml", "商铺", "Shop",
                   Rectangle(12, 8, 11, 14), 5.0), 12, 0),
    *_garage(1, Rectangle(40, 148, 150, 48)),
    *_garage(2, Rectangle(250, 288, 150, 48)),
)
# fmt: on


def _technical() -> tuple[Spot, ...]:
    spots = []
    for building in BUILDINGS:
        small = Rectangle(building.area.east, building.area.north, 6, 5)
        spots.append(
            Spot("public_room", "power", building.path, "配电间", "Electrical room", small, 3.0)
        )
        if building.lifts:
            top = building.floors * STOREY_M
            roof = building.area._replace(width=8, depth=8)
            spots.append(
                Spot("public_room", "roof", building.path, "屋顶水箱间", "Roof tank room", roof,
                     top + 4, top)
            )  # fmt: skip
    return tuple(spots)


TECHNICAL = _technical()
