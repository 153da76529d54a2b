"""Alerts as readings: whose they are, whether they are news, what they say."""

from collections.abc import Mapping, Sequence

import msgspec

from linli.drivers.isapi import access, plates
from linli.drivers.isapi.alerts import Alert
from linli.drivers.isapi.options import Map
from linli.drivers.isapi.pictures import Picture
from linli.drivers.line import Wired
from linli.drivers.once import Lately
from linli.drivers.plain.asks import Question
from linli.drivers.reading import Reading

_MOST = 2000
_EMPTY = Map(models=())
_TELL_EVERY = 10


def whose(*, alert: Alert, line: Wired, members: Mapping[str, Wired]) -> Wired:
    """Return the device that an alert is of: the channel, or the camera itself."""
    found = (members[address] for address in alert.addresses() if address in members)
    return next(found, line)


def event(*, alert: Alert, device: Wired) -> str:
    """Return the event of the thing model that an alert is; empty where its table has none."""
    table = device.map if isinstance(device.map, Map) else _EMPTY
    return table.events.get(alert.event, "")


def reading(*, alert: Alert, device: Wired, picture: Picture | None = None) -> Reading | None:
    """Return the event that an alert is; None where the device's table has none for it."""
    name = event(alert=alert, device=device)
    if not name:
        return None
    said = {
        "type": alert.event,
        "channel": alert.channel,
        "channel_name": alert.name,
        "region": alert.region,
        "target": alert.target,
        "input": alert.input,
        "picture": picture,
    }
    extras = {name: one for name, one in said.items() if one not in ("", None)}
    return Reading(name=name, value=1, at=alert.at, extras=msgspec.json.encode(extras))


def question(*, alert: Alert, device: Wired, picture: Picture | None = None) -> Question | None:
    """Return what an alert asks; None where it asks nothing, or its device's table does not know.

    A car's plate stands in the question alone: it is no reading, in no log and no history.
    """
    table = device.map if isinstance(device.map, Map) else _EMPTY
    kind = table.asks.get(alert.event)
    if kind is None or alert.plate is None or not alert.active:
        return None
    options = device.options
    return Question(
        id=plates.mark(uuid=alert.uuid, channel=alert.channel, at=alert.at, plate=alert.plate),
        kind=kind,
        body=plates.body(
            alert.plate,
            at=alert.at,
            forward=getattr(options, "forward", "in"),
            picture=picture.sha256 if picture is not None else "",
        ),
    )


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What an access controller's event is: how the door stands, and the passage."""

    readings: Sequence[Reading] = ()
    question: Question | None = None


def name(alert: Alert) -> str:
    """Return what an alert is called where no table has it."""
    return f"{alert.event} {alert.access.type}" if alert.access is not None else alert.event


def passage(*, alert: Alert, device: Wired, now: float, clock: float | None = None) -> Told | None:
    """Return what an access controller's event is; None where the device's table has none. `clock`
    is the controller's own time, where it was asked.
    """
    table = device.map if isinstance(device.map, Map) else _EMPTY
    said = alert.access
    meaning = table.access.get(said.type) if said is not None else None
    if said is None or meaning is None:
        return None
    return Told(
        readings=access.readings(said, meaning, at=alert.at, now=now, clock=clock),
        question=access.question(said, meaning, at=alert.at, now=now, clock=clock),
    )


def is_first_post(alert: Alert) -> bool:
    """Whether a post is to be told, where nothing is remembered between them.

    A camera posts about once a second while something goes on, and counts. One in ten is told, so
    that a first one that was lost is made up for.
    """
    return alert.active and alert.count % _TELL_EVERY in (0, 1)


class Going:
    """What goes on now: an alert that is repeated is told once, until it ends or pauses."""

    def __init__(self, *, again_s: float) -> None:
        self._again_s = again_s
        self._since: Lately[tuple[str, str, str], float] = Lately(most=_MOST)

    def is_news(self, *, device: Wired, alert: Alert, now: float) -> bool:
        """Whether it begins now."""
        key = (device.code, alert.event, alert.input or alert.region)
        if not alert.active:
            self._since.forget(key)
            return False
        last = self._since.get(key)
        self._since.keep(key, now)
        return last is None or now - last > self._again_s
