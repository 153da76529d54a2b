"""What an engineer sets for a line and its cameras, and what the catalogue says of a model."""

from typing import Literal

import msgspec

from linli.drivers.gb28181 import codes
from linli.drivers.polling import host_and_port
from linli.kernel.checks import PLATE_COLOURS

Compass = Literal["", "1", "2", "3", "4", "5", "6", "7", "8"]
"""The way of a car by the standard's `Direction`; opposite ways are 1 and 2, 3 and 4, and so on."""
Kind = Literal["lane.seen"]


class LineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where we listen, by HTTP, and who we are.

    `id` is our own code of twenty digits, `realm` its first ten where it is not given. `user` is
    the name by which cameras sign, each by its own code where it is empty; `password` is that of
    every camera without its own: where neither has one, nobody signs in. A camera that was not
    heard for `heartbeat_s` × `misses` is gone and signs in anew. `late_s`: what is told later than
    this after it happened is put on record only, for cameras that keep the right time; 0 where the
    clocks are not to be relied upon.
    """

    listen: str = "127.0.0.1:1400"
    id: str = "34020000005030000001"
    realm: str = ""
    user: str = ""
    password: str = ""
    heartbeat_s: float = 90
    misses: int = 3
    late_s: float = 0

    def __post_init__(self) -> None:
        host_and_port(self.listen)
        if not codes.is_code(self.id):
            raise ValueError("id is a code of twenty digits")
        if min(self.heartbeat_s, self.misses) <= 0:
            raise ValueError("heartbeat_s and misses are above 0")
        if self.late_s and self.late_s < 10:  # noqa: PLR2004
            raise ValueError("late_s is 0, or at least 10")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A camera's own user and password; the line's where they are empty. `way_in` is the way of a
    car that comes in, where its lane goes both ways.
    """

    user: str = ""
    password: str = ""
    way_in: Compass = ""


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a thing model stands on this wire. `asks`: kind of object in small letters → what it
    asks. The colour of a plate: by its class (`PlateClass`) where `classes` has it, else by its
    colour (`PlateColor`).
    """

    models: tuple[str, ...]
    source: str = ""
    asks: dict[str, Kind] = {}
    colours: dict[str, str] = {}
    classes: dict[str, str] = {}

    def __post_init__(self) -> None:
        for colour in (*self.colours.values(), *self.classes.values()):
            if colour not in PLATE_COLOURS:
                raise ValueError(f"no plate is {colour}")
