"""What a charging station of OCPP 2.0.1 says (part 2), and what it is answered."""

from collections.abc import Mapping
from typing import Any

from linli.contracts.charge_points import Asked
from linli.drivers.ocpp import meter, moments
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import Payload
from linli.drivers.ocpp.desk import Verdict, masked
from linli.drivers.ocpp.hearing import Answer, Hear, at_of, booted, firmware, secure, vendor
from linli.drivers.ocpp.roster import WHOLE
from linli.drivers.ocpp.transactions import Open
from linli.drivers.reading import Reading

_NO_CARD = "NoAuthorization"


async def _boot(point: ChargePoint, told: Payload) -> Answer:
    station = told["chargingStation"]
    about = {
        "vendor": station["vendorName"],
        "name": station["model"],
        "serial": station.get("serialNumber"),
        "firmware": station.get("firmwareVersion"),
        "reason": told["reason"],
    }
    return await booted(point, about)


async def _heartbeat(point: ChargePoint, told: Payload) -> Answer:
    return {"currentTime": moments.written(point.station.now())}


async def _authorize(point: ChargePoint, told: Payload) -> Answer:
    card = told["idToken"]
    if card["type"] == _NO_CARD:
        return {"idTokenInfo": {"status": "Accepted"}}
    asked = point.asked(card["idToken"], "authorize", point.station.now())
    return {"idTokenInfo": _info(await point.ask(asked))}


async def _transaction(point: ChargePoint, told: Payload) -> Answer:
    """TransactionEvent (part 2, E): a transaction began, goes on or ended, maybe long ago.

    The station chooses the id. An event that comes again, by its number in the sequence, is only
    confirmed.
    """
    info, at = told["transactionInfo"], moments.read(told["timestamp"])
    name = info["transactionId"]
    known = point.transactions.known(name)
    connector = _connector(told["evse"]) if "evse" in told else _where(point, known)
    once = (name, str(told["seqNo"]), told["eventType"])
    answer = await _card(point, told, connector, at)
    if not point.transactions.was_told(*once):
        await _went_on(point, told, connector, at)
        point.transactions.tell(*once)
    return answer


async def _went_on(point: ChargePoint, told: Payload, connector: str, at: float) -> None:
    info, kind = told["transactionInfo"], told["eventType"]
    values = meter.values(told.get("meterValue", []))
    known = point.transactions.known(info["transactionId"])
    await point.measured(connector, values)
    if kind == "Updated" and known is not None:
        await point.told_late(known, values)
    if kind == "Started":
        known = _begun(told, connector, at, values)
        await point.happened(connector, "charge_started", at, _start_extras(known, told))
    if kind == "Ended":
        await point.happened(connector, "charge_ended", at, _end_extras(known, told, values))
        point.transactions.end(info["transactionId"])
    else:
        point.learn(known or Open(id=info["transactionId"], connector=connector))
    state = "Finishing" if kind == "Ended" else info.get("chargingState")
    table = point.table(connector)
    if state in table.states:
        await point.bring(connector, [Reading(table.state, table.states[state], at)])


def _begun(told: Payload, connector: str, at: float, values: list[meter.Values]) -> Open:
    return Open(
        id=told["transactionInfo"]["transactionId"],
        connector=connector,
        tag=told.get("idToken", {}).get("idToken", ""),
        started_at=at,
        meter_start_wh=meter.register_wh(values, first=True),
    )


def _start_extras(begun: Open, told: Payload) -> dict[str, Any]:
    return {
        "transaction": begun.id,
        "connector": begun.connector,
        "tag": masked(begun.tag) if begun.tag else None,
        "meter_start_wh": begun.meter_start_wh,
        "at": begun.started_at,
        "offline": told.get("offline"),
    }


def _end_extras(known: Open | None, told: Payload, values: list[meter.Values]) -> dict[str, Any]:
    start = known.meter_start_wh if known else None
    if start is None and len(values) > 1:
        start = meter.register_wh(values, first=True)
    stop = meter.register_wh(values, first=False)
    return {
        "transaction": told["transactionInfo"]["transactionId"],
        "connector": known.connector if known else None,
        "reason": told["transactionInfo"].get("stoppedReason", "Local"),
        "meter_start_wh": start,
        "meter_stop_wh": stop,
        "energy_wh": stop - start if start is not None and stop is not None else None,
        "started_at": known.started_at if known else None,
        "at": moments.read(told["timestamp"]),
        "offline": told.get("offline"),
    }


