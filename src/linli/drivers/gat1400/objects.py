"""Objects of GA/T 1400 as JSON: who signs in, who is there, which cars were seen.

Modelled on the standard: its text was not at hand. Names and codes are as haoxianrui/gat1400 sends
them and OverwindSlash/CargoX quotes GA/T 1400.3 beside them; read leniently (numbers as text, one
object in place of a list), for devices differ. Faces, persons and all else are never read.
"""

import math
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.plain.codec import parsed
from linli.drivers.reading import BadPayload

CHINA = timezone(timedelta(hours=8))
MOST_CARS = 256
_MOST_PICTURES = 16
_LONGEST_WORD = 64
_LONGEST_INTEGER = 10**15
_COMPACT = 14

Object = Mapping[str, Any]


class Picture(msgspec.Struct, frozen=True, kw_only=True):
    """A picture of a car: what it shows (`Type`: 02 its plate, 11 a face …), in base64."""

    type: str
    at: float | None
    data: str


class Car(msgspec.Struct, frozen=True, kw_only=True):
    """A motor vehicle as a camera saw it. `reliability` is in percent, `passed_at` in epoch seconds
    by the camera's clock; what it does not say is empty, or None.
    """

    id: str
    device: str
    tollgate: str
    lane: str
    plate: str
    colour: str
    plate_class: str
    reliability: float | None
    direction: str
    passed_at: float | None
    pictures: Sequence[Picture]


def read(body: bytes) -> Object:
    """Return the object that a body is.

    :raises BadFrame: if it is none
    """
    try:
        found = parsed(body)
    except BadPayload as bad:
        raise BadFrame(bad.why) from bad
    if not isinstance(found, dict):
        raise BadFrame("no object of JSON")
    return found


def device(body: Object, name: str) -> str:
    """Return whose `RegisterObject`, `KeepaliveObject` … it is; "" where it does not say.

    :raises BadFrame: if it is none
    """
    found = body.get(name)
    if not isinstance(found, dict):
        raise BadFrame(f"no {name}")
    return word(found, "DeviceID")


def cars(body: Object) -> Sequence[Object]:
    """Return the motor vehicles of a list, unread.

    :raises BadFrame: if it is no such list, or one of too many
    """
    found = body.get("MotorVehicleListObject", body.get("MotorVehicleList"))
    listed = found.get("MotorVehicleObject") if isinstance(found, dict) else found
    rows = [listed] if isinstance(listed, dict) else listed
    if not isinstance(rows, list):
        raise BadFrame("no list of MotorVehicleObject")
    if len(rows) > MOST_CARS:
        raise BadFrame(f"{len(rows)} cars at once")
    return [row if isinstance(row, dict) else {} for row in rows]


def car(row: Object) -> Car:
    """Return a motor vehicle.

    :raises BadFrame: if it says of no car what can be said
    """
    plate = word(row, "PlateNo")
    if not plate and not word(row, "HasPlate"):
        raise BadFrame("neither PlateNo nor HasPlate")
    pictures = _pictures(row)
    passed = _moment(word(row, "PassTime"))
    return Car(
        id=word(row, "MotorVehicleID"),
        device=word(row, "DeviceID"),
        tollgate=word(row, "TollgateID"),
        lane=word(row, "LaneNo"),
        plate=plate,
        colour=word(row, "PlateColor").lstrip("0"),
        plate_class=word(row, "PlateClass"),
        reliability=_number(row, "PlateReliability"),
        direction=word(row, "Direction").lstrip("0"),
        passed_at=passed if passed is not None else _shot(pictures),
        pictures=pictures,
    )


def word(row: Object, name: str) -> str:
    """Return a value as text; "" where there is none, or one that is no word."""
    said = row.get(name)
    if isinstance(said, bool):
        return str(said).lower()
    if isinstance(said, int) and abs(said) < _LONGEST_INTEGER:
        return str(said)
    if isinstance(said, float) and said.is_integer() and abs(said) < _LONGEST_INTEGER:
        return str(int(said))
    return said.strip()[:_LONGEST_WORD] if isinstance(said, str) else ""


def _number(row: Object, name: str) -> float | None:
    said = row.get(name)
    try:
        found = float(said) if isinstance(said, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def _pictures(row: Object) -> Sequence[Picture]:
    found = row.get("SubImageList")
    listed = found.get("SubImageInfoObject") if isinstance(found, dict) else found
    rows = [listed] if isinstance(listed, dict) else listed
    if not isinstance(rows, list):
        return []
    return [_picture(one) for one in rows[:_MOST_PICTURES] if isinstance(one, dict)]


def _picture(row: Object) -> Picture:
    data = row.get("Data")
    return Picture(
        type=word(row, "Type").zfill(2),
        at=_moment(word(row, "ShotTime")),
        data=data if isinstance(data, str) else "",
    )


def _shot(pictures: Sequence[Picture]) -> float | None:
    return next((one.at for one in pictures if one.at is not None), None)


def _moment(text: str) -> float | None:
    """Return epoch seconds of `yyyyMMddHHmmss`, or of ISO 8601; without a zone it is Beijing's."""
    try:
        if text.isascii() and text.isdecimal():
            said = datetime.strptime(text[:_COMPACT], "%Y%m%d%H%M%S").replace(tzinfo=CHINA)
        else:
            said = datetime.fromisoformat(text)
    except ValueError:
        return None
    return (said if said.tzinfo else said.replace(tzinfo=CHINA)).timestamp()


def compact(at: float) -> str:
    """Return a moment as the standard writes it, in Beijing's time."""
    return datetime.fromtimestamp(at, CHINA).strftime("%Y%m%d%H%M%S")
