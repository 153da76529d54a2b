"""`./linli decode bacnet`: one BACnet/IP frame to its fields."""

import math
from collections.abc import Mapping
from typing import Any

from linli.drivers.bacnet import codec, services
from linli.drivers.bacnet.names import (
    ABORT_REASONS,
    ERROR_CLASSES,
    ERROR_CODES,
    PROPERTIES,
    REJECT_REASONS,
)
from linli.drivers.bacnet.services import Changed, Failed, IAm, Item, Items, Subscribe, WhoIs
from linli.drivers.bacnet.tags import Tag, Value
from linli.drivers.frames import from_hex
from linli.drivers.line import Decoder


def decode(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a frame given in hex. It takes no options.

    :raises BadFrame: if it is no whole, right frame
    """
    frame = codec.decode(from_hex(text))
    told: dict[str, Any] = {"bvlc": codec.FUNCTIONS[frame.function]}
    if frame.origin:
        told["origin"] = _station(frame.origin)
    if frame.npdu is None:
        return told | {"body": frame.body.hex().upper()}
    told |= _network(frame.npdu)
    return told if frame.apdu is None else told | _application(frame.apdu)


DECODERS: dict[str, Decoder] = {"bacnet": decode}


def _station(address: bytes) -> str:
    return f"{'.'.join(str(part) for part in address[:4])}:{int.from_bytes(address[4:])}"


def _network(npdu: codec.Npdu) -> dict[str, Any]:
    told: dict[str, Any] = {"expects_reply": npdu.expects_reply}
    if npdu.priority:
        told["network_priority"] = npdu.priority
    for net, adr, name in ((npdu.dnet, npdu.dadr, "d"), (npdu.snet, npdu.sadr, "s")):
        if net is not None:
            told |= {f"{name}net": net, f"{name}adr": adr.hex().upper()}
    if npdu.hops is not None:
        told["hops"] = npdu.hops
    if npdu.message is not None:
        told |= {"network_message": npdu.message, "body": npdu.payload.hex().upper()}
    return told


def _application(apdu: codec.Apdu) -> dict[str, Any]:
    told: dict[str, Any] = {"pdu": codec.PDUS[apdu.kind]}
    if apdu.name:
        acknowledges = apdu.kind in (codec.SIMPLE_ACK, codec.COMPLEX_ACK)
        told["service"] = f"{apdu.name}-ACK" if acknowledges else apdu.name
    if apdu.invoke is not None:
        told["invoke"] = apdu.invoke
    if apdu.reason is not None:
        names = REJECT_REASONS if apdu.kind == codec.REJECT else ABORT_REASONS
        told["reason"] = names.get(apdu.reason, str(apdu.reason))
    if apdu.sequence is not None:
        told |= {"sequence": apdu.sequence, "window": apdu.window, "more": apdu.more}
    said = services.read(apdu)
    if said is not None:
        return told | _said(said)
    return told | ({"body": apdu.body.hex().upper()} if apdu.body else {})


def _said(said: services.Said) -> dict[str, Any]:
    match said:
        case WhoIs(low, high):
            return {} if low is None else {"low": low, "high": high}
        case IAm():
            return {
                "device": said.device.instance,
                "object": str(said.device),
                "max_apdu": said.max_apdu,
                "segmentation": said.segmentation,
                "vendor": said.vendor,
            }
        case Items(items):
            return _items(items)
        case Subscribe():
            return {
                "process": said.process,
                "object": str(said.object),
                "confirmed": said.confirmed,
                "lifetime_s": said.lifetime_s,
            }
        case Changed():
            head = {"process": said.process, "device": said.device.instance}
            return head | {"remaining_s": said.remaining_s} | _items(said.items)
        case Failed(error_class, error_code):
            return _error((error_class, error_code))


def _items(items: tuple[Item, ...]) -> dict[str, Any]:
    told = [_item(item) for item in items]
    return told[0] if len(told) == 1 else {"items": told}


def _item(item: Item) -> dict[str, Any]:
    told: dict[str, Any] = {
        "object": str(item.object),
        "prop": item.prop,
        "property": PROPERTIES.get(item.prop, str(item.prop)),
    }
    if item.index is not None:
        told["index"] = item.index
    if item.values is not None:
        told["value"] = _value(item.values)
        told["type"] = _type(item.values)
    if item.error is not None:
        told |= _error(item.error)
    if item.priority is not None:
        told["priority"] = item.priority
    return told


def _type(values: tuple[Value | Tag, ...]) -> str:
    first = values[0] if len(values) == 1 else None
    return first.kind if isinstance(first, Value) else "list"


def _value(values: tuple[Value | Tag, ...]) -> Any:
    told = [_plain(each) for each in values]
    return told if _type(values) == "list" else told[0]


def _plain(each: Value | Tag) -> Any:
    """Return a value as JSON knows it; what is no number is told in words."""
    if isinstance(each, Tag):
        return {"tag": each.number, "way": each.way, "data": each.data.hex().upper()}
    if isinstance(each.value, bytes):
        return each.value.hex().upper()
    if isinstance(each.value, float) and not math.isfinite(each.value):
        return str(each.value)
    return each.value


def _error(error: tuple[int, int]) -> dict[str, Any]:
    return {
        "error_class": ERROR_CLASSES.get(error[0], str(error[0])),
        "error_code": ERROR_CODES.get(error[1], str(error[1])),
    }
