"""`./linli decode homeassistant`: what an entity announces, as JSON."""

from collections.abc import Mapping
from typing import Any

from linli.drivers.frames import BadFrame
from linli.drivers.homeassistant.codec import COMPONENTS, entity
from linli.drivers.line import Decoder
from linli.drivers.reading import BadPayload


def decode(text: str, options: Mapping[str, str]) -> dict[str, Any]:
    """Return component, device, class, topics and what is said of the device. Which component it is
    the option `component` says (`binary_sensor`, if none is named).

    :raises BadFrame: if it is no config
    """
    component = options.get("component", "binary_sensor")
    if component not in COMPONENTS:
        raise BadFrame(f"no component {component[:32]}")
    try:
        one = entity(component, "decoded", text.strip().encode())
    except BadPayload as bad:
        raise BadFrame(bad.why) from bad
    return {
        "component": one.component,
        "device": one.device,
        "class": one.kind,
        "about": dict(one.about),
        "state_topic": one.config.state_topic,
        "command_topic": one.config.command_topic,
        "way": None if one.way is None else list(one.way),
        "availability": [known.topic for known in one.availability],
    }


DECODERS: dict[str, Decoder] = {"homeassistant": decode}
"""Home Assistant's MQTT discovery."""
