"""What CTWing posts, and the Telecom platform before it, from JSON.

Shapes are those of pushes seen in public; `deviceOnlineOfflineReport`, `eventReport` and
`commandResponse` are modelled on them and read leniently.
"""

import binascii
from base64 import b64decode
from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.plain.codec import parsed, time
from linli.drivers.reading import BadPayload

_MOST = 1000
_LONGEST_TIME = 20
_RAW = ("APPdata", "appData", "rawData")
_NOBODY = frozenset({"", "undefined", "null"})
_ONLINE: Mapping[str, bool] = {"1": True, "0": False, "online": True, "offline": False}
_NOT_YET = frozenset({"saved", "sent", "delivered", "pending"})
_DONE = frozenset({"success", "successful", "completed", "0", "200"})


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """One report of one device. `data` are raw bytes, `values` what the platform decoded.

    `answer`: (task, ok, reason) of a command. `number`: the platform's own of the packet.
    """

    kind: str
    imei: str
    device_id: str
    product_id: str = ""
    service_id: str = ""
    at: float | None = None
    number: str = ""
    data: bytes | None = None
    values: dict[str, Any] = {}
    online: bool | None = None
    answer: tuple[str, bool, str] | None = None


def decode(body: bytes) -> list[Report]:
    """Return the reports of a push: usually one.

    :raises BadPayload: if it is none
    """
    found = parsed(body)
    entries = found if isinstance(found, list) else [found]
    if len(entries) > _MOST:
        raise BadPayload("too_large")
    return [report for entry in entries for report in _reports(entry)]


def _reports(entry: object) -> list[Report]:
    if not isinstance(entry, dict):
        raise BadPayload("not_ctwing")
    if "notifyType" in entry:
        return _older(entry)
    kind = _text(entry, "messageType")
    if kind not in _READERS or not (_who(entry, "IMEI") or _who(entry, "deviceId")):
        raise BadPayload("not_ctwing")
    said = _READERS[kind](entry)
    numbers = [_text(entry, "upPacketSN"), _text(entry, "upDataSN")]
    return [
        Report(
            kind=kind,
            imei=_who(entry, "IMEI"),
            device_id=_who(entry, "deviceId"),
            product_id=_text(entry, "productId"),
            service_id=_text(entry, "serviceId"),
            at=time(_number(entry.get("timestamp"))),
            number="/".join(numbers),
            **said,
        )
    ]


def _data_report(entry: dict[str, Any]) -> dict[str, Any]:
    """Return what `payload` holds: raw bytes, a service's values, or values by themselves."""
    return _payload(entry.get("payload"))


def _event_report(entry: dict[str, Any]) -> dict[str, Any]:
    return _payload(entry.get("eventContent", entry.get("payload")))


def _presence(entry: dict[str, Any]) -> dict[str, Any]:
    word = _text(entry, "eventType") or _text(entry, "deviceStatus")
    if word.lower() not in _ONLINE:
        raise BadPayload("not_a_status")
    return {"online": _ONLINE[word.lower()]}


def _response(entry: dict[str, Any]) -> dict[str, Any]:
    """Return how a command ended; nothing while it is only on its way."""
    result = entry.get("result")
    result = result if isinstance(result, dict) else {"resultCode": result}
    word = str(result.get("resultCode", "")).lower()
    task = _text(entry, "taskId")
    if not task or not word:
        raise BadPayload("not_an_answer")
    if word in _NOT_YET:
        return {}
    ok = word in _DONE
    return {"answer": (task, ok, "" if ok else word[:200])}


_READERS = {
    "dataReport": _data_report,
    "eventReport": _event_report,
    "deviceOnlineOfflineReport": _presence,
    "commandResponse": _response,
}


def _payload(found: object) -> dict[str, Any]:
    if isinstance(found, str):
        return {"data": _base64(found)}
    if not isinstance(found, dict):
        raise BadPayload("not_ctwing")
    for name in _RAW:
        if isinstance(found.get(name), str):
            return {"data": _base64(found[name])}
    inner = found.get("serviceData")
    return {"values": inner if isinstance(inner, dict) else found}


def _older(entry: dict[str, Any]) -> list[Report]:
    """Return what the Telecom platform before CTWing notified of."""
    kind, device = _text(entry, "notifyType"), _who(entry, "deviceId")
    if not device:
        raise BadPayload("not_ctwing")
    if kind == "deviceInfoChanged":
        info = entry.get("deviceInfo")
        word = _text(info, "status").lower() if isinstance(info, dict) else ""
        return [Report(kind=kind, imei="", device_id=device, online=_ONLINE.get(word))]
    services = entry.get("services") or [entry.get("service")]
    if kind not in ("deviceDataChanged", "deviceDatasChanged") or not isinstance(services, list):
        raise BadPayload("not_ctwing")
    return [_service(kind, device, _text(entry, "requestId"), one) for one in services]


def _service(kind: str, device: str, number: str, service: object) -> Report:
    if not isinstance(service, dict):
        raise BadPayload("not_ctwing")
    return Report(
        kind=kind,
        imei="",
        device_id=device,
        service_id=_text(service, "serviceId"),
        at=time(service.get("eventTime")),
        number=number,
        **_payload(service.get("data")),
    )


def _text(entry: Mapping[str, Any], name: str) -> str:
    found = entry.get(name)
    return "" if found is None or isinstance(found, dict | list) else str(found)[:200]


def _who(entry: Mapping[str, Any], name: str) -> str:
    """Return an identity, empty where the platform wrote that it has none."""
    found = _text(entry, name) or _text(entry, name.lower())
    return "" if found in _NOBODY else found


def _number(found: object) -> object:
    """Return a time in milliseconds that was written as text as the number that it is."""
    is_text = isinstance(found, str) and found.isdecimal() and len(found) < _LONGEST_TIME
    return int(str(found)) if is_text else found


def _base64(text: str) -> bytes:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise BadPayload("not_base64") from error
