"""Who in 和睦里 speaks a field protocol: on which line, at which address, with which options.

Lines listen on ports of loopback that the system picks; serial servers, panels and charge points
dial them. What is not named here speaks MQTT or HTTP, as `devices.Thing` says.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec

from linli.app.demo import credentials

LINE = "field_line"
WIRED = "demo-field.json"
"""In the installation's folder: which devices of the plan the register has, and how (`Known`)."""
MAIN_METER = "vwm-pump-house"
CARD = "HML00001"
"""The card with which cars of the demo begin to charge by themselves."""
REMOTE_TAG = "LINLI"
_CHARGERS = 40
_LISTEN = {"listen": "127.0.0.1:0"}
_PART_TYPES = {
    "smoke_detector": 42,
    "heat_detector": 31,
    "manual_call_point": 23,
    "hydrant_sensor": 99,
    "fire_part": 96,
}
"""What GB/T 26875.3 calls them."""
_TARIFF = {
    "number": "0100",
    "sharp": {"energy": "1.20", "service": "0.40"},
    "peak": {"energy": "1.00", "service": "0.40"},
    "flat": {"energy": "0.70", "service": "0.35"},
    "valley": {"energy": "0.30", "service": "0.30"},
    "day": ["00:00 valley", "08:00 flat", "10:00 peak", "12:00 flat", "18:00 sharp", "22:00 flat"],
}


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """Codes of devices: those that speak a field protocol, and those of earlier sowings."""

    field: Sequence[str] = ()
    former: Sequence[str] = ()


class Wire(NamedTuple):
    """How a device stands on a wire. `above` is the code of its line, or of who speaks for it;
    empty for a line. `secret` names the option that is made from the installation's own secret.
    """

    above: str
    driver: str
    address: str = ""
    options: Mapping[str, Any] = {}
    secret: str = ""


class Line(NamedTuple):
    """A line to be entered."""

    code: str
    driver: str
    place: str
    zh: str
    en: str
    options: Mapping[str, Any] = {}


def _pile(number: int) -> str:
    return f"3301{number:010d}"


def card(pile: str) -> str:
    """Return the card with which cars charge at a pile: a card charges at one pile at a time."""
    return f"10{pile}"


def _account(number: int) -> dict[str, Any]:
    shown = card(_pile(number))
    return {"card": shown, "card_face": shown, "balance_fen": 50_000_00}


LINES: tuple[Line, ...] = (
    Line("line-fire", "gb26875", "hml/fire-room", "消防传输装置接入", "fire transmitters"),
    Line("line-em-1", "dlt645", "hml/substation", "东区电表线路", "electricity meters, part 1",
         {"hello": "HML-EM-1"}),
    Line("line-em-2", "dlt645", "hml/substation", "西区电表线路", "electricity meters, part 2",
         {"hello": "HML-EM-2"}),
    Line("line-wm-1", "cjt188", "hml/pump-house", "水气表线路", "water and gas meters"),
    Line("line-hm-1", "cjt188", "hml/pump-house", "热量表线路", "heat meters"),
    Line("line-pump", "modbus", "hml/pump-house", "水泵控制线路", "pump controllers",
         {"mode": "rtu"}),
    Line("line-power", "modbus", "hml/substation", "配电监控线路", "power monitoring"),
    Line("line-garage-2", "modbus", "hml/g2", "2号车库机电线路", "garage 2 machines",
         {"mode": "rtu"}),
    Line("line-ev-1", "ocpp", "hml/g1", "1号车库充电桩（OCPP）", "garage 1 chargers (OCPP)",
         {"tags": [{"tag": CARD}, {"tag": REMOTE_TAG}], "remote_tag": REMOTE_TAG}),
    Line("line-ev-2", "ykc", "hml/g2", "2号车库充电桩（云快充）", "garage 2 chargers (YKC)",
         {"tariff": _TARIFF, "accounts": [_account(n) for n in range(1, _CHARGERS + 1)]}),
)  # fmt: skip
_RATED_W = 7000
_BEHIND = {
    "ftx-fire-room-1": frozenset({"fire-room", "b09", "b10", "b11"}),
    "ftx-fire-room-2": frozenset({"g2", "b12", "b13", "b14"}),
}
"""By transmission device: the places whose detectors hang on its panel."""
_EAST_UNTIL = 10
_PLANT = {
    "water_pump": "line-pump",
    "standby_pump": "line-pump",
    "transformer_monitor": "line-power",
    "distribution_cabinet": "line-power",
    "ups": "line-power",
    "garage_fan": "line-garage-2",
    "drain_pump": "line-garage-2",
}
_PLANT_PLACES = {"line-pump": "hml/pump-house", "line-power": "hml/", "line-garage-2": "hml/g2/"}


