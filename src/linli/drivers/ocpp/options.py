"""What a line of charge points, a charge point, a connector and a table of the catalogue say."""

from datetime import datetime
from typing import Literal

import msgspec

Standing = Literal["Accepted", "Pending", "Rejected"]
TagStatus = Literal["Accepted", "Blocked", "Expired", "Invalid", "ConcurrentTx"]


class Tag(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A card that may charge, or may not. `until` is an instant as ISO 8601 has it."""

    tag: str
    status: TagStatus = "Accepted"
    until: str | None = None
    parent: str | None = None

    def __post_init__(self) -> None:
        if self.until is not None and datetime.fromisoformat(self.until).tzinfo is None:
            raise ValueError("`until` of a tag says its zone")


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A central system. `security_profile` as the white paper numbers them: 1 name and password,
    2 the same below TLS (`certificate` and `key` are files of PEM); 0 neither, for a closed net.

    `tags` are the cards of this line; of others the charging domain is asked. `settings` is told
    to a charge point after it booted: configuration keys (1.6), `Component.Variable` (2.0.1).
    `vendors` are those whose DataTransfer is taken.
    """

    listen: str = "127.0.0.1:0"
    security_profile: Literal[0, 1, 2] = 1
    certificate: str = ""
    key: str = ""
    boot: Standing = "Accepted"
    heartbeat_s: int = 60
    ping_s: float = 30.0
    ping_timeout_s: float = 20.0
    answer_within_s: float = 30.0
    largest_message: int = 65_536
    most_charge_points: int = 500
    tags: tuple[Tag, ...] = ()
    settings: dict[str, str] = {}
    vendors: tuple[str, ...] = ()
    remote_tag: str = "LINLI"

    def __post_init__(self) -> None:
        if self.security_profile == 2 and not (self.certificate and self.key):  # noqa: PLR2004
            raise ValueError("security profile 2 needs `certificate` and `key`")
        host, _, port = self.listen.rpartition(":")
        if not host or not port.isdecimal() or int(port) > 65_535:  # noqa: PLR2004
            raise ValueError("`listen` is host:port")
        if not 1 <= len(self.remote_tag) <= 20:  # noqa: PLR2004
            raise ValueError("`remote_tag` has 1 to 20 characters")
        if min(self.heartbeat_s, self.ping_s, self.ping_timeout_s, self.answer_within_s) <= 0:
            raise ValueError("spans of time are above 0")


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A charge point, or a connector below one. Only a charge point has a `password`.

    `connector` is the one that the charge point's own device shows where no connector is a device
    of its own; `boot` outranks the line's.
    """

    password: str = ""
    boot: Standing | None = None
    connector: int = 1


class Measured(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a measurand becomes a property. Where only phases are told they become one value by
    `phases`. `locations` are looked at in their order, the first one told counts.
    """

    measurand: str
    unit: str
    phases: Literal["sum", "mean", "max"] = "sum"
    locations: tuple[str, ...] = ("Outlet",)


class Map(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a thing model stands on OCPP: measurands by property, states of the enum by status."""

    models: tuple[str, ...]
    properties: dict[str, Measured] = {}
    states: dict[str, str] = {}
    state: str = "connector_state"
    plugged: str = "plugged_in"
    fault: str = "fault"
    session_energy: str = "session_energy_kwh"
