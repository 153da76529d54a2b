"""What a spreadsheet of places would do to the tree: what is new, what changes, what is wrong."""

from typing import Any

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.imports.parsing import Line, Parsed, RowError
from linli.registry.places import logic, queries
from linli.registry.places.logic import NewPlace, PlaceChanges
from linli.registry.places.models import Place

_FIELDS = ("name_zh", "name_en", "level", "geometry", "height_m", "base_m", "area_m2", "cell")


class PlacePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows would do; nothing as long as there are errors."""

    new: list[NewPlace]
    changed: dict[str, PlaceChanges]
    same: int
    errors: list[RowError]


def plan(*, community: str, parsed: Parsed) -> PlacePlan:
    """Return what the rows would do, nothing being written."""
    drawn = [(line, found) for line in parsed.lines if (found := _place(line))]
    paths = [place.path for _, place in drawn]
    named = [name for _, place in drawn for name in (place.parent, place.cell) if name]
    known = queries.by_path(community=community, paths=[*paths, *named])
    kinds = {path: row.kind for path, row in known.items()}
    kinds |= {place.path: place.kind for _, place in drawn}
    out = PlacePlan(new=[], changed={}, same=0, errors=[])
    same, seen = 0, set[str]()
    for line, place in drawn:
        error = _twice(line, place, seen, parsed) or _wrong(line, place, kinds, parsed, community)
        if error:
            out.errors.append(error)
        elif place.path not in known:
            out.new.append(place)
        elif difference := _difference(line.said, known[place.path]):
            out.changed[place.path] = msgspec.convert(difference, PlaceChanges)
        else:
            same += 1
    return msgspec.structs.replace(out, same=same)


def _place(line: Line) -> NewPlace | None:
    said = line.said
    if not {"kind", "code", "name_zh"} <= said.keys():
        return None
    return NewPlace(**{"parent": "", **said})


def _wrong(
    line: Line, place: NewPlace, kinds: dict[str, str], parsed: Parsed, community: str
) -> RowError | None:
    try:
        logic.check_code(code=place.code, kind=place.kind)
        if place.parent and place.parent not in kinds:
            return _error(line, parsed, "parent", "no_place", place.parent)
        logic.check_parent(kind=place.kind, parent=kinds.get(place.parent, ""))
        if place.kind == "estate" and place.code != community:
            return _error(line, parsed, "code", "community", place.code)
        if place.cell and kinds.get(place.cell) != "cell":
            return _error(line, parsed, "cell", "no_cell", place.cell)
        if place.geometry:
            logic.check_geometry(place.geometry)
    except Fault as fault:
        field, word = _FAULTS[fault.key]
        return _error(line, parsed, field, word, str(line.said.get(field, "")))
    return None


def _twice(line: Line, place: NewPlace, seen: set[str], parsed: Parsed) -> RowError | None:
    if place.path in seen:
        return _error(line, parsed, "code", "twice", place.path)
    seen.add(place.path)
    return None


def _difference(said: dict[str, Any], row: Place) -> dict[str, Any]:
    """Return what the filled cells say differently."""
    now = {name: getattr(row, name) for name in _FIELDS} | {"cell": row.cell and row.cell.path}
    wanted = {name: said[name] for name in _FIELDS if name in said}
    if wanted.get("geometry"):
        wanted["geometry"] = logic.check_geometry(wanted["geometry"])
    return {name: value for name, value in wanted.items() if value != now[name]}


def _error(line: Line, parsed: Parsed, field: str, word: str, value: str) -> RowError:
    said = _WORDS[word]
    words = Words(zh=said.zh.format(value[:64]), en=said.en.format(value[:64]))
    return RowError(
        row=line.row, column=parsed.headings.get(field, field), value=value[:64], message=words
    )


_FAULTS = {
    "places.bad_code": ("code", "code"),
    "places.unknown_kind": ("kind", "parent"),
    "places.wrong_parent": ("parent", "parent"),
    "places.path_too_long": ("parent", "long"),
    "places.bad_geometry": ("geometry", "geometry"),
}
_WORDS = {
    "code": Words(
        zh="编码只用小写字母、数字和连字符，最多 32 位。",
        en="A code has small letters, digits and hyphens only, 32 at most.",
    ),
    "community": Words(
        zh="小区编码必须与本小区一致。", en="The estate's code must be this community's."
    ),
    "no_place": Words(zh="没有地点“{}”。", en="There is no place “{}”."),
    "no_cell": Words(zh="没有网格“{}”。", en="There is no grid cell “{}”."),
    "parent": Words(zh="这种地点不能放在那里。", en="A place of this kind does not stand there."),
    "long": Words(zh="路径太长。", en="The path is too long."),
    "geometry": Words(
        zh="图形不对：应为 WGS 84 经纬度的 GeoJSON，面要闭合。",
        en="Not a shape in WGS 84 degrees, rings closed.",
    ),
    "twice": Words(zh="同一个路径出现了两次：{}。", en="The same path stands here twice: {}."),
}
