"""What of the register can be released: its columns, by what the tables of the register declare
that they hold. Whatever names somebody is no column here.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import msgspec
from django.db.models import Q

from linli.domains.releases.logic.tables import Line, Values
from linli.foundation.privacy.classes import Datum, Grade, declared
from linli.kernel.words import Words
from linli.registry.people import health, words
from linli.registry.people.logic import age
from linli.registry.people.models import GroupMembership, Household, Membership, Person
from linli.registry.places import queries as places

_OLDEST, _LONGEST = 110, 80
UNKNOWN = -1
"""Stands where a row does not say."""


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column: what it is called, of which field it is made, and its values, key → words; none
    where it holds numbers up to `most`.
    """

    name: Words
    model: type
    field: str
    values: Mapping[str, tuple[str, str]] | None = None
    most: int = 0

    @property
    def datum(self) -> Datum:
        """Return what the register declares of the field."""
        return declared(self.model)[self.field]

    @property
    def grave(self) -> bool:
        """Tell whether it is what nobody should learn of anybody."""
        return self.datum.grade in {Grade.SENSITIVE, Grade.HIGHLY_SENSITIVE}


_NOT_SAID = {"": ("未填", "not said")}
_GROUPS = {"": ("无", "none"), **words.GROUPS, "several": ("多项", "several")}

COLUMNS: dict[str, Column] = {
    "age": Column(name=Words(zh="年龄", en="Age"), model=Person, field="born_on", most=_OLDEST),
    "sex": Column(name=Words(zh="性别", en="Sex"), model=Person, field="sex",
                  values={**words.SEXES, **_NOT_SAID}),
    "building": Column(name=Words(zh="楼栋", en="Building"), model=Membership, field="household",
                       values={}),
    "relation": Column(name=Words(zh="与房屋的关系", en="Relation to the home"), model=Membership,
                       field="relation", values=words.RELATIONS),
    "years": Column(name=Words(zh="居住年数", en="Years here"), model=Membership, field="since",
                    most=_LONGEST),
    "occupancy": Column(name=Words(zh="房屋使用", en="Use of the home"), model=Household,
                        field="occupancy", values=words.OCCUPANCIES),
    "group": Column(name=Words(zh="特殊群体", en="Special group"), model=GroupMembership,
                    field="group", values=_GROUPS),
}  # fmt: skip
"""The columns of the table of residents, a row a person."""


class Table(msgspec.Struct, frozen=True, kw_only=True):
    """The residents: for each column its values, for each person his, in whole numbers."""

    values: Mapping[str, Values]
    rows: Sequence[Line]


def residents(*, community: str, under: str = "", today: date) -> Table:
    """Return everybody who lives or owns here, once each; `under` narrows to a place."""
    buildings = [row.path for row in places.places(community=community, kind="building")]
    named = places.full_names(community=community, paths=buildings)
    values = {key: _values(column) for key, column in COLUMNS.items()}
    values["building"] = msgspec.structs.replace(
        values["building"],
        words=(*(Words(zh=named[path][0], en=named[path][1]) for path in buildings),
               Words(zh="其他", en="elsewhere")),
    )  # fmt: skip
    standing = Q(until=None) | Q(until__gt=today)
    rows = Membership.rows.of(community).filter(standing, person__erased_at=None)
    if under:
        rows = rows.filter(places.below(under, "household__room__path"))
    groups = _groups(community, standing)
    found: dict[int, Line] = {}
    for row in rows.select_related("person", "household__room").order_by("pk"):
        if row.person_id not in found:
            said = {"building": _building(row.household.room.path, buildings)}
            found[row.person_id] = said | _line(row, groups.get(row.person_id, ""), today)
    return Table(values=values, rows=list(found.values()))


def _values(column: Column) -> Values:
    said = (column.values or {}).values()
    return Values(name=column.name, words=tuple(Words(zh=zh, en=en) for zh, en in said))


def _groups(community: str, standing: Q) -> dict[int, str]:
    found: dict[int, str] = {}
    rows = GroupMembership.rows.of(community).filter(standing)
    for row in health.to_count(rows, community=community):
        before = found.get(row.person_id, row.group)
        found[row.person_id] = row.group if before == row.group else "several"
    return found


def _building(path: str, buildings: Sequence[str]) -> int:
    at = next((n for n, one in enumerate(buildings) if path.startswith(f"{one}/")), None)
    return len(buildings) if at is None else at


def _line(row: Any, group: str, today: date) -> dict[str, int]:
    said: dict[str, Callable[[], int]] = {
        "age": lambda: _years(row.person.born_on, today, _OLDEST),
        "sex": lambda: _at("sex", row.person.sex),
        "relation": lambda: _at("relation", row.relation),
        "years": lambda: _years(row.since, today, _LONGEST),
        "occupancy": lambda: _at("occupancy", row.household.occupancy),
        "group": lambda: _at("group", group),
    }
    return {key: say() for key, say in said.items()}


def _years(since: date | None, today: date, most: int) -> int:
    return UNKNOWN if since is None else max(0, min(most, age(born_on=since, on=today)))


def _at(column: str, value: str) -> int:
    keys = list(COLUMNS[column].values or {})
    return keys.index(value) if value in keys else UNKNOWN
