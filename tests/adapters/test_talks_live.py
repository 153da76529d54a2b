"""The telephone's part is played by a peer in the test, the panel's by the simulated one; the child
between them is the real one, over loopback.
"""

import asyncio
import threading
from contextlib import asynccontextmanager
from fractions import Fraction

import aioice.ice
import av
import numpy as np
import pytest
from aiortc import MediaStreamTrack, RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError
from av import AudioFrame

from linli.adapters import talks_live
from linli.adapters.talks_live import Lines, TalkFailed
from linli.contracts.visits import Panel, TalkOffer
from linli.drivers.isapi.peer import IsapiCamera
from tests.drivers.sounds import pitch, tone

MODULE = "linli.app.talking"
LOUD, SECOND = 500, 8000


@pytest.fixture(autouse=True)
def loopback(monkeypatch):
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])
    monkeypatch.setattr(talks_live, "_ASK_AGAIN_S", 0.1)


class Microphone(MediaStreamTrack):
    """A telephone that hums."""

    kind = "audio"

    def __init__(self, hz):
        super().__init__()
        self._hz, self._at = hz, 0

    async def recv(self):
        await asyncio.sleep(0.02)
        pcm = tone(self._hz, at=self._at, samples=960, rate=48_000)
        frame = AudioFrame.from_ndarray(np.frombuffer(pcm, "<i2").reshape(1, -1), "s16", "mono")
        frame.sample_rate, frame.pts, frame.time_base = 48_000, self._at, Fraction(1, 48_000)
        self._at += 960
        return frame


class Telephone:
    """The lines of a server, and one browser that is on one of them."""

    def __init__(self, **how):
        self.on, self.spoke = True, []
        self.done = threading.Event()
        self.lines = Lines(MODULE, outside=False, goes_on=lambda offer: self.on, ended=self._ended)
        self.peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
        self.track = None
        self.heard, self.answer, self.how = bytearray(), None, how

    def _ended(self, offer, spoke_s):
        self.spoke.append((offer.line, spoke_s))
        self.done.set()

    def _came(self, track):
        self.track = track

    async def call(self, hz=0, line="a"):
        if hz:
            self.peer.addTrack(Microphone(hz))
        else:
            self.peer.addTransceiver("audio", direction="sendrecv")
        self.peer.on("track", self._came)
        await self.peer.setLocalDescription(await self.peer.createOffer())
        offer = TalkOffer(community="hml", call=1, line=line, sdp=self.peer.localDescription.sdp,
                          **{"source": "", "panel": None} | self.how)  # fmt: skip
        self.answer = await asyncio.to_thread(self.lines.answer, offer)
        sdp = RTCSessionDescription(sdp=self.answer.sdp, type="answer")
        await self.peer.setRemoteDescription(sdp)

    async def listen(self, enough):
        """Hear the door until enough samples (8,000 a second) came."""
        even = av.AudioResampler("s16", "mono", SECOND)
        async with asyncio.timeout(40):
            while len(self.heard) < 2 * enough:
                for one in even.resample(await self.track.recv()):
                    self.heard += bytes(one.planes[0])[: 2 * one.samples]


@asynccontextmanager
async def panel(**manners):
    camera = IsapiCamera(password="sesame")
    await camera.open()
    for name, value in manners.items():
        setattr(camera.talking, name, value)
    options = {"connect": f"127.0.0.1:{camera.port}", "password": "sesame"}
    try:
        yield camera, Panel(way="isapi", options=options)
    finally:
        await camera.close()


@asynccontextmanager
async def talking(**how):
    telephone = Telephone(**how)
    try:
        yield telephone
    finally:
        telephone.on = False
        await telephone.peer.close()
        if telephone.answer is not None:
            await asyncio.to_thread(telephone.done.wait, 10)


async def until(holds, seconds=40):
    async with asyncio.timeout(seconds):
        while not holds():
            await asyncio.sleep(0.02)


async def test_each_hears_the_tone_of_the_other_and_the_line_ends_with_the_call():
    async with panel(pitch_hz=1000) as (camera, at), talking(panel=at) as telephone:
        await telephone.call(hz=440)
        await telephone.listen(SECOND)
        await until(lambda: len(camera.talking.heard) > SECOND)
        telephone.on = False
        await asyncio.to_thread(telephone.done.wait, 10)
        silent = len(camera.talking.heard)
        with pytest.raises(MediaStreamError):
            await telephone.listen(1 << 20)

    hz, loud = pitch(bytes(telephone.heard[-SECOND:]))
    assert abs(hz - 1000) < 10
    assert loud > LOUD
    hz, loud = pitch(camera.talking.samples()[-SECOND:])
    assert abs(hz - 440) < 10
    assert loud > LOUD
    assert camera.talking.told == ["open", "close"]
    assert len(camera.talking.heard) == silent
    assert telephone.answer.hears
    assert telephone.answer.speaks
    [(line, spoke_s)] = telephone.spoke
    assert line == "a"
    assert 0.9 < spoke_s < 10


