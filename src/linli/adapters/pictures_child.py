"""The child that sends one viewer the picture of a door (WebRTC, RFC 8825 and after, by aiortc).

Told on its first line whose picture and what the browser offers, it says its answer on its own
first line, and sends until the browser leaves, its parent ends, or the time is over.
"""

import asyncio
import sys
from contextlib import suppress
from fractions import Fraction
from ipaddress import ip_address
from typing import Any

import aioice.ice
import av
import msgspec
import numpy as np
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
    VideoStreamTrack,
)
from aiortc.mediastreams import MediaStreamError
from av import VideoFrame

from linli.adapters.careful_rtc import be_careful
from linli.adapters.pictures_live import Shown, Wish

_WIDTH, _HEIGHT = 640, 360
OVER = frozenset({"failed", "closed", "disconnected"})
PATTERN = "pattern"
_HERE = "127.0.0.1"
_ADDRESS = 4
"""Which word of a candidate's line is its address (RFC 8839)."""


class Pattern(VideoStreamTrack):
    """The test picture of the demo: bars, and a bar that wanders."""

    def __init__(self) -> None:
        super().__init__()
        shades = np.linspace(40, 220, 8, dtype=np.uint8)
        self._bars = np.repeat(shades, _WIDTH // 8)[None, :, None].repeat(_HEIGHT, 0).repeat(3, 2)

    async def recv(self) -> VideoFrame:
        """Return the next picture, when it is its time."""
        pts, time_base = await self.next_timestamp()
        picture = self._bars.copy()
        at = int(Fraction(pts) * time_base * 80) % (_WIDTH - 40)
        picture[:, at : at + 40] = (60, 140, 90)
        frame = VideoFrame.from_ndarray(picture, format="rgb24")
        frame.pts, frame.time_base = pts, time_base
        return frame


class Reel(VideoStreamTrack):
    """The picture of a camera, or of a file, which begins anew at its end. One frame is decoded at
    a time: what nobody has fetched yet stays where it comes from, and costs no memory here.
    """

    def __init__(self, container: av.container.InputContainer, *, camera: bool) -> None:
        super().__init__()
        self._container, self._camera = container, camera
        self._frames = container.decode(video=0)

    async def recv(self) -> VideoFrame:
        """Return the next picture: a file's at its time, a camera's when it comes."""
        pts, time_base = await self.next_timestamp()
        frame = await asyncio.to_thread(self._next)
        frame = frame.reformat(width=_WIDTH, height=_HEIGHT, format="yuv420p")
        frame.pts, frame.time_base = pts, time_base
        return frame

    def _next(self) -> VideoFrame:
        frame = next(self._frames, None)
        if frame is None and not self._camera:
            self._container.seek(0)
            self._frames = self._container.decode(video=0)
            frame = next(self._frames, None)
        if frame is None:
            raise MediaStreamError
        return frame


async def track(source: str) -> MediaStreamTrack:
    """Return the picture of a source: a camera (`rtsp://…`), a file, or the test picture.

    :raises OSError, ValueError, av.FFmpegError: if it is away, or there is no picture in it
    """
    if source == PATTERN:
        return Pattern()
    camera = source.startswith("rtsp://")
    return Reel(await asyncio.to_thread(_opened, source, camera=camera), camera=camera)


def _opened(source: str, *, camera: bool) -> av.container.InputContainer:
    """Open a source, which may take seconds."""
    options = {"rtsp_transport": "tcp"} if camera else {}
    container = av.open(source, options=options, timeout=5.0)
    if not container.streams.video:
        container.close()
        raise ValueError("no picture")
    container.streams.video[0].thread_count = 1
    return container


def stay_inside() -> None:
    """Offer this machine's own address only: who looks, looks from here or through a proxy."""
    aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [_HERE]


def inside_only(sdp: str) -> str:
    """Return an offer whose candidates are addresses: to find a name (`….local`), this machine
    would speak to the whole network around it. Who hides behind one is here, or comes by himself.
    """
    return "".join(f"{_with_address(line)}\r\n" for line in sdp.splitlines())


def _with_address(line: str) -> str:
    words = line.split()
    if not line.startswith("a=candidate:") or len(words) <= _ADDRESS:
        return line
    try:
        ip_address(words[_ADDRESS])
    except ValueError:
        words[_ADDRESS] = _HERE
    return " ".join(words)


async def parent_ends(reader: asyncio.StreamReader) -> None:
    """Return when the parent has ended, or closed our standard input."""
    while await reader.readline():
        pass


async def either(line: asyncio.Task[Any], parent: asyncio.Task[None]) -> None:
    """Wait for the end of a line, and of the parent, who may be gone before it is joined; what
    broke the line is raised.
    """
    await asyncio.wait((line, parent), return_when="FIRST_COMPLETED")
    parent.cancel()
    line.cancel()
    await asyncio.wait((line,))
    if not line.cancelled():
        line.result()


async def show(wish: Wish) -> None:
    """Answer the offer, and send until it is over.

    :raises OSError, ValueError, av.FFmpegError: if the offer is none, or as `track`
    """
    sdp = wish.sdp
    if not wish.outside:
        stay_inside()
        sdp = inside_only(sdp)
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    over = asyncio.Event()

    async def changed() -> None:
        if peer.connectionState in OVER:
            over.set()

    peer.add_listener("connectionstatechange", changed)
    try:
        await peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
        peer.addTrack(await track(wish.source))
        await peer.setLocalDescription(await peer.createAnswer())
        say(Shown(sdp=peer.localDescription.sdp))
        with suppress(TimeoutError):
            await asyncio.wait_for(over.wait(), wish.longest_s)
    finally:
        await peer.close()


def say(shown: msgspec.Struct) -> None:
    """Tell the parent a line."""
    sys.stdout.buffer.write(msgspec.json.encode(shown) + b"\n")
    sys.stdout.buffer.flush()


async def main() -> None:
    """Read the wish, and carry it out; what fails is said in a word and names no camera."""
    be_careful()
    reader = asyncio.StreamReader(limit=64 * 1024)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    wish = msgspec.json.decode(await reader.readline(), type=Wish)
    line = asyncio.create_task(show(wish))
    try:
        await either(line, asyncio.create_task(parent_ends(reader)))
    except (OSError, ValueError, av.FFmpegError) as error:
        say(Shown(failed=type(error).__name__))


if __name__ == "__main__":
    asyncio.run(main())
