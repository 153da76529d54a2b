"""What a charge point of OCPP 1.6 says (edition 2, chapter 4), and what it is answered."""

from collections.abc import Mapping
from typing import Any

from linli.contracts.charge_points import Asked
from linli.drivers.ocpp import meter, moments
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import Payload
from linli.drivers.ocpp.desk import Verdict, masked
from linli.drivers.ocpp.hearing import Answer, Hear, at_of, booted, firmware, secure, vendor
from linli.drivers.ocpp.roster import WHOLE
from linli.drivers.ocpp.transactions import CONNECTORS_TOLD, Open, recalled
from linli.drivers.reading import Reading

_UNPLUGGED = "Available"
_PLUGGED = {"Preparing", "Charging", "SuspendedEVSE", "SuspendedEV", "Finishing"}
_NO_ERROR = "NoError"


async def _boot(point: ChargePoint, told: Payload) -> Answer:
    about = {
        "vendor": told["chargePointVendor"],
        "name": told["chargePointModel"],
        "serial": told.get("chargePointSerialNumber") or told.get("chargeBoxSerialNumber", ""),
        "firmware": told.get("firmwareVersion", ""),
    }
    return await booted(point, about)


async def _heartbeat(point: ChargePoint, told: Payload) -> Answer:
    return {"currentTime": moments.written(point.station.now())}


async def _authorize(point: ChargePoint, told: Payload) -> Answer:
    asked = point.asked(told["idTag"], "authorize", point.station.now())
    return {"idTagInfo": _info(await point.ask(asked))}


async def _start(point: ChargePoint, told: Payload) -> Answer:
    """§4.8: a transaction began, maybe long ago; it gets its number in any case.

    A card that may not charge is told so, and the charge point ends what it began.
    """
    connector, tag = told["connectorId"], told["idTag"]
    at = moments.read(told["timestamp"])
    number = point.transactions.number(connector=connector, tag=tag, started_at=at)
    transaction = Open(
        id=str(number),
        connector=str(connector),
        tag=tag,
        started_at=at,
        meter_start_wh=told["meterStart"],
    )
    about = {"connector": str(connector), "transaction": str(number)}
    asked = point.asked(tag, "started", at, **about, meter_wh=float(told["meterStart"]))
    verdict = await point.ask(asked)
    if not point.transactions.was_told("started", transaction.id):
        await _began(point, transaction, verdict)
    return {"transactionId": number, "idTagInfo": _info(verdict)}


async def _began(point: ChargePoint, transaction: Open, verdict: Verdict) -> None:
    connector, at = transaction.connector, transaction.started_at
    extras = {
        "transaction": transaction.id,
        "connector": connector,
        "tag": masked(transaction.tag),
        "tag_status": verdict.status,
        "at": at,
        "meter_start_wh": transaction.meter_start_wh,
    }
    await point.happened(connector, "charge_started", at, extras)
    point.learn(transaction)
    point.transactions.tell("started", transaction.id)


async def _stop(point: ChargePoint, told: Payload) -> Answer:
    """§4.10: a transaction ended. Of one that we do not know its number tells where it was; in any
    case it is confirmed.
    """
    number, at = str(told["transactionId"]), moments.read(told["timestamp"])
    values = meter.values(told.get("transactionData", []))
    known = point.transactions.known(number) or _recalled(point, told, at)
    connector = known.connector if known else _only(point)
    verdict = await point.ask(_over(point, told, at, connector=connector, known=known))
    if not point.transactions.was_told("ended", number, told["timestamp"]):
        await point.measured(connector, values)
        await _ended(point, connector, known, told, at)
        point.transactions.end(number)
        point.transactions.tell("ended", number, told["timestamp"])
    return {"idTagInfo": _info(verdict)} if "idTag" in told else {}


def _over(
    point: ChargePoint, told: Payload, at: float, *, connector: str, known: Open | None
) -> Asked:
    return point.asked(
        told.get("idTag", ""),
        "ended",
        at,
        connector=connector,
        transaction=str(told["transactionId"]),
        meter_wh=float(told["meterStop"]),
        reason=told.get("reason", "Local"),
        readings=meter.registers(meter.values(told.get("transactionData", []))),
        started_at=known.started_at if known else None,
        meter_start_wh=known.meter_start_wh if known else None,
    )


