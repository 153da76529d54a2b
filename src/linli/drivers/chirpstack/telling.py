"""What an event says of a device: readings, presence, answers. The same by MQTT and by HTTP."""

from typing import NamedTuple

from linli.drivers.chirpstack.codec import ACK, JOIN, LOG, STATUS, TXACK, UP, Event
from linli.drivers.chirpstack.options import Member
from linli.drivers.chirpstack.past import Past, item_of
from linli.drivers.line import Wired
from linli.drivers.payload.table import BATTERY, NOISE, SIGNAL, Table, asked
from linli.drivers.plain.codec import as_float
from linli.drivers.reading import BadPayload, Reading

_HEARD = frozenset({UP, JOIN, STATUS, ACK})


class Told(NamedTuple):
    """`why_not` and `sample`: what is no news, or was not understood."""

    readings: list[Reading]
    heard: bool = False
    answer: tuple[str, bool, str] | None = None
    why_not: str = ""
    sample: bytes = b""


def tell(kind: str, event: Event, *, line: str, member: Wired, past: Past) -> Told:
    """Return what is new in an event of a member.

    :raises BadPayload: if its payload cannot be read
    """
    options = member.options if isinstance(member.options, Member) else Member()
    why_not = past.why_not(line, kind, event, counts=not options.begins_anew)
    if why_not:
        return Told([], why_not=why_not, sample=event.deduplication_id.encode())
    heard = kind in _HEARD
    if kind == UP:
        readings, rest = _up(event, member)
        return Told(readings, heard, why_not="payload_rest" if rest else "", sample=rest)
    if kind == STATUS:
        return Told(asked(_status(event), model=member.model), heard)
    if kind == LOG and event.level != "INFO":
        answer = _answer(kind, event, line=line, past=past)
        said = f"{event.code} {event.description}"[:200].encode()
        return Told([], heard, answer, why_not="chirpstack_log", sample=said)
    return Told([], heard, _answer(kind, event, line=line, past=past))


def _up(event: Event, member: Wired) -> tuple[list[Reading], bytes]:
    table, at = member.map, event.at
    readings: list[Reading] = []
    rest = b""
    if isinstance(table, Table) and table.messages and event.data:
        readings, rest = table.read(event.payload, port=event.f_port, at=at)
    elif isinstance(table, Table) and event.object:
        readings = table.read_json(event.object, at=at)
    elif event.object:
        readings = _as_named(event.object, member, at)
    elif event.data:
        raise BadPayload("no_map")
    return asked([*readings, *_air(event)], model=member.model), rest


def _as_named(found: dict[str, object], member: Wired, at: float | None) -> list[Reading]:
    """Return values that ChirpStack's own codec named as we do."""
    known = member.model.points()
    out = []
    for name, value in found.items():
        if name in known and isinstance(value, bool | str):
            out.append(Reading(name, value, at))
        elif name in known and isinstance(value, int | float):
            out.append(Reading(name, as_float(value), at))
    return out


def _air(event: Event) -> list[Reading]:
    """Return how the gateway that heard it best heard it."""
    hops = [hop for hop in event.rx_info if hop.rssi is not None]
    if not hops:
        return []
    best = max(hops, key=lambda hop: hop.rssi or 0.0)
    return [
        Reading(SIGNAL, best.rssi or 0.0, event.at),
        Reading(NOISE, best.snr, event.at),
    ]


def _status(event: Event) -> list[Reading]:
    """Return the battery; one that is not known, or a device on the mains, has none."""
    if event.battery_level is None or event.battery_level_unavailable:
        return []
    return [] if event.external_power_source else [Reading(BATTERY, event.battery_level, event.at)]


def _answer(kind: str, event: Event, *, line: str, past: Past) -> tuple[str, bool, str] | None:
    """Return (order, ok, reason) where the event ends one of ours."""
    item = item_of(event)
    found = past.order(line, item) if item else None
    if found is None:
        return None
    order, confirmed = found
    if kind == TXACK and confirmed:
        return None
    if kind == LOG:
        return order, False, event.code.lower() or "log"
    ok = kind == TXACK or event.acknowledged
    return order, ok, "" if ok else "no_answer"
