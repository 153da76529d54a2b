"""How a thing model stands on a meter: a file of `catalog/wires/dlt645/`."""

from collections.abc import Mapping
from decimal import Decimal

import msgspec

from linli.drivers.dlt645.identifiers import Form, identified
from linli.drivers.dlt645.messages import RELAY_COMMANDS, Variant
from linli.kernel import period

_READABLE = (Form.NUMBER, Form.BITS, Form.PEAK)


class Item(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A property. `di` is its identifier in -2007, `di97` in -1997; without one it is not asked.

    The value is multiplied by `scale`. Of a status word one `bit` counts, 0 the lowest, turned
    round where `inverted`.
    """

    property: str
    di: str = ""
    di97: str = ""
    every: str = "1m"
    scale: Decimal = Decimal(1)
    bit: int | None = None
    inverted: bool = False

    def __post_init__(self) -> None:
        if not (self.di or self.di97):
            raise ValueError(f"{self.property}: one of di and di97 is needed")
        for code, digits in ((self.di, 8), (self.di97, 4)):
            found = identified(code) if code else None
            if code and (len(code) != digits or found is None or found.form not in _READABLE):
                raise ValueError(f"{self.property}: {code} is no identifier of a number")
        try:
            every_s = period.seconds(self.every)
        except period.BadPeriod as bad:
            raise ValueError(f"{self.property}: {self.every!r} is no period") from bad
        if every_s <= 0:
            raise ValueError(f"{self.property}: nothing is read every {self.every}")

    def code(self, variant: Variant) -> str:
        """Return the identifier, empty where that standard has none."""
        return self.di if variant is Variant.V2007 else self.di97


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`services` names the command of 1CH (N1, two hex digits) that each service is."""

    models: tuple[str, ...]
    source: str = ""
    readings: tuple[Item, ...] = ()
    services: Mapping[str, str] = {}

    def __post_init__(self) -> None:
        for name, command in self.services.items():
            if int(command, 16) not in RELAY_COMMANDS:
                raise ValueError(f"{name}: {command} is no command of 1CH")
