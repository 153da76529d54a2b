"""Services of the thing model as calls, and their results as yes or no, for both versions."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from linli.drivers.ocpp.codec import Payload, Version
from linli.drivers.ocpp.roster import WHOLE
from linli.drivers.ocpp.transactions import Open

PROFILE_ID = 7300
"""Of the charging profiles that we set, with the connector added: ours replaces and clears ours."""
_DEFAULT_SPAN_S = 3600
_YES = {"Accepted", "Scheduled", "RebootRequired", "Unlocked", "AcceptedCanceled"}
_PLAIN_YES = {"Accepted", "Unlocked"}
_PERIOD = re.compile(r"(\d{1,7}):(\d{1,6}(?:\.\d+)?)")
_MOST_PERIODS = 24


class CannotOrder(Exception):
    """An order of which no call can be made; its text is the reason for who gave it."""


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a device is to do. `connector` is None for a charge point that has several.

    `number` is a number of the order, as requests of 2.0.1 need one; `now` is an instant as OCPP
    writes it.
    """

    connector: str | None
    args: Mapping[str, float | str | bool]
    transaction: Open | None
    tag: str
    number: int
    now: str

    @property
    def evse(self) -> int:
        """Return the connector of 1.6, the EVSE of 2.0.1; 0 is the whole."""
        return int((self.connector or WHOLE).partition(".")[0])

    @property
    def plug(self) -> int:
        """Return the connector within the EVSE."""
        return int((self.connector or "").partition(".")[2] or 1)

    def text(self, name: str) -> str:
        return str(self.args.get(name, ""))

    def one(self) -> int:
        """Return the connector; some orders are for exactly one."""
        if not self.evse:
            raise CannotOrder("needs_a_connector")
        return self.evse

    def asking(self, message: str) -> "Wish":
        """Return the wish for a message."""
        return msgspec.structs.replace(self, args={"message": message})

    def charging(self) -> Open:
        """Return what is to be ended."""
        if self.transaction is None:
            raise CannotOrder("no_transaction")
        return self.transaction


Call = tuple[str, dict[str, Any]]
Build = Callable[[Wish], Call]


def _schedule(wish: Wish) -> dict[str, Any]:
    """Return a ChargingSchedule of either version, from now on."""
    unit, name = ("W", "power_w") if "power_w" in wish.args else ("A", "current_a")
    found: list[tuple[int, float]] = []
    if name in wish.args:
        found = [(0, float(wish.args[name]))]
    elif wish.text("periods"):
        found = _periods(wish.text("periods"))
    if not found:
        raise CannotOrder("needs_a_limit")
    told: dict[str, Any] = {
        "chargingRateUnit": unit,
        "startSchedule": wish.now,
        "chargingSchedulePeriod": [
            {"startPeriod": start, "limit": round(limit, 1)} for start, limit in found
        ],
    }
    if "duration_s" in wish.args:
        told["duration"] = int(wish.args["duration_s"])
    return told


def _periods(text: str) -> list[tuple[int, float]]:
    parts = [_PERIOD.fullmatch(part.strip()) for part in text.split(",")]
    found = [(int(part[1]), float(part[2])) for part in parts if part is not None]
    starts = [start for start, _ in found]
    rising = starts == sorted(set(starts)) and starts[:1] == [0]
    if len(found) != len(parts) or not rising or len(found) > _MOST_PERIODS:
        raise CannotOrder("bad_periods")
    return found


def _profile(wish: Wish, version: Version, purpose: str) -> dict[str, Any]:
    """Return a ChargingProfile: one limit from now on, or for a while."""
    schedule = _schedule(wish)
    told = {
        "stackLevel": 0,
        "chargingProfilePurpose": purpose,
        "chargingProfileKind": "Absolute",
    }
    if version is Version.V16:
        return told | {"chargingProfileId": PROFILE_ID + wish.evse, "chargingSchedule": schedule}
    number = PROFILE_ID + wish.evse
    return told | {"id": number, "chargingSchedule": [{"id": number, **schedule}]}


def _some(**told: Any) -> dict[str, Any]:
    return {key: value for key, value in told.items() if value not in (None, "")}


def _vendor(wish: Wish) -> Call:
    told = _some(vendorId=wish.text("vendor"), messageId=wish.text("message"))
    return "DataTransfer", told | _some(data=wish.text("data"))


# -- OCPP 1.6, edition 2, chapter 5


def _start_16(wish: Wish) -> Call:
    told = _some(idTag=wish.text("tag") or wish.tag, connectorId=wish.evse or None)
    if "current_a" in wish.args:
        told["chargingProfile"] = _profile(wish, Version.V16, "TxProfile")
    return "RemoteStartTransaction", told


