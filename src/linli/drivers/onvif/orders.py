"""Orders as requests of the PTZ service; presets are known to a camera by the number as a token."""

from collections.abc import Mapping
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape, quoteattr

from linli.drivers import markup
from linli.drivers.onvif.options import Action

_WHOLE = 100
_MOST_PRESETS = 255
_PRESETS = {"preset_call": "GotoPreset", "preset_set": "SetPreset", "preset_delete": "RemovePreset"}

Arguments = Mapping[str, float | str | bool]


class BadArguments(ValueError):
    """Arguments that no order can be made of."""


def ptz(action: Action, arguments: Arguments, *, profile: str) -> str:
    """Return what is asked of the PTZ service.

    :raises BadArguments: if an argument is missing or out of its range
    """
    token = f"<tptz:ProfileToken>{escape(profile)}</tptz:ProfileToken>"
    if action == "move":
        return f"<tptz:ContinuousMove>{token}{_velocity(arguments)}</tptz:ContinuousMove>"
    if action == "stop":
        both = "<tptz:PanTilt>true</tptz:PanTilt><tptz:Zoom>true</tptz:Zoom>"
        return f"<tptz:Stop>{token}{both}</tptz:Stop>"
    name = _PRESETS[action]
    number = _preset(arguments)
    called = f"<tptz:PresetName>{number}</tptz:PresetName>" if name == "SetPreset" else ""
    preset = f"<tptz:PresetToken>{number}</tptz:PresetToken>"
    return f"<tptz:{name}>{token}{called}{preset}</tptz:{name}>"


def _velocity(arguments: Arguments) -> str:
    pan, tilt, zoom = (_share(arguments, name) for name in ("pan_pct", "tilt_pct", "zoom_pct"))
    return (
        f"<tptz:Velocity><tt:PanTilt x={quoteattr(f'{pan:g}')} y={quoteattr(f'{tilt:g}')}/>"
        f"<tt:Zoom x={quoteattr(f'{zoom:g}')}/></tptz:Velocity>"
    )


def _share(arguments: Arguments, name: str) -> float:
    value = arguments.get(name, 0)
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > _WHOLE:
        raise BadArguments(name)
    return value / _WHOLE


def _preset(arguments: Arguments) -> int:
    number = arguments.get("preset")
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise BadArguments("preset")
    if not 1 <= number <= _MOST_PRESETS:
        raise BadArguments("preset")
    return int(number)


def profiles(told: Element) -> dict[str, str]:
    """Return the first profile of each video source, by the source's token; "" is the first."""
    found: dict[str, str] = {}
    for one in markup.below(told, "Profiles"):
        token = one.attrib.get("token", "")
        source = markup.text(markup.child(one, "VideoSourceConfiguration"), "SourceToken")
        if token:
            found.setdefault("", token)
            found.setdefault(source, token)
    return found
