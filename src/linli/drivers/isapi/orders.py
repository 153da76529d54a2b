"""Orders as requests, and what is answered: PTZ, presets, restart, a picture, the arm of a lane,
the lock of a door.

Modelled on ISAPI/PTZCtrl, ISAPI/Parking, ISAPI/AccessControl/RemoteControl, and on the numbers of
ResponseStatus, as public programs write and read them; the vendor's document was not at hand.
"""

from collections.abc import Callable, Mapping

import msgspec

from linli.drivers.isapi import statuses
from linli.drivers.isapi.options import Action

_FASTEST = 100
_MOST_PRESETS = 255
OF_DOORS: frozenset[Action] = frozenset({"door_open", "door_close"})
"""Actions that are told to a door, by its own number."""
ALL_DOORS = 65_535
"""This number of a door is every door of the controller, and there is none above it: a controller
that keeps sixteen bits of a longer one might take it for this one.
"""
_DONE = frozenset({"0", "1", "7"})
"""Numbers of ResponseStatus that say yes; 7: once it is started anew."""
_REFUSED, _BUSY, NO_RIGHT, NO_ADDRESS = "refused", "device_busy", "no_right", "no_such_address"
_BAD = "bad_arguments"
_BY_NUMBER = {"2": _BUSY, "3": "device_failure", "5": _BAD, "6": _BAD}
_BY_WORD = {
    "devicebusy": _BUSY,
    "lowprivilege": NO_RIGHT,
    "nopermission": NO_RIGHT,
    "notsupport": "not_supported",
    "methodnotallowed": "not_supported",
    "badparameters": _BAD,
    "badxmlcontent": _BAD,
    "badxmlformat": _BAD,
    "badurlformat": _BAD,
}
_NOT_SIGNED_IN, _NOT_FOUND, _UNAVAILABLE = 401, 404, 503

Arguments = Mapping[str, float | str | bool]


class BadArguments(ValueError):
    """Arguments that no order can be made of. `reason` is the word that the ledger has for it."""

    reason = _BAD


class NoDoor(BadArguments):
    """A device whose address is no number of one door."""

    reason = NO_ADDRESS


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request; `picture` says that its answer is a JPEG, `numbered` that nothing of it can be
    wrong but the number of what it is told to.
    """

    method: str
    path: str
    body: bytes = b""
    picture: bool = False
    numbered: bool = False


def request(action: Action, arguments: Arguments, *, channel: int) -> Request:
    """Return what is to be asked for an order, of a channel counted from 1.

    :raises BadArguments: if an argument is missing or out of its range
    """
    return _MADE[action](arguments, channel)


def refusal(asked: Request, *, said: bytes, status: int = 200) -> str:
    """Return why an order was not done, by the answer's status of HTTP and its ResponseStatus; ""
    where these do not say no.
    """
    if status == _NOT_SIGNED_IN:
        return ""
    number, word = statuses.status(said)
    reason = _BY_WORD.get(word) or _BY_NUMBER.get(number, "")
    if asked.numbered and (reason == _BAD or (not reason and status == _NOT_FOUND)):
        return NO_ADDRESS
    if not reason and status == _UNAVAILABLE:
        return _BUSY
    if not reason and number.isdecimal() and number not in _DONE:
        return _REFUSED
    return reason


def why_not(word: str) -> str:
    """Return the reason that a word of ResponseStatus is; "" where it says none."""
    return _BY_WORD.get(word, "")


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


def _door(command: str) -> Callable[[Arguments, int], Request]:
    def made(arguments: Arguments, channel: int) -> Request:
        del arguments
        body = f"<RemoteControlDoor><cmd>{command}</cmd></RemoteControlDoor>"
        path = f"/ISAPI/AccessControl/RemoteControl/door/{channel}"
        return Request(method="PUT", path=path, body=body.encode(), numbered=True)

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
    "door_open": _door("open"),
    "door_close": _door("close"),
}
