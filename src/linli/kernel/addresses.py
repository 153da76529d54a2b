"""Which addresses of the network lie outside: where strangers' wishes may lead us, where not."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

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


def _outside(found: IPv4Address | IPv6Address) -> bool:
    if isinstance(found, IPv6Address):
        meant = found.ipv4_mapped or found.sixtofour or (found.teredo or (None, None))[1]
        if meant is not None:
            return _outside(meant)
        if any(found in network for network in _TRANSLATED):
            return _outside(IPv4Address(int(found) & 0xFFFFFFFF))
    return found.is_global and not found.is_multicast and not found.is_reserved
