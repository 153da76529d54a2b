"""The child that carries one line: sound from a door to the browser of whoever answered, and from
his microphone to the panel (WebRTC by aiortc; Opus on his side, whatever the panel speaks on its).

Told on its first line what is to be joined, it says its answer on its own first line, and on its
last for how long the panel was spoken to. Nothing is kept of what it carries.
"""

import asyncio
import sys
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from fractions import Fraction
from typing import Any

import av
import msgspec
import numpy as np
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame, AudioResampler

from linli.adapters.careful_rtc import be_careful
from linli.adapters.pictures_child import (
    OVER,
    PATTERN,
    either,
    inside_only,
    parent_ends,
    say,
    stay_inside,
)
from linli.adapters.talks_live import Answered, Ended, TalkWish
from linli.contracts.visits import Panel, PanelAway, Speaking

Reach = Callable[[Panel, Awaitable[bool]], AbstractAsyncContextManager[Speaking]]
"""Reaches a panel; told whether its own sound is wanted, once that is known."""

_PANEL_HZ, _SOURCE_HZ = 8000, 48_000
_BLOCK_S = 0.02
_PANEL_BLOCK, _SOURCE_BLOCK = 160, 960
_LONGEST_LINE = 64 * 1024


class Sound(MediaStreamTrack):
    """The sound of a door, from blocks of samples that come when it is their time."""

    kind = "audio"

    def __init__(self, next_block: Callable[[], Awaitable[bytes]], rate_hz: int) -> None:
        super().__init__()
        self._next_block, self._rate_hz, self._at = next_block, rate_hz, 0

    async def recv(self) -> AudioFrame:
        """Return the next frame."""
        pcm = await self._next_block()
        if not pcm:
            raise MediaStreamError
        samples = np.frombuffer(pcm, dtype="<i2").reshape(1, -1)
        frame = AudioFrame.from_ndarray(samples, format="s16", layout="mono")
        frame.sample_rate, frame.time_base = self._rate_hz, Fraction(1, self._rate_hz)
        frame.pts = self._at
        self._at += samples.shape[1]
        return frame


class Source:
    """The sound of a camera, or of a file, which begins anew at its end. To make one may take
    seconds: it is done in a thread.
    """

    def __init__(self, source: str) -> None:
        self._camera = source.startswith("rtsp://")
        options = {"rtsp_transport": "tcp", "allowed_media_types": "audio"} if self._camera else {}
        self._container = av.open(source, options=options, timeout=5.0)
        if not self._container.streams.audio:
            self._container.close()
            raise ValueError("no sound")
        self._frames = self._container.decode(audio=0)
        self._even = AudioResampler("s16", "mono", _SOURCE_HZ, _SOURCE_BLOCK)
        self._ready: deque[bytes] = deque()
        self._due: float | None = None

    async def next_block(self) -> bytes:
        """Return the next 20 ms: a file's at its time, a camera's when they come."""
        if not self._camera:
            now = asyncio.get_running_loop().time()
            self._due = (now if self._due is None else self._due) + _BLOCK_S
            await asyncio.sleep(self._due - now)
        return self._ready.popleft() if self._ready else await asyncio.to_thread(self._read)

    def _read(self) -> bytes:
        while not self._ready:
            frame = next(self._frames, None)
            if frame is None and not self._camera:
                self._container.seek(0)
                self._frames = self._container.decode(audio=0)
                frame = next(self._frames, None)
            if frame is None:
                return b""
            frame.pts = None
            even = self._even.resample(frame)
            self._ready.extend(bytes(one.planes[0])[: 2 * _SOURCE_BLOCK] for one in even)
        return self._ready.popleft()


class Spoken:
    """How much went to the panel."""

    def __init__(self) -> None:
        self.blocks = 0

    async def pump(self, track: MediaStreamTrack, panel: Speaking) -> None:
        """Carry what a microphone hears to the panel, until either leaves.

        :raises PanelAway: if the panel does
        """
        even = AudioResampler("s16", "mono", _PANEL_HZ, _PANEL_BLOCK)
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if not isinstance(frame, AudioFrame):
                return
            frame.pts = None
            for one in even.resample(frame):
                await panel.say(bytes(one.planes[0])[: 2 * _PANEL_BLOCK])
                self.blocks += 1


