"""What a spreadsheet of devices would do to the register: new, changed, the same, wrong."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from linli.contracts import wires
from linli.contracts.sentences import sentence
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.devices import catalogue, logic
from linli.registry.devices import queries as devices
from linli.registry.devices.models import Device
from linli.registry.devices.operations import Changes, NewDevice
from linli.registry.imports.columns import LooseOptions
from linli.registry.imports.parsing import Line, Parsed, RowError
from linli.registry.places import queries as places

_PLAIN = ("place", "gateway", "serial", "driver", "address", "position", "installed_on")
_WIRE = {"gateway", "driver", "address", "options"}


class DevicePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What the rows would do; nothing as long as there are errors."""

    new: list[NewDevice]
    changed: dict[str, Changes]
    same: int
    errors: list[RowError]


class _Wrong(Exception):
    """A cell will not do: its field, why, and what it says."""

    def __init__(self, field: str, words: Words, value: object = "") -> None:
        super().__init__(field)
        self.field, self.words, self.value = field, words, str(value)[:64]


class _Known(msgspec.Struct, frozen=True, kw_only=True):
    """What stands in the register already, and what the file itself brings.

    `gateways` and `drivers` are of all devices, as the file would leave them; `addresses` who has
    an address behind a gateway.
    """

    rows: Mapping[str, Device]
    places: frozenset[str]
    gateways: Mapping[str, str | None]
    drivers: Mapping[str, str]
    addresses: dict[tuple[str, str, str], str]
    types: Mapping[str, Mapping[str, str]]


def plan(*, community: str, parsed: Parsed) -> DevicePlan:
    """Return what the rows would do, nothing being written."""
    known = _known(community, [line for line in parsed.lines if "code" in line.said])
    wrong_rows = {error.row for error in parsed.errors}
    out = DevicePlan(new=[], changed={}, same=0, errors=[])
    same, seen = 0, set[str]()
    for line in parsed.lines:
        if line.row in wrong_rows:
            continue
        try:
            found = _row(line, known, seen)
        except _Wrong as wrong:
            out.errors.append(_error(line, parsed, wrong))
            continue
        if isinstance(found, NewDevice):
            out.new.append(found)
        elif found is None:
            same += 1
        else:
            out.changed[line.said["code"]] = found
    return msgspec.structs.replace(out, same=same)


def _known(community: str, lines: list[Line]) -> _Known:
    said = {line.said["code"]: line.said for line in lines}
    every = Device.rows.of(community)
    gateways: dict[str, str | None] = dict(every.values_list("code", "gateway__code"))
    drivers: dict[str, str] = dict(every.values_list("code", "driver"))
    wired = every.exclude(address="").filter(gateway__isnull=False)
    held = wired.values_list("gateway__code", "driver", "address", "code")
    for code, row in said.items():
        gateways[code] = row.get("gateway", gateways.get(code))
        drivers[code] = row.get("driver", drivers.get(code, ""))
    paths = {row["place"] for row in said.values() if "place" in row}
    return _Known(
        rows=devices.by_code(community=community, codes=said),
        places=frozenset(places.by_path(community=community, paths=paths)),
        gateways=gateways,
        drivers=drivers,
        addresses={(up, driver, at): code for up, driver, at, code in held if code not in said},
        types={
            one.name: {option.name: option.type for option in (*one.line, *one.member)}
            for one in (wires.protocols() if any("driver" in row for row in said.values()) else ())
        },
    )


def _row(line: Line, known: _Known, seen: set[str]) -> NewDevice | Changes | None:
    """Return what a row would do; None if everything is as it says.

    :raises _Wrong: naming the cell
    """
    said = dict(line.said)
    code, row = said["code"], known.rows.get(said["code"])
    if code in seen:
        raise _Wrong("code", _WORDS["twice"], code)
    seen.add(code)
    _check_cells(said, row, known)
    if "options" in said:
        said["options"] = _options(said, row, known)
    _check_wire(said, row, known)
    if row is None:
        return _new(said)
    difference = _difference(said, row)
    return msgspec.convert(difference, Changes) if difference else None


def _check_cells(said: Mapping[str, Any], row: Device | None, known: _Known) -> None:
    _try("code", said["code"], logic.check_code, said["code"])
    if said["model"] not in catalogue.models():
        raise _Wrong("model", _WORDS["model"], said["model"])
    if row is not None and row.model != said["model"]:
        raise _Wrong("model", _WORDS["other_model"], said["model"])
    if said["place"] not in known.places:
        raise _Wrong("place", _WORDS["place"], said["place"])
    if "position" in said:
        _try("position", said["position"], logic.check_position, said["position"])
    for field, longest in _LONGEST.items():
        if len(said.get(field, "")) > longest:
            raise _Wrong(field, _WORDS["long"], said[field])
    _check_gateway(said["code"], said.get("gateway"), known)


def _check_gateway(code: str, gateway: str | None, known: _Known) -> None:
    if gateway is not None and gateway not in known.gateways:
        raise _Wrong("gateway", _WORDS["gateway"], gateway)
    above = list(_above(code, known.gateways))
    if code in above or len(above) > logic.MOST_STEPS:
        raise _Wrong("gateway", _WORDS["circle"], gateway or "")


def _above(code: str, gateways: Mapping[str, str | None]) -> Iterator[str]:
    up, steps = gateways.get(code), 0
    while up is not None and steps <= logic.MOST_STEPS:
        yield up
        up, steps = gateways.get(up), steps + 1


