"""`./linli decode knx`: one KNXnet/IP frame to its fields; `--dpt 9.001` says what its value is."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import BadFrame, from_hex
from linli.drivers.knx import cemi, codec, dpt
from linli.drivers.line import Decoder

_PRIORITIES = ("system", "normal", "urgent", "low")
_APCIS = {
    cemi.READ: "GroupValueRead",
    cemi.RESPONSE: "GroupValueResponse",
    cemi.WRITE: "GroupValueWrite",
    0x0C0: "IndividualAddressWrite",
    0x100: "IndividualAddressRead",
    0x140: "IndividualAddressResponse",
    0x300: "DeviceDescriptorRead",
    0x340: "DeviceDescriptorResponse",
    0x380: "Restart",
    0x3D5: "PropertyValueRead",
    0x3D6: "PropertyValueResponse",
    0x3D7: "PropertyValueWrite",
    0x3F1: "SecureService",
}


def decode(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of a frame given in hex. Option `dpt` is a data point type as `9.001`.

    :raises BadFrame: if it is no whole, right frame, or its value none of that type
    """
    number = options.get("dpt", "")
    if number and not dpt.known(number):
        raise BadFrame(f"no data point type {number}")
    frame = codec.decode(from_hex(text))
    told: dict[str, Any] = {"service": codec.SERVICES[frame.service]}
    told |= {
        name: value
        for name in ("channel", "seq", "status")
        if (value := getattr(frame, name)) is not None
    }
    for name in ("endpoint", "data_endpoint"):
        where = getattr(frame, name)
        if where is not None:
            told[name] = f"{where.host}:{where.port}{'/tcp' if where.tcp else ''}"
    if frame.address is not None:
        told["address"] = cemi.individual_text(frame.address)
    if frame.cemi is not None:
        return told | _message(frame.cemi, number)
    return told | ({"body": frame.body.hex().upper()} if frame.body else {})


DECODERS: dict[str, Decoder] = {"knx": decode}


def _message(said: cemi.Cemi, number: str) -> dict[str, Any]:
    told: dict[str, Any] = {"message": cemi.MESSAGES[said.code]}
    if said.other:
        return told | {"body": said.other.hex().upper()}
    told |= {
        "src": cemi.individual_text(said.src),
        "dst": cemi.group_text(said.dst) if said.group else cemi.individual_text(said.dst),
        "priority": _PRIORITIES[said.priority],
        "hops": said.hops,
        "repeated": said.repeated,
    }
    if said.code == cemi.CONFIRMATION:
        told["confirmed"] = not said.failed
    if said.apci is None:
        return told | {"tpci": f"{said.tpci:02X}"}
    told["apci"] = _APCIS.get(said.apci, _APCIS.get(said.apci & 0x3C0, f"{said.apci:03X}"))
    if said.apci not in (cemi.RESPONSE, cemi.WRITE):
        return told | ({"data": said.data.hex().upper()} if said.data else {})
    return told | _value(dpt.Payload(said.data, said.small), number)


def _value(payload: dpt.Payload, number: str) -> dict[str, Any]:
    """Return the value of a payload; without a type, six bits are a number and the rest is hex."""
    if not number:
        if payload.small:
            return {"value": payload.data[0]}
        return {"data": payload.data.hex().upper()}
    told: dict[str, Any] = {"value": dpt.decode(payload, number), "dpt": number}
    if dpt.is_invalid(payload, number):
        told["invalid"] = True
    if number in dpt.UNITS:
        told["unit"] = dpt.UNITS[number]
    return told
