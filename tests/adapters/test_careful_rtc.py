"""Odd, forged and foreign datagrams at a line, and a browser with weak ciphers. The child is the
real one, over loopback; what is sent to it is made by hand.
"""

import asyncio
import os
import socket
import struct

import pytest
from aiortc import RTCConfiguration, RTCPeerConnection, RTCSessionDescription
from aiortc.rtcdtlstransport import RTCCertificate
from aiortc.rtp import is_rtcp

from linli.adapters import pictures_live
from linli.contracts.visits import Offer, Panel
from tests.adapters.test_talks_live import LOUD, SECOND, loopback, talking
from tests.drivers.sounds import pitch

__all__ = ["loopback"]
WEAK = b"ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA"
STRONG = b"ECDHE-ECDSA-AES256-GCM-SHA384"
_DTLS_1_2, _RTP, _EXTENDED, _PADDED, _CSRCS = 0xFEFD, 0x80, 0x10, 0x20, 0x0F


@pytest.fixture
def only(monkeypatch):
    """Let browsers in this process know these ciphers alone."""

    def only(ciphers):
        made = RTCCertificate._create_ssl_context

        def narrowed(certificate, srtp_profiles):
            context = made(certificate, srtp_profiles)
            context.set_cipher_list(ciphers)
            return context

        monkeypatch.setattr(RTCCertificate, "_create_ssl_context", narrowed)

    return only


async def join():
    """Return how the line of a browser to a picture ends up, and its cipher."""
    peer = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    peer.addTransceiver("video", direction="recvonly")
    settled = asyncio.Event()
    over = {"connected", "failed", "closed"}
    peer.on(
        "connectionstatechange",
        lambda: settled.set() if peer.connectionState in over else None,
    )
    await peer.setLocalDescription(await peer.createOffer())
    offer = Offer(community="hml", call=1, source="pattern", sdp=peer.localDescription.sdp)
    answer = await asyncio.to_thread(
        pictures_live.answer, offer, outside=False, goes_on=lambda offer: True
    )
    await peer.setRemoteDescription(RTCSessionDescription(sdp=answer, type="answer"))
    await asyncio.wait_for(settled.wait(), 20)
    found = peer.connectionState
    cipher = peer.getTransceivers()[0].receiver.transport._ssl.get_cipher_name()
    await peer.close()
    return found, cipher


async def test_a_browser_that_knows_weak_ciphers_alone_sees_nothing(only):
    only(WEAK)

    found, _ = await join()

    assert found != "connected"
    assert await asyncio.to_thread(pictures_live._children[-1].wait, 20) == 0


async def test_the_strongest_is_taken_where_the_browser_has_it(only):
    only(STRONG)

    assert await join() == ("connected", STRONG.decode())


def foreign(ssrc):
    """Return what somebody sends who knows the port of a line and no key of it."""
    rtp = struct.pack("!BBHLL", _RTP, 111, 7, 960, ssrc)
    return [
        b"", b"\x80", b"\x80\xc8", b"\x80" * 1501, b"\x80" * 9000, b"\xbf" * 1500,
        rtp, rtp + os.urandom(60), rtp + bytes(160),
        struct.pack("!BBHL", _RTP, 203, 1, ssrc),  # RTCP: this source leaves
        struct.pack("!BBHL", _RTP, 200, 65_535, ssrc) + os.urandom(40),
        b"\x16\xfe\xfd" + os.urandom(40), b"\x15\xfe\xfd" + bytes(8) + b"\x00\x02\x02\x28",
        b"\x00\x01\x00\x00!\x12\xa4B" + bytes(12), b"\x00\x01\xff\xff!\x12\xa4B" + os.urandom(400),
        os.urandom(1200), b"\xff", b"\x3f\x3f",
    ]  # fmt: skip


async def hears(telephone, hz):
    """Tell whether the door says back a tone, and nothing beside it, within seconds."""
    async with asyncio.timeout(20):
        while True:
            telephone.heard.clear()
            await telephone.listen(SECOND // 2)
            found, loud = pitch(bytes(telephone.heard))
            if abs(found - hz) < 20 and loud > LOUD:
                return


async def test_what_strangers_send_to_the_port_of_a_line_neither_ends_it_nor_is_heard():
    async with talking(panel=Panel(way="echo")) as telephone:
        await telephone.call(hz=440)
        await hears(telephone, 440)
        [sender] = telephone.peer.getSenders()
        port = int(telephone.answer.sdp.partition(" udp ")[2].split()[2])
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for datagram in foreign(sender._ssrc):
                stranger.sendto(datagram, ("127.0.0.1", port))

        await hears(telephone, 440)

        assert telephone.peer.connectionState == "connected"


def spoiled(packet, how):
    """Return a packet of sound as no telephone sends it: its number and time are right."""
    first, rest = bytes([packet[0] & ~_EXTENDED]), packet[1:12]
    words = int.from_bytes(packet[14:16]) + 1 if packet[0] & _EXTENDED else 0
    sound = packet[12 + 4 * words :]
    extended, padded = bytes([first[0] | _EXTENDED]), bytes([first[0] | _PADDED])
    return {
        "an extension without end": extended + rest + b"\xbe\xde\x00\x01" + b"\xff" * 4,
        "an extension of nothing known": extended + rest + b"\x10\x00\x00\x01\x01\xff\0\0" + sound,
        "more padding than packet": padded + rest + sound[:-1] + b"\xff",
        "padding of none": padded + rest + sound[:-1] + b"\x00",
        "fifteen sources and no sound": bytes([first[0] | _CSRCS]) + rest + bytes(61),
        "no sound": first + rest + os.urandom(70),
        "a code of three frames that are none": first + rest + b"\xff" * 11,
        "nothing": first + rest,
        "a report that is cut off": struct.pack("!BBHL", _RTP | 31, 200, 1, 7),
        "a leave of many": struct.pack("!BBHL", _RTP | 31, 203, 1, 7),
        "words without end": struct.pack("!BBHLBB", _RTP | 3, 202, 2, 7, 1, 255) + b"ab",
    }[how]


ODD = ["an extension without end", "an extension of nothing known", "more padding than packet",
       "padding of none", "fifteen sources and no sound", "no sound",
       "a code of three frames that are none", "nothing", "a report that is cut off",
       "a leave of many", "words without end"]  # fmt: skip


async def test_malformed_packets_of_who_talks_himself_leave_his_line_as_it_is():
    sent = []
    async with talking(panel=Panel(way="echo")) as telephone:
        await telephone.call(hz=440)
        await hears(telephone, 440)
        [sender] = telephone.peer.getSenders()
        rightly = sender.transport._send_rtp

        async def spoil(packet):
            if is_rtcp(packet) or len(sent) == len(ODD):
                await rightly(packet)
                return
            sent.append(ODD[len(sent)])
            await rightly(spoiled(packet, sent[-1]))

        sender.transport._send_rtp = spoil
        await hears(telephone, 440)
        async with asyncio.timeout(20):
            while len(sent) < len(ODD):
                await telephone.listen(len(telephone.heard) // 2 + SECOND // 10)

        await hears(telephone, 440)

        assert sent == ODD
        assert telephone.peer.connectionState == "connected"