def _options(said: Mapping[str, Any], row: Device | None, known: _Known) -> dict[str, Any]:
    """Return the options of a row: those written loosely by the types that its driver has; a secret
    that was masked stays what it is.
    """
    wanted = said["options"]
    if isinstance(wanted, LooseOptions):
        types = known.types.get(known.drivers[said["code"]], {})
        wanted = {name: _typed(text, types.get(name, "str")) for name, text in wanted.said.items()}
    kept = row.options if row is not None else {}
    if any(value == logic.MASKED and name not in kept for name, value in wanted.items()):
        raise _Wrong("options", _WORDS["masked"])
    return logic.unmasked(wanted=wanted, kept=kept)


def _typed(text: str, kind: str) -> Any:
    """Return a word as its driver's option wants it; where it cannot be, the driver will say so."""
    if re.search(r"\bbool\b", kind) and text.casefold() in _YES_NO:
        return _YES_NO[text.casefold()]
    for pattern, convert in ((r"\bint\b", int), (r"\bfloat\b", float)):
        if re.search(pattern, kind):
            try:
                return convert(text)
            except ValueError:
                continue
    if text.startswith(("[", "{")):
        try:
            return msgspec.json.decode(text.encode())
        except msgspec.DecodeError:
            return text
    return text


def _check_wire(said: Mapping[str, Any], row: Device | None, known: _Known) -> None:
    """Refuse a way to a device that no driver could go, or that another device has."""
    code = said["code"]
    driver, gateway = known.drivers[code], known.gateways[code]
    address = said.get("address", row.address if row is not None else "")
    if gateway and address:
        other = known.addresses.setdefault((gateway, driver, address), code)
        if other != code:
            raise _Wrong("address", _filled("address", other), address)
    if not driver or (row is not None and not _WIRE & said.keys()):
        return
    wire = wires.Wire(
        driver=driver,
        address=address,
        model=said["model"],
        options=said.get("options", row.options if row is not None else {}),
        is_line=gateway is None or known.drivers.get(gateway) != driver,
    )
    _try(_WIRE_FIELD, "", wires.check, wire)


def _try(field: str, value: object, check: Any, wanted: object) -> None:
    """Let a rule look at a cell, and say in words what it refuses."""
    try:
        check(wanted)
    except Fault as fault:
        where = _FIELDS.get(fault.key, "options") if field == _WIRE_FIELD else field
        raise _Wrong(where, sentence(fault.key, fault.values), value) from fault


def _new(said: Mapping[str, Any]) -> NewDevice:
    name = Words(zh=said["name_zh"], en=said.get("name_en", ""))
    more = {field: said[field] for field in (*_PLAIN, "options") if field in said}
    return NewDevice(code=said["code"], model=said["model"], name=name, **more)


def _difference(said: Mapping[str, Any], row: Device) -> dict[str, Any]:
    """Return what the filled cells say differently."""
    placed = row.longitude_deg is not None and row.latitude_deg is not None
    now = {field: getattr(row, field) for field in _PLAIN if field != "position"} | {
        "place": row.place.path,
        "gateway": row.gateway.code if row.gateway else None,
        "position": (row.longitude_deg, row.latitude_deg) if placed else None,
        "options": row.options,
    }
    found = {name: said[name] for name in now if name in said and said[name] != now[name]}
    zh, en = said["name_zh"], said.get("name_en", row.name_en)
    if (zh, en) != (row.name_zh, row.name_en):
        found["name"] = Words(zh=zh, en=en)
    return found


def _filled(word: str, value: str) -> Words:
    said = _WORDS[word]
    return Words(zh=said.zh.format(value), en=said.en.format(value))


def _error(line: Line, parsed: Parsed, wrong: _Wrong) -> RowError:
    return RowError(
        row=line.row,
        column=parsed.headings.get(wrong.field, wrong.field),
        value=wrong.value,
        message=wrong.words,
    )


_LONGEST = {
    "name_zh": 120, "name_en": 120, "serial": logic.LONGEST_SERIAL, "driver": 24, "address": 120
}  # fmt: skip
_WIRE_FIELD = "wire"
_FIELDS = {"drivers.unknown_protocol": "driver", "drivers.no_address": "address"}
"""Where what a driver refuses stands; else it is about the options."""
_YES_NO = {"true": True, "yes": True, "1": True, "是": True,
           "false": False, "no": False, "0": False, "否": False}  # fmt: skip
_WORDS = {
    "twice": Words(zh="同一个编号出现了两次。", en="The same code stands here twice."),
    "model": Words(zh="目录中没有这种型号。", en="The catalogue has no such model."),
    "other_model": Words(
        zh="已登记的设备是另一种型号；换新设备请用“更换”。",
        en="The device in the register is of another model; to put in a new unit, replace it.",
    ),
    "place": Words(zh="没有这个地点。", en="There is no such place."),
    "gateway": Words(
        zh="登记册和这个文件里都没有这个网关。", en="Neither register nor file has this gateway."
    ),
    "circle": Words(
        zh="网关不能绕成一圈，也不能多于三层。",
        en="Gateways go in no circle, and three steps at most.",
    ),
    "long": Words(zh="太长。", en="Too long."),
    "masked": Words(
        zh="新登记的设备要填写密码本身，不能是“•••”。",
        en="A new device needs the secret itself, not “•••”.",
    ),
    "address": Words(
        zh="同一线路上“{}”已使用这个地址。", en="“{}” has this address on the same line."
    ),
}
