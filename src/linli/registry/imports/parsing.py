"""From a file to entries: headings understood, cells read, every wrong one named."""

from collections.abc import Callable, Iterable
from hashlib import blake2b
from typing import Any

import msgspec

from linli.foundation.privacy.never import never
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.imports.columns import Column, Unreadable, read
from linli.registry.imports.reading import Sheet, Value
from linli.registry.imports.sheets import SHEETS
from linli.registry.people.entries import (
    Entry,
    EquipmentEntry,
    GroupEntry,
    HouseholdEntry,
    MembershipEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)

_SHOWN = 40


class UnknownSheet(Fault):
    key = "imports.unknown_kind"
    status = 404


class WrongHeadings(Fault):
    """The first row is not that of the template."""

    key = "imports.wrong_headings"
    status = 422


class NeverCollected(Fault):
    """The spreadsheet has columns of what is never collected: it is not taken, not even in part."""

    key = "imports.never_collected"
    status = 422


class RowError(msgspec.Struct, frozen=True, kw_only=True):
    """What is wrong with one cell. `row` is its number as the spreadsheet shows it."""

    row: int
    column: str
    value: str
    message: Words


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """A row that could be read: its number, and what its filled cells say."""

    row: int
    said: dict[str, Any]


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    lines: list[Line]
    errors: list[RowError]
    headings: dict[str, str]
    """Field → the heading that stands above it in this file."""


_MISSING = Words(zh="必须填写。", en="This must be filled in.")


def columns_of(kind: str) -> tuple[Column, ...]:
    """Return the columns of a spreadsheet.

    :raises UnknownSheet: if there is none of that kind
    """
    if kind not in SHEETS:
        raise UnknownSheet(kind=kind[:32], kinds="、".join(SHEETS))
    return SHEETS[kind]


def parse(*, kind: str, sheet: Sheet) -> Parsed:
    """Return what the rows say, and which cells say nothing that can be understood.

    :raises WrongHeadings: if a column is missing, twice there, or unknown
    :raises NeverCollected: if a column is of what is never collected
    """
    at = _headings(columns_of(kind), sheet.headings)
    lines, errors = list[Line](), list[RowError]()
    for row, values in sheet.rows:
        said: dict[str, Any] = {}
        for column, place in at:
            value = values[place] if place < len(values) else None
            error = _cell(column, sheet.headings[place], row, value, said)
            if error:
                errors.append(error)
        lines.append(Line(row=row, said=said))
    names = {column.field: sheet.headings[place] for column, place in at}
    return Parsed(lines=lines, errors=errors, headings=names)


def _cell(
    column: Column, heading: str, row: int, value: Value, said: dict[str, Any]
) -> RowError | None:
    if value is None or value == "":
        if not column.required:
            return None
        return RowError(row=row, column=heading, value="", message=_MISSING)
    try:
        said[column.field] = read(column, value)
    except Unreadable as wrong:
        shown = str(value)[:_SHOWN]
        return RowError(row=row, column=heading, value=shown, message=wrong.words)
    return None


def _headings(columns: tuple[Column, ...], headings: list[str]) -> list[tuple[Column, int]]:
    barred = [what.zh for heading in headings if (what := never(heading))]
    if barred:
        raise NeverCollected(columns="、".join(dict.fromkeys(barred)))
    known = {_heading(word): c for c in columns for word in (c.zh, c.en, c.field)}
    found: list[tuple[Column, int]] = []
    unknown: list[str] = []
    for place, heading in enumerate(headings):
        column = known.get(_heading(heading))
        if column is None or any(column is other for other, _ in found):
            if heading:
                unknown.append(heading[:_SHOWN])
        else:
            found.append((column, place))
    missing = [c.zh for c in columns if c.required and all(c is not f for f, _ in found)]
    if missing or unknown:
        raise WrongHeadings(missing="、".join(missing) or "—", unknown="、".join(unknown) or "—")
    return found


def _heading(text: str) -> str:
    return text.replace("*", "").replace(" ", "").replace("_", "").casefold()


def _made_up(*parts: str) -> str:
    """Return a code that follows from what it names, so that the same row is the same person."""
    return "x" + blake2b("\n".join(parts).encode(), digest_size=6).hexdigest()


def _person(said: dict[str, Any]) -> Iterable[Entry]:
    room, code = said["room"], said.get("code") or _made_up(said["room"], said["name"])
    yield HouseholdEntry(**_only(said, "room", "occupancy"))
    personal = _only(said, "name", "sex", "born_on", "id_number", "phone", "note")
    yield PersonEntry(code=code, **personal)
    spell = _only(said, "since", "until")
    yield MembershipEntry(room=room, person=code, relation=said["relation"], **spell)
    for group in said.get("groups", ()):
        yield GroupEntry(person=code, group=group, source=said.get("source", "导入"))


def _only(said: dict[str, Any], *fields: str) -> dict[str, Any]:
    return {field: said[field] for field in fields if field in said}


MAKERS: dict[str, Callable[[dict[str, Any]], Iterable[Entry]]] = {
    "people": _person,
    "vehicles": lambda said: [VehicleEntry(**said)],
    "organisations": lambda said: [OrganisationEntry(**said)],
    "staff": lambda said: [StaffEntry(**said)],
    "equipment": lambda said: [EquipmentEntry(**said)],
}
"""What the rows of each spreadsheet enter; places are entered by their own register."""
