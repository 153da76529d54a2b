"""WS-Discovery: who is there (OASIS 2005/04, as ONVIF uses it).

A probe of our own, not wsdiscovery: that one keeps threads, and joins the group for good.
"""

import asyncio
import socket
import uuid
from urllib.parse import unquote, urlsplit

import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame

_SOAP = "http://www.w3.org/2003/05/soap-envelope"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_NETWORK = "http://www.onvif.org/ver10/network/wsdl"
_SCOPE = "onvif://www.onvif.org/"
_MOST = 256
_HTTP_PORT = 80


class Match(msgspec.Struct, frozen=True, kw_only=True):
    """One who answered: `address` is its host:port, `endpoint` its name for good."""

    address: str
    endpoint: str
    name: str = ""
    hardware: str = ""


def probe(message_id: str) -> bytes:
    """Return the question: is a network video transmitter there?"""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<s:Envelope xmlns:s="{_SOAP}" xmlns:a="{_ADDRESSING}" xmlns:d="{_DISCOVERY}" '
        f'xmlns:dn="{_NETWORK}"><s:Header><a:MessageID>{message_id}</a:MessageID>'
        "<a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>"
        f"<a:Action>{_DISCOVERY}/Probe</a:Action></s:Header><s:Body><d:Probe>"
        "<d:Types>dn:NetworkVideoTransmitter</d:Types></d:Probe></s:Body></s:Envelope>"
    ).encode()


def matches(data: bytes, *, message_id: str) -> list[Match]:
    """Return who answers a probe; nothing where another probe is answered.

    :raises BadFrame: if it is hostile or no XML
    """
    root = markup.read(data)
    if markup.text(markup.child(root, "Header"), "RelatesTo") != message_id:
        return []
    found = []
    for one in markup.below(root, "ProbeMatch"):
        address = _address(markup.text(one, "XAddrs", longest=1000))
        if address:
            scopes = markup.text(one, "Scopes", longest=4000).split()
            endpoint = markup.child(one, "EndpointReference")
            found.append(
                Match(
                    address=address,
                    endpoint=markup.text(endpoint, "Address"),
                    name=_scope(scopes, "name/"),
                    hardware=_scope(scopes, "hardware/"),
                )
            )
    return found


def _address(addresses: str) -> str:
    for text in addresses.split():
        try:
            parts = urlsplit(text)
            port = parts.port or _HTTP_PORT
        except ValueError:
            continue
        if parts.scheme in ("http", "https") and parts.hostname:
            host = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
            return f"{host}:{port}"
    return ""


def _scope(scopes: list[str], name: str) -> str:
    begins = _SCOPE + name
    found = (one.removeprefix(begins) for one in scopes if one.startswith(begins))
    return unquote(next(found, ""))[:80]


class _Answers(asyncio.DatagramProtocol):
    def __init__(self, message_id: str) -> None:
        self._message_id = message_id
        self.found: dict[str, Match] = {}
        self.refused = 0

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        try:
            told = matches(data, message_id=self._message_id)
        except BadFrame:
            self.refused += 1
            return
        for match in told:
            if len(self.found) < _MOST:
                self.found[match.address] = match


async def look(*, host: str, port: int, wait_s: float) -> tuple[list[Match], int]:
    """Ask a group, or one host, who is there; return who answered in time, and how many answers
    were none.

    :raises OSError: if nothing can be sent
    """
    message_id = f"urn:uuid:{uuid.uuid4()}"
    loop = asyncio.get_running_loop()
    here = "127.0.0.1" if host.startswith("127.") else "0.0.0.0"  # noqa: S104 - answers come from all
    transport, answers = await loop.create_datagram_endpoint(
        lambda: _Answers(message_id), family=socket.AF_INET, local_addr=(here, 0)
    )
    try:
        transport.sendto(probe(message_id), (host, port))
        await asyncio.sleep(wait_s)
    finally:
        transport.close()
    return list(answers.found.values()), answers.refused
