"""The register of people over HTTP."""

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from django.utils import timezone
from ninja import Query, Router, Schema, Status

from linli.foundation.identity.guard import Visit, may, may_everywhere, signed_in
from linli.foundation.identity.sensitive import Sensitive
from linli.foundation.privacy.purposes import PURPOSES
from linli.foundation.scope.paging import CodePage
from linli.foundation.shapes import TwoLanguages
from linli.kernel import checks
from linli.registry.people import cells as grid
from linli.registry.people import detail, looking, operations, schemas
from linli.registry.people import search as searching
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
from linli.registry.people.logic import READ_FOR
from linli.registry.people.queries import Shown, Sought
from linli.registry.places import operations as place_register
from linli.registry.places.http import PlaceOut
from linli.registry.places.logic import NewPlace, PlaceChanges

router = Router(tags=["people"])
_MOST = 500

KINDS: dict[str, tuple[type, str]] = {
    "people": (PersonEntry, "register.people"),
    "households": (HouseholdEntry, "register.people"),
    "vehicles": (VehicleEntry, "register.read"),
    "organisations": (OrganisationEntry, "register.read"),
    "staff": (StaffEntry, "register.read"),
    "equipment": (EquipmentEntry, "register.read"),
}
"""Each list of the register, and the permission to read it."""

_IN_FULL = {"people", "staff"}
"""Kinds whose single record is read for a purpose, and remembered."""

SCHEMAS = {name: schemas.shown(kind) for name, (kind, _) in KINDS.items()}
HouseholdOut, VehicleOut = SCHEMAS["households"], SCHEMAS["vehicles"]
OrganisationOut, EquipmentOut = SCHEMAS["organisations"], SCHEMAS["equipment"]


class PlaceDetail(Schema):
    place: PlaceOut
    full_name: TwoLanguages
    counts: schemas.PlaceCounts
    households: list[HouseholdOut]  # type: ignore[valid-type]
    vehicles: list[VehicleOut]  # type: ignore[valid-type]
    organisations: list[OrganisationOut]  # type: ignore[valid-type]
    equipment: list[EquipmentOut]  # type: ignore[valid-type]
    devices: list[schemas.DeviceBrief]


@router.post("/checks/{kind}", response=schemas.CheckedOut, auth=signed_in)
def check(request: Visit, kind: str, body: schemas.ToCheck) -> object:
    """Tell whether an ID number, credit code, plate or phone number can be right, and why not."""
    return checks.check(kind, body.value, today=timezone.localdate())


@router.get("/purposes", response=schemas.Purposes, auth=signed_in)
def purposes(request: Visit) -> object:
    """List what a person's record may be read for."""
    return {"items": [{"key": key, "name": PURPOSES[key].name} for key in READ_FOR]}


@router.post("/{community}/search", response=schemas.Hits, auth=may("register.read"))
def search(request: Visit, community: str, body: schemas.RegisterSought) -> object:
    """Find by any part of a name, a plate, a room, the end of a phone number, or the whole of one:
    what is sought stands in no address.
    """
    people = request.auth.may("register.people")
    hits = searching.search(
        community=community, text=body.q, seen=request.auth.places, people=people,
        limit=body.limit,
    )  # fmt: skip
    if people and any(hit.kind == "person" for hit in hits):
        looking.remember(actor=request.auth, what="search:person", now=timezone.now())
    return {"items": [_hit(hit) for hit in hits]}


@router.get("/{community}/places/{path:place}/detail", response=PlaceDetail,
            auth=may("register.read"))  # fmt: skip
def place_detail(request: Visit, community: str, place: str) -> object:
    """Tell all that the register knows of a place."""
    now = timezone.now()
    found = detail.of_place(
        community=community,
        path=place,
        seen=request.auth.places,
        people=request.auth.may("register.people"),
        now=now,
    )
    for home in found["households"]:
        looking.remember(actor=request.auth, what=f"household:{home.id}", now=now)
    return {name: _flat_all(value) for name, value in found.items()}


