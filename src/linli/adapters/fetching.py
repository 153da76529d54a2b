"""Asking a server that the operator named, in JSON: bounded, not led elsewhere.

Strangers make us ask, and each of them holds a thread of the web process meanwhile: two may at
once, each for five seconds in all, so that a slow server takes the others no thread.
"""

import asyncio
import logging
import threading
import time
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import msgspec

from linli.contracts.identity import ProviderBusy
from linli.kernel.addresses import is_listed

log = logging.getLogger(__name__)

_LONGEST_S = 5.0
_AT_ONCE = 2
_MOST_BYTES = 256 * 1024
_OK = 200


_turns = threading.BoundedSemaphore(_AT_ONCE)


class Turn:
    """Leave to ask, one question after another, until its time is over."""

    def __init__(self, *, longest_s: float, hosts: Collection[str]) -> None:
        self._end = time.monotonic() + longest_s
        self._hosts = hosts

    def ask(
        self,
        url: str,
        *,
        form: Mapping[str, str] | None = None,
        basic: tuple[str, str] | None = None,
    ) -> dict[str, Any] | None:
        """Return the object that a server answers to a GET, or to a POST of a form; None, and a
        line in the log without what was sent, if it does not.

        :param basic: name and secret, as HTTP Basic says them (RFC 7617)
        """
        if not is_listed(urlsplit(url).hostname or "", hosts=self._hosts):
            log.warning("%s is not called: LINLI_OUTWARD_HOSTS does not list it", _bare(url))
            return None
        try:
            body = asyncio.run(self._body(url, form, basic))
            found = msgspec.json.decode(body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
            log.warning("%s did not answer: %s", _bare(url), type(error).__name__)
            return None
        if not isinstance(found, dict):
            log.warning("%s answered no object", _bare(url))
            return None
        return found

    async def _body(
        self, url: str, form: Mapping[str, str] | None, basic: tuple[str, str] | None
    ) -> bytes:
        async with asyncio.timeout(self._end - time.monotonic()):
            return await _body(url, form, basic)


@contextmanager
def turn(*, hosts: Collection[str] = (), longest_s: float = _LONGEST_S) -> Iterator[Turn]:
    """Yield leave to ask, which no more than two have at once; where hosts are listed, them alone.

    :raises ProviderBusy: at once, if two have it already
    """
    if not _turns.acquire(blocking=False):
        raise ProviderBusy
    try:
        yield Turn(longest_s=longest_s, hosts=hosts)
    finally:
        _turns.release()


async def _body(url: str, form: Mapping[str, str] | None, basic: tuple[str, str] | None) -> bytes:
    shown = {"Authorization": aiohttp.encode_basic_auth(*basic)} if basic else {}
    headers = {"Accept": "application/json", **shown}
    async with (
        aiohttp.ClientSession(trust_env=False) as line,
        line.request(
            "GET" if form is None else "POST",
            url,
            data=form,
            headers=headers,
            allow_redirects=False,
        ) as answer,
    ):
        if answer.status != _OK:
            raise ValueError(answer.status)
        body = await answer.content.read(_MOST_BYTES + 1)
        while len(body) <= _MOST_BYTES and (more := await answer.content.read(_MOST_BYTES)):
            body += more
    if len(body) > _MOST_BYTES:
        raise ValueError("too long")
    return body


def _bare(url: str) -> str:
    return url.partition("?")[0]
