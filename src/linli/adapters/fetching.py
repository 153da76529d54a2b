"""Asking a server that the operator named, in JSON: bounded, not led elsewhere."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

import aiohttp
import msgspec

log = logging.getLogger(__name__)

_TIMEOUT = aiohttp.ClientTimeout(total=10.0, connect=5.0)
_MOST_BYTES = 256 * 1024
_OK = 200


def ask(
    url: str, *, form: Mapping[str, str] | None = None, basic: tuple[str, str] | None = None
) -> dict[str, Any] | None:
    """Return the object that a server answers to a GET, or to a POST of a form; None, and a line in
    the log without what was sent, if it does not.

    :param basic: name and secret, as HTTP Basic says them (RFC 7617)
    """
    try:
        body = asyncio.run(_body(url, form, basic))
        found = msgspec.json.decode(body)
    except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as error:
        log.warning("%s did not answer: %s", _bare(url), type(error).__name__)
        return None
    if not isinstance(found, dict):
        log.warning("%s answered no object", _bare(url))
        return None
    return found


async def _body(url: str, form: Mapping[str, str] | None, basic: tuple[str, str] | None) -> bytes:
    shown = {"Authorization": aiohttp.encode_basic_auth(*basic)} if basic else {}
    headers = {"Accept": "application/json", **shown}
    async with (
        aiohttp.ClientSession(timeout=_TIMEOUT, trust_env=False) as line,
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
