"""`./linli decode ctwing`: a push of CTWing, as JSON."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.ctwing.codec import Report
from linli.drivers.ctwing.codec import decode as read
from linli.drivers.frames import BadFrame
from linli.drivers.line import Decoder
from linli.drivers.reading import BadPayload

_MILLIS = 1000


def decode(text: str, _options: Mapping[str, str]) -> dict[str, Any]:
    """Return imei, time_ms, payload_hex or `values`, and what else the push says.

    :raises BadFrame: if it is no push
    """
    try:
        reports = read(text.strip().encode())
    except BadPayload as bad:
        raise BadFrame(bad.why) from bad
    if not reports:
        raise BadFrame("no report")
    told = [_told(report) for report in reports]
    return told[0] if len(told) == 1 else {"items": told}


def _told(report: Report) -> dict[str, Any]:
    said: dict[str, Any] = {
        "imei": report.imei,
        "device_id": report.device_id,
        "product_id": report.product_id,
        "service_id": report.service_id,
        "message_type": report.kind,
        "time_ms": None if report.at is None else round(report.at * _MILLIS),
        "payload_hex": None if report.data is None else report.data.hex(),
        "values": report.values or None,
        "online": report.online,
    }
    if report.answer is not None:
        said["task"], said["ok"], said["reason"] = report.answer
    return {name: value for name, value in said.items() if value not in (None, "")}


DECODERS: dict[str, Decoder] = {"ctwing": decode}
