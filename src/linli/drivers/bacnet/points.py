"""How a thing model stands on BACnet: which object shows a property, which one a service writes."""

import ipaddress
import math
from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from linli.drivers.bacnet.names import PROPERTY_NUMBERS
from linli.drivers.bacnet.tags import ObjectId, object_id
from linli.drivers.line import Order, Wired
from linli.kernel.period import seconds

PRESENT_VALUE = PROPERTY_NUMBERS["present-value"]
STATUS_FLAGS = PROPERTY_NUMBERS["status-flags"]
_MOST_INSTANCE = 4_194_302
_MANUAL = 8
"""Manual operator: above schedules (16 to 9), below life safety (1, 2) (clause 19.2)."""
_MOST_PRIORITY = 16


class BacnetLineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`broadcast` is where Who-Is goes, `10.0.3.255:47808`; without it members need `host:port`.

    `instance` is our own device number, `timeout_s` how long an answer may take.
    """

    listen: str = "127.0.0.1:0"
    broadcast: str = ""
    instance: int = _MOST_INSTANCE
    timeout_s: float = 3.0
    retries: int = 2

    def __post_init__(self) -> None:
        """Refuse options that no socket can be bound to."""
        host_and_port(self.listen)
        if self.broadcast:
            host_and_port(self.broadcast)
        if not 0 <= self.instance <= _MOST_INSTANCE:
            raise ValueError(f"no device number: {self.instance}")
        if not 0 < self.timeout_s <= 60 or not 0 <= self.retries <= 10:  # noqa: PLR2004
            raise ValueError("timeout_s is up to 60, retries up to 10")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`objects` says where this one device differs from its map: property or service → object.

    `poll_s` and `priority` override those of the map; `lifetime_s` is that of a subscription.
    """

    cov: bool = True
    confirmed: bool = True
    lifetime_s: int = 300
    poll_s: float | None = None
    priority: int | None = None
    objects: dict[str, str] = {}

    def __post_init__(self) -> None:
        """Refuse objects that are none, and priorities beyond 1 to 16."""
        for name in self.objects.values():
            object_id(name)
        _check_priority(self.priority)
        if self.lifetime_s <= 0 or (self.poll_s is not None and self.poll_s <= 0):
            raise ValueError("lifetime_s and poll_s are above 0")


class ReadRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property is the value of an object, times `scale`, plus `add`. `invert` turns a binary."""

    object: str
    property: str = "present-value"
    scale: float = 1.0
    add: float = 0.0
    invert: bool = False
    cov: bool = True

    def __post_init__(self) -> None:
        """Refuse an object or a property that is none."""
        object_id(self.object)
        _property(self.property)


class WriteRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service writes `value`, or its `argument`, or `release`s what was written before."""

    object: str
    property: str = "present-value"
    value: float | None = None
    argument: str = ""
    release: bool = False
    priority: int = _MANUAL

    def __post_init__(self) -> None:
        """Refuse a row that does not say what it writes, or where."""
        object_id(self.object)
        _property(self.property)
        _check_priority(self.priority)
        if (self.value is not None) + bool(self.argument) + self.release != 1:
            raise ValueError("one of value, argument and release is wanted")


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `catalog/wires/bacnet`. `poll_s` is the pace of what cannot be subscribed to."""

    models: tuple[str, ...]
    poll_s: float = 15.0
    read: dict[str, ReadRow] = {}
    write: dict[str, WriteRow] = {}


class Address(msgspec.Struct, frozen=True, kw_only=True):
    """Where a member is: a socket, or a device number that is asked for. `offset` is added to
    the instance of each object: ten fans of one controller differ by it.
    """

    host: str = ""
    port: int = 0
    instance: int | None = None
    offset: int = 0


class Point(NamedTuple):
    """A property of a member and the object that shows it."""

    name: str
    object: ObjectId
    prop: int
    row: ReadRow


class Target(NamedTuple):
    """What a service writes: None releases."""

    object: ObjectId
    prop: int
    value: float | None
    priority: int


def host_and_port(text: str) -> tuple[str, int]:
    """Return both of an IPv4 socket address as `10.0.3.7:47808`.

    :raises ValueError: if it is none
    """
    host, _, port = text.rpartition(":")
    if not 0 <= int(port) < 65_536:  # noqa: PLR2004
        raise ValueError(f"no port: {text!r}")
    return str(ipaddress.IPv4Address(host)), int(port)


def address(text: str) -> Address:
    """Return the address of a member: `10.0.3.7:47808`, `1001`, either with `#20` behind it.

    :raises ValueError: if it is neither
    """
    where, _, shift = text.partition("#")
    offset = int(shift) if shift else 0
    if ":" in where:
        host, port = host_and_port(where)
        return Address(host=host, port=port, offset=offset)
    if not 0 <= int(where) <= _MOST_INSTANCE:
        raise ValueError(f"no address: {text!r}")
    return Address(instance=int(where), offset=offset)


def points(wired: Wired, *, offset: int = 0) -> tuple[Point, ...]:
    """Return what is read of a member.

    :raises ValueError: if its map names an object or property that is none
    """
    rows: Mapping[str, ReadRow] = wired.map.read if wired.map is not None else {}
    own: Mapping[str, str] = wired.options.objects
    return tuple(
        Point(name, _object(own.get(name), row.object, offset), _property(row.property), row)
        for name, row in rows.items()
        if name in wired.model.properties
    )


def poll_s(wired: Wired, *, subscribed: bool) -> float:
    """Return the pace of reading: the model's own period where changes come by themselves."""
    period_s = float(seconds(wired.model.period))
    if subscribed:
        return period_s
    own = wired.options.poll_s
    return float(own if own is not None else min(wired.map.poll_s, period_s))


def target(wired: Wired, order: Order, *, offset: int = 0) -> Target | None:
    """Return what an order writes; None where the map does not know its service.

    :raises ValueError: if an argument that it needs is missing or no number
    """
    row: WriteRow | None = wired.map.write.get(order.service) if wired.map is not None else None
    if row is None:
        return None
    name = _object(wired.options.objects.get(order.service), row.object, offset)
    value = None if row.release else _value(row, order)
    return Target(name, _property(row.property), value, wired.options.priority or row.priority)


def reading(point: Point, value: object) -> float | None:
    """Return what a property says of an object's value; None where that is no number."""
    if not isinstance(value, int | float):
        return None
    number = float(value)
    if not math.isfinite(number):
        return None
    if point.row.invert:
        return 0.0 if number else 1.0
    return number * point.row.scale + point.row.add


def _value(row: WriteRow, order: Order) -> float:
    said = order.args.get(row.argument) if row.argument else row.value
    if said is None or isinstance(said, str):
        raise ValueError(f"argument {row.argument!r} is missing")
    return float(said)


def _object(own: str | None, name: str, offset: int) -> ObjectId:
    """Return an object; one that the member's own options name is not shifted."""
    if own is not None:
        return object_id(own)
    found = object_id(name)
    return found._replace(instance=found.instance + offset)


def _check_priority(priority: int | None) -> None:
    if priority is not None and not 1 <= priority <= _MOST_PRIORITY:
        raise ValueError(f"no priority {priority}")


def _property(name: str) -> int:
    return PROPERTY_NUMBERS[name] if name in PROPERTY_NUMBERS else int(name)
