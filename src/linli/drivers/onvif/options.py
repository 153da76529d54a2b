"""What an engineer sets for a camera, and what the catalogue says of a model."""

from typing import Literal

import msgspec

from linli.drivers.polling import host_and_port

Action = Literal["move", "stop", "preset_call", "preset_set", "preset_delete", "restart"]


class LineOptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a camera is reached, or where cameras are looked for (`239.255.255.250:3702`).

    Whoever is found is a stranger, until a person lets him in. A subscription lasts `lasts_s` and
    is renewed in its middle; a pull waits up to `pull_s` for news. With `snapshots` a picture is
    fetched when an event comes, of one source every `snapshot_every_s` at most.
    """

    connect: str = ""
    user: str = "admin"
    password: str = ""
    path: str = "/onvif/device_service"
    certificate_sha256: str = ""
    answer_s: float = 8
    pull_s: float = 20
    lasts_s: float = 120
    snapshots: bool = True
    snapshot_every_s: float = 5
    discover: str = ""
    discover_every_s: float = 300

    def __post_init__(self) -> None:
        for place in (self.connect, self.discover):
            if place:
                host_and_port(place)
        if not self.connect and not self.discover:
            raise ValueError("one of connect and discover is needed")
        if len(bytes.fromhex(self.certificate_sha256)) not in (0, 32):
            raise ValueError("certificate_sha256 has 64 hex digits")
        if min(self.answer_s, self.pull_s) <= 0 or self.lasts_s < self.pull_s * 2:
            raise ValueError("lasts_s is at least twice pull_s, all are above 0")
        if not self.path.startswith("/") or self.discover_every_s < 1:
            raise ValueError("path begins with /, discover_every_s is at least 1")


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a topic is for a model. An event is told when the item `data` of it becomes true, at
    every notification where there is no `data`; a property is what `data` says.

    A topic that ends in `/*` holds for all below it.
    """

    topic: str
    data: str = ""
    event: str = ""
    property: str = ""

    def __post_init__(self) -> None:
        if bool(self.event) == bool(self.property) or (self.property and not self.data):
            raise ValueError("a topic has an event, or a property and its data")


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a thing model stands on this wire: its topics, without prefixes, and its services."""

    models: tuple[str, ...]
    source: str = ""
    topics: tuple[Topic, ...] = ()
    services: dict[str, Action] = {}

    def topic(self, name: str) -> Topic | None:
        """Return the row that holds for a topic, the most special one."""
        rows = {row.topic: row for row in self.topics}
        parts = name.split("/")
        wild = ("/".join((*parts[:count], "*")) for count in range(len(parts) - 1, 0, -1))
        return next((rows[key] for key in (name, *wild) if key in rows), None)
