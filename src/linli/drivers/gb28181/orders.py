"""Orders as bodies: what is written into a DeviceControl, and whether its device answers it."""

from collections.abc import Callable, Mapping

import msgspec

from linli.drivers import markup
from linli.drivers.gb28181 import ptz
from linli.drivers.gb28181.manscdp import Body
from linli.drivers.gb28181.options import Action

_FASTEST = 255
_FASTEST_ZOOM = 15

Arguments = Mapping[str, float | str | bool]


class Control(msgspec.Struct, frozen=True, kw_only=True):
    """The fields of a DeviceControl. Where `answers` is false, the SIP answer is all there is."""

    fields: Mapping[str, str]
    answers: bool


class BadArguments(ValueError):
    """Arguments that no order can be made of; its word is the reason."""


def control(action: Action, arguments: Arguments) -> Control:
    """Return what is to be written for an order.

    :raises BadArguments: if an argument is missing or out of its range
    """
    if action in _FIXED:
        name, value, answers = _FIXED[action]
        return Control(fields={name: value}, answers=answers)
    return Control(fields={"PTZCmd": ptz.encode(_PTZ[action](arguments))}, answers=False)


_FIXED: Mapping[str, tuple[str, str, bool]] = {
    "guard": ("GuardCmd", "SetGuard", True),
    "unguard": ("GuardCmd", "ResetGuard", True),
    "alarm_reset": ("AlarmCmd", "ResetAlarm", True),
    "record": ("RecordCmd", "Record", True),
    "record_stop": ("RecordCmd", "StopRecord", True),
    "restart": ("TeleBoot", "Boot", False),
}


def _move(arguments: Arguments) -> ptz.Ptz:
    return ptz.move(
        pan=_share(arguments, "pan_pct", _FASTEST),
        tilt=_share(arguments, "tilt_pct", _FASTEST),
        zoom=_share(arguments, "zoom_pct", _FASTEST_ZOOM),
    )


def _share(arguments: Arguments, name: str, whole: int) -> int:
    """Return a per cent of the fastest; anything but 0 moves at least at the slowest."""
    share = _number(arguments, name, 0)
    speed = round(abs(share) * whole / 100)
    return (max(speed, 1) if share else 0) * (1 if share > 0 else -1)


def _number(arguments: Arguments, name: str, otherwise: float | None = None) -> float:
    value = arguments.get(name, otherwise)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadArguments("bad_arguments")
    return value


def _preset(command: int) -> Callable[[Arguments], ptz.Ptz]:
    def made(arguments: Arguments) -> ptz.Ptz:
        try:
            return ptz.preset(command=command, number=int(_number(arguments, "preset")))
        except ValueError:
            raise BadArguments("bad_arguments") from None

    return made


_PTZ: Mapping[str, Callable[[Arguments], ptz.Ptz]] = {
    "move": _move,
    "stop": lambda _: ptz.move(),
    "preset_set": _preset(0x81),
    "preset_call": _preset(0x82),
    "preset_delete": _preset(0x83),
}


def went_well(answer: Body) -> bool:
    """Whether a device says that it did what it was told."""
    return markup.text(answer.root, "Result").upper() == "OK"
