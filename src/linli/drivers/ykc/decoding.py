"""`./linli decode ykc HEX`."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import from_hex
from linli.drivers.line import Decoder
from linli.drivers.ykc import words
from linli.drivers.ykc.codec import decode
from linli.drivers.ykc.layout import Body, shown
from linli.drivers.ykc.messages import Bill, RealTime
from linli.drivers.ykc.tariff import PERIODS
from linli.kernel.words import Words


def ykc(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return the fields of one frame.

    :raises BadFrame: if it is no whole, right frame
    """
    frame = decode(from_hex(text))
    told: dict[str, Any] = {"type": frame.type, "seq": frame.seq}
    if frame.body is None:
        return told | {"unknown_type": f"0x{frame.type:02X}", "body": frame.raw.hex().upper()}
    return told | shown(frame.body) | _more(frame.body)


def _more(body: Body) -> dict[str, Any]:
    if isinstance(body, RealTime):
        return {"faults_zh": [fault.zh for fault in words.faults(body.faults)]}
    if not isinstance(body, Bill):
        return {}
    told: dict[str, Any] = {"stop_reason_zh": words.STOPS.get(body.stop, Words(zh="", en="")).zh}
    for name, share in zip(PERIODS, body.shares, strict=True):
        told |= {f"{name}_{key}": value for key, value in shown(share).items()}
    return told


DECODERS: dict[str, Decoder] = {"ykc": ykc}
