"""`./linli decode gat1400`: a body of a request or an answer, as JSON; pictures by their size."""

from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.gat1400 import objects
from linli.drivers.line import Decoder

_CARS = "MotorVehicleListObject"


def decode(text: str, _options: Mapping[str, str]) -> dict[str, Any]:
    """Return `object`, its name, and what it says; of a list of cars `cars`, each as it is read.

    :raises BadFrame: if it is none that we read or write
    """
    body = objects.read(text.strip().encode())
    name = next(iter(body), "")
    if name == _CARS:
        return {"object": name, "cars": [_shown(row) for row in objects.cars(body)]}
    known = name.startswith(("Register", "UnRegister", "Keepalive", "ResponseStatus", "SystemTime"))
    if not known or not isinstance(body[name], dict):
        raise BadFrame(f"an object that is not read: {name[:40]!r}")
    return {"object": name, **msgspec.to_builtins(body[name])}


def _shown(row: objects.Object) -> dict[str, Any]:
    car = objects.car(row)
    shown = [{"type": one.type, "base64": len(one.data)} for one in car.pictures]
    said = {**msgspec.to_builtins(car), "pictures": shown}
    return {name: value for name, value in said.items() if value not in ("", None, [])}


DECODERS: dict[str, Decoder] = {"gat1400": decode}
