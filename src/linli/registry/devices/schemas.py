"""Devices, commands and refusals as they travel over HTTP."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

from ninja import Schema
from pydantic import ConfigDict, Field

from linli.contracts import wires
from linli.devices.model import ThingModel
from linli.foundation.shapes import TextIn, TwoLanguages
from linli.kernel.words import both
from linli.registry.devices import catalogue, logic, words
from linli.registry.devices.asks import LastValue
from linli.registry.devices.models import Device, FormerUnit, Point, Refusal


class ModelOut(Schema):
    """A kind of device: what it measures, tells and can do."""

    id: str
    name: TwoLanguages
    category: str
    period: str
    lane: str
    icon: str
    source: str
    properties: list[dict[str, Any]]
    events: list[dict[str, Any]]
    services: list[dict[str, Any]]


class Models(Schema):
    items: list[ModelOut]


class DeviceOut(Schema):
    """`position` is (longitude, latitude) in degrees; `floor` the storey of its place. Until
    `maintenance_until` somebody works on it, and scenes do not see it; null where nobody does.
    """

    code: str
    model: str
    model_name: TwoLanguages
    name: TwoLanguages
    place: str
    place_name: TwoLanguages
    gateway: str | None
    online: bool
    online_since: datetime | None
    last_seen: datetime | None
    enabled: bool
    position: tuple[float, float] | None
    floor: int | None
    driver: str
    address: str
    maintenance_until: datetime | None
    maintenance_reason: str


class Devices(Schema):
    items: list[DeviceOut]
    next: str | None


class PointOut(Schema):
    number: int
    name: str


class RefusalOut(Schema):
    device: str
    reason: str
    count: int
    first_at: datetime
    last_at: datetime
    sample: str
    taken: bool
    sentence: TwoLanguages


class Refusals(Schema):
    items: list[RefusalOut]
    next: str | None


class FormerUnitOut(Schema):
    """A unit that stood as this device until another took its place."""

    serial: str
    model: str
    address: str
    installed_on: date | None
    until: datetime
    reason: str


class DeviceDetail(DeviceOut):
    """`former_units`: those that stood as this device before, the last one first; `sealed`: whether
    its payloads are.
    """

    serial: str
    installed_on: date | None
    offline_reason: str
    category: str
    has_secret: bool
    sealed: bool
    properties: list[dict[str, Any]]
    events: list[dict[str, Any]]
    services: list[dict[str, Any]]
    points: list[PointOut]
    children: list[str]
    refusals: list[RefusalOut]
    options: dict[str, Any]
    former_units: list[FormerUnitOut]


class DeviceIn(Schema):
    model_config = ConfigDict(extra="forbid")
    code: str
    model: str
    name: TextIn
    place: str
    gateway: str | None = None
    position: tuple[float, float] | None = None
    serial: str = ""
    installed_on: date | None = None
    driver: str = ""
    address: str = ""
    options: dict[str, Any] = {}


class DeviceChange(Schema):
    """What is left out stays as it is; null takes the gateway, position or date away."""

    model_config = ConfigDict(extra="forbid")
    name: TextIn = TextIn(zh="")
    place: str = ""
    gateway: str | None = None
    enabled: bool = True
    position: tuple[float, float] | None = None
    serial: str = ""
    installed_on: date | None = None
    driver: str = ""
    address: str = ""
    options: dict[str, Any] = {}


class NewCredentialIn(Schema):
    """`sealed`: whether payloads are sealed with SM4 from now on; left out, as it is."""

    model_config = ConfigDict(extra="forbid")
    sealed: bool | None = None


class CredentialOut(Schema):
    """With what a device signs in, and the key (hex) under which its payloads are sealed, if they
    are. Secret and key are shown this once.
    """

    username: str
    secret: str
    link_key: str


class Value(Schema):
    device: str
    point: str
    at: datetime
    value: float
    quality: int


class Twin(Schema):
    """`next` is the cursor of the next devices."""

    items: list[Value]
    next: str | None


class History(Schema):
    """`items` are [epoch seconds, least, mean, greatest, count]; empty steps are left out."""

    model_config = ConfigDict(populate_by_name=True)
    point: str
    unit: str
    start: datetime = Field(serialization_alias="from")
    end: datetime = Field(serialization_alias="to")
    step_s: float
    items: list[tuple[float, float, float, float, int]]


def model_out(model: ThingModel) -> dict[str, Any]:
    """Return a kind of device with its points and services as lists, in the order of its file."""
    return {
        "id": model.id,
        "name": both(model.name),
        "category": model.category,
        "period": model.period,
        "lane": model.lane.value,
        "icon": model.icon,
        "source": model.source,
    } | _abilities(model)


def _abilities(model: ThingModel) -> dict[str, Any]:
    return {
        "properties": [
            {
                "id": name,
                "name": both(one.name),
                "type": one.type,
                "unit": one.unit,
                "range": one.range,
                "resolution": one.resolution,
                "values": list(one.values),
                "value_names": [both(word) for word in one.value_names],
            }
            for name, one in model.properties.items()
        ],
        "events": [{"id": name, "name": both(one.name)} for name, one in model.events.items()],
        "services": [
            {
                "id": service,
                "name": both(one.name),
                "inverse": one.inverse,
                "safety": one.safety,
                "moves": one.moves,
                "danger": both(one.danger) if one.danger else None,
                "expires": one.expires,
                "arguments": [
                    {
                        "id": name,
                        "name": both(argument.name),
                        "type": argument.type,
                        "unit": argument.unit,
                        "range": argument.range,
                        "required": argument.required,
                        "longest": argument.longest,
                    }
                    for name, argument in one.arguments.items()
                ],
            }
            for service, one in model.services.items()
        ],
    }


def unit_of(model: str, point: str) -> str:
    """Return the unit of a point of a model; empty where it has none."""
    found = catalogue.models().get(model)
    known = found.properties.get(point) if found else None
    return known.unit if known else ""


def device_out(row: Device) -> dict[str, Any]:
    """Return a device with the names of its model and place."""
    model = catalogue.models().get(row.model)
    placed = row.longitude_deg is not None and row.latitude_deg is not None
    return {
        "code": row.code,
        "model": row.model,
        "model_name": both(model.name) if model else {"zh": row.model, "en": row.model},
        "name": both(row.name),
        "place": row.place.path,
        "place_name": both(row.place.name),
        "gateway": row.gateway.code if row.gateway else None,
        "online": row.online,
        "online_since": row.online_since,
        "last_seen": row.last_seen,
        "enabled": row.enabled,
        "position": (row.longitude_deg, row.latitude_deg) if placed else None,
        "floor": row.place.level,
        "driver": row.driver,
        "address": row.address,
        "maintenance_until": row.maintenance_until,
        "maintenance_reason": row.maintenance_reason,
    }


def options_out(row: Device) -> dict[str, Any]:
    """Return the options of a device's driver, the secret ones masked."""
    hidden = wires.secrets(row.driver) if row.driver else frozenset()
    return {name: logic.MASKED if name in hidden else value for name, value in row.options.items()}


