"""How the bus is reached: in the clear on this machine alone, elsewhere by TLS.

Its address says it, as that of a PostgreSQL does: `tls://token@bus.internal:4222?ca=/etc/….pem`.
"""

import ssl
from collections.abc import Mapping
from urllib.parse import parse_qs, urlsplit

import msgspec

from linli.kernel.addresses import is_this_machine
from linli.kernel.fault import Fault

_SECURE = "tls"
_SCHEMES = frozenset({"nats", _SECURE})
_WORDS = frozenset({"ca", "cert", "key", "tls"})
_PLAIN = "off"


class BadBusAddress(Fault):
    """It is no address of a bus, or names papers that are none: `why` says what is wrong."""

    key = "adapters.bus_address"
    status = 503


class BusInTheClear(Fault):
    """The bus is on another machine, and nothing of its address says that the line is encrypted."""

    key = "adapters.bus_in_the_clear"
    status = 503


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a bus is reached: its servers, and the TLS that all of them must speak (None: none)."""

    servers: list[str]
    tls: ssl.SSLContext | None


def way(url: str) -> Way:
    """Return how the bus of an address is reached: servers with commas between, and after them in a
    query `ca` (whom to trust; else whom this machine does), `cert` with `key` (who we are), or
    `tls=off`: the operator takes it upon himself that the line is encrypted otherwise.

    :raises BadBusAddress: if it is none
    :raises BusInTheClear: if it is on another machine and neither by TLS nor `tls=off`
    """
    head, _, query = url.partition("?")
    servers = [one.strip() for one in head.split(",") if one.strip()]
    said = _said(query)
    schemes = {one.partition("://")[0] for one in servers}
    if len(schemes) != 1 or not schemes <= _SCHEMES:
        raise BadBusAddress(why="nats://… or tls://…")
    if schemes == {_SECURE}:
        if "tls" in said:
            raise BadBusAddress(why="tls:// and tls=off")
        return Way(servers=servers, tls=_context(said))
    if beside := sorted(said.keys() - {"tls"}):
        raise BadBusAddress(why=f"nats:// and {', '.join(beside)}")
    for one in servers:
        host = _host(one)
        if not is_this_machine(host) and said.get("tls") != _PLAIN:
            raise BusInTheClear(host=host)
    return Way(servers=servers, tls=None)


def _said(query: str) -> dict[str, str]:
    said = {name: words[-1] for name, words in parse_qs(query, keep_blank_values=True).items()}
    if unknown := sorted(said.keys() - _WORDS):
        raise BadBusAddress(why=", ".join(unknown)[:100])
    if said.get("tls", _PLAIN) != _PLAIN:
        raise BadBusAddress(why=f"tls={said['tls'][:20]}")
    return said


def _context(said: Mapping[str, str]) -> ssl.SSLContext:
    if ("cert" in said) != ("key" in said):
        raise BadBusAddress(why="cert, key")
    try:
        made = ssl.create_default_context(cafile=said.get("ca"))
        made.minimum_version = ssl.TLSVersion.TLSv1_2
        if "cert" in said:
            made.load_cert_chain(said["cert"], said["key"])
    except OSError as error:
        raise BadBusAddress(why=f"{said.get('ca') or said.get('cert')}: {error}"[:200]) from error
    return made


def _host(server: str) -> str:
    try:
        return urlsplit(server).hostname or ""
    except ValueError as error:
        raise BadBusAddress(why=str(error)[:100]) from error
