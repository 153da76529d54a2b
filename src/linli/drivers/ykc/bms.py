"""Messages of YKC that hand on what the vehicle's battery says (GB/T 27930); V1.6, 7.3-7.10.

They are read for the engineer; what a platform needs of them is in the real time report too.
"""

from collections.abc import Sequence
from typing import Annotated

from linli.drivers.ykc.layout import Body, Code, Hex, Shown, Text, Uint
from linli.drivers.ykc.messages import Byte, GunNumber, Order, Pile

Volts = Annotated[int, Uint(2, places=1)]
CellVolts = Annotated[int, Uint(2, places=2)]
Amps = Annotated[int, Uint(2, places=1, offset=-4000)]
"""With 400 A added, so that both ways of a current fit."""
Celsius = Annotated[int, Uint(1, offset=-50)]

_BATTERIES = {
    1: "lead-acid",
    2: "nickel-hydrogen",
    3: "LFP",
    4: "LMO",
    5: "LCO",
    6: "NMC",
    7: "polymer",
    8: "LTO",
    0xFF: "other",
}

_VEHICLE_MISSED = (
    *("CRM00", "CRMAA", "", ""),
    *("CTS/CML", "CRO", "", ""),
    *("CCS", "CST", "", ""),
    "CSD",
)
_CHARGER_MISSED = (
    *("BRM", "", "", ""),
    *("BCP", "BRO", "", ""),
    *("BCS", "BCL", "BST", ""),
    "BSD",
)


def _pairs(size: int, *names: str) -> Shown:
    """Return two bits each, lowest first; shown are those that are not 0, untrusted ones with ?"""

    def show(value: int) -> Sequence[str]:
        found = [(name, value >> 2 * at & 3) for at, name in enumerate(names)]
        return [f"{name}?" if two == 2 else name for name, two in found if name and two]  # noqa: PLR2004

    return Shown(size, show)


class Handshake(Body, frozen=True, kw_only=True):
    """15"""

    order: Order
    pile: Pile
    gun: GunNumber
    version: Annotated[str, Hex(3)]
    battery: Annotated[int, Code(_BATTERIES)]
    capacity_ah: Annotated[int, Uint(2, places=1)]
    voltage_v: Volts
    maker: Annotated[str, Text(4)]
    serial: Annotated[str, Hex(4)]
    made_year: Annotated[int, Uint(1, offset=1985)]
    made_month: Byte
    made_day: Byte
    charged_times: Annotated[int, Uint(3)]
    owned: Annotated[int, Code({0: "leased", 1: "own"})]
    spare: Byte
    vin: Annotated[str, Text(17)]
    software: Annotated[str, Hex(8)]


class Limits(Body, frozen=True, kw_only=True):
    """17"""

    order: Order
    pile: Pile
    gun: GunNumber
    most_cell_v: CellVolts
    most_current_a: Amps
    energy_kwh: Annotated[int, Uint(2, places=1)]
    most_voltage_v: Volts
    most_temperature_c: Celsius
    soc_pct: Annotated[int, Uint(2, places=1)]
    battery_v: Volts
    pile_most_v: Volts
    pile_least_v: Volts
    pile_most_a: Amps
    pile_least_a: Amps


class Ended(Body, frozen=True, kw_only=True):
    """19"""

    order: Order
    pile: Pile
    gun: GunNumber
    soc_pct: Byte
    least_cell_v: CellVolts
    most_cell_v: CellVolts
    least_temperature_c: Celsius
    most_temperature_c: Celsius
    charged_min: Annotated[int, Uint(2)]
    kwh: Annotated[int, Uint(2, places=1)]
    charger: Annotated[int, Uint(4)]


class Errors(Body, frozen=True, kw_only=True):
    """1B; what did not come in time, by the letters of GB/T 27930."""

    order: Order
    pile: Pile
    gun: GunNumber
    vehicle_missed: Annotated[int, _pairs(4, *_VEHICLE_MISSED)]
    charger_missed: Annotated[int, _pairs(4, *_CHARGER_MISSED)]


class VehicleStops(Body, frozen=True, kw_only=True):
    """1D"""

    order: Order
    pile: Pile
    gun: GunNumber
    reasons: Annotated[
        int, _pairs(1, "SOC reached", "voltage reached", "cell voltage reached", "charger stopped")
    ]
    faults: Annotated[
        int,
        _pairs(
            2,
            "insulation",
            "outlet too hot",
            "BMS too hot",
            "connector",
            "battery too hot",
            "relay",
            "voltage at point 2",
            "other",
        ),
    ]
    errors: Annotated[int, _pairs(1, "current too high", "voltage")]


class ChargerStops(Body, frozen=True, kw_only=True):
    """21"""

    order: Order
    pile: Pile
    gun: GunNumber
    reasons: Annotated[int, _pairs(1, "condition reached", "by hand", "fault", "vehicle stopped")]
    faults: Annotated[
        int,
        _pairs(
            2,
            "too hot",
            "connector",
            "inside too hot",
            "energy cannot be delivered",
            "emergency stop",
            "other",
        ),
    ]
    errors: Annotated[int, _pairs(1, "current mismatch", "voltage")]


class Demand(Body, frozen=True, kw_only=True):
    """23. The highest cell: its voltage in the lower 12 bits, its group in the others."""

    order: Order
    pile: Pile
    gun: GunNumber
    wanted_v: Volts
    wanted_a: Amps
    mode: Annotated[int, Code({1: "constant voltage", 2: "constant current"})]
    measured_v: Volts
    measured_a: Amps
    most_cell_v: Annotated[int, Shown(2, lambda value: (value & 0xFFF) / 100)]
    soc_pct: Byte
    left_min: Annotated[int, Uint(2)]
    output_v: Volts
    output_a: Amps
    charged_min: Annotated[int, Uint(2)]


class BatteryState(Body, frozen=True, kw_only=True):
    """25"""

    order: Order
    pile: Pile
    gun: GunNumber
    most_cell: Annotated[int, Uint(1, offset=1)]
    most_temperature_c: Celsius
    most_temperature_point: Annotated[int, Uint(1, offset=1)]
    least_temperature_c: Celsius
    least_temperature_point: Annotated[int, Uint(1, offset=1)]
    states: Annotated[
        int,
        _pairs(
            2,
            "cell voltage",
            "SOC",
            "over-current",
            "too hot",
            "insulation",
            "connector",
            "may charge",
        ),
    ]