def detail_out(
    row: Device,
    points: Sequence[Point],
    children: Sequence[Device],
    refusals: Sequence[Refusal],
    former: Sequence[FormerUnit],
) -> dict[str, Any]:
    """Return a device with all that it is, can do, and was refused lately."""
    model = catalogue.models().get(row.model)
    abilities = _abilities(model) if model else {"properties": [], "events": [], "services": []}
    return (
        device_out(row)
        | abilities
        | {
            "serial": row.serial,
            "options": options_out(row),
            "installed_on": row.installed_on,
            "offline_reason": row.offline_reason,
            "category": model.category if model else "",
            "has_secret": bool(row.secret_hash),
            "sealed": bool(row.link_key),
            "points": [{"number": one.number, "name": one.name} for one in points],
            "children": [child.code for child in children],
            "refusals": [refusal_out(one) for one in refusals],
            "former_units": list(former),
        }
    )


def refusal_out(row: Refusal) -> dict[str, Any]:
    """Return a count of refusals with its sentence."""
    told = words.refusal(device=row.device, reason=row.reason, count=row.count, taken=row.taken)
    return {
        "device": row.device,
        "reason": row.reason,
        "count": row.count,
        "first_at": row.first_at,
        "last_at": row.last_at,
        "sample": row.sample,
        "taken": row.taken,
        "sentence": both(told),
    }


def value_out(value: LastValue) -> dict[str, Any]:
    """Return a last value with its time as an instant."""
    return {
        "device": value.device,
        "point": value.point,
        "at": datetime.fromtimestamp(value.at, UTC),
        "value": value.value,
        "quality": value.quality,
    }
