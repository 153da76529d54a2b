"""Plain JSON from bytes: readings, events, answers to commands, status."""

import math
from datetime import datetime

import msgspec

from linli.drivers.reading import BadPayload, Reading

TIME = "t"
EVENT = "event"
_VALUE = "value"
MILLIS_FROM = 1e11
"""Epoch numbers from here up are milliseconds: in seconds this is the year 5138."""
_LONGEST_EXTRAS = 1024
_MOST = 20_000

_decoder = msgspec.json.Decoder()
_encoder = msgspec.json.Encoder()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a device says of a command that it was given."""

    id: str
    ok: bool
    reason: str = ""


_answers = msgspec.json.Decoder(list[Answer] | Answer)


def readings(payload: bytes) -> list[Reading]:
    """Return the readings of an object or of a list of objects.

    :raises BadPayload: if it is no JSON, or neither
    """
    found = parsed(payload)
    objects = found if isinstance(found, list) else [found]
    if len(objects) > _MOST:
        raise BadPayload("too_large")
    out: list[Reading] = []
    for entry in objects:
        if not isinstance(entry, dict):
            raise BadPayload("not_readings")
        out.extend(_event(entry) if isinstance(entry.get(EVENT), str) else _values(entry))
    return out


def parsed(payload: bytes) -> object:
    """Return what JSON says.

    :raises BadPayload: if it is none
    """
    try:
        return _decoder.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_json") from error


def _values(entry: dict[str, object]) -> list[Reading]:
    at = time(entry.get(TIME))
    return [Reading(name, _scalar(value), at) for name, value in entry.items() if name != TIME]


def _event(entry: dict[str, object]) -> list[Reading]:
    name, value = str(entry[EVENT]), entry.get(_VALUE, 1.0)
    more = {k: v for k, v in entry.items() if k not in (EVENT, _VALUE, TIME)}
    extras = _encoder.encode(more) if more else b""
    if len(extras) > _LONGEST_EXTRAS:
        raise BadPayload("too_large")
    return [Reading(name, _scalar(value), time(entry.get(TIME)), extras=extras)]


def _scalar(value: object) -> float | bool | str:
    if isinstance(value, bool | str):
        return value
    if isinstance(value, int | float):
        return as_float(value)
    raise BadPayload("not_a_value")


def as_float(value: float) -> float:
    """Return a number as a finite float.

    :raises BadPayload: if it is too large to be one
    """
    try:
        number = float(value)
    except OverflowError as error:
        raise BadPayload("not_a_value") from error
    if not math.isfinite(number):
        raise BadPayload("not_a_value")
    return number


def time(value: object) -> float | None:
    """Return epoch seconds of a time as senders write it: seconds, milliseconds, ISO 8601.

    :raises BadPayload: if it is none of these
    """
    if value is None:
        return None
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = as_float(value)
        return number / 1000.0 if number >= MILLIS_FROM else number
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError as error:
            raise BadPayload("not_a_time") from error
        if moment.tzinfo is not None:
            return moment.timestamp()
    raise BadPayload("not_a_time")


def answers(payload: bytes) -> list[Answer]:
    """Return what a device says of its commands.

    :raises BadPayload: if it is no such JSON
    """
    try:
        found = _answers.decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise BadPayload("not_an_answer") from error
    return found if isinstance(found, list) else [found]


def online(payload: bytes) -> bool:
    """Return what a status says: `online`, `offline`, 1, 0, true, false, or `{"online": …}`.

    :raises BadPayload: if it says none of these
    """
    word = payload.strip().strip(b'"').lower()
    if word in (b"online", b"1", b"true"):
        return True
    if word in (b"offline", b"0", b"false"):
        return False
    found = parsed(payload)
    if isinstance(found, dict) and isinstance(found.get("online"), bool):
        return bool(found["online"])
    raise BadPayload("not_a_status")


def command(
    *, id: str, service: str, args: dict[str, float | str | bool], expires_at: float
) -> bytes:
    """Return a command as a device hears it. `expires` is epoch seconds."""
    return _encoder.encode({"id": id, "service": service, "args": args, "expires": expires_at})
