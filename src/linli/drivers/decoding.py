"""What a raw frame of a line says, for the engineer's screen."""

from collections.abc import Mapping
from typing import Any

from linli.drivers import known
from linli.drivers.frames import BadFrame


def shown(driver: str, data: bytes) -> Mapping[str, Any]:
    """Return the fields of a frame; {"error": …} where it is none, {} where no decoder can tell.

    A driver of several protocols, as modbus, is tried with each.
    """
    told: Mapping[str, Any] = {}
    for protocol in known.protocols_of(driver):
        told = _decoded(protocol, data)
        if "error" not in told:
            break
    return told


def _decoded(protocol: str, data: bytes) -> Mapping[str, Any]:
    text = data.decode() if data[:1] in (b"{", b"[") else data.hex()
    try:
        return known.decoder(protocol)(text, {})
    except BadFrame as bad:
        return {"error": bad.why}
