"""The register as tables that people know: the same columns as the templates."""

import csv
import io
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import msgspec

from linli.foundation.copies.logic import marked
from linli.foundation.copies.queries import Taken
from linli.registry.devices.models import Device
from linli.registry.devices.schemas import options_out
from linli.registry.imports import parsing
from linli.registry.imports.columns import Column, write
from linli.registry.people import health, planning, queries, tables
from linli.registry.people.entries import (
    EquipmentEntry,
    OrganisationEntry,
    PersonEntry,
    StaffEntry,
    VehicleEntry,
)
from linli.registry.people.models import GroupMembership, Membership
from linli.registry.places.models import Place

Line = dict[str, Any]


def lines(*, community: str, kind: str, purpose: str, full: bool) -> Iterator[Line]:
    """Yield the rows of a ledger in the order of their keys; personal numbers are masked where the
    purpose does not open them.

    :raises parsing.UnknownSheet: if there is none of that kind
    """
    parsing.columns_of(kind)
    if kind == "places":
        return _places(community)
    if kind == "people":
        return _people(community, purpose)
    if kind == "devices":
        return _devices(community)
    return _entries(community, _KINDS[kind], purpose, full=full)


_DEVICE_COLUMNS = parsing.columns_of("devices")
_KINDS: dict[str, type] = {
    "vehicles": VehicleEntry,
    "organisations": OrganisationEntry,
    "staff": StaffEntry,
    "equipment": EquipmentEntry,
}


def _places(community: str) -> Iterator[Line]:
    rows = Place.rows.of(community).select_related("parent", "cell").order_by("path")
    for row in sorted(rows, key=lambda row: (not row.path.startswith("@"), row.path)):
        said = {column.field: getattr(row, column.field) for column in parsing.columns_of("places")}
        yield said | {
            "parent": row.parent.path if row.parent else "",
            "cell": row.cell.path if row.cell else "",
        }


def _devices(community: str) -> Iterator[Line]:
    """Yield devices in the order of their codes; secret options are masked."""
    rows = Device.rows.of(community).select_related("place", "gateway").order_by("code")
    for row in rows:
        said = {column.field: getattr(row, column.field, "") for column in _DEVICE_COLUMNS}
        placed = row.longitude_deg is not None and row.latitude_deg is not None
        yield said | {
            "place": row.place.path,
            "gateway": row.gateway.code if row.gateway else "",
            "position": (row.longitude_deg, row.latitude_deg) if placed else None,
            "options": options_out(row),
        }


def _people(community: str, purpose: str) -> Iterator[Line]:
    """Yield those who live or own here, once for each home. What tells of their health lies apart
    and is never taken out in a ledger.
    """
    rows = Membership.rows.of(community).select_related("household__room", "person")
    groups = defaultdict(list)
    standing = GroupMembership.rows.of(community).filter(until=None, token="")
    for group in health.opened(standing, community=community, purpose=purpose):
        groups[group.person_id].append(group)
    found = list(rows.order_by("household__room__path", "pk"))
    planning.opened([row.person for row in found], community, purpose=purpose)
    for row in found:
        entry = queries.masked(tables.as_entry(row.person, PersonEntry), PersonEntry, full=True)
        mine = groups[row.person_id]
        yield msgspec.structs.asdict(entry) | {
            "room": row.household.room.path,
            "relation": row.relation,
            "since": row.since,
            "until": row.until,
            "occupancy": row.household.occupancy,
            "groups": tuple(group.group for group in mine if group.group),
            "source": mine[0].source if mine else "",
        }


def _entries(community: str, kind: type, purpose: str, *, full: bool) -> Iterator[Line]:
    rows = queries.rows_of(community=community, kind=kind, sought=queries.Sought())
    for row in planning.opened(planning.prepared(rows, community), community, purpose=purpose):
        entry = queries.masked(tables.as_entry(row, kind), kind, full=full)
        yield msgspec.structs.asdict(entry)


def headings(*, columns: Sequence[Column], language: str) -> list[str]:
    """Return the first row of a spreadsheet."""
    return [column.en if language.startswith("en") else column.zh for column in columns]


def cells(
    *, kind: str, rows: Iterable[Line], language: str, taken: Taken | None
) -> Iterator[list[Any]]:
    """Yield the rows of a ledger as they stand in a file: those of a copy bear its mark."""
    columns = parsing.columns_of(kind)
    plain = ([write(one, row.get(one.field), language) for one in columns] for row in rows)
    if taken is None:
        return plain
    fields = [column.field for column in columns]
    by = next(fields.index(field) for field in _TOLD_APART if field in fields)
    into = [fields.index(field) for field in _BEARING if field in fields]
    return marked(plain, mark=taken.mark, by=by, into=into)


_TOLD_APART = ("plate", "code")
"""By which two rows are told apart."""
_BEARING = ("name", "name_zh", "kind", "model")
"""What bears the sign of a copy: what people read, never a number by which something is found."""


def as_csv(*, kind: str, rows: Iterable[Line], language: str, taken: Taken | None = None) -> bytes:
    """Return a ledger as csv in UTF-8 with a mark, which Chinese spreadsheets open rightly. A copy
    says in its first line whose it is.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    if taken:
        writer.writerow([taken.banner.in_(language)])
    writer.writerow(headings(columns=parsing.columns_of(kind), language=language))
    writer.writerows(cells(kind=kind, rows=rows, language=language, taken=taken))
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(*, kind: str, rows: Iterable[Line], language: str, taken: Taken | None = None) -> bytes:
    """Return a ledger as a workbook; every text cell is text, so that numbers keep their digits. A
    copy says in its first line, and on every printed page, whose it is.
    """
    from openpyxl import Workbook  # noqa: PLC0415 - 13 MB, for files alone

    book = Workbook(write_only=True)
    page = book.create_sheet(kind)
    page.freeze_panes = "A3" if taken else "A2"
    if taken:
        page.oddFooter.center.text = taken.banner.in_(language).replace("&", "&&")
        page.append([taken.banner.in_(language)])
    named = headings(columns=parsing.columns_of(kind), language=language)
    page.append([_head(page, text) for text in named])
    for row in cells(kind=kind, rows=rows, language=language, taken=taken):
        page.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _head(page: Any, text: str) -> Any:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 - 13 MB, for files alone
    from openpyxl.styles import Font  # noqa: PLC0415 - 13 MB, for files alone

    cell = WriteOnlyCell(page, value=text)
    cell.font = Font(bold=True)
    return cell


WRITERS: dict[str, tuple[Callable[..., bytes], str]] = {
    "csv": (as_csv, "text/csv; charset=utf-8"),
    "xlsx": (as_xlsx, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
"""Each form of a ledger: how it is written, and what it is called on the wire."""
