"""Devices are entered, altered, and given secrets."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from msgspec import UNSET, UnsetType

from linli.contracts import wires
from linli.devices import credential
from linli.devices.model import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import catalogue, logic, queries
from linli.registry.devices.models import Device, Point
from linli.registry.devices.operations.directory import bump
from linli.registry.places import queries as places
from linli.registry.places.models import Place


class NewDevice(msgspec.Struct, frozen=True, kw_only=True):
    """A device to be entered. `place` is a path; `gateway` a code, entered before or with it;
    `position` (longitude, latitude) in degrees; `secret_hash` what `devices.credential` made;
    `driver`, `address` and `options` say how it is reached, where not by our own MQTT or HTTP.
    """

    code: str
    model: str
    name: Words
    place: str
    gateway: str | None = None
    position: tuple[float, float] | None = None
    serial: str = ""
    installed_on: date | None = None
    secret_hash: str = ""
    driver: str = ""
    address: str = ""
    options: Mapping[str, Any] = {}


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


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """With what a device signs in. The secret is shown now and never again."""

    username: str
    secret: str


def register(
    *, community: str, device: NewDevice, seen: Sequence[str] = (), now: datetime
) -> Device:
    """Enter a device and number its points.

    :raises logic.BadCode, logic.BadPosition, logic.BadGateway: if that is wrong
    :raises logic.CodeTaken: if there is such a device
    :raises queries.ModelNotFound, queries.DeviceNotFound, places.PlaceNotFound: model, gateway,
        place unknown
    """
    return register_many(community=community, devices=[device], seen=seen, now=now)[0]


@transaction.atomic
def register_many(
    *, community: str, devices: Sequence[NewDevice], seen: Sequence[str] = (), now: datetime
) -> list[Device]:
    """Enter many devices and number their points: all of them, or none. In the order given.

    Refuses as `register` does.
    """
    codes = [device.code for device in devices]
    known = queries.by_code(community=community, codes=codes)
    logic.check_codes(codes=codes, taken=known)
    for device in devices:
        queries.model(id=device.model)
        logic.check_position(device.position)
    rows = _unsaved(community, devices, seen, now)
    gateways = [device.gateway for device in devices]
    waves = logic.waves(codes=codes, gateways=gateways)
    _set_gateways(community, rows, gateways)
    for row in rows:
        _check_wire(row)
    try:
        with transaction.atomic():
            for wave in waves:
                Device.rows.bulk_create([rows[n] for n in wave])
    except IntegrityError as error:
        raise _taken(rows) from error
    _number_points(rows)
    if rows:
        bump(community=community, now=now)
    return rows


def _unsaved(
    community: str, devices: Sequence[NewDevice], seen: Sequence[str], now: datetime
) -> list[Device]:
    found = places.by_path(community=community, paths=(device.place for device in devices))
    return [
        Device(
            community=community,
            code=device.code,
            model=device.model,
            name_zh=device.name.zh,
            name_en=device.name.en,
            place=_place(found, device.place, seen),
            longitude_deg=device.position[0] if device.position else None,
            latitude_deg=device.position[1] if device.position else None,
            serial=device.serial,
            installed_on=device.installed_on,
            secret_hash=device.secret_hash,
            driver=device.driver,
            address=device.address,
            options=dict(device.options),
            secret_changed_at=now if device.secret_hash else None,
            registered_at=now,
        )
        for device in devices
    ]


def _place(found: Mapping[str, Place], path: str, seen: Sequence[str]) -> Place:
    place = found.get(path)
    if place is None or not queries.in_sight(path=path, seen=seen):
        raise places.PlaceNotFound(path=path)
    return place


def _set_gateways(community: str, rows: list[Device], gateways: Sequence[str | None]) -> None:
    wanted = {up for up in gateways if up is not None}
    known = queries.by_code(community=community, codes=wanted)
    known.update((row.code, row) for row in rows)
    for row, up in zip(rows, gateways, strict=True):
        if up is None:
            continue
        if up not in known:
            raise queries.DeviceNotFound(device=up)
        row.gateway = known[up]
    for row, up in zip(rows, gateways, strict=True):
        if up is not None:
            logic.check_gateway(device=row.code, gateway=up, above=_above(known[up]), below=0)


def _above(row: Device) -> list[str]:
    """Return the gateways above a device, going up, no further than a chain may be long."""
    codes: list[str] = []
    up = row.gateway
    while up is not None and len(codes) <= logic.MOST_STEPS:
        codes.append(up.code)
        up = up.gateway
    return codes


def _check_wire(row: Device) -> None:
    """Refuse a way to a device of which no driver could make a line.

    :raises Fault: what the driver says
    """
    if row.driver:
        above = row.gateway.driver if row.gateway is not None else ""
        wires.check(
            wires.Wire(
                driver=row.driver,
                address=row.address,
                model=row.model,
                options=row.options,
                is_line=above != row.driver,
            )
        )


def _taken(rows: Sequence[Device]) -> Fault:
    """Return what a constraint of the table says in words."""
    wired = [row for row in rows if row.address]
    if wired and not queries.by_code(community=rows[0].community, codes=[row.code for row in rows]):
        return logic.AddressTaken(address=", ".join(row.address for row in wired[:3]))
    return logic.CodeTaken(code=", ".join(row.code for row in rows[:3]))


def _number_points(rows: Sequence[Device]) -> None:
    models = catalogue.models()
    Point.rows.bulk_create(
        [
            Point(community=row.community, device=row, name=name)
            for row in rows
            for name in models[row.model].points()
        ]
    )


@transaction.atomic
def grow_points(*, community: str, now: datetime) -> int:
    """Number the points that models have gained since their devices were entered; return how many.

    Points that a model has lost keep their numbers, and their history.
    """
    models = catalogue.models()
    short = _short_of_points(community, models)
    rows = list(Device.rows.of(community).filter(model__in=short).order_by("code"))
    have = set(
        Point.rows.of(community).filter(device__model__in=short).values_list("device_id", "name")
    )
    missing = [
        Point(community=community, device=row, name=name)
        for row in rows
        for name in models[row.model].points()
        if (row.pk, name) not in have
    ]
    Point.rows.bulk_create(missing)
    if missing:
        bump(community=community, now=now)
    return len(missing)


def _short_of_points(community: str, models: Mapping[str, ThingModel]) -> list[str]:
    """Return the models some device of which lacks a point that the model has."""
    numbered = queries.points_by_model(community=community)
    return [
        model
        for model, devices in queries.devices_by_model(community=community).items()
        if model in models
        and any(numbered.get((model, name), 0) < devices for name in models[model].points())
    ]


@transaction.atomic
def change(
    *, community: str, code: str, changes: Changes, seen: Sequence[str] = (), now: datetime
) -> Device:
    """Alter a device: rename it, move it, put it behind a gateway, disable or enable it.

    :raises queries.DeviceNotFound: if it, or the gateway, is unknown
    :raises places.PlaceNotFound: if the place is
    :raises logic.BadPosition, logic.BadGateway: if that is wrong
    """
    row = queries.device(community=community, code=code, seen=seen, lock=True)
    _move(row, changes, seen)
    if changes.gateway is not UNSET:
        _put_behind(row, changes.gateway)
    if changes.name is not UNSET:
        row.name_zh, row.name_en = changes.name.zh, changes.name.en
    if changes.enabled is not UNSET:
        row.enabled = changes.enabled
    if changes.serial is not UNSET:
        row.serial = changes.serial
    if changes.installed_on is not UNSET:
        row.installed_on = changes.installed_on
    _rewire(row, changes)
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        raise logic.AddressTaken(address=row.address) from error
    bump(community=community, now=now)
    return row


def _move(row: Device, changes: Changes, seen: Sequence[str]) -> None:
    if changes.place is not UNSET:
        found = places.by_path(community=row.community, paths=[changes.place])
        row.place = _place(found, changes.place, seen)
    if changes.position is not UNSET:
        logic.check_position(changes.position)
        row.longitude_deg, row.latitude_deg = changes.position or (None, None)


def _put_behind(row: Device, gateway: str | None) -> None:
    if gateway is None:
        row.gateway = None
        return
    up = queries.device(community=row.community, code=gateway)
    logic.check_gateway(
        device=row.code,
        gateway=gateway,
        above=_above(up),
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
        kept = row.options
        row.options = {
            name: kept.get(name, value) if value == logic.MASKED else value
            for name, value in changes.options.items()
        }
    _check_wire(row)


@transaction.atomic
def rotate_credential(
    *, community: str, code: str, seen: Sequence[str] = (), now: datetime
) -> Credential:
    """Give a device a new secret; the old one is void from now on. It is returned this once.

    :raises queries.DeviceNotFound: if it is unknown
    """
    row = queries.device(community=community, code=code, seen=seen, lock=True)
    secret = secrets.token_urlsafe(24)
    row.secret_hash = credential.make(secret, secrets.token_hex(8))
    row.secret_changed_at = now
    row.save(update_fields=["secret_hash", "secret_changed_at"])
    bump(community=community, now=now)
    return Credential(username=f"{community}/{code}", secret=secret)