def _stop_16(wish: Wish) -> Call:
    number = wish.charging().id
    if not number.isdecimal():
        raise CannotOrder("transaction_of_another_version")
    return "RemoteStopTransaction", {"transactionId": int(number)}


def _limit_16(wish: Wish) -> Call:
    purpose = "TxDefaultProfile" if wish.evse else "ChargePointMaxProfile"
    profile = _profile(wish, Version.V16, purpose)
    return "SetChargingProfile", {"connectorId": wish.evse, "csChargingProfiles": profile}


def _trigger_16(wish: Wish) -> Call:
    told = _some(requestedMessage=wish.text("message"))
    if told.get("requestedMessage") in ("MeterValues", "StatusNotification") and wish.evse:
        told["connectorId"] = wish.evse
    return "TriggerMessage", told


def _schedule_16(wish: Wish) -> Call:
    duration = int(wish.args.get("duration_s", _DEFAULT_SPAN_S))
    return "GetCompositeSchedule", {"connectorId": wish.evse, "duration": duration}


def _availability_16(to: str) -> Build:
    return lambda wish: ("ChangeAvailability", {"connectorId": wish.evse, "type": to})


_BUILD_16: Mapping[str, Build] = {
    "charge.start": _start_16,
    "charge.stop": _stop_16,
    "charge.limit": _limit_16,
    "charge.unlimit": lambda wish: ("ClearChargingProfile", {"id": PROFILE_ID + wish.evse}),
    "charge.schedule": _schedule_16,
    "connector.unlock": lambda wish: ("UnlockConnector", {"connectorId": wish.one()}),
    "connector.disable": _availability_16("Inoperative"),
    "connector.enable": _availability_16("Operative"),
    "charger.restart": lambda wish: (
        "Reset",
        {"type": "Hard" if wish.args.get("hard") else "Soft"},
    ),
    "setting.change": lambda wish: (
        "ChangeConfiguration",
        {"key": wish.text("key"), "value": wish.text("value")},
    ),
    "setting.read": lambda wish: ("GetConfiguration", {"key": [wish.text("key")]}),
    "charger.upgrade": lambda wish: (
        "UpdateFirmware",
        {"location": wish.text("location"), "retrieveDate": wish.now},
    ),
    "diagnostics.upload": lambda wish: ("GetDiagnostics", {"location": wish.text("location")}),
    "message.ask": _trigger_16,
    "state.read": lambda wish: _trigger_16(wish.asking("MeterValues")),
    "vendor.tell": _vendor,
}


# -- OCPP 2.0.1, part 2


def _evse(wish: Wish) -> dict[str, Any] | None:
    return {"id": wish.evse, "connectorId": wish.plug} if wish.evse else None


def _start_201(wish: Wish) -> Call:
    token = {"idToken": wish.text("tag") or wish.tag, "type": "Central"}
    told = _some(evseId=wish.evse or None, remoteStartId=wish.number, idToken=token)
    if "current_a" in wish.args:
        told["chargingProfile"] = _profile(wish, Version.V201, "TxProfile")
    return "RequestStartTransaction", told


def _limit_201(wish: Wish) -> Call:
    purpose = "TxDefaultProfile" if wish.evse else "ChargingStationMaxProfile"
    profile = _profile(wish, Version.V201, purpose)
    return "SetChargingProfile", {"evseId": wish.evse, "chargingProfile": profile}


def _schedule_201(wish: Wish) -> Call:
    duration = int(wish.args.get("duration_s", _DEFAULT_SPAN_S))
    return "GetCompositeSchedule", {"evseId": wish.evse, "duration": duration}


def _availability_201(to: str) -> Build:
    return lambda wish: ("ChangeAvailability", _some(operationalStatus=to, evse=_evse(wish)))


def _variable(wish: Wish) -> dict[str, Any]:
    """Return the component and variable of `Component.Variable`; instances stand in brackets."""
    component, dot, variable = wish.text("key").partition(".")
    if not (component and dot and variable):
        raise CannotOrder("key_is_component_dot_variable")
    return {"component": _named(component), "variable": _named(variable)}


def _named(text: str) -> dict[str, str]:
    name, _, instance = text.removesuffix("]").partition("[")
    return _some(name=name, instance=instance)


def _set_201(wish: Wish) -> Call:
    data = {"attributeValue": wish.text("value"), **_variable(wish)}
    return "SetVariables", {"setVariableData": [data]}


