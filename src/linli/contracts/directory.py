"""What the live half must know of the register, as values: who may speak, and from where."""

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from linli.kernel.port import Port


class PlaceEntry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A place. `path` is its path of codes; `kind` is estate, building, zone, garage, room …"""

    path: str
    kind: str


LINK_KEY_USE = "link of {}/{}"
"""For what the key of a link is sealed: community and device."""


class DeviceEntry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A device. `gateway` is the code of the device that speaks for it, if one does.

    `secret_hash` is what `devices.credential` made of its secret; empty where it has none.
    `driver` is the protocol that it speaks, empty for our own MQTT and HTTP; `address` names it on
    its line; `options` are as the operator wrote them. `link_key` is the key under which its
    payloads are sealed, itself sealed for `LINK_KEY_USE`, hex; empty where it speaks in the clear.
    Until `maintenance_until` (epoch seconds; 0 is never) somebody works on it: its readings are
    kept, and scenes neither see nor move it.
    """

    code: str
    model: str
    place: str
    gateway: str | None = None
    secret_hash: str = ""
    enabled: bool = True
    driver: str = ""
    address: str = ""
    options: Mapping[str, Any] = {}
    maintenance_until: float = 0.0
    link_key: str = ""


class PointEntry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A point: one property or event of one device, numbered for good, never reused."""

    number: int
    device: str
    name: str


class LimitEntry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A limit of a scene changed for one device or for a place and all below it.

    `key` is the scene's name of the limit, as `above` or `clear.below`; `target` a device code or
    a path. `point` and `operator` are what it was set for (`co_mg_m3`, `above`), empty where that
    is not known: where the text in force has something else under the key, the limit has lapsed.
    """

    scene: str
    target: str
    key: str
    value: float
    point: str = ""
    operator: str = ""


class SceneEntry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """The text of a scene that is in force here and is not the catalogue's, and its number."""

    scene: str
    version: int
    toml: str


class ModeEntry(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """A mode of a place, and when it was set (epoch seconds); 0 is long ago."""

    place: str
    mode: str
    value: str
    since: float = 0.0


class Directory(msgspec.Struct, frozen=True, kw_only=True):
    """One community, as the live half needs it. `version` grows with each change."""

    community: str
    version: int
    places: Sequence[PlaceEntry]
    devices: Sequence[DeviceEntry]
    points: Sequence[PointEntry]
    limits: Sequence[LimitEntry] = ()
    modes: Sequence[ModeEntry] = ()
    scenes_off: frozenset[str] = frozenset()
    open_cases: frozenset[tuple[str, str, int]] = frozenset()
    """(kind, place, number in the records) of the cases that are not closed."""
    scenes: Sequence[SceneEntry] = ()
    """The community's own scenes, and its own versions in the place of the catalogue's."""
    scenes_shadow: frozenset[str] = frozenset()
    """Scenes that run and do nothing: they only tell what they would have done."""


directory: Port[[str], Directory] = Port("directory")
"""Asked with a community's code; answered by the register."""

communities: Port[[], list[str]] = Port("communities")
"""The codes of all communities of this installation."""