class Joined(msgspec.Struct, frozen=True, kw_only=True):
    """The ends at a door: where its sound comes from, through what it is spoken to, or why not."""

    sound: Sound | None
    panel: Speaking | None
    why: str = ""


async def _source(wish: TalkWish) -> Sound | None:
    """Return the sound that comes with the picture; None where none does."""
    if not wish.source or wish.source == PATTERN:
        return None
    try:
        source = await asyncio.to_thread(Source, wish.source)
    except (OSError, ValueError, av.FFmpegError):
        return None
    return Sound(source.next_block, _SOURCE_HZ)


async def _silent(coming: asyncio.Task[Sound | None]) -> bool:
    return await coming is None


async def _join(held: AsyncExitStack, wish: TalkWish, ways: Mapping[str, Reach]) -> Joined:
    """Reach both ends of a door, at once: neither is late because of the other.

    :raises PanelAway: if it can be neither heard nor spoken to
    """
    coming = asyncio.create_task(_source(wish))
    panel, why = None, "no_panel"
    if wish.panel is not None:
        silent = asyncio.create_task(_silent(coming))
        try:
            reached = ways[wish.panel.way](wish.panel, silent)
            panel, why = await held.enter_async_context(reached), ""
        except PanelAway as away:
            why = away.reason
    sound = await coming
    if sound is None and panel is not None and panel.hears:
        sound = Sound(panel.hear, _PANEL_HZ)
    if sound is None and panel is None:
        raise PanelAway(why)
    return Joined(sound=sound, panel=panel, why=why)


async def talk(wish: TalkWish, ways: Mapping[str, Reach], spoken: Spoken) -> None:
    """Answer the offer, and carry sound until it is over. Who cancels it has the panel let go of.

    :raises PanelAway: if the door cannot be reached, or goes
    :raises ValueError, OSError: if the offer is none
    """
    sdp = wish.sdp
    if not wish.outside:
        stay_inside()
        sdp = inside_only(sdp)
    async with AsyncExitStack() as held:
        joined = await _join(held, wish, ways)
        peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        held.push_async_callback(peer.close)
        over = asyncio.Event()
        ends: list[asyncio.Task[Any]] = [asyncio.create_task(over.wait())]

        def came(track: MediaStreamTrack) -> None:
            if track.kind == "audio" and joined.panel is not None:
                ends.append(asyncio.create_task(spoken.pump(track, joined.panel)))

        async def changed() -> None:
            if peer.connectionState in OVER:
                over.set()

        peer.add_listener("track", came)
        peer.add_listener("connectionstatechange", changed)
        await peer.setRemoteDescription(RTCSessionDescription(sdp=sdp, type="offer"))
        if joined.sound is not None:
            joined.sound.add_listener("ended", over.set)
            peer.addTrack(joined.sound)
        await peer.setLocalDescription(await peer.createAnswer())
        say(_answered(peer, joined))
        await _until_over(ends, wish.longest_s)


def _answered(peer: RTCPeerConnection, joined: Joined) -> Answered:
    return Answered(
        sdp=peer.localDescription.sdp,
        hears=joined.sound is not None,
        speaks=joined.panel is not None,
        why=joined.why,
    )


async def _until_over(ends: list[asyncio.Task[Any]], longest_s: int) -> None:
    """Wait for the first of what ends a line; what broke it is raised."""
    try:
        done, _ = await asyncio.wait(ends, timeout=longest_s, return_when="FIRST_COMPLETED")
    finally:
        for task in ends:
            task.cancel()
    for task in done:
        task.result()


async def main(ways: Mapping[str, Reach]) -> None:
    """Read the wish, and carry it out; what fails is said in a word and names no panel."""
    be_careful()
    reader = asyncio.StreamReader(limit=_LONGEST_LINE)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
    wish = msgspec.json.decode(await reader.readline(), type=TalkWish)
    spoken = Spoken()
    line = asyncio.create_task(talk(wish, ways, spoken))
    try:
        await either(line, asyncio.create_task(parent_ends(reader)))
    except PanelAway as away:
        say(Answered(why=away.reason))
    except (OSError, ValueError) as error:
        say(Answered(why=type(error).__name__))
    say(Ended(spoke_s=spoken.blocks * _BLOCK_S))
