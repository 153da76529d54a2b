"""Whether a device can be told to do something: the service is its model's, the arguments fit."""

from collections.abc import Mapping
from math import isfinite

from linli.devices.model import Argument, Service, ThingModel
from linli.kernel.fault import Fault


class UnknownService(Fault):
    key = "devices.unknown_service"
    status = 422


class BadArgument(Fault):
    """One argument is missing, unknown, or does not fit; `why` says which."""

    key = "devices.bad_argument"
    status = 422


def command(*, model: ThingModel, service: str, args: Mapping[str, float | str | bool]) -> Service:
    """Return the service that a command asks for.

    :raises UnknownService: if the model has no such service
    :raises BadArgument: if an argument is missing, unknown, of another type, out of its range or
        too long
    """
    found = model.services.get(service)
    if found is None:
        raise UnknownService(model=model.id, service=service)
    for name in args.keys() - found.arguments.keys():
        raise BadArgument(argument=name, why="unknown")
    for name, argument in found.arguments.items():
        if name not in args:
            if argument.required:
                raise BadArgument(argument=name, why="missing")
        elif why := _why_not(argument, args[name]):
            raise BadArgument(argument=name, why=why)
    return found


def _why_not(argument: Argument, value: float | str | bool) -> str:
    if argument.type == "boolean":
        return "" if isinstance(value, bool) else "type"
    if argument.type == "text":
        return _why_not_text(argument, value)
    if isinstance(value, bool | str) or not isfinite(value):
        return "type"
    if argument.type == "integer" and value != int(value):
        return "type"
    low, high = argument.range or (value, value)
    return "" if low <= value <= high else "range"


def _why_not_text(argument: Argument, value: object) -> str:
    if not isinstance(value, str):
        return "type"
    return "" if 0 < len(value) <= argument.longest else "length"
