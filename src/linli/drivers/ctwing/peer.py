"""What CTWing posts, for tests and the demo."""

from base64 import b64encode
from collections.abc import Mapping
from typing import Any

import msgspec

_HEADERS = {"content-type": "application/json; charset=utf-8"}


def report(
    imei: str,
    payload: bytes | Mapping[str, Any],
    *,
    at_ms: int = 1_780_000_000_000,
    number: int = 1,
    service: str = "",
) -> dict[str, Any]:
    """Return a dataReport: of bytes, of a service's values, or of values by themselves."""
    said: Mapping[str, Any] = (
        {"APPdata": b64encode(payload).decode()} if isinstance(payload, bytes) else payload
    )
    if service:
        said = {"serviceId": service, "serviceData": said}
    return {
        "upPacketSN": number, "upDataSN": -1, "topic": "v1/up/ad", "timestamp": at_ms,
        "tenantId": "2000000001", "serviceId": service, "protocol": "lwm2m",
        "productId": "15000001", "payload": said, "messageType": "dataReport", "deviceType": "",
        "deviceId": f"d{imei}", "assocAssetId": "", "IMSI": "undefined", "IMEI": imei,
    }  # fmt: skip


def presence(imei: str, *, online: bool, at_ms: int = 1_780_000_000_000) -> dict[str, Any]:
    """Return a deviceOnlineOfflineReport."""
    return {
        "messageType": "deviceOnlineOfflineReport", "eventType": int(online), "timestamp": at_ms,
        "deviceId": f"d{imei}", "IMEI": imei, "productId": "15000001", "protocol": "lwm2m",
    }  # fmt: skip


def pushed(said: object) -> tuple[dict[str, str], dict[str, str], bytes]:
    """Return query, headers and body of a push."""
    return {}, dict(_HEADERS), msgspec.json.encode(said)
