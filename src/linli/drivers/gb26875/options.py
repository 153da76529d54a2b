"""What an operator may set on a line and on a transmission device, and how models stand on it."""

from typing import Literal

import msgspec

from linli.drivers.polling import host_and_port

_LONGEST_WAIT_S = 10.0
_MOST_RESENDS = 10


class LineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A line listens (`host:port`); transmission devices dial it.

    `centre` is what we call ourselves until a device has said how it calls us. `east_h` is the
    zone of the devices' clocks. A device that says nothing for `silent_after_s` is gone. Clocks
    are set when a device comes, every `clock_every_s` (0: never), and where one is off by
    `clock_off_s`. A question waits `answer_within_s` and is sent `resends` times again.
    """

    listen: str
    centre: int = 1
    east_h: float = 8.0
    silent_after_s: float = 180.0
    answer_within_s: float = 10.0
    resends: int = 3
    clock_every_s: float = 86_400.0
    clock_off_s: float = 60.0
    most_connections: int = 2000
    tick_s: float = 1.0

    def __post_init__(self) -> None:
        host_and_port(self.listen)
        if not 0 < self.answer_within_s <= _LONGEST_WAIT_S:
            raise ValueError("answer_within_s is up to 10")
        if not 0 <= self.resends <= _MOST_RESENDS:
            raise ValueError("resends is up to 10")
        if self.silent_after_s <= 0 or self.tick_s <= 0 or self.most_connections < 1:
            raise ValueError("silent_after_s, tick_s and most_connections are above 0")
        if not -12 <= self.east_h <= 14:  # noqa: PLR2004 - the zones of the earth
            raise ValueError("east_h is from -12 to 14")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`scales` multiplies a property's value where the installation decides: a tank of 3 m has
    `{"level_pct": 33.333}`. Only a device that `may_initialise` is ever initialised.
    """

    scales: dict[str, float] = {}
    may_initialise: bool = False


class Shown(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property that is true when any of these bits is set, or when none of those is."""

    any: tuple[str, ...] = ()
    none: tuple[str, ...] = ()


class Happens(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An event: a state with any of these bits, a state where the last of `ends` is gone, or an
    operation, at the transmission device or at the fire system.
    """

    any: tuple[str, ...] = ()
    ends: tuple[str, ...] = ()
    operation: str = ""
    of: Literal["device", "system", "both"] = "both"


class Measured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An analogue type as a property: raw × step × scale. `step` is needed for the user's own
    types (128–255). One that is `installed` counts only where the device has its scale.
    """

    type: int
    property: str
    step: float | None = None
    scale: float = 1.0
    installed: bool = False


Question = Literal[
    "inspect", "set_clock", "initialise", "read_device", "read_version", "read_text",
    "read_clock", "read_part", "read_value",
]  # fmt: skip


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How thing models stand on this wire. Bits and operations by their names in `tables`."""

    models: tuple[str, ...]
    source: str = ""
    properties: dict[str, Shown] = {}
    events: dict[str, Happens] = {}
    analogues: tuple[Measured, ...] = ()
    services: dict[str, Question] = {}


NO_MAP = Map(models=())