@router.get("/{community}/cells", response=schemas.Cells, auth=may("register.read"))
def cells(request: Visit, community: str, wanted: Query[CodePage]) -> object:
    """List the grid cells, what they group and who looks after them."""
    items, after = grid.cells(community=community, wanted=wanted)
    return {"items": items, "next": after}


@router.get("/{community}/cells/{int:id}", response=schemas.CellOut, auth=may("register.read"))
def cell(request: Visit, community: str, id: int) -> object:
    """Return one grid cell."""
    return grid.cell(community=community, id=id)


@router.post("/{community}/cells", response={201: schemas.Entered},
             auth=may_everywhere("register.write"))  # fmt: skip
def add_cell(request: Visit, community: str, body: schemas.NewCell) -> Status[object]:
    """Enter a grid cell with the buildings that it groups."""
    cell = NewPlace(
        kind="cell",
        code=body.code,
        parent=community,
        name_zh=body.name.zh,
        name_en=body.name.en,
        geometry=body.geometry,
    )
    row = place_register.add_cell(
        community=community, cell=cell, buildings=body.buildings, now=timezone.now()
    )
    return Status(201, {"id": row.pk})


@router.patch("/{community}/cells/{int:id}", response=schemas.Entered,
              auth=may_everywhere("register.write"))  # fmt: skip
def change_cell(request: Visit, community: str, id: int, body: schemas.CellChange) -> object:
    """Rename a grid cell, draw it anew, or let it group other buildings."""
    said = body.dict(exclude_unset=True, include={"geometry"})
    if body.name:
        said |= {"name_zh": body.name.zh, "name_en": body.name.en}
    row = place_register.change_cell(
        community=community,
        id=id,
        changes=msgspec.convert(said, PlaceChanges),
        buildings=body.buildings,
        now=timezone.now(),
    )
    return {"id": row.pk}


@router.post("/{community}/memberships", response={204: None},
             auth=may_everywhere("register.write"))  # fmt: skip
def put_membership(request: Visit, community: str, body: schemas.Member) -> Status[None]:
    """Say what a person is to a household, from when, until when. Said twice it is so once."""
    entry = MembershipEntry(**body.dict(exclude_unset=True))
    operations.put_many(community=community, entries=[entry], today=timezone.localdate())
    return Status(204, None)


@router.post("/{community}/groups", response={204: None},
             auth=may_everywhere("register.write"))  # fmt: skip
def put_group(request: Visit, community: str, body: schemas.InGroup) -> Status[None]:
    """Say that a person belongs to a special group, from when, until when."""
    entry = GroupEntry(**body.dict(exclude_unset=True))
    operations.put_many(community=community, entries=[entry], today=timezone.localdate())
    return Status(204, None)


@router.put("/{community}/me/position", response={204: None}, auth=may("cases.handle"))
def report_position(request: Visit, community: str, body: schemas.Position) -> Status[None]:
    """Tell where one is, while on duty."""
    operations.report_position(
        community=community,
        account=request.auth.account,
        longitude_deg=body.longitude_deg,
        latitude_deg=body.latitude_deg,
        now=timezone.now(),
    )
    return Status(204, None)


def _hit(hit: searching.Hit) -> dict[str, Any]:
    return {
        "kind": hit.kind,
        "id": hit.id,
        "title": {"zh": hit.title[0], "en": hit.title[1]},
        "subtitle": {"zh": hit.subtitle[0], "en": hit.subtitle[1]},
        "path": hit.path,
    }


def _flat(shown: Shown) -> dict[str, Any]:
    return {"id": shown.id, **msgspec.to_builtins(shown.entry), **shown.beside}


def _flat_all(value: object) -> object:
    many = isinstance(value, Sequence) and not isinstance(value, str)
    return [_flat(v) if isinstance(v, Shown) else v for v in value] if many else value  # type: ignore[attr-defined]


