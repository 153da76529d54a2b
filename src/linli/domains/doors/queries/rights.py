"""Rights in force as the desk lists them: of whom, to where, and by what they came."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from django.db.models import Q

from linli.domains.doors.models import Door, GroupedDoor, Right
from linli.foundation.scope.models import ScopedRows
from linli.registry.places import queries as places

Source = Literal["desk", "home", "guest"]
"""By what a right came: somebody at the desk gave it, a household moved in, a guest was invited."""


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """Which rights; what is left empty does not narrow. Those to a door are also those to its
    groups. `seen` are the places where the reader may look; none is everywhere.
    """

    person: int | None = None
    household: int | None = None
    staff: int | None = None
    door: str = ""
    group: str = ""
    source: Source | None = None
    before: int | None = None
    limit: int = 50
    seen: Sequence[str] = ()


def rights_at(door: Door) -> ScopedRows[Right]:
    """Return the rights that were not ended, to a door or to a group that it is in."""
    groups = GroupedDoor.rows.of(door.community).filter(door=door).values("group")
    found = Right.rows.of(door.community).filter(ended_at=None)
    return found.filter(Q(door=door) | Q(group__in=groups))


def rights(*, community: str, wanted: Wanted) -> tuple[list[Right], int | None]:
    """Return a page of rights that were not ended, the newest first, and the cursor of the next."""
    exact = {
        "person": wanted.person,
        "household": wanted.household,
        "staff": wanted.staff,
        "group__code": wanted.group,
        "source": wanted.source,
        "pk__lt": wanted.before,
    }
    rows = Right.rows.of(community).filter(ended_at=None)
    rows = rows.filter(**{name: one for name, one in exact.items() if one not in {None, ""}})
    if wanted.door:
        rows = rows.filter(_to(Door.rows.of(community).filter(device__code=wanted.door), community))
    if wanted.seen:
        here = places.within(wanted.seen, "device__place__path")
        rows = rows.filter(_to(Door.rows.of(community).filter(here), community))
    page = newest(rows, community=community, most=wanted.limit + 1)
    shown = page[: wanted.limit]
    return shown, shown[-1].pk if len(page) > wanted.limit else None


def _to(doors: ScopedRows[Door], community: str) -> Q:
    """Return the condition that a right is to one of these doors, or to a group with one."""
    groups = GroupedDoor.rows.of(community).filter(door__in=doors.values("pk"))
    return Q(door__in=doors.values("pk")) | Q(group__in=groups.values("group"))


def newest(rows: ScopedRows[Right], *, community: str, most: int) -> list[Right]:
    """Return the newest of some rights, as many at most, with the names of whose they are, where,
    and who gave them. Their numbers come first: of a door with very many rights all would be put in
    order with everything that is joined to them.
    """
    numbers = list(rows.order_by("-pk").values_list("pk", flat=True)[:most])
    found = Right.rows.of(community).filter(pk__in=numbers).order_by("-pk")
    return list(
        found.select_related("person", "household__room", "staff", "door__device", "group", "by")
    )


def homes(*, community: str, rows: Sequence[Right]) -> dict[str, tuple[str, str]]:
    """Return the full names of the homes whose rights these are, by their paths."""
    paths = [row.household.room.path for row in rows if row.household]
    return places.full_names(community=community, paths=paths)
