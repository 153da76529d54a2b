"""`./linli decode modbus-rtu HEX`, `./linli decode modbus-tcp HEX`."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import from_hex
from linli.drivers.line import Decoder
from linli.drivers.modbus import codec, telling


def rtu(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return what a frame of the wires says.

    :raises BadFrame: if it is none
    """
    del options
    message = codec.decode_rtu(from_hex(text))
    return {"unit": message.unit} | telling.tell(message.body)


def tcp(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return what a frame of TCP says. It has no checksum: its header and its shape must be right.

    :raises BadFrame: if they are not
    """
    del options
    message = codec.decode_tcp(from_hex(text))
    return {"tid": message.transaction, "unit": message.unit} | telling.tell(message.body)


DECODERS: dict[str, Decoder] = {"modbus-rtu": rtu, "modbus-tcp": tcp}
