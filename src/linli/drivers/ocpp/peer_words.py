"""What the simulated charge point answers and measures, as tables."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from linli.drivers.ocpp.codec import Version

Parts = Mapping[str, Any]
Fill = Callable[[Parts, dict[str, str]], dict[str, Any]]


def _nothing(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    return {}


class Good(msgspec.Struct, frozen=True):
    """How an order is answered: the status of a yes, of a no, and what else stands in a yes."""

    status: str | None = "Accepted"
    no: str | None = "Rejected"
    more: Fill = _nothing

    def yes(self, told: Parts, settings: dict[str, str]) -> dict[str, Any]:
        status = {} if self.status is None else {"status": self.status}
        return status | self.more(told, settings)

    def refusal(self) -> dict[str, Any]:
        return {} if self.no is None else {"status": self.no}


def _change(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    settings[told["key"]] = told["value"]
    return {}


def _get(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    [key] = told["key"]
    if key not in settings:
        return {"unknown_key": [key]}
    found = {"key": key, "readonly": False, "value": settings[key]}
    return {"configuration_key": [found]}


def _set_variables(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    results = []
    for each in told["set_variable_data"]:
        key = f"{each['component']['name']}.{each['variable']['name']}"
        settings[key] = each["attribute_value"]
        about = {"component": each["component"], "variable": each["variable"]}
        results.append({"attribute_status": "Accepted", **about})
    return {"set_variable_result": results}


def _get_variables(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    results = []
    for each in told["get_variable_data"]:
        key = f"{each['component']['name']}.{each['variable']['name']}"
        about = {"component": each["component"], "variable": each["variable"]}
        known = {"attribute_status": "Accepted", "attribute_value": settings.get(key, "")}
        unknown = {"attribute_status": "UnknownVariable"}
        results.append({**(known if key in settings else unknown), **about})
    return {"get_variable_result": results}


def _composite_16(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    period = {"start_period": 0, "limit": 16.0}
    schedule = {"charging_rate_unit": "A", "charging_schedule_period": [period]}
    return {"connector_id": told["connector_id"], "charging_schedule": schedule}


def _composite_201(told: Parts, settings: dict[str, str]) -> dict[str, Any]:
    schedule = {
        "evse_id": told["evse_id"],
        "duration": told["duration"],
        "schedule_start": "2026-05-28T12:00:00Z",
        "charging_rate_unit": "A",
        "charging_schedule_period": [{"start_period": 0, "limit": 16.0}],
    }
    return {"schedule": schedule}


_ALIKE: Mapping[str, Good] = {
    "SetChargingProfile": Good(),
    "ClearChargingProfile": Good(no="Unknown"),
    "UnlockConnector": Good("Unlocked", "UnlockFailed"),
    "ChangeAvailability": Good(),
    "Reset": Good(),
    "TriggerMessage": Good(),
    "DataTransfer": Good(),
}
OBEYS_16: Mapping[str, Good] = {
    **_ALIKE,
    "RemoteStartTransaction": Good(),
    "RemoteStopTransaction": Good(),
    "GetCompositeSchedule": Good(more=_composite_16),
    "ChangeConfiguration": Good(more=_change),
    "GetConfiguration": Good(None, None, _get),
    "UpdateFirmware": Good(None, None),
    "GetDiagnostics": Good(None, None, lambda told, settings: {"file_name": "log.zip"}),
}
OBEYS_201: Mapping[str, Good] = {
    **_ALIKE,
    "RequestStartTransaction": Good(),
    "RequestStopTransaction": Good(),
    "GetCompositeSchedule": Good(more=_composite_201),
    "SetVariables": Good(None, None, _set_variables),
    "GetVariables": Good(None, None, _get_variables),
    "UpdateFirmware": Good(),
    "GetLog": Good(),
}


def read_sample(
    *,
    version: Version,
    at: str,
    context: str,
    energy_wh: float,
    power_w: float,
    volts: float,
    soc_pct: float,
) -> dict[str, Any]:
    """Return a MeterValue in the library's words: texts with units in 1.6, numbers in 2.0.1."""
    shown = (
        ("Energy.Active.Import.Register", "Wh", "Outlet", energy_wh),
        ("Power.Active.Import", "W", "Outlet", power_w),
        ("Current.Import", "A", "Outlet", power_w / volts),
        ("Voltage", "V", "Outlet", volts),
        ("SoC", "Percent", "EV", soc_pct),
    )
    return {"timestamp": at, "sampled_value": [_one(version, context, each) for each in shown]}


def _one(version: Version, context: str, shown: tuple[str, str, str, float]) -> dict[str, Any]:
    measurand, unit, location, value = shown
    told: dict[str, Any] = {"context": context, "measurand": measurand, "location": location}
    if version is Version.V16:
        return {"value": f"{value:.1f}", "unit": unit, **told}
    return {"value": round(value, 1), "unit_of_measure": {"unit": unit}, **told}