async def _card(point: ChargePoint, told: Payload, connector: str, at: float) -> Answer:
    """Put on record that a transaction began, with the first event that names a card, or ended; and
    answer about the card, where there is one.
    """
    card = told.get("idToken")
    tag = "" if card is None or card["type"] == _NO_CARD else card["idToken"]
    if not tag and told["eventType"] != "Ended":
        return {}
    verdict = await point.ask(_asked(point, told, connector, at, tag))
    return {"idTokenInfo": _info(verdict)} if tag else {}


def _asked(point: ChargePoint, told: Payload, connector: str, at: float, tag: str) -> Asked:
    info, values = told["transactionInfo"], meter.values(told.get("meterValue", []))
    known = point.transactions.known(info["transactionId"])
    begun_at = known.started_at if known else None
    begun_wh = known.meter_start_wh if known else None
    about = {"connector": connector, "transaction": info["transactionId"]}
    if told["eventType"] != "Ended":
        first_wh = meter.register_wh(values, first=True) if begun_wh is None else begun_wh
        when = at if begun_at is None else begun_at
        return point.asked(tag, "started", when, **about, meter_wh=first_wh)
    return point.asked(
        tag,
        "ended",
        at,
        **about,
        meter_wh=meter.register_wh(values, first=False),
        reason=info.get("stoppedReason", "Local"),
        readings=meter.registers(values),
        started_at=begun_at,
        meter_start_wh=begun_wh,
    )


async def _values(point: ChargePoint, told: Payload) -> Answer:
    await point.measured(str(told["evseId"]), meter.values(told["meterValue"]))
    return {}


async def _status(point: ChargePoint, told: Payload) -> Answer:
    """StatusNotification: within a transaction its own state says more than `Occupied`."""
    connector = _connector({"id": told["evseId"], "connectorId": told["connectorId"]})
    status, at, table = told["connectorStatus"], at_of(told), point.table(connector)
    busy = point.transactions.on(str(told["evseId"])) is not None
    readings: list[Reading] = []
    if status in table.states and not (status == "Occupied" and busy):
        readings.append(Reading(table.state, table.states[status], at))
    if status in ("Occupied", "Available"):
        readings.append(Reading(table.plugged, status == "Occupied", at))
    await point.bring(connector, readings)
    await point.faulty(connector, status == "Faulted", at)
    if status == "Faulted":
        await point.happened(connector, "fault_told", at, {"code": status, "connector": connector})
    return {}


async def _event(point: ChargePoint, told: Payload) -> Answer:
    """NotifyEvent: what the station watches itself; an alert or a fault is brought."""
    for each in told["eventData"]:
        extras = {
            "code": each.get("techCode") or each["actualValue"],
            "component": each["component"]["name"],
            "variable": each["variable"]["name"],
            "cleared": each.get("cleared"),
            "info": each.get("techInfo"),
        }
        await point.told("fault_told", moments.read(each["timestamp"]), extras)
    return {}


async def _log(point: ChargePoint, told: Payload) -> Answer:
    await point.told("diagnostics_told", None, {"status": told["status"]})
    return {}


def _connector(evse: Payload) -> str:
    """Return `evse.connector`, or the EVSE alone; 0 is the station as a whole."""
    number, connector = evse["id"], evse.get("connectorId")
    return f"{number}.{connector}" if number and connector else str(number)


def _where(point: ChargePoint, known: Open | None) -> str:
    return known.connector if known else point.post.connector_of(point.device) or WHOLE


def _info(verdict: Verdict) -> dict[str, Any]:
    """Return an IdTokenInfoType; it has all the words of 1.6."""
    told: dict[str, Any] = {"status": verdict.status}
    if verdict.until is not None:
        told["cacheExpiryDateTime"] = moments.written(verdict.until)
    if verdict.parent:
        told["groupIdToken"] = {"idToken": verdict.parent[:36], "type": "Central"}
    return told


HEARS: Mapping[str, Hear] = {
    "BootNotification": _boot,
    "Heartbeat": _heartbeat,
    "Authorize": _authorize,
    "TransactionEvent": _transaction,
    "MeterValues": _values,
    "StatusNotification": _status,
    "NotifyEvent": _event,
    "DataTransfer": vendor,
    "FirmwareStatusNotification": firmware,
    "LogStatusNotification": _log,
    "SecurityEventNotification": secure,
}
"""What charging stations of 2.0.1 may call; the rest of its actions is answered NotSupported."""
