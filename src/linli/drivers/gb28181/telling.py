"""What bodies say of a thing, as readings of its model."""

from collections.abc import Mapping

import msgspec

from linli.drivers import markup
from linli.drivers.gb28181.manscdp import Alarm, Body, Item, Position
from linli.drivers.gb28181.options import Map
from linli.drivers.reading import Reading

_TRUTH = {
    "ON": True,
    "ONDUTY": True,
    "ALARM": True,
    "ERROR": True,
    "OFF": False,
    "OFFDUTY": False,
    "OK": False,
}


def of_alarm(*, map: Map, alarm: Alarm, channel: str) -> Reading | None:
    """Return the event that an alarm is; None where the table has none for it.

    `channel` is the code that it came from, where that is not the device itself.
    """
    event = next((map.alarms[key] for key in alarm.ranks() if key in map.alarms), None)
    if event is None:
        return None
    said = {
        "method": "".join(alarm.methods),
        "type": alarm.type,
        "way": alarm.way,
        "priority": alarm.priority,
        "text": alarm.description,
        "channel": channel,
        "longitude": alarm.longitude,
        "latitude": alarm.latitude,
    }
    return Reading(name=event, value=1, at=alarm.at, extras=_extras(said))


def of_change(*, map: Map, item: Item) -> Reading | None:
    """Return the event that a notice of the catalogue is; None where it is none."""
    event = map.changes.get(item.event)
    if event is None:
        return None
    return Reading(name=event, value=1, extras=_extras({"change": item.event}))


def of_status(*, map: Map, body: Body) -> list[Reading]:
    """Return what a DeviceStatus says; fields left out, and words unknown, give nothing."""
    readings = []
    for field, name in map.status.items():
        words = (one.text or "" for one in markup.below(body.root, field))
        truths = [_TRUTH[word] for word in (w.strip().upper() for w in words) if word in _TRUTH]
        if truths:
            readings.append(Reading(name=name, value=any(truths)))
    return readings


def of_position(*, map: Map, position: Position) -> list[Reading]:
    """Return where something is."""
    values = {
        "Longitude": position.longitude,
        "Latitude": position.latitude,
        "Speed": position.speed_km_h,
    }
    return [
        Reading(name=name, value=value, at=position.at)
        for field, name in map.position.items()
        if (value := values.get(field)) is not None
    ]


def _extras(said: Mapping[str, object]) -> bytes:
    return msgspec.json.encode({name: one for name, one in said.items() if one not in ("", None)})
