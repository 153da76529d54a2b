"""What an operator says of a ChirpStack and of the devices behind it."""

import msgspec

from linli.drivers.polling import host_and_port


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`connect`: ChirpStack's MQTT broker, host:port; empty where only its HTTP pushes come.

    `application`: the id of the one application to hear; all of them when empty.
    """

    connect: str = ""
    username: str = ""
    password: str = ""
    tls: bool = False
    client_id: str = "linli"
    application: str = ""

    def __post_init__(self) -> None:
        if self.connect:
            host_and_port(self.connect)
        _check(self.application)


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device; its address is its devEui.

    `application`: where its downlinks go before it was ever heard. `begins_anew`: it is activated
    by personalisation and counts from 0 after a reset; then no replay can be told.
    """

    application: str = ""
    begins_anew: bool = False

    def __post_init__(self) -> None:
        _check(self.application)


def _check(application: str) -> None:
    """Refuse what would make another topic of a topic that it stands in."""
    if set(application) & set("/+#"):
        raise ValueError(f"application is an id: {application!r}")
