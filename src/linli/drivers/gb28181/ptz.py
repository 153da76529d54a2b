"""PTZCmd: eight bytes that move a camera, or speak to its presets (GB/T 28181 annex A.3).

`A5 0F 01 command pan tilt zoom<<4 sum`, the sum of the first seven bytes. The layout and the codes
are those of 648540858/wvp-GB28181-pro (SipUtils); the standard itself was not at hand.
"""

from typing import Any

import msgspec

from linli.drivers.frames import BadFrame

_LENGTH = 8
_START = 0xA5
_LENS = 0x40
_OTHER = 0x80
_FASTEST_ZOOM = 15
_FASTEST = 255

MOVES = {
    0x01: "pan right",
    0x02: "pan left",
    0x04: "tilt down",
    0x08: "tilt up",
    0x10: "zoom in",
    0x20: "zoom out",
}
LENS = {0x01: "focus far", 0x02: "focus near", 0x04: "iris open", 0x08: "iris close"}
_AGAINST = (0x03, 0x0C, 0x30)
PRESETS = {0x81: "set preset", 0x82: "call preset", 0x83: "delete preset"}
OTHERS = {
    0x84: "add to tour",
    0x85: "delete from tour",
    0x86: "set tour speed",
    0x87: "set tour dwell",
    0x88: "start tour",
    0x89: "scan",
    0x8A: "set scan speed",
    0x8C: "switch on",
    0x8D: "switch off",
}


class Ptz(msgspec.Struct, frozen=True, kw_only=True):
    """A command. Speeds are 0–255, that of the zoom 0–15; `preset` is 1–255 where there is one.

    `address` is that of the camera on an old bus, 0–4095; 1 nearly everywhere.
    """

    command: int
    pan_speed: int = 0
    tilt_speed: int = 0
    zoom_speed: int = 0
    address: int = 1

    @property
    def actions(self) -> tuple[str, ...]:
        """What it does, in words; `("stop",)` where it moves nothing."""
        if self.command in PRESETS:
            return (f"{PRESETS[self.command]} {self.tilt_speed}",)
        if self.command in OTHERS:
            return (f"{OTHERS[self.command]} {self.tilt_speed}",)
        table = LENS if self.command & _LENS else MOVES
        named = tuple(name for bit, name in table.items() if self.command & bit)
        return named or (("stop lens",) if self.command & _LENS else ("stop",))


def move(*, pan: int = 0, tilt: int = 0, zoom: int = 0) -> Ptz:
    """Return a movement: right, up and in are positive; −255…255, the zoom −15…15. All 0 stops."""
    command = _bit(pan, 0x01, 0x02) | _bit(tilt, 0x08, 0x04) | _bit(zoom, 0x10, 0x20)
    return Ptz(
        command=command,
        pan_speed=min(abs(pan), _FASTEST),
        tilt_speed=min(abs(tilt), _FASTEST),
        zoom_speed=min(abs(zoom), _FASTEST_ZOOM),
    )


def preset(*, command: int, number: int) -> Ptz:
    """Return what sets (0x81), calls (0x82) or deletes (0x83) a preset.

    :raises ValueError: if there is no such command, or the number is not 1–255
    """
    if command not in PRESETS or not 1 <= number <= _FASTEST:
        raise ValueError(f"no preset {number} by command {command:02X}")
    return Ptz(command=command, tilt_speed=number)


def _bit(speed: int, positive: int, negative: int) -> int:
    if not speed:
        return 0
    return positive if speed > 0 else negative


def encode(ptz: Ptz) -> str:
    """Return the sixteen hex digits of a PTZCmd."""
    high, low = divmod(ptz.address, 256)
    body = bytes(
        (
            _START,
            0x0F,
            low,
            ptz.command,
            ptz.pan_speed,
            ptz.tilt_speed,
            ptz.zoom_speed << 4 | high & 0x0F,
        )
    )
    return (body + bytes((sum(body) & 0xFF,))).hex().upper()


def decode(frame: bytes) -> Ptz:
    """Return what a PTZCmd says.

    :raises BadFrame: if it is not eight bytes, its sum is wrong, or it moves two ways at once
    """
    if len(frame) != _LENGTH:
        raise BadFrame(f"{len(frame)} bytes, a PTZCmd has {_LENGTH}")
    computed = sum(frame[:-1]) & 0xFF
    if frame[-1] != computed:
        raise BadFrame(f"checksum {frame[-1]:02X} != {computed:02X}")
    if frame[0] != _START:
        raise BadFrame(f"starts with {frame[0]:02X}, a PTZCmd with A5")
    if sum((_START >> 4, _START & 0x0F, frame[1] >> 4)) % 16 != frame[1] & 0x0F:
        raise BadFrame(f"combination code {frame[1]:02X} does not fit")
    _check(frame[3])
    return Ptz(
        command=frame[3],
        pan_speed=frame[4],
        tilt_speed=frame[5],
        zoom_speed=frame[6] >> 4,
        address=(frame[6] & 0x0F) << 8 | frame[2],
    )


def _check(command: int) -> None:
    if command & _OTHER:
        if command not in PRESETS and command not in OTHERS:
            raise BadFrame(f"unknown command {command:02X}")
        return
    if command & _LENS and command & 0x30:
        raise BadFrame(f"unknown command {command:02X}")
    if any(command & both == both for both in _AGAINST):
        raise BadFrame(f"command {command:02X} moves two ways at once")


def fields(ptz: Ptz) -> dict[str, Any]:
    """Return a command for people: `action`, the speeds that count, the preset.

    `speed` is that of the only axis that moves; two or three have `pan_speed`, `tilt_speed` and
    `zoom_speed`, of which each command has those that it moves.
    """
    told: dict[str, Any] = {"action": ", ".join(ptz.actions), "command": f"{ptz.command:02X}"}
    if ptz.command & _OTHER:
        return told | {"preset" if ptz.command in PRESETS else "number": ptz.tilt_speed}
    if ptz.command & _LENS:
        speeds = _speeds(ptz, {"focus_speed": 0x03, "iris_speed": 0x0C})
    else:
        speeds = _speeds(ptz, {"pan_speed": 0x03, "tilt_speed": 0x0C, "zoom_speed": 0x30})
    if len(speeds) == 1:
        speeds["speed"] = next(iter(speeds.values()))
    return told | speeds


def _speeds(ptz: Ptz, axes: dict[str, int]) -> dict[str, int]:
    values = (ptz.pan_speed, ptz.tilt_speed, ptz.zoom_speed)
    pairs = zip(axes.items(), values, strict=False)
    return {name: value for (name, bits), value in pairs if ptz.command & bits}
