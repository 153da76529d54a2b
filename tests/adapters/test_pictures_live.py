"""A browser's part is played by a peer in the test; the child is the real one, over loopback."""

import asyncio
import re
import socket
import threading
from threading import Thread

import aioice.ice
import av
import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription

from linli.adapters import pictures_child, pictures_live
from linli.adapters.pictures_live import PictureFailed
from linli.contracts.visits import Offer

NO_OFFER = Offer(community="hml", call=1, source="pattern", sdp="v=0\r\n")


@pytest.fixture(autouse=True)
def loopback(monkeypatch):
    monkeypatch.setattr(aioice.ice, "get_host_addresses", lambda use_ipv4, use_ipv6: ["127.0.0.1"])


def child():
    return pictures_live._children[-1]


async def see(source, called="127.0.0.1", goes_on=None, stays=False):
    """Return the size of the first picture that comes, and the answer it came by. `called` is what
    the browser calls its address; one that `stays` leaves only when the picture has ended.
    """
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video", direction="recvonly")
    tracks = asyncio.Queue()
    peer.on("track", tracks.put_nowait)
    await peer.setLocalDescription(await peer.createOffer())
    sdp = peer.localDescription.sdp.replace(" 127.0.0.1 ", f" {called} ")
    offer = Offer(community="hml", call=1, source=source, sdp=sdp)
    answer = await asyncio.to_thread(
        pictures_live.answer, offer, outside=False, goes_on=goes_on or (lambda offer: True)
    )
    await peer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    frame = await asyncio.wait_for((await tracks.get()).recv(), 20)
    if stays:
        await asyncio.to_thread(child().wait, 20)
    await peer.close()
    return (frame.width, frame.height), answer


def test_the_picture_comes_by_this_machine_alone_and_the_child_ends_with_its_viewer():
    size, answer = asyncio.run(see("pattern"))

    assert size == (640, 360)
    candidates = [line for line in answer.splitlines() if line.startswith("a=candidate")]
    assert candidates
    assert all(" 127.0.0.1 " in line for line in candidates)
    assert child().wait(20) == 0


def test_each_viewer_has_a_key_and_a_certificate_of_his_own():
    answers = [asyncio.run(see("pattern"))[1] for _ in range(2)]

    for word in ("a=fingerprint:sha-256 ", "a=ice-pwd:", "a=ice-ufrag:"):
        said = [next(line for line in one.splitlines() if line.startswith(word)) for one in answers]
        assert said[0] != said[1]


def test_a_camera_that_is_away_is_said_so_without_its_address():
    source = "/nothing/there.mp4"

    with pytest.raises(PictureFailed) as failed:
        asyncio.run(see(source))

    assert source not in str(failed.value.values)
    child().wait(20)


def test_a_camera_is_waited_for_beside_what_else_is_to_be_done(monkeypatch):
    at_work = threading.Event()

    def answers_late(source, **options):
        if not at_work.wait(20):
            raise AssertionError("nothing else was done meanwhile")
        raise av.error.ExitError(1, "it did not answer")

    async def meanwhile():
        coming = asyncio.create_task(pictures_child.track("rtsp://192.0.2.1/1"))
        await asyncio.sleep(0)
        at_work.set()
        await coming

    monkeypatch.setattr(av, "open", answers_late)

    with pytest.raises(av.error.ExitError):
        asyncio.run(meanwhile())


def test_a_camera_that_lets_nobody_in_is_said_so():
    with socket.create_server(("127.0.0.1", 0)) as camera:
        Thread(target=_turn_away, args=(camera,), daemon=True).start()

        with pytest.raises(PictureFailed) as failed:
            asyncio.run(see(f"rtsp://127.0.0.1:{camera.getsockname()[1]}/1"))

    assert failed.value.values == {"reason": "HTTPForbiddenError"}


def _turn_away(camera):
    """Answer what is asked as a camera does that knows nobody (RFC 2326, 11.3.7)."""
    line, _ = camera.accept()
    with line:
        number = re.search(rb"CSeq: (\d+)", line.recv(4096))[1]
        line.sendall(b"RTSP/1.0 403 Forbidden\r\nCSeq: " + number + b"\r\n\r\n")


def test_no_more_than_a_few_look_at_once(monkeypatch):
    monkeypatch.setattr(pictures_live, "_MOST", 0)

    with pytest.raises(PictureFailed) as failed:
        pictures_live.answer(NO_OFFER, outside=False, goes_on=lambda offer: True)

    assert failed.value.values == {"reason": "too_many"}


def test_what_is_no_offer_fails_and_leaves_no_child():
    with pytest.raises(PictureFailed):
        pictures_live.answer(NO_OFFER, outside=False, goes_on=lambda offer: True)

    assert child().wait(20) is not None


def test_a_browser_that_hides_its_address_behind_a_name_sees_the_picture():
    size, _ = asyncio.run(see("pattern", "0f3c8c3e-1111-4222-8333-944445555666.local"))

    assert size == (640, 360)
    assert child().wait(20) == 0


def test_no_name_in_an_offer_is_ever_looked_for():
    line = "a=candidate:1 1 udp 2113937151 {} 54400 typ host\r\n"
    kept = "v=0\r\n" + line.format("192.168.1.7") + line.format("fe80::1") + "a=mid:0\r\n"
    named = line.format("0f3c8c3e-1111-4222-8333-944445555666.local")

    assert pictures_child.inside_only(kept + named) == kept + line.format("127.0.0.1")


def test_the_picture_ends_when_its_call_is_over(monkeypatch):
    monkeypatch.setattr(pictures_live, "_ASK_AGAIN_S", 1.0)
    told = iter([True, False])

    size, _ = asyncio.run(see("pattern", goes_on=lambda offer: next(told), stays=True))

    assert size == (640, 360)
    assert child().poll() == 0
    assert list(told) == []


def test_who_looks_for_a_call_for_help_still_finds_room(monkeypatch):
    monkeypatch.setattr(pictures_live, "_MOST", 0)

    with pytest.raises(PictureFailed) as failed:
        pictures_live.answer(NO_OFFER, outside=False, goes_on=lambda offer: True, spare=1)

    assert failed.value.values["reason"] != "too_many"
    assert child().wait(20) is not None