def _trigger_201(wish: Wish) -> Call:
    message = wish.text("message")
    wanted = message in ("MeterValues", "StatusNotification", "TransactionEvent")
    evse = _evse(wish) if wanted else None
    return "TriggerMessage", _some(requestedMessage=message, evse=evse)


def _firmware_201(wish: Wish) -> Call:
    firmware = {"location": wish.text("location"), "retrieveDateTime": wish.now}
    return "UpdateFirmware", {"requestId": wish.number, "firmware": firmware}


def _log_201(wish: Wish) -> Call:
    log = {"remoteLocation": wish.text("location")}
    return "GetLog", {"log": log, "logType": "DiagnosticsLog", "requestId": wish.number}


_BUILD_201: Mapping[str, Build] = {
    "charge.start": _start_201,
    "charge.stop": lambda wish: (
        "RequestStopTransaction",
        {"transactionId": wish.charging().id},
    ),
    "charge.limit": _limit_201,
    "charge.unlimit": lambda wish: (
        "ClearChargingProfile",
        {"chargingProfileId": PROFILE_ID + wish.evse},
    ),
    "charge.schedule": _schedule_201,
    "connector.unlock": lambda wish: (
        "UnlockConnector",
        {"evseId": wish.one(), "connectorId": wish.plug},
    ),
    "connector.disable": _availability_201("Inoperative"),
    "connector.enable": _availability_201("Operative"),
    "charger.restart": lambda wish: (
        "Reset",
        {"type": "Immediate" if wish.args.get("hard") else "OnIdle"},
    ),
    "setting.change": _set_201,
    "setting.read": lambda wish: ("GetVariables", {"getVariableData": [_variable(wish)]}),
    "charger.upgrade": _firmware_201,
    "diagnostics.upload": _log_201,
    "message.ask": _trigger_201,
    "state.read": lambda wish: _trigger_201(wish.asking("MeterValues")),
    "vendor.tell": _vendor,
}

_BUILDS = {Version.V16: _BUILD_16, Version.V201: _BUILD_201}


def build(*, version: Version, service: str, wish: Wish) -> Call:
    """Return the action and payload of a call that does a service.

    :raises CannotOrder: if there is none, or its arguments do not do
    """
    found = _BUILDS[version].get(service)
    if found is None:
        raise CannotOrder("unknown_service")
    return found(wish)


def judged(*, action: str, result: Payload) -> tuple[bool, str]:
    """Return whether a result says yes, and the reason if it does not, or not quite."""
    status, info = _status(action, result)
    if status is None or status in _PLAIN_YES:
        return True, ""
    if action == "ClearChargingProfile" and status == "Unknown":
        return True, "nothing_to_clear"
    return status in _YES, _snake(info or status)


def _status(action: str, result: Payload) -> tuple[str | None, str]:
    if action == "GetConfiguration":
        return ("UnknownKey" if result.get("unknownKey") else None), ""
    if action in ("SetVariables", "GetVariables"):
        [each, *_] = result.get("setVariableResult") or result["getVariableResult"]
        return each["attributeStatus"], each.get("attributeStatusInfo", {}).get("reasonCode", "")
    return result.get("status"), result.get("statusInfo", {}).get("reasonCode", "")


def _snake(word: str) -> str:
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", word).lower().replace(" ", "_")[:60]


def told_by(*, action: str, result: Payload) -> tuple[str, dict[str, Any]] | None:
    """Return the event that a result tells, where it answers a question."""
    if action == "GetCompositeSchedule":
        return "schedule_told", _composite(result)
    if action == "GetConfiguration":
        found = result.get("configurationKey") or [{}]
        return "setting_told", dict(found[0])
    if action == "GetVariables":
        [each, *_] = result["getVariableResult"]
        key = f"{each['component']['name']}.{each['variable']['name']}"
        return "setting_told", {"key": key, "value": each.get("attributeValue")}
    if action == "DataTransfer" and "data" in result:
        return "vendor_told", {"data": str(result["data"])}
    return None


def _composite(result: Payload) -> dict[str, Any]:
    """Return a composite schedule of either version, its periods as `[second, limit]`."""
    schedule = result.get("chargingSchedule") or result.get("schedule") or {}
    periods = schedule.get("chargingSchedulePeriod", [])[:_MOST_PERIODS]
    return {
        "unit": schedule.get("chargingRateUnit"),
        "from": result.get("scheduleStart") or schedule.get("scheduleStart"),
        "duration_s": schedule.get("duration"),
        "periods": [[each["startPeriod"], float(each["limit"])] for each in periods],
    }
