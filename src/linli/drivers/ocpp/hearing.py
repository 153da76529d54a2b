"""What both versions hear alike."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from linli.drivers.ocpp import moments
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import Payload

Answer = dict[str, Any]
Hear = Callable[[ChargePoint, Payload], Awaitable[Answer]]
"""Takes the payload of a call, checked by its schema; returns that of the result, when what it
said is on disk.

:raises Violation: if it says what no schema can forbid
"""


def at_of(told: Payload) -> float | None:
    """Return the instant of a payload, if it tells one."""
    return moments.read(told["timestamp"]) if "timestamp" in told else None


async def booted(point: ChargePoint, about: Mapping[str, Any]) -> Answer:
    """BootNotification: let it work, wait or go, as it is configured."""
    point.forget_faults()
    await point.told("booted", None, {**about, "standing": point.standing})
    return {
        "currentTime": moments.written(point.station.now()),
        "interval": point.options.heartbeat_s,
        "status": point.standing,
    }


async def firmware(point: ChargePoint, told: Payload) -> Answer:
    """FirmwareStatusNotification: bring how far it is."""
    await point.told("firmware_told", None, {"status": told["status"]})
    return {}


async def secure(point: ChargePoint, told: Payload) -> Answer:
    """SecurityEventNotification: bring it."""
    extras = {"type": told["type"], "info": told.get("techInfo")}
    await point.told("security_told", at_of(told), extras)
    return {}


async def vendor(point: ChargePoint, told: Payload) -> Answer:
    """DataTransfer: bring what a vendor of the options says; others are unknown to us."""
    if told["vendorId"] not in point.options.vendors:
        return {"status": "UnknownVendorId"}
    extras = {
        "vendor": told["vendorId"],
        "message": told.get("messageId"),
        "data": str(told["data"]) if "data" in told else None,
    }
    await point.told("vendor_told", None, extras)
    return {"status": "Accepted"}
