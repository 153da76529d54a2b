"""What WebRTC takes in our children: strong keys alone, and no datagram that would end a line.

Whoever can reach the port of a line can send it datagrams: aioice asks only of STUN whom they come
from, and aiortc's pump ends with the first that is empty, or longer than libsrtp takes. Both are
left out here, unread, before anything looks into them. What is forged fails at libsrtp.
"""

import aioice.ice
from aiortc import rtcdtlstransport
from aiortc.rtcdtlstransport import RTCCertificate

CIPHERS = (
    b"ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305"
)
"""Fresh keys, and ciphers that prove what they carry; the second is the one that every browser has
(RFC 8827, section 6.5). SRTP prefers AES-GCM; AES-CM with HMAC-SHA1-80, which that section asks
of all, comes last.
"""
LONGEST_BYTES = 1500
"""More than libsrtp's binding takes, and more than a line of Ethernet carries."""
_DTLS_1_2 = 0xFEFD
_made = RTCCertificate._create_ssl_context  # noqa: SLF001 - aiortc has no setting for it


def _narrowed(
    certificate: RTCCertificate, srtp_profiles: list[rtcdtlstransport.SRTPProtectionProfile]
) -> object:
    made = _made(certificate, srtp_profiles)
    made.set_min_proto_version(_DTLS_1_2)
    made.set_cipher_list(CIPHERS)
    return made


async def _fitting(connection: aioice.ice.Connection) -> bytes:
    """Return the next datagram that can be one of ours.

    :raises ConnectionError: if the line is gone
    """
    data, _ = await connection.recvfrom()
    while not 0 < len(data) <= LONGEST_BYTES:
        data, _ = await connection.recvfrom()
    return data


def be_careful() -> None:
    """Let the lines of this process take no more than that; before the first is made."""
    RTCCertificate._create_ssl_context = _narrowed  # type: ignore[method-assign,assignment]  # noqa: SLF001
    aioice.ice.Connection.recv = _fitting  # type: ignore[method-assign,assignment]
