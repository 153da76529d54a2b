"""Grid cells: the buildings that each groups, the homes in them, and who looks after it."""

from collections import Counter
from collections.abc import Mapping
from typing import Any

from linli.kernel.place import lineage
from linli.registry.people.models import CellDuty, Household
from linli.registry.places import queries as places


def cells(*, community: str, id: int | None = None) -> list[dict[str, Any]]:
    """Return the grid cells, or one, with the buildings they group and who looks after them.

    :raises places.PlaceNotFound: if one is asked for and there is none of that number
    """
    rows = [
        row for row in places.places(community=community, kind="cell") if id is None or row.pk == id
    ]
    if id is not None and not rows:
        raise places.PlaceNotFound(path=str(id))
    numbers = [row.pk for row in rows]
    duties = list(CellDuty.rows.of(community).filter(cell__in=numbers).select_related("staff"))
    grouped = places.in_cells(community=community, cells=numbers)
    homes = _homes(community, {path: cell for cell in numbers for path in grouped[cell]})
    return [_cell(row, grouped[row.pk], homes[row.pk], duties) for row in rows]


def _homes(community: str, buildings: Mapping[str, int]) -> Counter[int]:
    """Return how many households live in each cell, whose buildings are told by path."""
    found = Counter[int]()
    for path in Household.rows.of(community).values_list("room__path", flat=True).iterator():
        found.update({buildings[one] for one in lineage(path) if one in buildings})
    return found


def _cell(row: Any, buildings: list[str], homes: int, duties: list[CellDuty]) -> dict[str, Any]:
    return {
        "id": row.pk,
        "path": row.path,
        "name": row.name,
        "buildings": buildings,
        "households": homes,
        "staff": [
            {"id": d.staff_id, "code": d.staff.code, "name": d.staff.name}
            for d in duties
            if d.cell_id == row.pk
        ],
    }