async def test_who_does_not_speak_is_heard_by_nobody():
    async with panel(pitch_hz=300) as (camera, at), talking(panel=at) as telephone:
        await telephone.call()
        await telephone.listen(SECOND // 4)

    assert bytes(camera.talking.heard) == b""
    assert telephone.spoke == [("a", 0.0)]


async def test_the_line_taken_up_again_ends_the_one_before_and_the_panel_is_spoken_to():
    async with panel() as (camera, at), talking(panel=at) as first:
        await first.call(hz=440)
        await until(lambda: camera.talking.heard)
        async with talking(panel=at) as again:
            again.lines = first.lines
            await again.call(hz=600, line="b")
            assert await asyncio.to_thread(first.done.wait, 5)
            camera.talking.heard.clear()
            await until(lambda: len(camera.talking.heard) > SECOND)
            first.on = False
            first.done.clear()
            assert await asyncio.to_thread(first.done.wait, 10)
            again.done.set()

    hz, _ = pitch(camera.talking.samples()[-SECOND // 2 :])
    assert abs(hz - 600) < 10
    assert [line for line, _ in first.spoke] == ["a", "b"]
    assert camera.talking.told[:2] == ["open", "close"]


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """Return a file with the sound of a door: half a second of 700 Hz."""
    path = tmp_path_factory.mktemp("film") / "door.wav"
    with av.open(str(path), "w") as out:
        stream = out.add_stream("pcm_s16le", rate=SECOND, layout="mono")
        pcm = np.frombuffer(tone(700, samples=SECOND // 2), "<i2").reshape(1, -1)
        frame = AudioFrame.from_ndarray(pcm, "s16", "mono")
        frame.sample_rate = SECOND
        out.mux(stream.encode(frame))
        out.mux(stream.encode(None))
    return str(path)


async def test_the_sound_of_a_file_comes_over_and_over_though_its_panel_is_away(film):
    away = Panel(way="isapi", options={"connect": "127.0.0.1:1", "password": "x"})
    async with talking(source=film, panel=away) as telephone:
        await telephone.call(hz=440)
        await telephone.listen(SECOND)

    hz, loud = pitch(bytes(telephone.heard[-SECOND:]))
    assert abs(hz - 700) < 10
    assert loud > LOUD
    answer = telephone.answer
    assert (answer.hears, answer.speaks, answer.why) == (True, False, "unreachable")


async def test_the_test_panel_says_back_what_it_is_told():
    async with talking(panel=Panel(way="echo")) as telephone:
        await telephone.call(hz=440)
        hz, loud = 0.0, 0.0
        async with asyncio.timeout(20):
            while abs(hz - 440) > 20 or loud <= LOUD:
                telephone.heard.clear()
                await telephone.listen(SECOND // 2)
                hz, loud = pitch(bytes(telephone.heard))

    assert abs(hz - 440) < 20
    assert loud > LOUD


@pytest.mark.parametrize(
    ("how", "why"),
    [
        ({}, "no_panel"),
        ({"source": "pattern"}, "no_panel"),
        ({"panel": Panel(way="isapi", options={"connect": "127.0.0.1:1"})}, "unreachable"),
        ({"panel": Panel(way="isapi", options={"connect": "10.0.0.1"})}, "bad_options"),
    ],
)
async def test_a_door_that_cannot_be_reached_is_said_so_without_its_address(how, why):
    telephone = Telephone(**how)

    with pytest.raises(TalkFailed) as failed:
        await telephone.call()

    assert failed.value.values == {"reason": why}
    assert telephone.lines._beside.children[-1].wait(10) is not None
    await telephone.peer.close()


@asynccontextmanager
async def mute_camera():
    """Yield the address of a camera that takes connections and says nothing, and a way to end."""
    over = asyncio.Event()

    async def took(reader, writer):
        await over.wait()
        writer.close()

    async with await asyncio.start_server(took, "127.0.0.1") as server:
        yield f"rtsp://127.0.0.1:{server.sockets[0].getsockname()[1]}/", over
        over.set()


async def test_a_line_that_is_late_lets_go_of_the_panel(monkeypatch):
    def hurried(child, told):
        child.stdin.write(told)
        child.stdin.flush()
        assert opened.wait(10)
        return b""

    opened = threading.Event()
    monkeypatch.setattr(talks_live.beside, "said", hurried)
    async with panel() as (camera, at), mute_camera() as (source, over):
        telephone = Telephone(source=source, panel=at)
        calls = asyncio.create_task(telephone.call())
        await until(lambda: camera.talking.told)
        opened.set()
        await until(lambda: camera.talking.told == ["open", "close"], 4)
        over.set()
        with pytest.raises(TalkFailed) as failed:
            await calls

    assert failed.value.values == {"reason": "no_answer"}
    assert telephone.lines._beside.children[-1].poll() == 0
    await telephone.peer.close()


async def test_what_is_no_offer_fails_and_leaves_no_child():
    lines = Lines(MODULE, outside=False, goes_on=lambda offer: True, ended=lambda offer, s: None)
    offer = TalkOffer(community="hml", call=1, line="a", source="", panel=Panel(way="echo"),
                      sdp="v=0\r\n")  # fmt: skip

    with pytest.raises(TalkFailed):
        await asyncio.to_thread(lines.answer, offer)

    assert lines._beside.children[-1].wait(10) is not None


async def test_no_more_than_a_few_talk_at_once(monkeypatch):
    monkeypatch.setattr(talks_live, "_MOST", 0)

    with pytest.raises(TalkFailed) as failed:
        await Telephone(panel=Panel(way="echo")).call()

    assert failed.value.values == {"reason": "too_many"}
