"""`./linli decode gb28181-ptz HEX`."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import from_hex
from linli.drivers.gb28181 import ptz
from linli.drivers.line import Decoder


def _ptz(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    del options
    return ptz.fields(ptz.decode(from_hex(text)))


DECODERS: dict[str, Decoder] = {"gb28181-ptz": _ptz}