async def _ended(
    point: ChargePoint, connector: str, known: Open | None, told: Payload, at: float
) -> None:
    begun = known.meter_start_wh if known else None
    register = meter.Values(at=at, samples=(meter.energy(told["meterStop"]),))
    extras = {
        "transaction": str(told["transactionId"]),
        "connector": connector,
        "reason": told.get("reason", "Local"),
        "meter_start_wh": begun,
        "meter_stop_wh": told["meterStop"],
        "energy_wh": told["meterStop"] - begun if begun is not None else None,
        "started_at": known.started_at if known else None,
        "at": at,
    }
    await point.measured(connector, [register])
    await point.happened(connector, "charge_ended", at, extras)


def _recalled(point: ChargePoint, told: Payload, at: float) -> Open | None:
    """Return what the number of a transaction tells; beyond four connectors it is ambiguous."""
    most = max((int(key.partition(".")[0]) for key in point.post.connectors), default=1)
    return recalled(told["transactionId"], ended_at=at) if most <= CONNECTORS_TOLD else None


def _only(point: ChargePoint) -> str:
    """Return the connector that is meant where none was said: the one that the device shows."""
    return point.post.connector_of(point.device) or WHOLE


async def _values(point: ChargePoint, told: Payload) -> Answer:
    """§4.7. A number of a transaction that we did not hear begin is learnt from it."""
    connector, values = str(told["connectorId"]), meter.values(told["meterValue"])
    await point.measured(connector, values)
    if "transactionId" in told:
        transaction = Open(id=str(told["transactionId"]), connector=connector)
        point.learn(transaction)
        await point.told_late(transaction, values)
    return {}


async def _status(point: ChargePoint, told: Payload) -> Answer:
    """§4.9. Connector 0 is the charge point as a whole: only its faults are told of a device."""
    connector, status = str(told["connectorId"]), told["status"]
    at, table = at_of(told), point.table(connector)
    readings: list[Reading] = []
    if connector != WHOLE or point.post.connectors:
        if status in table.states:
            readings.append(Reading(table.state, table.states[status], at))
        if status in _PLUGGED or status == _UNPLUGGED:
            readings.append(Reading(table.plugged, status in _PLUGGED, at))
        await point.bring(connector, readings)
    error = told["errorCode"]
    await point.faulty(connector, status == "Faulted" or error != _NO_ERROR, at)
    if error != _NO_ERROR:
        await _fault(point, connector, told, at)
    return {}


async def _fault(point: ChargePoint, connector: str, told: Payload, at: float | None) -> None:
    extras = {
        "code": told["errorCode"],
        "connector": connector,
        "info": told.get("info"),
        "vendor": told.get("vendorId"),
        "vendor_code": told.get("vendorErrorCode"),
    }
    shown = connector if point.post.device(connector) else None
    if shown is None:
        await point.told("fault_told", at, extras)
    else:
        await point.happened(shown, "fault_told", at, extras)


async def _diagnostics(point: ChargePoint, told: Payload) -> Answer:
    await point.told("diagnostics_told", None, {"status": told["status"]})
    return {}


def _info(verdict: Verdict) -> dict[str, Any]:
    """§7.21 IdTagInfo."""
    told: dict[str, Any] = {"status": verdict.status}
    if verdict.until is not None:
        told["expiryDate"] = moments.written(verdict.until)
    if verdict.parent:
        told["parentIdTag"] = verdict.parent[:20]
    return told


HEARS: Mapping[str, Hear] = {
    "BootNotification": _boot,
    "Heartbeat": _heartbeat,
    "Authorize": _authorize,
    "StartTransaction": _start,
    "StopTransaction": _stop,
    "MeterValues": _values,
    "StatusNotification": _status,
    "DataTransfer": vendor,
    "FirmwareStatusNotification": firmware,
    "SignedFirmwareStatusNotification": firmware,
    "DiagnosticsStatusNotification": _diagnostics,
    "LogStatusNotification": _diagnostics,
    "SecurityEventNotification": secure,
}
"""What charge points of 1.6 may call, with the security white paper's additions."""
