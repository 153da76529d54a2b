"""How a thing model stands in a meter's records: a file of `catalog/wires/mbus/`."""

from collections.abc import Mapping, Sequence
from typing import Literal

import msgspec

from linli.drivers.mbus.records import Record, Telegram
from linli.drivers.reading import Reading
from linli.kernel import period

_POWER_LOW, _PERMANENT, _TEMPORARY = 0x04, 0x08, 0x10
_STATUS = {"battery_low": _POWER_LOW, "fault": _PERMANENT | _TEMPORARY}
_FACTORS: Mapping[tuple[str, str], float] = {
    ("Wh", "kWh"): 1e-3,
    ("J", "kWh"): 1 / 3_600_000,
    ("J/h", "W"): 1 / 3600,
    ("m3/min", "m3/h"): 60.0,
    ("m3/s", "m3/h"): 3600.0,
    ("bar", "MPa"): 0.1,
}
_DIGITS = 12


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Which record a property is. The first record that fits is taken."""

    types: Sequence[str]
    unit: str
    function: Literal["now", "maximum", "minimum"] = "now"
    storage: int = 0
    tariff: int = 0
    device: int = 0

    def fits(self, record: Record) -> bool:
        """Tell whether a record is the one."""
        return (
            record.type in self.types
            and not record.qualified
            and record.function == self.function
            and (record.storage, record.tariff, record.device)
            == (self.storage, self.tariff, self.device)
        )


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`status` names, by property, the bit of the status byte: `battery_low` or `fault`."""

    models: Sequence[str]
    every: str
    properties: Mapping[str, Rule]
    status: Mapping[str, Literal["battery_low", "fault"]] = {}
    source: str = ""

    def __post_init__(self) -> None:
        try:
            found = period.seconds(self.every)
        except period.BadPeriod:
            raise ValueError(f"not a span of time: {self.every!r}") from None
        if found <= 0:
            raise ValueError("every is greater than 0")

    @property
    def every_s(self) -> float:
        return period.seconds(self.every)


def readings(
    telegrams: Sequence[Telegram], table: Map
) -> tuple[list[Reading], list[tuple[str, bytes]]]:
    """Return what a model's properties are, and (reason, sample) of what could not be read."""
    records = [record for telegram in telegrams for record in telegram.records]
    found: list[Reading] = []
    refused = [("unread_record", why.encode()) for one in telegrams for why in one.unread]
    for name, rule in table.properties.items():
        record = next((record for record in records if rule.fits(record)), None)
        if record is None or not isinstance(record.value, float):
            continue
        factor = 1.0 if record.unit == rule.unit else _FACTORS.get((record.unit, rule.unit))
        if factor is None:
            refused.append((f"unit_of_{name}", record.unit.encode()))
        else:
            found.append(Reading(name=name, value=float(f"{record.value * factor:.{_DIGITS}g}")))
    if telegrams:
        status = telegrams[0].status
        found += [
            Reading(name=name, value=bool(status & _STATUS[bit]))
            for name, bit in table.status.items()
        ]
    return found, refused
