"""The places of 和睦里, from the street down to 2,000 rooms, as values."""

from collections.abc import Iterator

from linli.app.demo.layout import BUILDINGS, ESTATE, SPOTS, STOREY_M, TECHNICAL, Building, Spot
from linli.app.demo.names import phone
from linli.registry.places.logic import NewPlace

COMMUNITY = "hml"
STREET, NEIGHBOURHOOD = "@qinghe", "@qinghe/hemu"
ABOVE = (
    NewPlace(kind="street", code="qinghe", parent="", name_zh="青禾街道", name_en="Qinghe"),
    NewPlace(kind="neighbourhood", code="hemu", parent=STREET, name_zh="和睦社区", name_en="Hemu"),
)
"""What the estates of the demo lie in."""
DUTY_ROOM = phone(9_999)
"""Invented, as every number of the demo: nobody is reached by it."""


def places() -> list[NewPlace]:
    """Return every place, parents first."""
    return [
        *ABOVE,
        NewPlace(
            kind="estate",
            code=COMMUNITY,
            parent=NEIGHBOURHOOD,
            name_zh="和睦里",
            name_en="Hemuli",
            geometry=ESTATE.shape(),
            area_m2=ESTATE.width * ESTATE.depth,
            phone=DUTY_ROOM,
        ),
        *_cells(),
        *(_spot(spot) for spot in SPOTS),
        *(place for building in BUILDINGS for place in _building(building)),
        *(_spot(spot) for spot in TECHNICAL),
    ]


def _cells() -> Iterator[NewPlace]:
    for n in range(4):
        yield NewPlace(
            kind="cell",
            code=f"cell-{n + 1}",
            parent=COMMUNITY,
            name_zh=f"第{'一二三四'[n]}网格",
            name_en=f"Grid cell {n + 1}",
        )


def _spot(spot: Spot) -> NewPlace:
    return NewPlace(
        kind=spot.kind,
        code=spot.code,
        parent=spot.parent,
        name_zh=spot.zh,
        name_en=spot.en,
        level=spot.level,
        geometry=spot.area.shape(),
        height_m=spot.height_m,
        base_m=spot.base_m,
        area_m2=spot.area.width * spot.area.depth,
    )


def _building(building: Building) -> Iterator[NewPlace]:
    yield NewPlace(
        kind="building",
        code=building.code,
        parent=COMMUNITY,
        name_zh=f"{building.number}号楼",
        name_en=f"Building {building.number}",
        geometry=building.area.shape(),
        height_m=building.floors * STOREY_M,
        base_m=0.0,
        cell=building.cell,
    )
    for unit in range(1, building.units + 1):
        yield from _unit(building, unit)


def _unit(building: Building, unit: int) -> Iterator[NewPlace]:
    path = f"{building.path}/u{unit}"
    area = building.unit(unit)
    yield NewPlace(
        kind="unit",
        code=f"u{unit}",
        parent=building.path,
        name_zh=f"{unit}单元",
        name_en=f"Unit {unit}",
        geometry=area.shape(),
        height_m=building.floors * STOREY_M,
        base_m=0.0,
    )
    for lift in range(1, building.lifts + 1):
        yield NewPlace(
            kind="lift",
            code=f"l{lift}",
            parent=path,
            name_zh=f"{lift}号电梯",
            name_en=f"Lift {lift}",
        )
    for floor in range(1, building.floors + 1):
        yield from _floor(building, unit, floor)


def _floor(building: Building, unit: int, floor: int) -> Iterator[NewPlace]:
    path = f"{building.path}/u{unit}/f{floor:02d}"
    base_m = (floor - 1) * STOREY_M
    yield NewPlace(
        kind="floor",
        code=f"f{floor:02d}",
        parent=f"{building.path}/u{unit}",
        name_zh=f"{floor}层",
        name_en=f"Floor {floor}",
        level=floor,
        height_m=base_m + STOREY_M,
        base_m=base_m,
    )
    for number in range(1, building.rooms + 1):
        area = building.room(unit, number)
        yield NewPlace(
            kind="room",
            code=f"{floor}{number:02d}",
            parent=path,
            name_zh=f"{floor}{number:02d}室",
            name_en=f"Room {floor}{number:02d}",
            level=floor,
            geometry=area.shape(),
            height_m=base_m + STOREY_M,
            base_m=base_m,
            area_m2=round(area.width * area.depth, 1),
        )
