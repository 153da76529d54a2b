"""Grid cells: the buildings that each groups, the homes in them, and who looks after it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from linli.foundation.scope.models import ScopedRows
from linli.foundation.scope.paging import CodePage, by_code
from linli.kernel.place import lineage
from linli.registry.people.models import CellDuty, Household
from linli.registry.places import queries as places
from linli.registry.places.models import Place


def cells(*, community: str, wanted: CodePage) -> tuple[list[dict[str, Any]], str | None]:
    """Return a page of the grid cells by path, with the buildings they group and who looks after
    them; and the cursor after it.
    """
    rows, after = by_code(_cells(community), wanted=wanted, field="path")
    return _shown(community, rows), after


def cell(*, community: str, id: int) -> dict[str, Any]:
    """Return a grid cell with the buildings it groups and who looks after it.

    :raises places.PlaceNotFound: if there is none of that number
    """
    row = _cells(community).filter(pk=id).first()
    if row is None:
        raise places.PlaceNotFound(path=str(id))
    return _shown(community, [row])[0]


def _cells(community: str) -> ScopedRows[Place]:
    rows: ScopedRows[Place] = Place.rows.of(community)
    return rows.filter(kind="cell")


def _shown(community: str, rows: Sequence[Place]) -> list[dict[str, Any]]:
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
