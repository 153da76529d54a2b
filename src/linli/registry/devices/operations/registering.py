"""Devices are entered, altered, and given secrets."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts.devices import DevicesEntered
from linli.contracts.directory import LINK_KEY_USE
from linli.devices import credential
from linli.devices.model import ThingModel
from linli.foundation import ids, sealing
from linli.foundation.outbox import operations as outbox
from linli.foundation.scope.writing import update_all
from linli.foundation.vault.logic import KEY_BYTES
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import catalogue, logic, queries
from linli.registry.devices.models import Device, Point
from linli.registry.devices.operations.checking import above, check_wire, place_at
from linli.registry.devices.operations.directory import bump
from linli.registry.places import queries as places

_NAMED = 20
"""Codes that the fact of an entry tells."""


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


class Credential(msgspec.Struct, frozen=True, kw_only=True):
    """With what a device signs in, and the key (hex) under which its payloads are sealed, if they
    are. Secret and key are shown now and never again.
    """

    username: str
    secret: str
    link_key: str = ""


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
        check_wire(row)
    try:
        with transaction.atomic():
            for wave in waves:
                Device.rows.bulk_create([rows[n] for n in wave])
    except IntegrityError as error:
        raise _taken(rows) from error
    number_points(rows)
    _tell(rows, now)
    return rows


def _tell(rows: Sequence[Device], now: datetime) -> None:
    if not rows:
        return
    community = rows[0].community
    codes = [row.code for row in rows]
    fact = DevicesEntered(
        id=ids.new(), at=now, community=community, count=len(codes), devices=codes[:_NAMED]
    )
    outbox.record(fact)
    bump(community=community, now=now, cause=fact.id)


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
            place=place_at(found, device.place, seen),
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
            logic.check_gateway(device=row.code, gateway=up, above=above(known[up]), below=0)


def _taken(rows: Sequence[Device]) -> Fault:
    """Return what a constraint of the table says in words."""
    wired = [row for row in rows if row.address]
    if wired and not queries.by_code(community=rows[0].community, codes=[row.code for row in rows]):
        return logic.AddressTaken(address=", ".join(row.address for row in wired[:3]))
    return logic.CodeTaken(code=", ".join(row.code for row in rows[:3]))


def number_points(rows: Sequence[Device]) -> None:
    """Number the points that these devices have by their models and that are not numbered yet."""
    models = catalogue.models()
    have = set[tuple[int, str]]()
    for part in logic.parts([row.pk for row in rows], 500):
        numbered = Point.rows.of(rows[0].community).filter(device_id__in=part)
        have.update(numbered.values_list("device_id", "name"))
    Point.rows.bulk_create(
        [
            Point(community=row.community, device=row, name=name)
            for row in rows
            for name in models[row.model].points()
            if (row.pk, name) not in have
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
def rotate_credential(
    *,
    community: str,
    code: str,
    sealed: bool | None = None,
    seen: Sequence[str] = (),
    now: datetime,
) -> Credential:
    """Give a device a new secret, and a new key where its payloads are sealed; the old ones are
    void from now on. They are returned this once.

    :param sealed: whether payloads are sealed from now on; None leaves that as it is
    :raises queries.DeviceNotFound: if it is unknown
    :raises logic.NotSealable: if its payloads cannot be sealed
    """  # fmt: skip
    row = queries.device(community=community, code=code, seen=seen, lock=True)
    made = renew(row, sealed=sealed, now=now)
    check_wire(row)
    row.save(update_fields=["secret_hash", "secret_changed_at", "link_key"])
    bump(community=community, now=now)
    return made


@transaction.atomic
def rotate_each(
    *,
    community: str,
    secrets_by_code: Mapping[str, str],
    seen: Sequence[str] = (),
    now: datetime,
) -> dict[str, Fault]:
    """Give many devices new secrets, made by whoever asks; return why some were not, by code."""
    rows = queries.by_code(community=community, codes=secrets_by_code, lock=True)
    mine = [row for row in rows.values() if queries.visible(row, seen)]
    for row in mine:
        renew_secret(row, now=now, secret=secrets_by_code[row.code])
    update_all(mine, ["secret_hash", "secret_changed_at"])
    if mine:
        bump(community=community, now=now)
    known = {row.code for row in mine}
    return {
        code: queries.DeviceNotFound(device=code) for code in secrets_by_code if code not in known
    }


def renew(row: Device, *, sealed: bool | None = None, now: datetime) -> Credential:
    """Give a row a new secret and, where payloads are (or are to be) sealed, a new key; to be saved
    by the caller.
    """
    made = renew_secret(row, now=now)
    if sealed is False or (sealed is None and not row.link_key):
        row.link_key = ""
        return made
    key = secrets.token_bytes(KEY_BYTES)
    row.link_key = sealing.seal(key, use=LINK_KEY_USE.format(row.community, row.code)).hex()
    return msgspec.structs.replace(made, link_key=key.hex())


def renew_secret(row: Device, *, now: datetime, secret: str = "") -> Credential:
    """Give a row a new secret, to be saved by the caller."""
    secret = secret or secrets.token_urlsafe(24)
    row.secret_hash = credential.make(secret, secrets.token_hex(8))
    row.secret_changed_at = now
    return Credential(username=f"{row.community}/{row.code}", secret=secret)
