"""Devices and points as the live half needs them."""

from collections.abc import Collection

from linli.contracts.directory import DeviceEntry, PointEntry
from linli.registry.devices.models import Device, Point


def device_entries(*, community: str, models: Collection[str] | None = None) -> list[DeviceEntry]:
    """Return every device (or those of some models) as the live half needs it, in one pass."""
    rows = Device.rows.of(community).order_by("code")
    rows = rows if models is None else rows.filter(model__in=sorted(models))
    found = rows.values_list(
        "code", "model", "place__path", "gateway__code", "secret_hash", "enabled",
        "driver", "address", "options", "maintenance_until", "link_key",
    )  # fmt: skip
    return [
        DeviceEntry(
            code=code, model=model, place=place, gateway=up, secret_hash=hash_, enabled=on,
            driver=driver, address=address, options=options,
            maintenance_until=until.timestamp() if until else 0.0, link_key=key,
        )
        for code, model, place, up, hash_, on, driver, address, options, until, key
        in found.iterator(chunk_size=5000)
    ]  # fmt: skip


def point_entries(*, community: str) -> list[PointEntry]:
    """Return every point as the live half needs it, in the order of numbers, in one pass."""
    names = dict(Device.rows.of(community).values_list("pk", "code"))
    rows = Point.rows.of(community).order_by("number").values_list("number", "device_id", "name")
    return [
        PointEntry(number=number, device=names[device], name=name)
        for number, device, name in rows.iterator(chunk_size=20_000)
    ]


def points_of_models(
    *, community: str, models: Collection[str], names: Collection[str] | None
) -> list[PointEntry]:
    """Return the points of some names (None: of all) of the devices of some models."""
    rows = Point.rows.of(community).filter(device__model__in=sorted(models)).order_by("number")
    rows = rows if names is None else rows.filter(name__in=sorted(names))
    found = rows.values_list("number", "device__code", "name")
    return [
        PointEntry(number=number, device=device, name=name)
        for number, device, name in found.iterator(chunk_size=20_000)
    ]