class Standing(NamedTuple):
    """A device as far as its wire depends on it; `number` counts those of its model from 1."""

    code: str
    model: str
    place: str
    number: int


def wire(device: Standing) -> Wire | None:
    """Return how a device is wired, None for one that speaks MQTT or HTTP."""
    lay = _LAYS.get(device.model)
    return lay(device) if lay else None


def options(*, wire: Wire, code: str, key: str) -> dict[str, Any]:
    """Return the options of a device as the register keeps them, its secret among them.

    :param key: the secret of the installation
    """
    found = dict(wire.options)
    if wire.secret:
        found[wire.secret] = secret(wire=wire, code=code, key=key)
    return found


def secret(*, wire: Wire, code: str, key: str) -> str:
    """Return the secret that a device and its platform share: six digits for a meter."""
    if wire.driver == "dlt645":
        return credentials.digits(key=key, code=code, count=6)
    return credentials.device_secret(key=key, code=code)


def number(standing: Sequence[tuple[str, str, str]]) -> Iterator[Standing]:
    """Yield devices, given as (code, model, place), numbered among those of their model."""
    counts: dict[str, int] = {}
    for code, model, place in standing:
        counts[model] = counts.get(model, 0) + 1
        yield Standing(code, model, place, counts[model])


def _line(device: Standing) -> Wire | None:
    found = next((line for line in LINES if line.code == device.code), None)
    return Wire("", found.driver, options={**_LISTEN, **found.options}) if found else None


_PASSWORD = "password"  # noqa: S105 - the name of an option


def _electricity(device: Standing) -> Wire:
    building = int(device.place.split("/")[1].removeprefix("b"))
    line = "line-em-1" if building <= _EAST_UNTIL else "line-em-2"
    return Wire(line, "dlt645", f"3301{device.number:08d}", secret=_PASSWORD)


def _meter(kind: str, line: str) -> Callable[[Standing], Wire]:
    """Return how CJ/T 188 meters are wired; `kind` begins their numbers. The main is read often."""

    def lay(device: Standing) -> Wire:
        main = {"map": "valve_water_meter_main"} if device.code == MAIN_METER else {}
        return Wire(line, "cjt188", f"{kind}{device.number:010d}", options=main)

    return lay


def _plant(device: Standing) -> Wire | None:
    line = _PLANT[device.model]
    plain = device.place.count("/") == 1 or line == "line-garage-2"
    if not (plain and device.place.startswith(_PLANT_PLACES[line])):
        return None
    first = 10 * (1 + list(_PLANT).index(device.model))
    return Wire(line, "modbus", str(first + device.number % 10))


def _transmitter(device: Standing) -> Wire:
    return Wire("line-fire", "gb26875", str(100 + device.number))


def _part(device: Standing) -> Wire | None:
    """A part has loop and point: the loop is its model's, the point its number."""
    panel = _panel_of(device.place)
    if panel is None:
        return None
    kind = _PART_TYPES[device.model]
    return Wire(panel, "gb26875", f"1.1.{kind}.{kind << 16 | device.number}")


def _panel_of(place: str) -> str | None:
    name = place.split("/")[1]
    return next((panel for panel, places in _BEHIND.items() if name in places), None)


def _charger(device: Standing) -> Wire:
    if device.place.startswith("hml/g1/"):
        return Wire("line-ev-1", "ocpp", device.code, secret=_PASSWORD)
    return Wire("line-ev-2", "ykc", _pile(device.number), {"rated_w": _RATED_W})


_LAYS: Mapping[str, Callable[[Standing], Wire | None]] = {
    LINE: _line,
    "electricity_meter": _electricity,
    "water_meter": _meter("3301", "line-wm-1"),
    "valve_water_meter": _meter("3302", "line-wm-1"),
    "gas_meter": _meter("3303", "line-wm-1"),
    "heat_meter": _meter("3304", "line-hm-1"),
    **dict.fromkeys(_PLANT, _plant),
    "fire_transmitter": _transmitter,
    **dict.fromkeys(_PART_TYPES, _part),
    "ev_charger": _charger,
}
