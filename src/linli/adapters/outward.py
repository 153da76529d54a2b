"""Calls to addresses that strangers handed in: never inside, never elsewhere than where one looked.

A host's name is resolved once for each call, every address that it has must lie outside, and the
connection goes to these addresses and no others: a name that changes its mind between (DNS
rebinding) gains nothing. Redirects are not followed, and no proxy of the environment is used.
"""

import socket
from collections.abc import Collection, Mapping

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.resolver import ThreadedResolver
from yarl import URL

from linli.foundation.sending import Reply
from linli.kernel.addresses import is_listed, is_outside

_TIMEOUT = aiohttp.ClientTimeout(total=10.0, connect=5.0)
_ENOUGH_BYTES = 256 * 1024


class Inside(OSError):
    """The address lies in our own network, or on this machine."""


class NotListed(OSError):
    """The operator has listed which hosts are called, and this is none of them."""


class OutsideResolver(AbstractResolver):
    """Resolves names, and refuses those of which any address lies inside."""

    def __init__(self, beneath: AbstractResolver | None = None) -> None:
        self._beneath = beneath or ThreadedResolver()

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Return the addresses of a host.

        :raises Inside: if one of them lies inside
        """
        found = await self._beneath.resolve(host, port, socket.AF_UNSPEC)
        if not found or not all(is_outside(one["host"]) for one in found):
            raise Inside(f"{host} is not outside")
        return found

    async def close(self) -> None:
        """Let go of what resolves beneath."""
        await self._beneath.close()


class Caller:
    """Posts to addresses outside; with `inside`, as in the demo, to our own as well; where `hosts`
    are listed, to them alone. Of an answer the first `enough_bytes` are read.
    """

    def __init__(
        self,
        *,
        inside: bool,
        hosts: Collection[str] = (),
        resolver: AbstractResolver | None = None,
        enough_bytes: int = _ENOUGH_BYTES,
    ) -> None:
        self._enough_bytes = enough_bytes
        self._inside = inside
        self._hosts = hosts
        self._resolver = ThreadedResolver() if inside else OutsideResolver(resolver)

    async def post(self, *, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        """Return what came back, or status 0 and why nothing did."""
        try:
            return await self._post(url, headers, body)
        except Inside:
            return Reply(status=0, reason="not outside")
        except NotListed:
            return Reply(status=0, reason="not listed")
        except TimeoutError:
            return Reply(status=0, reason="timeout")
        except (aiohttp.ClientError, OSError, ValueError) as error:
            if isinstance(error.__cause__, Inside):
                return Reply(status=0, reason="not outside")
            return Reply(status=0, reason=type(error).__name__)

    async def _post(self, url: str, headers: Mapping[str, str], body: bytes) -> Reply:
        host = URL(url).host or ""
        if not is_listed(host, hosts=self._hosts):
            raise NotListed(host)
        if _is_address(host) and not self._inside and not is_outside(host):
            raise Inside(host)  # written as an address, it is not resolved
        connector = aiohttp.TCPConnector(
            resolver=self._resolver, use_dns_cache=False, force_close=True
        )
        async with (
            aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT, trust_env=False) as line,
            line.post(url, data=body, headers=headers, allow_redirects=False) as answer,
        ):
            return Reply(status=answer.status, body=await _beginning(answer, self._enough_bytes))


async def _beginning(answer: aiohttp.ClientResponse, enough_bytes: int) -> bytes:
    """Return the body as far as anybody reads it."""
    found = bytearray()
    while len(found) < enough_bytes:
        part = await answer.content.read(enough_bytes - len(found))
        if not part:
            break
        found += part
    return bytes(found)


def _is_address(host: str) -> bool:
    for family in (socket.AF_INET, socket.AF_INET6):
        try:
            socket.inet_pton(family, host)
        except OSError:
            continue
        return True
    return False
