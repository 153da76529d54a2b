"""Devices over HTTP: the register, the twin, history, commands, refusals."""

from datetime import timedelta
from typing import Any

import msgspec
from django.utils import timezone
from ninja import Query, Router, Schema, Status
from pydantic import AwareDatetime, Field

from linli.contracts import wires
from linli.foundation.identity.guard import OwnVisit, Visit, may, signed_in
from linli.foundation.scope.paging import CodePage, RecentPage
from linli.kernel.words import Words
from linli.registry.devices import (
    asks,
    care_schemas,
    command_schemas,
    logic,
    operations,
    queries,
    schemas,
    wire_schemas,
)

router = Router(tags=["devices"])

_LONGEST = timedelta(days=400)
_MOST_BUCKETS = 2_000


class DevicesWanted(Schema):
    """Which devices: every word narrows."""

    q: str = ""
    model: str = ""
    category: str = ""
    driver: str = ""
    place: str = ""
    online: bool | None = None
    enabled: bool | None = None
    maintenance: bool | None = None
    cursor: str = ""
    limit: int = 100


class Span(Schema):
    """A stretch of the past of a point, in so many steps at most."""

    point: str
    start: AwareDatetime = Field(alias="from")
    end: AwareDatetime = Field(alias="to")
    buckets: int = 300


class TwinWanted(CodePage):
    """Which part of the devices, by code: `limit` counts devices, of which each has its values."""

    device: str = ""
    place: str = ""
    limit: int = Field(500, ge=1, le=500)


class RefusalsWanted(RecentPage):
    """Which part of what was refused: of one device, if it is named."""

    device: str = ""


class Past(Schema):
    """Which commands: every word narrows."""

    device: str = ""
    state: str = ""
    cursor: str = ""
    limit: int = 100


@router.get("/models", response=schemas.Models, auth=signed_in)
def models(request: OwnVisit) -> object:
    """List every kind of device that this installation knows."""
    return {"items": [schemas.model_out(model) for model in queries.models()]}


@router.get("/models/{id}", response=schemas.ModelOut, auth=signed_in)
def model(request: OwnVisit, id: str) -> object:
    """Return one kind of device."""
    return schemas.model_out(queries.model(id=id))


@router.get("/protocols", response=wire_schemas.Protocols, auth=signed_in)
def protocols(request: OwnVisit) -> object:
    """List the protocols that this installation speaks, with their options."""
    return {"items": [wire_schemas.protocol_out(one) for one in wires.protocols()]}


@router.get("/{community}/devices", response=schemas.Devices, auth=may("devices.read"))
def devices(request: Visit, community: str, wanted: Query[DevicesWanted]) -> object:
    """List devices in the order of their codes."""
    rows, after = queries.devices(
        community=community,
        sought=queries.Sought(
            seen=request.auth.places,
            text=wanted.q,
            model=wanted.model,
            category=wanted.category,
            driver=wanted.driver,
            place=wanted.place,
            online=wanted.online,
            enabled=wanted.enabled,
            maintained=wanted.maintenance,
        ),
        after=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
    )
    return {"items": [schemas.device_out(row) for row in rows], "next": after}


@router.post("/{community}/devices", response={201: schemas.DeviceOut}, auth=may("devices.write"))
def register(request: Visit, community: str, body: schemas.DeviceIn) -> Status[object]:
    """Enter a device; its points are numbered for good."""
    said = body.dict(exclude={"name"})
    device = operations.NewDevice(**said, name=Words(zh=body.name.zh, en=body.name.en))
    row = operations.register(
        community=community, device=device, seen=request.auth.places, now=timezone.now()
    )
    return Status(201, schemas.device_out(row))


@router.get("/{community}/devices/{code}", response=schemas.DeviceDetail, auth=may("devices.read"))
def device(request: Visit, community: str, code: str) -> object:
    """Return one device: what it is, can do, and what was refused of it."""
    found = queries.detail(community=community, code=code, seen=request.auth.places)
    return schemas.detail_out(*found)


@router.patch("/{community}/devices/{code}", response=schemas.DeviceOut, auth=may("devices.write"))
def change(request: Visit, community: str, code: str, body: schemas.DeviceChange) -> object:
    """Alter a device: rename, move, put behind a gateway, disable or enable it."""
    row = operations.change(
        community=community,
        code=code,
        changes=msgspec.convert(body.dict(exclude_unset=True), operations.Changes),
        seen=request.auth.places,
        now=timezone.now(),
    )
    return schemas.device_out(row)


@router.post("/{community}/devices/{code}/credential", response=schemas.CredentialOut,
             auth=may("devices.write"))  # fmt: skip
def credential(
    request: Visit, community: str, code: str, body: schemas.NewCredentialIn | None = None
) -> object:
    """Give a device a new secret, and a new key where its payloads are sealed: shown this once; the
    old ones are void from now on.
    """
    return operations.rotate_credential(
        community=community,
        code=code,
        sealed=body.sealed if body else None,
        seen=request.auth.places,
        now=timezone.now(),
    )


@router.put("/{community}/devices/{code}/maintenance", response=schemas.DeviceOut,
            auth=may("devices.write"))  # fmt: skip
