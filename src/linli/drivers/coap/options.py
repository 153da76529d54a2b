"""What an operator says of a CoAP line and of its devices."""

import msgspec

from linli.drivers.polling import host_and_port


class Line(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`listen`: host:port. Nothing is encrypted: let it face a private network, or a VPN of the
    operator who gives the SIM cards.
    """

    listen: str = "127.0.0.1:5683"

    def __post_init__(self) -> None:
        host_and_port(self.listen)


class Member(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A device. `token`: its secret, in the query or the path of its requests."""

    token: str
