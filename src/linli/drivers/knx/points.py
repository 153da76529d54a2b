"""How a thing model stands on KNX: which group shows a property, which one a service writes."""

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.knx import cemi, dpt
from linli.drivers.knx.dpt import Payload
from linli.drivers.line import Order, Wired

_PREFIX = re.compile(r"(\d{1,2})/(\d)(?:/(\d{1,3}))?/?", re.ASCII)
_MOST_SUB = 255
_PRIORITIES = {"system": 0, "normal": 1, "urgent": 2, "low": 3}


class KnxLineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`connect` is a gateway, or with `routing` the multicast group, `224.0.23.12:3671`.

    `local` is our own address where several are; `individual` the one that we have by routing;
    `gap_s` is left between telegrams: a bus carries some fifty a second in all.
    """

    connect: str
    transport: Literal["udp", "tcp", "routing"] = "udp"
    local: str = ""
    individual: str = ""
    route_back: bool = False
    gap_s: float = 0.05
    answer_s: float = 3.0

    def __post_init__(self) -> None:
        """Refuse what is no `host:port`, and an individual address that is none."""
        host, _, port = self.connect.rpartition(":")
        if not host or not 0 < int(port) < 65_536:  # noqa: PLR2004
            raise ValueError(f"no host and port: {self.connect!r}")
        if self.individual:
            cemi.individual(self.individual)
        if self.gap_s < 0 or not 0 < self.answer_s <= 60:  # noqa: PLR2004
            raise ValueError("gap_s is 0 or more, answer_s up to 60")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`groups` says where a property or service of this device stands, whatever its address;
    `dpts` where its type differs from the map's. `poll_s` is how long a group may be still.
    """

    groups: dict[str, str] = {}
    dpts: dict[str, str] = {}
    poll_s: float | None = None
    read: bool = True

    def __post_init__(self) -> None:
        """Refuse groups and types that are none."""
        for group in self.groups.values():
            cemi.group(group)
        for number in self.dpts.values():
            _check_type(number)
        if self.poll_s is not None and self.poll_s <= 0:
            raise ValueError("poll_s is above 0")


class ReadRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property is shown by the group that is `group` after the member's first."""

    group: int
    dpt: str
    scale: float = 1.0
    add: float = 0.0
    invert: bool = False
    read: bool = True
    """Whether it may be asked for: its object has the read flag."""

    def __post_init__(self) -> None:
        """Refuse a type that is none."""
        _check_type(self.dpt)


class WriteRow(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A service writes `value`, or its `argument`, to a group."""

    group: int
    dpt: str
    value: float | None = None
    argument: str = ""
    priority: Literal["system", "normal", "urgent", "low"] = "low"

    def __post_init__(self) -> None:
        """Refuse a row that does not say what it writes, or as which type."""
        _check_type(self.dpt)
        if (self.value is not None) + bool(self.argument) != 1:
            raise ValueError("one of value and argument is wanted")
        if self.value is not None:
            dpt.encode(self.value, self.dpt)


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One file of `catalog/wires/knx`."""

    models: tuple[str, ...]
    read: dict[str, ReadRow] = {}
    write: dict[str, WriteRow] = {}


class Point(NamedTuple):
    """A property of a member and the group that shows it."""

    name: str
    group: int
    dpt: str
    row: ReadRow


class Target(NamedTuple):
    """What a service writes, and the number that it stands for."""

    group: int
    payload: Payload
    value: float
    dpt: str
    priority: int


def points(wired: Wired) -> tuple[Point, ...]:
    """Return what is read of a member.

    :raises ValueError: if the member's address leaves a group open
    """
    if wired.map is None:
        return ()
    rows: Mapping[str, ReadRow] = wired.map.read
    return tuple(
        Point(name, _group(wired, name, row.group), _type(wired, name, row.dpt), row)
        for name, row in rows.items()
        if name in wired.model.properties
    )


def written(wired: Wired) -> frozenset[int]:
    """Return the groups that services of a member write. Errors as `points`."""
    rows: Mapping[str, WriteRow] = wired.map.write if wired.map is not None else {}
    return frozenset(_group(wired, name, row.group) for name, row in rows.items())


def target(wired: Wired, order: Order) -> Target | None:
    """Return what an order writes; None where the map does not know its service.

    :raises ValueError: if an argument that it needs is missing, or no value of the type
    """
    row: WriteRow | None = wired.map.write.get(order.service) if wired.map is not None else None
    if row is None:
        return None
    said = order.args.get(row.argument) if row.argument else row.value
    if said is None or isinstance(said, str):
        raise ValueError(f"argument {row.argument!r} is missing")
    number = _type(wired, order.service, row.dpt)
    group = _group(wired, order.service, row.group)
    payload = dpt.encode(float(said), number)
    return Target(group, payload, float(said), number, _PRIORITIES[row.priority])


def shows(wired: Wired, service: str) -> str | None:
    """Return the property that shows that a service was done, if the model names one."""
    known = wired.model.services.get(service)
    return known.moves if known is not None else None


def confirms(point: Point, wanted: Target, payload: Payload) -> bool:
    """Tell whether a telegram of the property's group shows what was written. Where its type is
    another, that it spoke is all that can be told.
    """
    if point.dpt.partition(".")[0] != wanted.dpt.partition(".")[0]:
        return True
    try:
        found, meant = dpt.decode(payload, point.dpt), dpt.decode(wanted.payload, wanted.dpt)
    except BadFrame:
        return False
    return found == meant


def reading(point: Point, payload: Payload) -> float | None:
    """Return what a property says of a telegram; None where the sensor has no value to tell.

    :raises BadFrame: if the telegram is not of its type
    """
    if dpt.is_invalid(payload, point.dpt):
        return None
    value = dpt.decode(payload, point.dpt)
    if isinstance(value, str):
        raise BadFrame("text is no reading")
    if point.row.invert:
        return 0.0 if value else 1.0
    return round(value * point.row.scale + point.row.add, 9)


def _check_type(number: str) -> None:
    if not dpt.known(number):
        raise ValueError(f"no data point type {number}")


def _type(wired: Wired, name: str, number: str) -> str:
    found: str = wired.options.dpts.get(name, number)
    return found


def _group(wired: Wired, name: str, offset: int) -> int:
    """Return a group: the member's own, or the map's, counted from the member's address.

    `1/2` counts from 1/2/0, `1/2/40` from there.
    """
    own = wired.options.groups.get(name)
    if own is not None:
        return cemi.group(own)
    found = _PREFIX.fullmatch(wired.address)
    if found is None:
        raise ValueError(f"no group addresses begin with {wired.address!r}")
    main, middle, first = found.groups(default="0")
    if int(first) + offset > _MOST_SUB:
        raise ValueError(f"{wired.address} and {offset} reach beyond 255")
    return cemi.group(f"{main}/{middle}/{int(first) + offset}")
