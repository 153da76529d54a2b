"""Which addresses of the network lie outside: where strangers' wishes may lead us, where not."""

from collections.abc import Collection
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

_BELOW = "*."
_TRANSLATED = (ip_network("64:ff9b::/96"), ip_network("64:ff9b:1::/48"))
"""IPv6 addresses that stand for IPv4 ones (RFC 6052, RFC 8215)."""


def is_outside(address: str) -> bool:
    """Tell whether an IP address is one of the internet at large: none of ours, none of this
    machine's, none that stands for such a one.
    """
    try:
        return _outside(ip_address(address.partition("%")[0]))
    except ValueError:
        return False


def is_this_machine(host: str) -> bool:
    """Tell whether a host, by name or address, is the machine that asks, and no other."""
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host == "localhost"


def is_listed(host: str, *, hosts: Collection[str]) -> bool:
    """Tell whether a host may be called: it is one of these, or below one (`*.gov.example`). Where
    none is listed any may be.
    """
    wanted = _as_asked(host)
    return not hosts or any(
        wanted.endswith(f".{_as_asked(one[2:])}") if one[:2] == _BELOW else wanted == _as_asked(one)
        for one in hosts
    )


def _as_asked(host: str) -> str:
    """Return a host as a resolver is asked for it: small, in ASCII, without the last dot."""
    plain = host.strip().strip("[]").rstrip(".").lower()
    try:
        return plain.encode("idna").decode() if not plain.isascii() else plain
    except UnicodeError:
        return plain


def _outside(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address):
        meant = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if meant is not None:
            return _outside(meant)
        if any(found in network for network in _TRANSLATED):
            return _outside(IPv4Address(int(found) & 0xFFFFFFFF))
    return found.is_global and not found.is_multicast and not found.is_reserved
