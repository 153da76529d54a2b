"""What an operator says of a home's broker."""

import msgspec

from linli.drivers.polling import host_and_port


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`connect`: the MQTT broker, host:port, to which the home's gateway brings its topics.

    `base`: what stands before every topic of this home there, as `homes/b01-101`: of what lies
    beside it nothing is heard and nothing is told, whatever a device announces. `discovery`: under
    which word devices announce themselves.
    """

    connect: str
    username: str = ""
    password: str = ""
    tls: bool = False
    client_id: str = "linli"
    base: str = ""
    discovery: str = "homeassistant"

    def __post_init__(self) -> None:
        host_and_port(self.connect)
        for word in (self.base, self.discovery):
            if set(word) & set("+#") or word.startswith("/") or word.endswith("/"):
                raise ValueError(f"not where a name begins: {word!r}")
        if not self.discovery:
            raise ValueError("discovery is a word")


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device of the home; its address is the identifier by which it announces itself."""
