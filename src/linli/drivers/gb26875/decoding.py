"""`./linli decode gb26875 HEX`: what a frame says, for the engineer."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import BadFrame, from_hex
from linli.drivers.gb26875 import codec, objects, tables
from linli.drivers.gb26875.codec import Clock, Frame
from linli.drivers.gb26875.objects import Thing
from linli.drivers.line import Decoder


def _decode(text: str, _options: Mapping[str, str]) -> dict[str, Any]:
    frame = codec.decode(from_hex(text))
    told = _head(frame)
    if not frame.data:
        return told
    found = objects.read(frame.data)
    if found.short:
        raise BadFrame(found.short)
    told |= {"type": found.type, "type_name": _named(tables.TYPES, found.type)}
    told["count"] = found.count
    if found.rest:
        told["rest"] = found.rest.hex(" ").upper()
    things = [_thing(found.type, thing) for thing in found.things]
    return told | (things[0] if len(things) == 1 else {"items": things})


def _head(frame: Frame) -> dict[str, Any]:
    return {
        "serial": frame.serial,
        "version": f"{frame.version[0]}.{frame.version[1]}",
        "time": _time(frame.sent),
        "source": frame.source,
        "target": frame.target,
        "app_len": len(frame.data),
        "cmd": frame.command,
        "cmd_name": _named(tables.COMMANDS, frame.command),
    }


def _thing(type_: int, thing: Thing) -> dict[str, Any]:
    told: dict[str, Any] = _where(thing) | _states(type_, thing) | _measured(thing)
    plain = {
        "desc": thing.text,
        "operator": thing.operator,
        "records": thing.records,
        "timeout_min": thing.minutes,
        "software": None if thing.version is None else ".".join(map(str, thing.version)),
        "raw": None if thing.raw is None else thing.raw.hex(" ").upper(),
        "clock": _time(thing.clock),
        "occurred": _time(thing.occurred),
    }
    told |= {name: value for name, value in plain.items() if value is not None}
    return told


def _where(thing: Thing) -> dict[str, Any]:
    told: dict[str, Any] = {}
    if thing.sys_type is not None:
        told |= {
            "sys_type": thing.sys_type,
            "sys_type_name": _named(tables.SYSTEMS, thing.sys_type),
            "sys_addr": thing.sys_addr,
        }
    if thing.part_type is not None:
        told |= {
            "part_type": thing.part_type,
            "part_type_name": _named(tables.PARTS, thing.part_type),
        }
    if thing.part_addr is not None:
        told["part_addr"] = thing.part_addr
    return told


def _states(type_: int, thing: Thing) -> dict[str, Any]:
    if thing.state is not None and type_ == objects.DEVICE_STATE:
        return {"state": thing.state, "flags": list(tables.bits(thing.state, tables.DEVICE_BITS))}
    if thing.state is not None:
        table = tables.PART_BITS if type_ == objects.PART_STATE else tables.SYSTEM_BITS
        return {"state": thing.state, "state_bits": list(tables.bits(thing.state, table))}
    if thing.operation is not None:
        set_ = list(tables.bits(thing.operation, tables.OPERATIONS))
        return {"operation": thing.operation, "operation_bits": set_}
    return {}


def _measured(thing: Thing) -> dict[str, Any]:
    if thing.analogue is None or thing.value is None:
        return {}
    told: dict[str, Any] = {"analog_type": thing.analogue, "raw": thing.value}
    kind = tables.ANALOGUES.get(thing.analogue)
    if kind is not None:
        told |= {"value": round(thing.value * kind.step, 6), "unit": kind.unit}
        told["analog_name"] = {"zh": kind.name.zh, "en": kind.name.en}
    return told


def _named(table: Mapping[int, Any], number: int) -> dict[str, str]:
    words = tables.name(table, number)
    return {"zh": words.zh, "en": words.en}


def _time(moment: Clock | None) -> str | None:
    return None if moment is None else moment.strftime("%Y-%m-%d %H:%M:%S")


DECODERS: dict[str, Decoder] = {"gb26875": _decode}
