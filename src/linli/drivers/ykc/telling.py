"""What messages of a pile tell of a device: readings by the names that its model has. Pure."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import NamedTuple

import msgspec

from linli.drivers.reading import Reading
from linli.drivers.ykc import words
from linli.drivers.ykc.layout import shown
from linli.drivers.ykc.messages import Bill, Login, RealTime
from linli.drivers.ykc.options import Map, Source, Telling
from linli.drivers.ykc.tariff import PERIODS
from linli.drivers.ykc.upkeep import LockState

OFFLINE, FAULT, IDLE, CHARGING = 0, 1, 2, 3
_E4 = 10_000
_OFFSET_C = 50
_LOCK = {0: "moving", 0x55: "up", 0xFF: "down"}

Values = Mapping[Source, float | bool | str]


class Seen(NamedTuple):
    """What a gun did last: `charged` until its plug is out again."""

    state: int
    plugged: bool
    charged: bool = False


def seen(body: RealTime, before: Seen | None) -> Seen:
    """Return what a gun does, given what it did before."""
    plugged = body.plugged == 1
    was = before is not None and (before.charged or before.state == CHARGING)
    return Seen(state=body.state, plugged=plugged, charged=plugged and was)


def connector(now: Seen) -> str:
    """Return the state of a connector as our thing models name it."""
    if now.state in {OFFLINE, FAULT, CHARGING}:
        return {OFFLINE: "unavailable", FAULT: "faulted", CHARGING: "charging"}[now.state]
    if now.plugged:
        return "finishing" if now.charged else "preparing"
    return "available"


def of_real_time(body: RealTime, now: Seen) -> Values:
    """Return what a report tells. What an idle pile fills with zeros, it does not tell."""
    told: dict[Source, float | bool | str] = {
        "connector_state": connector(now),
        "fault": body.state == FAULT or body.faults != 0,
        "plugged": now.plugged,
        "voltage": body.voltage_e1 / 10,
        "current": body.current_e1 / 10,
        "power": body.voltage_e1 * body.current_e1 / 100,
    }
    if body.state != CHARGING:
        return told
    told |= {
        "charged_min": body.charged_min,
        "left_min": body.left_min,
        "session_energy": body.energy_e4 / _E4,
        "session_money": body.money_e4 / _E4,
    }
    if body.soc:
        told["soc"] = body.soc
    if body.cable_temp:
        told["cable_temperature"] = body.cable_temp - _OFFSET_C
    if body.battery_temp:
        told["battery_temperature"] = body.battery_temp - _OFFSET_C
    return told


def of_lock(body: LockState) -> Values:
    """Return what a parking lock tells."""
    return {
        "lock": _LOCK.get(body.lock, "moving"),
        "space_occupied": body.space != 0,
        "lock_battery": body.battery_pct,
        "lock_alarm": body.alarm != 0,
    }


def of_bill(body: Bill) -> Values:
    """Return what is measured by a bill: the meter. A pile without one says 0."""
    return {"meter": body.meter_end_e4 / _E4} if body.meter_end_e4 else {}


def named(values: Values, table: Map, *, at: float | None = None) -> list[Reading]:
    """Return the values that a model has names for."""
    return [
        Reading(name=name, value=values[source], at=at)
        for name, source in table.properties.items()
        if source in values
    ]


def changes(body: RealTime, before: Seen | None, told_faults: int, table: Map) -> list[Reading]:
    """Return the events of a report: a charging began, faults came or went."""
    found: list[Reading] = []
    if body.state == CHARGING and (before is None or before.state != CHARGING):
        extras = {"transaction": body.order, "connector": str(body.gun)}
        found += _told("charge_started", table, None, extras)
    if body.faults != told_faults:
        faults = [{"zh": fault.zh, "en": fault.en} for fault in words.faults(body.faults)]
        told = {"connector": str(body.gun), "bits": body.faults, "faults": faults}
        found += _told("fault_told", table, None, told)
    return found


def booted(body: Login, table: Map) -> list[Reading]:
    """Return the event of a pile that signed in."""
    extras = {"firmware": body.sw, "protocol": body.proto / 10, "guns": body.guns}
    return _told("booted", table, None, extras)


def ended(body: Bill, table: Map, *, at: float | None) -> list[Reading]:
    """Return the event of a charging that ended, with its bill but for who paid."""
    return _told("charge_ended", table, at, bill(body))


def differs(body: Bill, table: Map, why: Sequence[str], *, at: float | None) -> list[Reading]:
    """Return the event of a bill whose money is not what it should be."""
    extras = {"transaction": body.order, "money_e4": body.money_e4, "why": list(why)}
    return _told("bill_differs", table, at, extras)


def _told(
    what: Telling, table: Map, at: float | None, extras: Mapping[str, object]
) -> list[Reading]:
    data = msgspec.json.encode(extras)
    return [
        Reading(name=name, value=1.0, at=at, extras=data)
        for name, telling in table.events.items()
        if telling == what
    ]


def bill(body: Bill) -> dict[str, object]:
    """Return a bill as the event carries it: no card, no VIN. Money in ten-thousandths of a yuan,
    prices in hundred-thousandths, energy in ten-thousandths of a kilowatt hour.
    """
    fields = shown(body)
    reason = words.STOPS.get(body.stop)
    return {
        "transaction": body.order,
        "connector": str(body.gun),
        "started_at": _iso(body.start),
        "ended_at": _iso(body.end),
        "energy_wh": body.energy_e4 / 10,
        "by": fields["by"],
        "energy_e4": body.energy_e4,
        "money_e4": body.money_e4,
        "shares": {
            period: [share.price_e5, share.energy_e4, share.loss_e4, share.money_e4]
            for period, share in zip(PERIODS, body.shares, strict=True)
            if share.energy_e4 or share.money_e4
        },
        "stop": body.stop,
        "reason": {"zh": reason.zh, "en": reason.en} if reason else fields["stop_reason"],
    }


def _iso(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()
