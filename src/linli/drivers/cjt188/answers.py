"""Answers to readings: which property a field is, in the property's unit."""

from collections.abc import Mapping

from linli.drivers.cjt188 import body, codec
from linli.drivers.cjt188.body import Amount, Told, Value
from linli.drivers.cjt188.codec import Frame
from linli.drivers.cjt188.map import Map
from linli.drivers.frames import BadFrame
from linli.drivers.line import Wired
from linli.drivers.polling import Outcome
from linli.drivers.reading import Reading

Fields = dict[str, Value | bool]


def outcome(
    member: Wired, map: Map, kind: int, found: Frame, properties: Mapping[str, str]
) -> Outcome:
    """Return the readings of an answer. One that cannot be read is refused: its meter spoke."""
    try:
        fields = _fields(map, kind, found)
    except BadFrame as bad:
        return Outcome(refusals=[("bad_value", f"{bad.why}: {found.data.hex()}".encode())])
    readings: list[Reading] = []
    refusals: list[tuple[str, bytes]] = []
    for field, name in properties.items():
        value = fields.get(field)
        if isinstance(value, Amount):
            if value.base is not None and not _is_of(member, name, value):
                refusals.append(("wrong_unit", f"{name}: {value.unit}".encode()))
                continue
            value = value.base
        if isinstance(value, bool | int | float):
            readings.append(Reading(name, value))
    return Outcome(readings=readings, refusals=refusals)


def _is_of(member: Wired, name: str, amount: Amount) -> bool:
    """Tell whether an amount is of a property's kind: heat is no volume."""
    own = member.model.properties.get(name)
    return own is None or own.unit in ("", amount.base_unit)


def valve(map: Map, kind: int, found: Frame) -> str | None:
    """Return how the valve stands: `open`, `closed`; None where that is not told."""
    try:
        stands = _fields(map, kind, found).get("valve_open")
    except BadFrame:
        return None
    return None if stands is None else "open" if stands else "closed"


def of_counter(map: Map) -> Mapping[str, str]:
    """Return the properties that the answer with the counter tells of."""
    return next((poll.properties for poll in map.polls if poll.number == codec.COUNTER), {})


def _fields(map: Map, kind: int, found: Frame) -> Fields:
    """Return the fields of an answer by name, those of the status beside the others.

    :raises BadFrame: if they cannot be read
    """
    identified = codec.identify(found.data)
    if identified is None:
        return {}
    fields: Fields = {
        **body.fields(
            di=identified.di,
            family=codec.family(kind),
            body=identified.body,
            status=map.status,
            decimals=map.decimals,
        )
    }
    told = fields.pop("status", None)
    return fields | _of_status(told) if isinstance(told, Told) else fields


def _of_status(told: Told) -> Fields:
    out: Fields = {
        "battery_low": told.battery_low,
        "fault": bool(told.faults) or told.valve == "abnormal",
    }
    if told.valve != "abnormal":
        out["valve_open"] = told.valve == "open"
    return out
