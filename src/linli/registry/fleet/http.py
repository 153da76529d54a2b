"""Devices under management over HTTP."""

from typing import Literal

from django.http import HttpResponse
from django.utils import timezone
from ninja import Field, Query, Router, Status

from linli.foundation.files import showing
from linli.foundation.identity.guard import Visit, may
from linli.foundation.scope.paging import NumberPage, RecentPage
from linli.kernel.words import Words
from linli.registry.devices.schemas import DeviceOut, device_out
from linli.registry.fleet import bulk_schemas, operations, printing, queries, schemas
from linli.registry.fleet.operations import collecting

router = Router(tags=["fleet"])


class NewcomersWanted(RecentPage):
    """Which part of the newcomers, and in which state: waiting, admitted or ignored."""

    state: str = "waiting"


class Listed(NumberPage):
    """Which: every word narrows."""

    state: str = ""
    limit: int = Field(50, ge=1, le=500)


class ResultsWanted(NumberPage):
    """Which devices of one: every word narrows."""

    state: str = ""
    limit: int = Field(100, ge=1, le=500)


@router.get("/{community}/newcomers", response=schemas.Newcomers, auth=may("devices.read"))
def newcomers(request: Visit, community: str, wanted: Query[NewcomersWanted]) -> object:
    """List who spoke on a line and is not in the register, the last heard first."""
    rows, after = queries.newcomers(
        community=community, wanted=wanted, state=wanted.state, seen=request.auth.places
    )
    return {"items": rows, "next": after}


@router.post("/{community}/newcomers/{id}/admit", response={201: schemas.Admitted},
             auth=may("devices.write"))  # fmt: skip
def admit(
    request: Visit, community: str, id: int, body: schemas.AdmissionIn
) -> Status[dict[str, str]]:
    """Let a newcomer in as a device of the register."""
    said = body.dict(exclude={"name"})
    device = operations.admit(
        community=community,
        id=id,
        admission=operations.Admission(**said, name=Words(zh=body.name.zh, en=body.name.en)),
        seen=request.auth.places,
        by=request.auth.account,
        now=timezone.now(),
    )
    return Status(201, {"device": device.code})


@router.post("/{community}/newcomers/{id}/ignore", response=schemas.NewcomerOut,
             auth=may("devices.write"))  # fmt: skip
def ignore(request: Visit, community: str, id: int) -> object:
    """Do not let a newcomer in."""
    return operations.ignore(
        community=community,
        id=id,
        seen=request.auth.places,
        by=request.auth.account,
        now=timezone.now(),
    )


@router.post("/{community}/devices/scan", response={200: schemas.Scanned, 201: schemas.Scanned},
             auth=may("devices.write"))  # fmt: skip
def scan(request: Visit, community: str, body: schemas.ScanIn) -> Status[dict[str, object]]:
    """Enter the device whose label was scanned; scanned again it is the same device."""
    name = Words(zh=body.name.zh, en=body.name.en) if body.name else None
    row, created = operations.scan(
        community=community,
        scan=operations.Scan(text=body.text, place=body.place, name=name, gateway=body.gateway),
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(201 if created else 200, {"created": created, "device": device_out(row)})


@router.get("/{community}/devices/labels", auth=may("devices.read"))
def labels(request: Visit, community: str, codes: str) -> HttpResponse:
    """Return a sheet of labels with QR codes to print, as HTML; `codes` with commas between."""
    rows = queries.labelled(
        community=community,
        codes=[code.strip() for code in codes.split(",") if code.strip()],
        seen=request.auth.places,
    )
    page = printing.sheet(rows=rows, base=request.build_absolute_uri("/"))
    return showing.sheet(page)


@router.get("/{community}/label", response=DeviceOut, auth=may("devices.read"))
def of_label(request: Visit, community: str, text: str) -> object:
    """Return the device on which a label stands; `text` is what was scanned."""
    row = queries.of_label(community=community, text=text, seen=request.auth.places)
    return device_out(row)


@router.post("/{community}/bulk", response={202: bulk_schemas.BulkOut}, auth=may("devices.write"))
def begin_bulk(request: Visit, community: str, body: bulk_schemas.BulkIn) -> Status[object]:
    """Enable, disable, move, maintain, release many devices, or give them new secrets: noted now,
    done in parts; repeated with the same key it is done once.
    """
    row = operations.begin(
        community=community,
        wish=body.wish(),
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(202, bulk_schemas.bulk_out(row))


@router.post("/{community}/bulk/commands", response={202: bulk_schemas.BulkOut},
             auth=may("devices.command"))  # fmt: skip
def command_many(
    request: Visit, community: str, body: bulk_schemas.BulkCommandIn
) -> Status[object]:
    """Have many devices told to do something; what is dangerous waits to be confirmed."""
    row = operations.begin(
        community=community,
        wish=body.wish(),
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(202, bulk_schemas.bulk_out(row))


@router.get("/{community}/bulk", response=bulk_schemas.Bulks, auth=may("devices.read"))
def bulks(request: Visit, community: str, wanted: Query[Listed]) -> object:
    """List what was done to many devices, the newest first; who has a place sees his own."""
    rows, after = queries.bulks(
        community=community,
        by=request.auth.account,
        seen=request.auth.places,
        state=wanted.state,
        wanted=wanted,
    )
    return {"items": [bulk_schemas.bulk_out(row) for row in rows], "next": after}


@router.get("/{community}/bulk/{id}", response=bulk_schemas.BulkDetail, auth=may("devices.read"))
def one_bulk(request: Visit, community: str, id: int, wanted: Query[ResultsWanted]) -> object:
    """Return how far one has come, and what became of each device."""
    found = queries.items(
        community=community,
        id=id,
        by=request.auth.account,
        seen=request.auth.places,
        state=wanted.state,
        wanted=wanted,
    )
    return bulk_schemas.detail_out(*found)


@router.post("/{community}/bulk/{id}/credentials", auth=may("devices.write"))
def collect_credentials(request: Visit, community: str, id: int) -> HttpResponse:
    """Return the secrets that one made, as csv, this once and to who asked for them."""
    made = operations.collect(
        community=community,
        id=id,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return HttpResponse(
        collecting.as_csv(made=made),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="{community}-credentials-{id}.csv"',
            "Cache-Control": "no-store",
        },
    )


@router.post("/{community}/bulk/{id}/{step}", response=bulk_schemas.BulkOut,
             auth=may("devices.write", "devices.command"))  # fmt: skip
def steer_bulk(
    request: Visit, community: str, id: int, step: Literal["pause", "resume", "cancel", "confirm"]
) -> object:
    """Pause it, go on, cancel what is left, or confirm what is dangerous."""
    row = operations.steer(
        community=community,
        id=id,
        step=step,
        by=request.auth.account,
        holds=request.auth.holds,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return bulk_schemas.bulk_out(row)
