"""How a thing model stands in a device's registers: a file of `catalog/wires/modbus/`."""

from collections.abc import Mapping

import msgspec

from linli.drivers.modbus.pdu import MOST_REGISTERS, Table
from linli.drivers.modbus.values import Order, Place
from linli.kernel import period

_SHORTEST_S = 0.01


class Write(Place, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service writes: a fixed `value`, or what its `argument` says. It is read back, unless
    the device takes it away at once (a pulse): then the service needs `until`.
    """

    value: float | bool | str | None = None
    argument: str = ""
    read_back: bool = True

    def __post_init__(self) -> None:
        super().__post_init__()
        if (self.value is None) == (not self.argument):
            raise ValueError("one of value and argument is needed")
        if self.table not in (Table.COIL, Table.HOLDING):
            raise ValueError(f"{self.table} cannot be written")


class Until(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The property that shows that a service was done, and its value then."""

    property: str
    value: float | bool | str


class Doing(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service does. It is looked for `looks` times, `look_every_s` apart, whether it came
    to be."""

    writes: tuple[Write, ...]
    until: Until | None = None
    looks: int = 3
    look_every_s: float = 0.5

    def __post_init__(self) -> None:
        if not self.writes or not (self.until or any(one.read_back for one in self.writes)):
            raise ValueError("a service writes, and something shows that it was done")
        if not (1 <= self.looks <= 20 and 0 <= self.look_every_s <= 5):  # noqa: PLR2004
            raise ValueError("looks is 1 to 20, look_every_s up to 5")


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`gap` is how many registers, that nobody asked for, may be read over to save a request;
    `most` how many a device gives at once. `order` is that of values of several registers.
    """

    models: tuple[str, ...]
    source: str = ""
    every: str = "10s"
    gap: int = 16
    most: int = MOST_REGISTERS
    order: Order = Order.ABCD
    properties: Mapping[str, Place] = {}
    events: Mapping[str, Place] = {}
    services: Mapping[str, Doing] = {}

    def __post_init__(self) -> None:
        if not (0 <= self.gap < self.most <= MOST_REGISTERS):
            raise ValueError(f"gap is less than most, most is up to {MOST_REGISTERS}")
        _seconds(self.every)
        for place in (*self.properties.values(), *self.events.values()):
            self.every_s(place)
        if not all(place.is_flag for place in self.events.values()):
            raise ValueError("an event is a single bit")
        for name, doing in self.services.items():
            if doing.until and doing.until.property not in self.properties:
                raise ValueError(f"{name}: there is no property {doing.until.property}")

    def every_s(self, place: Place) -> float:
        """Return how often a place is read, in seconds."""
        return _seconds(place.every or self.every)

    def places(self) -> Mapping[str, Place]:
        """Return properties and events by name; they never share one."""
        return {**self.properties, **self.events}


def _seconds(text: str) -> float:
    """Return a span of time.

    :raises ValueError: if it is none, or too short to keep
    """
    try:
        found = period.seconds(text)
    except period.BadPeriod:
        raise ValueError(f"not a span of time: {text!r}") from None
    if found < _SHORTEST_S:
        raise ValueError(f"nothing is read every {text}")
    return found
