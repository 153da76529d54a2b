"""Home Assistant's MQTT discovery: what devices announce of themselves, say, and are told.

After the public description of the discovery of Home Assistant's MQTT integration: topics
`<prefix>/<component>/[<node>/]<object>/config`, short names of the keys, `~`, availability, and of
templates the plain way into an object of JSON alone (`{{ value_json.a.b }}`). Whatever else a
template says is not evaluated: it is refused.
"""

import re
from collections.abc import Mapping
from typing import Any

import msgspec

from linli.drivers.reading import BadPayload

LONGEST_CONFIG, LONGEST_STATE = 16 * 1024, 64 * 1024
_LONGEST_TOPIC, _LONGEST_WORD, _MOST_STEPS = 256, 128, 8

BINARY, SENSOR, SWITCH, LIGHT, VALVE, PANEL = (
    "binary_sensor", "sensor", "switch", "light", "valve", "alarm_control_panel",
)  # fmt: skip
COMPONENTS = frozenset({BINARY, SENSOR, SWITCH, LIGHT, VALVE, PANEL})

_SHORT = {
    "avty": "availability", "avty_t": "availability_topic", "avty_mode": "availability_mode",
    "cmd_t": "command_topic", "dev": "device", "dev_cla": "device_class", "ids": "identifiers",
    "mdl": "model", "mf": "manufacturer", "obj_id": "object_id", "pl_avail": "payload_available",
    "pl_not_avail": "payload_not_available", "pl_off": "payload_off", "pl_on": "payload_on",
    "pl_open": "payload_open", "pl_cls": "payload_close", "pos": "reports_position",
    "stat_t": "state_topic", "stat_on": "state_on", "stat_off": "state_off",
    "stat_open": "state_open", "stat_closed": "state_closed", "stat_clsd": "state_closed",
    "stat_val_tpl": "state_value_template", "uniq_id": "unique_id", "t": "topic",
    "unit_of_meas": "unit_of_measurement", "val_tpl": "value_template", "schema": "schema",
    "pl_arm_away": "payload_arm_away", "pl_arm_home": "payload_arm_home",
    "pl_arm_nite": "payload_arm_night", "pl_disarm": "payload_disarm", "sn": "serial_number",
}  # fmt: skip

_TEMPLATE = re.compile(r"\{\{\s*value(_json)?((?:\.\w+|\[\s*['\"][^'\"\]]+['\"]\s*\]|\[\d{1,4}\])*)"
                       r"\s*(?:\|\s*(?:float|int|is_defined|round\(\d\))\s*)*\}\}")  # fmt: skip
_STEP = re.compile(r"\.(\w+)|\[\s*['\"]([^'\"\]]+)['\"]\s*\]|\[(\d{1,4})\]")

Value = bool | float | str
Scalar = str | int | float | bool


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """The block of a config that says of which device an entity is."""

    identifiers: list[Scalar] | Scalar = ""
    name: str | None = ""
    model: str | None = ""
    manufacturer: str | None = ""
    serial_number: str | None = ""


