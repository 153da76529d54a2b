"""What an engineer sets for a line and its members, and what the catalogue says of a model."""

from typing import Literal

import msgspec

from linli.drivers.gb28181 import codes
from linli.drivers.polling import host_and_port

Action = Literal[
    "move",
    "stop",
    "preset_set",
    "preset_call",
    "preset_delete",
    "guard",
    "unguard",
    "alarm_reset",
    "record",
    "record_stop",
    "restart",
]
Subject = Literal["Catalog", "Alarm", "MobilePosition"]


class LineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Where we listen, by UDP and TCP, and who we are.

    `id` is our own code of twenty digits, `realm` its first ten where it is not given. `password`
    is that of every member without its own; where neither has one, nobody signs in. `xml` is the
    encoding that we write: GB2312 for devices of 2016, GB18030 for those of 2022. `part_s` is how
    long the next part of a catalogue may take.
    """

    listen: str = "127.0.0.1:5060"
    id: str = "34020000002000000001"
    realm: str = ""
    password: str = ""
    xml: Literal["GB2312", "GB18030", "UTF-8"] = "GB2312"
    heartbeat_s: float = 60
    misses: int = 3
    answer_s: float = 8
    part_s: float = 10
    catalog_every_s: float = 3600
    status_every_s: float = 60
    subscribe: tuple[Subject, ...] = ("Catalog", "Alarm", "MobilePosition")
    subscribe_s: int = 3600

    def __post_init__(self) -> None:
        host_and_port(self.listen)
        if not codes.is_code(self.id):
            raise ValueError("id is a code of twenty digits")
        if min(self.heartbeat_s, self.misses, self.answer_s, self.part_s, self.subscribe_s) <= 0:
            raise ValueError("heartbeat_s, misses, answer_s, part_s and subscribe_s are above 0")
        if min(self.catalog_every_s, self.status_every_s) < 1:
            raise ValueError("catalog_every_s and status_every_s are at least 1")


class MemberOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member's own password; the line's where it is empty. A channel needs none."""

    password: str = ""


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a thing model stands on this wire.

    `alarms`: `method.type.way`, `method.type` or `method` → event. `changes`: what a notice of the
    catalogue says (`VLOST`) → event. `status`: a field of DeviceStatus → property. `position`:
    `Longitude`, `Latitude`, `Speed` → property. `services`: service → what it does on this wire.
    """

    models: tuple[str, ...]
    source: str = ""
    alarms: dict[str, str] = {}
    changes: dict[str, str] = {}
    status: dict[str, str] = {}
    position: dict[str, str] = {}
    services: dict[str, Action] = {}
