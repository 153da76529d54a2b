"""The loudspeaker and the microphone of a panel to try a line with: it keeps what it is told, and
sounds as it is bidden.
"""

import asyncio
from collections.abc import Callable

import numpy as np
from aiohttp import web

from linli.drivers import g711
from linli.drivers.g711 import Law

_AT = "/ISAPI/System/TwoWayAudio/channels"
_BLOCK_S = g711.BLOCK / g711.RATE_HZ
_LOUD = 8000
_XML = "application/xml"
_NAMES = {Law.A: "G.711alaw", Law.MU: "G.711ulaw"}


class _Ear:
    """Takes the bare bytes that follow on a connection, as aiohttp has the parser of an upgrade."""

    def __init__(self, heard: bytearray) -> None:
        self.gone = asyncio.Event()
        self._heard = heard

    def feed_data(self, data: bytes) -> tuple[bool, bytes]:
        self._heard += data
        return False, b""

    def feed_eof(self) -> None:
        self.gone.set()


class TalkingPanel:
    """`heard` are the codes that came, of the `law`; it sounds a tone of `pitch_hz` (0: silence).
    `told` is what it was asked for, in order; one that is `deaf` speaks AAC alone; one
    that is `late` opens, and does not say so before that.
    """

    def __init__(self, *, refused: Callable[[web.Request], web.Response | None]) -> None:
        self.law = Law.A
        self.deaf = False
        self.late: asyncio.Event | None = None
        self.pitch_hz = 0.0
        self.heard = bytearray()
        self.told: list[str] = []
        self.open = False
        self._refused = refused

    def join(self, app: web.Application) -> None:
        """Answer at the addresses of a camera."""
        app.router.add_get(_AT, self._channels)
        app.router.add_get(f"{_AT}/1/audioData", self._sound)
        app.router.add_put(f"{_AT}/1/audioData", self._listen)
        app.router.add_put(f"{_AT}/1/{{what:open|close}}", self._turn)

    def samples(self) -> bytes:
        """Return what it heard, as samples of 16 bits, 8,000 a second."""
        return g711.decoded(bytes(self.heard), self.law)

    async def _channels(self, request: web.Request) -> web.Response:
        codec = "AAC" if self.deaf else _NAMES[self.law]
        body = (
            "<TwoWayAudioChannelList><TwoWayAudioChannel><id>1</id><enabled>false</enabled>"
            f"<audioCompressionType>{codec}</audioCompressionType>"
            "<audioInputType>MicIn</audioInputType></TwoWayAudioChannel></TwoWayAudioChannelList>"
        )
        return self._refused(request) or web.Response(text=body, content_type=_XML)

    async def _turn(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        what = request.match_info["what"]
        self.told.append(what)
        if what == "open" and self.open:
            return web.Response(status=503, text="<ResponseStatus/>", content_type=_XML)
        self.open = what == "open"
        if self.open and self.late is not None:
            await self.late.wait()
        body = "<sessionId>2093716360</sessionId>" if self.open else ""
        root = "TwoWayAudioSession" if self.open else "ResponseStatus"
        return web.Response(text=f"<{root}>{body}</{root}>", content_type=_XML)

    async def _listen(self, request: web.Request) -> web.StreamResponse:
        refused = self._refused(request)
        if refused is not None:
            return refused
        if not self.open or request.query.get("sessionId") != "2093716360":
            return web.Response(status=500)
        answer = web.Response()
        await answer.prepare(request)
        await answer.write_eof()
        ear = _Ear(self.heard)
        request.protocol.set_parser(ear)  # type: ignore[arg-type]  # it asks for no more than this
        await ear.gone.wait()
        return answer

    async def _sound(self, request: web.Request) -> web.StreamResponse:
        refused = self._refused(request)
        if refused is not None:
            return refused
        answer = web.StreamResponse(headers={"Content-Type": "audio/basic"})
        await answer.prepare(request)
        at = 0
        while self.open:
            try:
                await answer.write(g711.encoded(self._tone(at), self.law))
            except ConnectionResetError:
                break
            at += g711.BLOCK
            await asyncio.sleep(_BLOCK_S)
        return answer

    def _tone(self, at: int) -> bytes:
        moments = np.arange(at, at + g711.BLOCK) / g711.RATE_HZ
        wave = np.sin(2 * np.pi * self.pitch_hz * moments) * _LOUD
        return wave.astype("<i2").tobytes()
