"""How a thing model stands in a meter's answers: a file of `catalog/wires/cjt188/`."""

from collections.abc import Mapping
from typing import Literal

import msgspec

from linli.drivers.cjt188.body import Status
from linli.kernel import period

_SHORTEST_S = 0.01

ByteOrder = Literal["low_first", "high_first"]


class Poll(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One identifier that is read. `properties` names, by field of the answer, the property that it
    is: `current`, `flow`, `valve_open`, `battery_low`, `fault` …
    """

    di: str
    every: str
    properties: Mapping[str, str]

    def __post_init__(self) -> None:
        if len(self.di) != 4:  # noqa: PLR2004
            raise ValueError(f"an identifier has four digits: {self.di!r}")
        int(self.di, 16)
        try:
            found = period.seconds(self.every)
        except period.BadPeriod:
            raise ValueError(f"not a span of time: {self.every!r}") from None
        if found < _SHORTEST_S:
            raise ValueError(f"nothing is read every {self.every}")

    @property
    def number(self) -> int:
        return int(self.di, 16)

    @property
    def every_s(self) -> float:
        return period.seconds(self.every)


class Valve(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a service does to the valve. It is looked for `looks` times, `look_every_s` apart,
    whether it stands so; 0 looks take the meter at its word."""

    valve: Literal["open", "closed"]
    looks: int = 5
    look_every_s: float = 2.0

    def __post_init__(self) -> None:
        if not (0 <= self.looks <= 20 and 0 <= self.look_every_s <= 5):  # noqa: PLR2004
            raise ValueError("looks is up to 20, look_every_s up to 5")


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`kind` is the type of the meter (16 cold water, 32 heat, 48 gas), `order` how the identifier
    stands in requests. `decimals` and `status` are of products that do otherwise than most.
    """

    models: tuple[str, ...]
    kind: int
    source: str = ""
    order: ByteOrder = "low_first"
    polls: tuple[Poll, ...] = ()
    services: Mapping[str, Valve] = {}
    decimals: Mapping[str, int] = {}
    status: Status = Status()

    def __post_init__(self) -> None:
        if not 0x10 <= self.kind <= 0x49:  # noqa: PLR2004
            raise ValueError("kind is 16 to 73")
