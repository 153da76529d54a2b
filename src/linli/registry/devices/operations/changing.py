"""Devices are altered: one, or many with one word to the live half."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from msgspec import UNSET, UnsetType

from linli.foundation.scope.writing import update_all
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import logic, queries
from linli.registry.devices.models import Device
from linli.registry.devices.operations.checking import above, check_wire, place_at
from linli.registry.devices.operations.directory import bump
from linli.registry.places import queries as places
from linli.registry.places.models import Place

_FIELDS = [
    "name_zh", "name_en", "place", "gateway", "enabled", "longitude_deg", "latitude_deg",
    "serial", "installed_on", "driver", "address", "options",
]  # fmt: skip


class Changes(msgspec.Struct, frozen=True, kw_only=True):
    """What to alter of a device; what is left out stays."""

    name: Words | UnsetType = UNSET
    place: str | UnsetType = UNSET
    gateway: str | UnsetType | None = UNSET
    enabled: bool | UnsetType = UNSET
    position: tuple[float, float] | UnsetType | None = UNSET
    serial: str | UnsetType = UNSET
    installed_on: date | UnsetType | None = UNSET
    driver: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    options: Mapping[str, Any] | UnsetType = UNSET


class _Around(msgspec.Struct, frozen=True, kw_only=True):
    """What changes may point at: places by path, devices by code; `seen` as in `queries`."""

    places: Mapping[str, Place]
    devices: Mapping[str, Device]
    seen: Sequence[str]


def change(
    *, community: str, code: str, changes: Changes, seen: Sequence[str] = (), now: datetime
) -> Device:
    """Alter a device: rename it, move it, put it behind a gateway, disable or enable it.

    :raises queries.DeviceNotFound: if it, or the gateway, is unknown
    :raises places.PlaceNotFound: if the place is
    :raises logic.BadPosition, logic.BadGateway, logic.AddressTaken: if that is wrong
    """
    with transaction.atomic():
        row = queries.device(community=community, code=code, seen=seen, lock=True)
        _alter(row, changes, _around(community, [changes], seen))
        try:
            with transaction.atomic():
                row.save()
        except IntegrityError as error:
            raise logic.AddressTaken(address=row.address) from error
        bump(community=community, now=now)
    return row


@transaction.atomic
def change_each(
    *, community: str, changes: Mapping[str, Changes], seen: Sequence[str] = (), now: datetime
) -> dict[str, Fault]:
    """Alter many devices by their codes; return why some were not, by code. The live half is told
    once.

    :raises logic.AddressTaken: if two would share an address; then nothing is altered
    """
    around = _around(community, changes.values(), seen)
    rows = queries.by_code(community=community, codes=changes, lock=True)
    altered, refused = list[Device](), dict[str, Fault]()
    for code, wanted in changes.items():
        row = rows.get(code)
        try:
            if row is None or not queries.visible(row, seen):
                raise queries.DeviceNotFound(device=code)
            _alter(row, wanted, around)
            altered.append(row)
        except Fault as fault:
            refused[code] = fault
    _write(altered)
    if altered:
        bump(community=community, now=now)
    return refused


def change_many(
    *, community: str, changes: Mapping[str, Changes], seen: Sequence[str] = (), now: datetime
) -> None:
    """Alter many devices: all of them, or none.

    Refuses as `change` does.
    """
    with transaction.atomic():
        for fault in change_each(community=community, changes=changes, seen=seen, now=now).values():
            raise fault


def _write(rows: Sequence[Device]) -> None:
    try:
        with transaction.atomic():
            update_all(rows, _FIELDS)
    except IntegrityError as error:
        taken = ", ".join(row.address for row in rows if row.address)
        raise logic.AddressTaken(address=taken[:120]) from error


def _around(community: str, changes: Iterable[Changes], seen: Sequence[str]) -> _Around:
    paths, codes = set[str](), set[str]()
    for one in changes:
        if one.place is not UNSET:
            paths.add(one.place)
        if isinstance(one.gateway, str):
            codes.add(one.gateway)
    return _Around(
        places=places.by_path(community=community, paths=paths),
        devices=queries.by_code(community=community, codes=codes),
        seen=seen,
    )


def _alter(row: Device, changes: Changes, around: _Around) -> None:
    """Bring a row up to what is wanted of it; nothing is written."""
    _move(row, changes, around)
    if changes.gateway is not UNSET:
        _put_behind(row, changes.gateway, around)
    if changes.name is not UNSET:
        row.name_zh, row.name_en = changes.name.zh, changes.name.en
    if changes.enabled is not UNSET:
        row.enabled = changes.enabled
    if changes.serial is not UNSET:
        row.serial = changes.serial
    if changes.installed_on is not UNSET:
        row.installed_on = changes.installed_on
    _rewire(row, changes)


def _move(row: Device, changes: Changes, around: _Around) -> None:
    if changes.place is not UNSET:
        row.place = place_at(around.places, changes.place, around.seen)
    if changes.position is not UNSET:
        logic.check_position(changes.position)
        row.longitude_deg, row.latitude_deg = changes.position or (None, None)


def _put_behind(row: Device, gateway: str | None, around: _Around) -> None:
    if gateway is None:
        row.gateway = None
        return
    up = around.devices.get(gateway)
    if up is None:
        raise queries.DeviceNotFound(device=gateway)
    logic.check_gateway(
        device=row.code,
        gateway=gateway,
        above=above(up),
        below=queries.steps_below(community=row.community, gateway=row),
    )
    row.gateway = up


def _rewire(row: Device, changes: Changes) -> None:
    """Change how a device is reached. A secret that comes back masked stays what it was."""
    if changes.driver is not UNSET:
        row.driver = changes.driver
    if changes.address is not UNSET:
        row.address = changes.address
    if changes.options is not UNSET:
        row.options = logic.unmasked(wanted=changes.options, kept=row.options)
    if {changes.driver, changes.address, changes.gateway} != {UNSET} or (
        changes.options is not UNSET
    ):
        check_wire(row)
