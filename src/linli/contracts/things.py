"""Thing models: what a kind of device measures, tells and can do (`catalog/devices/*.toml`)."""

from enum import StrEnum
from typing import Literal

import msgspec

from linli.kernel.words import Words


class Lane(StrEnum):
    """Safety keeps moving under overload; bulk waits."""

    SAFETY = "safety"
    BULK = "bulk"


class Property(msgspec.Struct, frozen=True, kw_only=True):
    """A value that the device measures. `range` is what its sensor can show, both ends included.

    A boolean is 0 or 1; an enum is the index into `values`.
    """

    name: Words
    type: Literal["number", "integer", "boolean", "enum"] = "number"
    unit: str = ""
    range: tuple[float, float] | None = None
    resolution: float | None = None
    values: tuple[str, ...] = ()
    value_names: tuple[Words, ...] = ()


class Happening(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the device tells once, when it happens: a button pressed, a door forced."""

    name: Words


class Argument(msgspec.Struct, frozen=True, kw_only=True):
    name: Words
    type: Literal["number", "integer", "boolean", "text"] = "number"
    unit: str = ""
    range: tuple[float, float] | None = None
    required: bool = True
    longest: int = 200
    """Characters that a text may have."""


class Service(msgspec.Struct, frozen=True, kw_only=True):
    """Something that the device can be told to do.

    `inverse` names the service that undoes it. `ack`: `device` waits for its answer and resends,
    `none` holds it done when it is sent. `moves` is the property that shows that it was done.
    `danger`, where it has one, is what a person must confirm before he has it done;
    `danger_to_many` is what a second person must let pass where many devices are told at once.
    `yields_to` are services which stand against it, as an inverse does, while a safety scene wants
    one of them.
    """

    name: Words
    arguments: dict[str, Argument] = {}
    inverse: str | None = None
    ack: Literal["device", "none"] = "device"
    expires: str = "2m"
    safety: bool = False
    moves: str | None = None
    danger: Words | None = None
    danger_to_many: Words | None = None
    yields_to: tuple[str, ...] = ()


class ThingModel(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A kind of device. `period` is how often it speaks when all is well; `offline_after` is
    three of them unless said. An event and a property never share a name: each is a point.
    `liveness`: it looks whether a face is alive, and says so with each; one of which it does not
    say so is none.
    """

    id: str
    name: Words
    category: str
    period: str
    offline_after: str | None = None
    lane: Lane = Lane.BULK
    icon: str = ""
    liveness: bool = False
    properties: dict[str, Property] = {}
    events: dict[str, Happening] = {}
    services: dict[str, Service] = {}
    source: str = ""

    def points(self) -> tuple[str, ...]:
        """Return the names of its points: properties, then events, in the order of the file."""
        return (*self.properties, *self.events)