class Available(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    payload_available: Scalar = "online"
    payload_not_available: Scalar = "offline"


class Config(msgspec.Struct, frozen=True, kw_only=True):
    """What one entity announces; keys that concern nobody here are passed over."""

    name: str | None = ""
    unique_id: str = ""
    object_id: str = ""
    device: Device = Device()
    device_class: str | None = ""
    state_topic: str = ""
    command_topic: str = ""
    value_template: str = ""
    state_value_template: str = ""
    unit_of_measurement: str | None = ""
    schema: str = ""
    payload_on: Scalar = "ON"
    payload_off: Scalar = "OFF"
    state_on: Scalar | None = None
    state_off: Scalar | None = None
    payload_open: Scalar = "OPEN"
    payload_close: Scalar = "CLOSE"
    state_open: Scalar = "open"
    state_closed: Scalar = "closed"
    reports_position: bool = False
    payload_arm_away: Scalar = "ARM_AWAY"
    payload_arm_home: Scalar = "ARM_HOME"
    payload_arm_night: Scalar = "ARM_NIGHT"
    payload_disarm: Scalar = "DISARM"
    availability_topic: str = ""
    availability: list[Available] = []
    payload_available: Scalar = "online"
    payload_not_available: Scalar = "offline"


class Entity(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that a device measures or does. `device` is the address of its device, `way` the
    steps into the JSON of its state, None where its state is no JSON.
    """

    key: str
    component: str
    kind: str
    device: str
    about: Mapping[str, str]
    config: Config
    way: tuple[str | int, ...] | None
    availability: tuple[Available, ...] = ()

    @property
    def topics(self) -> frozenset[str]:
        """What must be heard to know how it stands."""
        told = {one.topic for one in self.availability}
        return frozenset(told | {self.config.state_topic} - {""})


def parts(topic: str, discovery: str) -> tuple[str, str] | None:
    """Return component and key of a topic of discovery; None if it is none."""
    head, _, rest = topic.partition(f"{discovery}/")
    pieces = rest.split("/")
    if head or not 3 <= len(pieces) <= 4 or pieces[-1] != "config":  # noqa: PLR2004 - with or without a node
        return None
    return pieces[0], "/".join(pieces[:-1])


def entity(component: str, key: str, body: bytes) -> Entity:
    """Read what an entity announces.

    :raises BadPayload: if it is not to be understood, or would hear or say more than its own
    """
    config = _config(body)
    topics = (config.state_topic, config.command_topic)
    availability = _availability(config)
    for topic in (*topics, *(one.topic for one in availability)):
        _check_topic(topic)
    if not any(topics):
        raise BadPayload("no_topic")
    said = config.device
    address = _address(config, key)
    about = {
        "name": said.name or config.name or key,
        "serial": said.serial_number or address,
        "vendor": " ".join(word for word in (said.manufacturer, said.model) if word),
    }
    return Entity(
        key=key,
        component=component,
        kind=config.device_class or "",
        device=address,
        about={name: word[:_LONGEST_WORD] for name, word in about.items() if word},
        config=config,
        way=_way(config),
        availability=availability,
    )


def _config(body: bytes) -> Config:
    if len(body) > LONGEST_CONFIG:
        raise BadPayload("too_large")
    try:
        found = msgspec.json.decode(body, type=dict[str, Any])
        whole = _long(found)
        return msgspec.convert(_joined(whole), Config, strict=False)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as bad:
        raise BadPayload("not_discovery") from bad


def _long(found: Any) -> Any:
    """Return keys by their long names, two floors deep: there are no short names below."""
    if not isinstance(found, dict):
        return found
    return {_SHORT.get(name, name): _below(value) for name, value in found.items()}


def _below(value: Any) -> Any:
    if isinstance(value, list):
        return [_one_floor(one) for one in value[:_MOST_STEPS]]
    return _one_floor(value)


def _one_floor(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    return {_SHORT.get(name, name): one for name, one in value.items()}


def _joined(whole: dict[str, Any]) -> dict[str, Any]:
    """Return a config with `~` in its topics filled in."""
    base = whole.get("~")
    if not isinstance(base, str):
        return whole

    def filled(name: str, value: Any) -> Any:
        if not name.endswith("topic") or not isinstance(value, str):
            return value
        if value.startswith("~"):
            return base + value[1:]
        return value[:-1] + base if value.endswith("~") else value

    out = {name: filled(name, value) for name, value in whole.items()}
    told = out.get("availability")
    if isinstance(told, list):
        out["availability"] = [
            {name: filled(name, value) for name, value in one.items()}
            for one in told
            if isinstance(one, dict)
        ]
    return out


def _availability(config: Config) -> tuple[Available, ...]:
    if config.availability:
        return tuple(config.availability)
    if not config.availability_topic:
        return ()
    one = Available(
        topic=config.availability_topic,
        payload_available=config.payload_available,
        payload_not_available=config.payload_not_available,
    )
    return (one,)


def _check_topic(topic: str) -> None:
    if len(topic) > _LONGEST_TOPIC or set(topic) & set("+#\0") or topic.startswith("$"):
        raise BadPayload("bad_topic")


def _address(config: Config, key: str) -> str:
    """Return by which word a device is known: its first identifier, else the entity's own."""
    said = config.device.identifiers
    first = said[0] if isinstance(said, list) and said else said
    word = str(first) if first and not isinstance(first, list) else config.unique_id or key
    return re.sub(r"[^\w.:-]+", "-", word)[:64]


def _way(config: Config) -> tuple[str | int, ...] | None:
    """Return the steps of a template into the JSON of a state.

    :raises BadPayload: if it is more than that
    """
    template = (config.value_template or config.state_value_template).strip()
    if not template:
        return ("state",) if config.schema == "json" else None
    found = _TEMPLATE.fullmatch(template)
    if found is None:
        raise BadPayload("template_unknown")
    steps = [
        int(index) if index else name or quoted
        for name, quoted, index in _STEP.findall(found.group(2))
    ]
    if len(steps) > _MOST_STEPS or (steps and not found.group(1)):
        raise BadPayload("template_unknown")
    return tuple(steps) if found.group(1) else None


def state(one: Entity, body: bytes) -> Value | None:
    """Return what a state says: true or false, a number, or a word; None where it says nothing of
    this entity, for several share a topic.

    :raises BadPayload: if it cannot be read
    """
    if len(body) > LONGEST_STATE:
        raise BadPayload("too_large")
    raw = _inside(one.way, body)
    if raw is None or raw == "":
        return None
    return _read(one, raw)


def _inside(way: tuple[str | int, ...] | None, body: bytes) -> Any:
    try:
        if way is None:
            return body.decode().strip()
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as bad:
        raise BadPayload("not_json" if way is not None else "not_text") from bad
    for step in way:
        if isinstance(step, int):
            found = found[step] if isinstance(found, list) and step < len(found) else None
        else:
            found = found.get(step) if isinstance(found, dict) else None
    return found


def _read(one: Entity, raw: Any) -> Value:
    word = _word(raw)
    config = one.config
    if one.component == SENSOR:
        return _number(word)
    if one.component == PANEL:
        return word.lower()
    if one.component == VALVE:
        if config.reports_position:
            return _number(word) > 0
        return _either(word, config.state_open, config.state_closed)
    on = config.payload_on if config.state_on is None else config.state_on
    off = config.payload_off if config.state_off is None else config.state_off
    return _either(word, on, off)


def _word(raw: Any) -> str:
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, str | int | float):
        return str(raw)[:_LONGEST_WORD]
    raise BadPayload("value_unknown")


def _number(word: str) -> float:
    try:
        found = float(word)
    except ValueError as bad:
        raise BadPayload("value_unknown") from bad
    if found - found != 0:  # neither infinite nor nothing
        raise BadPayload("value_unknown")
    return found


def _either(word: str, yes: Scalar, no: Scalar) -> bool:
    if word.lower() == _word(yes).lower():
        return True
    if word.lower() == _word(no).lower():
        return False
    raise BadPayload("value_unknown")


def present(one: Available, body: bytes) -> bool | None:
    """Tell whether a message of availability says that a device is there; None if neither."""
    word = body[:_LONGEST_WORD].decode(errors="replace").strip()
    if word.startswith("{"):
        found = _inside(("state",), body)
        word = "" if found is None else _word(found)
    if word == _word(one.payload_available):
        return True
    return False if word == _word(one.payload_not_available) else None


_PAYLOADS = {
    "on": "payload_on", "off": "payload_off", "open": "payload_open", "close": "payload_close",
    "arm_away": "payload_arm_away", "arm_home": "payload_arm_home",
    "arm_night": "payload_arm_night", "disarm": "payload_disarm",
}  # fmt: skip
ACTS = frozenset(_PAYLOADS)
"""What an entity can be told."""


def command(one: Entity, act: str) -> bytes:
    """Return the payload that tells an entity to do something."""
    if one.component == VALVE and one.config.reports_position:
        return b"100" if act == "open" else b"0"
    said = _word(getattr(one.config, _PAYLOADS[act]))
    if one.config.schema == "json":
        return msgspec.json.encode({"state": said})
    return said.encode()