def maintain(request: Visit, community: str, code: str, body: care_schemas.MaintenanceIn) -> object:
    """Take a device from the sight of scenes while somebody works on it; it ends by itself."""
    row = operations.maintain(
        community=community,
        code=code,
        until=body.until,
        reason=body.reason,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return schemas.device_out(row)


@router.delete("/{community}/devices/{code}/maintenance", response=schemas.DeviceOut,
               auth=may("devices.write"))  # fmt: skip
def release(request: Visit, community: str, code: str) -> object:
    """Let scenes see a device again, before the time is up."""
    row = operations.release(
        community=community,
        code=code,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return schemas.device_out(row)


@router.post("/{community}/devices/{code}/replace", response=care_schemas.Replaced,
             auth=may("devices.write"))  # fmt: skip
def replace(request: Visit, community: str, code: str, body: care_schemas.ReplacementIn) -> object:
    """Let another unit stand as a device: code, place, points and history stay."""
    row, credential = operations.replace(
        community=community,
        code=code,
        unit=operations.Unit(**body.dict(exclude={"reason"})),
        reason=body.reason,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return {
        "device": schemas.device_out(row),
        "credential": care_schemas.credential_out(credential),
    }


@router.get("/{community}/twin", response=schemas.Twin, auth=may("devices.read"))
def twin(request: Visit, community: str, wanted: Query[TwinWanted]) -> object:
    """Return the last values of a device, or of the devices at a place and below it."""
    rows, after = queries.devices(
        community=community,
        sought=queries.Sought(seen=request.auth.places, place=wanted.place, code=wanted.device),
        after=wanted.cursor,
        limit=wanted.limit,
    )
    values = asks.twin(community, [row.code for row in rows]) if rows else []
    return {"items": [schemas.value_out(value) for value in values], "next": after}


@router.get("/{community}/devices/{code}/history", response=schemas.History,
            auth=may("devices.read"), by_alias=True)  # fmt: skip
def history(
    request: Visit,
    community: str,
    code: str,
    span: Query[Span],
) -> object:
    """Return the past of a point in so many steps at most."""
    logic.check_span(start=span.start, end=span.end, longest=_LONGEST)
    row, found = queries.point(
        community=community, code=code, name=span.point, seen=request.auth.places
    )
    told = asks.history(
        community,
        found.number,
        span.start.timestamp(),
        span.end.timestamp(),
        max(1, min(span.buckets, _MOST_BUCKETS)),
    )
    return {
        "point": span.point,
        "unit": schemas.unit_of(row.model, span.point),
        "start": span.start,
        "end": span.end,
        "step_s": told.step_s,
        "items": [(one.at, one.low, one.mean, one.high, one.count) for one in told.items],
    }


@router.get("/{community}/devices/{code}/frames", response=wire_schemas.Frames,
            auth=may("devices.command"))  # fmt: skip
def frames(request: Visit, community: str, code: str) -> object:
    """Return the last raw frames of a device on a field line, with what they say."""
    row = queries.device(community=community, code=code, seen=request.auth.places)
    return {
        "items": [
            wire_schemas.frame_out(row.driver, one) for one in asks.frames(community, row.code)
        ]
    }


@router.post("/{community}/devices/{code}/commands", response={202: command_schemas.CommandTaken},
             auth=may("devices.command"))  # fmt: skip
def command(
    request: Visit, community: str, code: str, body: command_schemas.CommandIn
) -> Status[dict[str, Any]]:
    """Have a device told to do something; repeated with the same key, it is told once."""
    row = operations.request_command(
        community=community,
        device=code,
        service=body.service,
        args=body.args,
        key=body.key,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(202, command_schemas.taken_out(row))


@router.post("/{community}/devices/{code}/commands/override",
             response={202: command_schemas.CommandTaken},
             auth=may("devices.override"))  # fmt: skip
def override(
    request: Visit, community: str, code: str, body: command_schemas.OverrideIn
) -> Status[dict[str, Any]]:
    """Have a device told to do something even against a safety scene that acts now; say why."""
    row = operations.request_command(
        community=community,
        device=code,
        service=body.service,
        args=body.args,
        key=body.key,
        by=request.auth.account,
        override=body.reason,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(202, command_schemas.taken_out(row))


@router.post("/{community}/commands/{id}/confirm", response={202: command_schemas.CommandTaken},
             auth=may("devices.command"))  # fmt: skip
def confirm(request: Visit, community: str, id: str) -> Status[dict[str, Any]]:
    """Have the dangerous thing done that one asked for a moment ago."""
    row = operations.confirm_command(
        community=community,
        id=id,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return Status(202, command_schemas.taken_out(row))


@router.get("/{community}/commands", response=command_schemas.Commands, auth=may("devices.read"))
def commands(request: Visit, community: str, wanted: Query[Past]) -> object:
    """List commands, the newest first."""
    rows, after = queries.commands(
        community=community,
        seen=request.auth.places,
        device=wanted.device,
        state=wanted.state,
        cursor=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
    )
    return {"items": command_schemas.with_givers(rows), "next": after}


@router.get(
    "/{community}/commands/{id}", response=command_schemas.CommandOut, auth=may("devices.read")
)
def one_command(request: Visit, community: str, id: str) -> object:
    """Return one command."""
    return queries.command(community=community, id=id, seen=request.auth.places)


@router.get("/{community}/refusals", response=schemas.Refusals, auth=may("devices.read"))
def refusals(request: Visit, community: str, wanted: Query[RefusalsWanted]) -> object:
    """List what was refused or flagged, counted by device and reason, the newest first."""
    rows, after = queries.refusals(
        community=community, wanted=wanted, device=wanted.device, seen=request.auth.places
    )
    return {"items": [schemas.refusal_out(row) for row in rows], "next": after}