def _listing(kind: type) -> Callable[..., object]:
    """Return the door that lists a kind."""

    def listing(
        request: Visit,
        community: str,
        *,
        q: str = "",
        place: str = "",
        group: str = "",
        cursor: int = 0,
        limit: int = 100,
    ) -> object:
        size = max(1, min(limit, _MOST))
        sought = Sought(
            text=q, place=place, group=group, seen=request.auth.places, after=cursor, limit=size + 1
        )
        rows = looking.list_rows(actor=request.auth, kind=kind, sought=sought, now=timezone.now())
        more = rows[size - 1].id if len(rows) > size else None
        return {"items": [_flat(row) for row in rows[:size]], "next": more}

    return listing


def _one(kind: type) -> Callable[..., object]:
    """Return the door that shows one of a kind as the list does."""

    def one(request: Visit, community: str, id: int) -> object:
        return _flat(looking.look_at(actor=request.auth, kind=kind, id=id, now=timezone.now()))

    return one


def _one_in_full(kind: type) -> Callable[..., object]:
    """Return the door that shows one of a kind in full, for a purpose."""

    def one(request: Visit, community: str, id: int, purpose: str) -> object:
        return _flat(
            looking.look_up(
                actor=request.auth, kind=kind, id=id, purpose=purpose, now=timezone.now()
            )
        )

    return one


def _entering(kind: type) -> Callable[..., object]:
    """Return the door that enters one of a kind."""
    form = schemas.form(kind)

    def enter(request: Visit, community: str, body: form) -> Status[object]:  # type: ignore[valid-type]
        said = body.dict(exclude_unset=True)  # type: ignore[attr-defined]
        entry: Entry = msgspec.convert(said, kind)
        number = operations.add(
            community=community, entry=entry, today=timezone.localdate(), by=request.auth.account
        )
        return Status(201, {"id": number})

    return enter


def _altering(kind: type) -> Callable[..., object]:
    """Return the door that alters one of a kind."""
    form = schemas.change(kind)

    def alter(request: Visit, community: str, id: int, body: form) -> object:  # type: ignore[valid-type]
        number = operations.change_by_id(
            community=community,
            kind=kind,
            id=id,
            said=body.dict(exclude_unset=True),  # type: ignore[attr-defined]
            actor=request.auth,
            today=timezone.localdate(),
        )
        return {"id": number}

    return alter


_SAID = {
    "people": "人员", "households": "住户", "vehicles": "车辆", "organisations": "单位",
    "staff": "工作人员", "equipment": "设备台账",
}  # fmt: skip


def _shows(permission: str, *, full: bool) -> Callable[..., object]:
    """Return the check of the door to one of a kind; in full it is a reveal."""
    return may("register.people", fresh=Sensitive.REVEAL) if full else may(permission)


def _open(name: str, kind: type, permission: str) -> None:
    """Open the doors of one kind: list, one, enter, alter."""
    at, one_at, said = f"/{{community}}/{name}", f"/{{community}}/{name}/{{int:id}}", _SAID[name]
    out, full, write = SCHEMAS[name], name in _IN_FULL, may_everywhere("register.write")
    doors: list[tuple[str, str, Any, Any, str, str, Callable[..., object]]] = [
        ("GET", at, schemas.page(kind, out), may(permission), f"list_{name}",
         f"List {name}, personal numbers masked", _listing(kind)),
        ("GET", one_at, out, _shows(permission, full=full), f"get_{name}",
         f"One of {name}" + (", in full, for a purpose" if full else ""),
         _one_in_full(kind) if full else _one(kind)),
        ("POST", at, {201: schemas.Entered}, write, f"add_{name}", "Enter one", _entering(kind)),
        ("PATCH", one_at, schemas.Entered, write, f"change_{name}", "Alter one", _altering(kind)),
    ]  # fmt: skip
    for method, path, response, auth, operation, words, door in doors:
        router.api_operation(
            [method],
            path,
            response=response,
            auth=auth,
            operation_id=operation,
            summary=f"{said} · {words}",
        )(door)


for _name, (_kind, _permission) in KINDS.items():
    _open(_name, _kind, _permission)
