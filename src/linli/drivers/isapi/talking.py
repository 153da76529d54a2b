"""Speaking through a panel: its two-way audio channel.

Modelled on ISAPI/System/TwoWayAudio as those describe it who use it (AlexxIT/go2rtc, and notes of
others on pages 355–360 of the vendor's guide for developers, which was not at hand): the list of
channels tells the codec, `open` begins and gives a number, `audioData` is poured into by PUT and
read by GET, `close` ends. Only G.711 is spoken.
"""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from xml.etree.ElementTree import Element

import aiohttp
import msgspec

from linli.drivers import g711, markup
from linli.drivers.frames import BadFrame
from linli.drivers.g711 import Law
from linli.drivers.isapi import client
from linli.drivers.isapi.client import Client, NoCamera
from linli.drivers.isapi.options import LineOptions
from linli.drivers.isapi.pouring import pour

_log = logging.getLogger(__name__)
_CHANNELS = "/ISAPI/System/TwoWayAudio/channels"
_LAWS = {"G.711alaw": Law.A, "G.711ulaw": Law.MU}
_AGAIN_S, _WAITS = 1.0, 2
_CLOSES_WITHIN_S = 3.0
_MOST_WAITING = g711.RATE_HZ // 2
"""So many codes (half a second) may wait to be sent; what comes then is dropped: it is too late."""


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A channel for talking: its address, and how its sound is coded."""

    path: str
    law: Law


class Talk:
    """A panel that is being spoken through. Blocks are samples of 16 bits, 8,000 a second."""

    def __init__(
        self, law: Law, pours: asyncio.StreamWriter, sounds: aiohttp.StreamReader | None
    ) -> None:
        self._law, self._pours, self._sounds = law, pours, sounds
        self.hears = sounds is not None

    async def say(self, pcm: bytes) -> None:
        """Let the panel sound.

        :raises NoCamera: if it has hung up
        """
        if self._pours.transport.is_closing():
            raise NoCamera("hung_up")
        if self._pours.transport.get_write_buffer_size() < _MOST_WAITING:
            self._pours.write(g711.encoded(pcm, self._law))

    async def hear(self) -> bytes:
        """Return the next 20 ms that the panel hears; nothing when it has hung up."""
        if self._sounds is None:
            return b""
        try:
            codes = await self._sounds.readexactly(g711.BLOCK)
        except (asyncio.IncompleteReadError, aiohttp.ClientError):
            return b""
        return g711.decoded(codes, self._law)


@asynccontextmanager
async def talking(
    options: Mapping[str, Any], *, channel: int | None, hears: Awaitable[bool]
) -> AsyncIterator[Talk]:
    """Speak through a panel until the end of the block.

    :param options: of its line, as the register has them
    :param channel: which of a recorder's, as it counts them; None for a panel's own
    :param hears: whether its own sound is wanted, too; asked once it is ready to be spoken to
    :raises NoCamera: if there is none, it says no, or speaks no codec of ours
    """
    try:
        told = msgspec.convert(options, LineOptions)
    except (msgspec.ValidationError, ValueError) as error:
        raise NoCamera("bad_options") from error
    async with AsyncExitStack() as held:
        found = await held.enter_async_context(client.opened(told))
        which = await _channel(found, channel)
        query = await _open(found, which)
        held.push_async_callback(_close, found, which)
        path = f"{which.path}/audioData{query}"
        pours = await pour(told, path)
        held.callback(pours.close)
        sounds = None
        if await hears:
            _, sounds = await held.enter_async_context(found.stream(path))
        yield Talk(which.law, pours, sounds)


async def _channel(found: Client, wanted: int | None) -> Channel:
    """Return the channel of a number, or a panel's own. A recorder that does not list the number
    has channels all the same: they are loudspeakers elsewhere.

    :raises NoCamera: if there is none
    """
    rows = list(markup.below(await _read(found, "GET", _CHANNELS), "TwoWayAudioChannel"))
    row = next((one for one in rows if wanted in (None, markup.number(one, "id"))), None)
    if row is None:
        raise NoCamera("no_talking")
    number, law = markup.number(row, "id"), _LAWS.get(markup.text(row, "audioCompressionType"))
    if law is None or number is None:
        raise NoCamera("no_g711")
    return Channel(path=f"{_CHANNELS}/{int(number)}", law=law)


async def _open(found: Client, which: Channel) -> str:
    """Begin, and return what is added to the address of the sound. Another may just be leaving; one
    that went and left the channel open is closed at the end.

    :raises NoCamera: if somebody else speaks there
    """
    for _ in range(_WAITS):
        try:
            return await _begun(found, which)
        except NoCamera as error:
            if error.reason != "refused":
                raise
            await asyncio.sleep(_AGAIN_S)
    await found.ask("PUT", f"{which.path}/close")
    return await _begun(found, which)


async def _begun(found: Client, which: Channel) -> str:
    try:
        answer = await _read(found, "PUT", f"{which.path}/open")
    except asyncio.CancelledError:
        # Nobody waits for the answer any more, but the panel may have opened.
        await _close(found, which)
        raise
    session = markup.text(answer, "sessionId")
    return f"?sessionId={session}" if session.isascii() and session.isalnum() else ""


async def _close(found: Client, which: Channel) -> None:
    try:
        async with asyncio.timeout(_CLOSES_WITHIN_S):
            await found.ask("PUT", f"{which.path}/close")
    except (NoCamera, TimeoutError):
        _log.warning("a channel for talking was left open", exc_info=True)


async def _read(found: Client, method: str, path: str) -> Element:
    try:
        return markup.read(await found.ask(method, path))
    except BadFrame as error:
        raise NoCamera("bad_frame") from error
