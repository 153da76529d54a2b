"""Orders as requests: PTZ, presets, restart, a picture, the arm of a lane (modelled on
ISAPI/PTZCtrl and ISAPI/Parking).
"""

from collections.abc import Callable, Mapping

import msgspec

from linli.drivers.isapi.options import Action

_FASTEST = 100
_MOST_PRESETS = 255

Arguments = Mapping[str, float | str | bool]


class BadArguments(ValueError):
    """Arguments that no order can be made of."""


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `picture` says that its answer is a JPEG."""

    method: str
    path: str
    body: bytes = b""
    picture: bool = False


def request(action: Action, arguments: Arguments, *, channel: int) -> Request:
    """Return what is to be asked for an order, of a channel counted from 1.

    :raises BadArguments: if an argument is missing or out of its range
    """
    return _MADE[action](arguments, channel)


def _move(arguments: Arguments, channel: int) -> Request:
    speeds = [_speed(arguments, name) for name in ("pan_pct", "tilt_pct", "zoom_pct")]
    return _continuous(channel, *speeds)


def _stop(arguments: Arguments, channel: int) -> Request:
    del arguments
    return _continuous(channel, 0, 0, 0)


def _continuous(channel: int, pan: int, tilt: int, zoom: int) -> Request:
    body = f"<PTZData><pan>{pan}</pan><tilt>{tilt}</tilt><zoom>{zoom}</zoom></PTZData>"
    return Request(
        method="PUT", path=f"/ISAPI/PTZCtrl/channels/{channel}/continuous", body=body.encode()
    )


def _speed(arguments: Arguments, name: str) -> int:
    value = arguments.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _FASTEST:
        raise BadArguments(name)
    return round(value)


def _preset_path(arguments: Arguments, channel: int) -> str:
    number = arguments.get("preset")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadArguments("preset")
    if not 1 <= number <= _MOST_PRESETS:
        raise BadArguments("preset")
    return f"/ISAPI/PTZCtrl/channels/{channel}/presets/{int(number)}"


def _call(arguments: Arguments, channel: int) -> Request:
    return Request(method="PUT", path=_preset_path(arguments, channel) + "/goto")


def _set(arguments: Arguments, channel: int) -> Request:
    path = _preset_path(arguments, channel)
    number = path.rpartition("/")[2]
    body = (
        f"<PTZPreset><enabled>true</enabled><id>{number}</id>"
        f"<presetName>{number}</presetName></PTZPreset>"
    )
    return Request(method="PUT", path=path, body=body.encode())


def _delete(arguments: Arguments, channel: int) -> Request:
    return Request(method="DELETE", path=_preset_path(arguments, channel))


def _restart(arguments: Arguments, channel: int) -> Request:
    del arguments, channel
    return Request(method="PUT", path="/ISAPI/System/reboot")


def _barrier(mode: str) -> Callable[[Arguments, int], Request]:
    def made(arguments: Arguments, channel: int) -> Request:
        del arguments
        body = f"<BarrierGate><ctrlMode>{mode}</ctrlMode></BarrierGate>"
        path = f"/ISAPI/Parking/channels/{channel}/barrierGate"
        return Request(method="PUT", path=path, body=body.encode())

    return made


def _snapshot(arguments: Arguments, channel: int) -> Request:
    del arguments
    path = f"/ISAPI/Streaming/channels/{channel}01/picture"
    return Request(method="GET", path=path, picture=True)


_MADE: Mapping[Action, Callable[[Arguments, int], Request]] = {
    "move": _move,
    "stop": _stop,
    "preset_call": _call,
    "preset_set": _set,
    "preset_delete": _delete,
    "restart": _restart,
    "snapshot": _snapshot,
    "barrier_open": _barrier("open"),
    "barrier_close": _barrier("close"),
}
