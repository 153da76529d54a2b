"""A broken unit is taken out and another put in: the device stays, its history goes on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.devices import DeviceReplaced
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Device, FormerUnit
from linli.registry.devices.operations.checking import check_wire
from linli.registry.devices.operations.directory import bump
from linli.registry.devices.operations.registering import (
    Credential,
    number_points,
    renew,
)


class Unit(msgspec.Struct, frozen=True, kw_only=True):
    """What is put in. What is None stays as it was of the unit before."""

    serial: str
    model: str | None = None
    address: str | None = None
    options: Mapping[str, Any] | None = None
    installed_on: date | None = None


@transaction.atomic
def replace(
    *,
    community: str,
    code: str,
    unit: Unit,
    reason: str,
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> tuple[Device, Credential | None]:
    """Let another unit stand as a device: code, place, points and history stay.

    Secret and key of the old unit are void; the new one's, where the device had one, are returned
    this once. Points that another model adds are numbered; those that it lacks keep their history.

    :raises queries.DeviceNotFound, queries.ModelNotFound: if it, or the model, is unknown
    :raises logic.SameSerial, logic.SerialTaken: if that unit stands here, or elsewhere
    :raises logic.SerialNeeded, logic.ReasonNeeded, logic.AddressTaken: if that is wrong
    :raises Fault: what the driver refuses
    """
    row = queries.device(community=community, code=code, seen=seen, lock=True)
    said, serial = logic.check_reason(reason), logic.check_serial(unit.serial)
    before = _former(row, said, by, now)
    model = queries.model(id=unit.model or row.model).id
    _check_unit(row, serial, model)
    row.serial, row.model = serial, model
    row.installed_on = unit.installed_on or now.date()
    if unit.address is not None:
        row.address = unit.address
    if unit.options is not None:
        row.options = logic.unmasked(wanted=unit.options, kept=row.options)
    check_wire(row)
    credential = renew(row, now=now) if row.secret_hash else None
    before.save()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise logic.AddressTaken(address=row.address) from error
    number_points([row])
    _tell(row, before, by, now)
    return row, credential


def _former(row: Device, reason: str, by: int, now: datetime) -> FormerUnit:
    return FormerUnit(
        community=row.community,
        device=row,
        serial=row.serial,
        model=row.model,
        driver=row.driver,
        address=row.address,
        installed_on=row.installed_on,
        until=now,
        reason=reason,
        replaced_by_id=by,
    )


def _check_unit(row: Device, serial: str, model: str) -> None:
    if (serial, model) == (row.serial, row.model):
        raise logic.SameSerial(serial=serial, device=row.code)
    other = queries.by_serial(community=row.community, model=model, serial=serial)
    if other is not None:
        raise logic.SerialTaken(serial=serial, device=other.code)


def _tell(row: Device, before: FormerUnit, by: int, now: datetime) -> None:
    fact = DeviceReplaced(
        id=ids.new(),
        at=now,
        community=row.community,
        device=row.code,
        model=row.model,
        before=before.model,
        by=by,
    )
    outbox.record(fact)
    bump(community=row.community, now=now, cause=fact.id)
