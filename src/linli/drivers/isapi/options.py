"""What an engineer sets for a camera or a recorder, and what the catalogue says of a model."""

from typing import Literal

import msgspec

from linli.drivers.isapi.access import Ask, Meaning
from linli.drivers.polling import host_and_port

Action = Literal[
    "move", "stop", "preset_call", "preset_set", "preset_delete", "restart", "snapshot",
    "barrier_open", "barrier_close", "door_open", "door_close",
]  # fmt: skip
Kind = Literal["lane.seen"] | Ask


class LineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a camera is reached; where `connect` is empty we only take what it posts to us.

    With `certificate_sha256` the line is HTTPS, and the camera's certificate is that very one
    (cameras sign their own). It counts as gone when nothing came for `heartbeat_s` × `misses`.
    `forward` is the way of a car that comes towards the camera, where its lane goes both ways.
    """

    connect: str = ""
    user: str = "admin"
    password: str = ""
    certificate_sha256: str = ""
    path: str = "/ISAPI/Event/notification/alertStream"
    heartbeat_s: float = 10
    misses: int = 3
    answer_s: float = 8
    again_s: float = 30
    status_every_s: float = 60
    forward: Literal["in", "out"] = "in"

    def __post_init__(self) -> None:
        if self.connect:
            host_and_port(self.connect)
        if len(bytes.fromhex(self.certificate_sha256)) not in (0, 32):
            raise ValueError("certificate_sha256 has 64 hex digits")
        if not self.path.startswith("/"):
            raise ValueError("path begins with /")
        if min(self.heartbeat_s, self.misses, self.answer_s, self.again_s) <= 0:
            raise ValueError("heartbeat_s, misses, answer_s and again_s are above 0")
        if self.status_every_s < 1:
            raise ValueError("status_every_s is at least 1")


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a thing model stands on this wire: `eventType` in small letters → event, or what it asks
    (then it is no reading); service → what it does on this wire. `access` says of an access
    controller what each `major.minor` is.
    """

    models: tuple[str, ...]
    source: str = ""
    events: dict[str, str] = {}
    asks: dict[str, Kind] = {}
    services: dict[str, Action] = {}
    access: dict[str, Meaning] = {}

    def __post_init__(self) -> None:
        if any(name != name.lower() for name in (*self.events, *self.asks)):
            raise ValueError("types of events are written in small letters")
