"""KNXnet/IP frames. Modelled on KNX 3/8/2 (core), 3/8/4 (tunnelling) and 3/8/5 (routing), as
xknx 4.0.0 does it.
"""

from typing import NamedTuple

import msgspec

from linli.drivers.frames import MORE, SKIP, BadFrame
from linli.drivers.knx import cemi
from linli.drivers.knx.cemi import Cemi

_HEADER = 6
_START = b"\x06\x10"
_LONGEST = 600
"""No service that we know is longer; a length beyond it is a false start in a stream."""

DESCRIPTION_REQUEST, DESCRIPTION_RESPONSE = 0x0203, 0x0204
CONNECT_REQUEST, CONNECT_RESPONSE = 0x0205, 0x0206
STATE_REQUEST, STATE_RESPONSE = 0x0207, 0x0208
DISCONNECT_REQUEST, DISCONNECT_RESPONSE = 0x0209, 0x020A
TUNNELLING_REQUEST, TUNNELLING_ACK = 0x0420, 0x0421
ROUTING_INDICATION, ROUTING_LOST, ROUTING_BUSY = 0x0530, 0x0531, 0x0532
SERVICES = {
    0x0201: "SearchRequest",
    0x0202: "SearchResponse",
    0x0203: "DescriptionRequest",
    0x0204: "DescriptionResponse",
    0x0205: "ConnectRequest",
    0x0206: "ConnectResponse",
    0x0207: "ConnectionStateRequest",
    0x0208: "ConnectionStateResponse",
    0x0209: "DisconnectRequest",
    0x020A: "DisconnectResponse",
    0x020B: "SearchRequestExtended",
    0x020C: "SearchResponseExtended",
    0x0310: "DeviceConfigurationRequest",
    0x0311: "DeviceConfigurationAck",
    0x0420: "TunnellingRequest",
    0x0421: "TunnellingAck",
    0x0422: "TunnellingFeatureGet",
    0x0423: "TunnellingFeatureResponse",
    0x0424: "TunnellingFeatureSet",
    0x0425: "TunnellingFeatureInfo",
    0x0530: "RoutingIndication",
    0x0531: "RoutingLostMessage",
    0x0532: "RoutingBusy",
    0x0533: "RoutingSystemBroadcast",
    0x0950: "SecureWrapper",
    0x0951: "SessionRequest",
    0x0952: "SessionResponse",
    0x0953: "SessionAuthenticate",
    0x0954: "SessionStatus",
    0x0955: "TimerNotify",
}
_TUNNEL = 4


class Endpoint(NamedTuple):
    """Where a peer wants its answers; 0.0.0.0:0 is where it speaks from."""

    host: str = "0.0.0.0"  # noqa: S104 - the standard's word for "as you hear me"
    port: int = 0
    tcp: bool = False


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A whole frame. `seq` and `status` are of tunnels; `body` is what is not taken apart.

    `endpoint` is the control endpoint, `data_endpoint` the other; `address` the individual
    address that a gateway lends, or is asked for.
    """

    service: int
    channel: int | None = None
    seq: int | None = None
    status: int | None = None
    cemi: Cemi | None = None
    endpoint: Endpoint | None = None
    data_endpoint: Endpoint | None = None
    address: int | None = None
    body: bytes = b""


def measure(kept: bytearray, at: int) -> int:
    """Measure for `drivers/frames.py`, as for a tunnel by TCP."""
    head = bytes(kept[at : at + 2])
    if not _START.startswith(head):
        return SKIP
    if len(kept) - at < _HEADER:
        return MORE
    length = int.from_bytes(kept[at + 4 : at + 6])
    return length if _HEADER <= length <= _LONGEST else SKIP


def decode(frame: bytes) -> Frame:
    """Return a frame.

    :raises BadFrame: if a length, a code or a reserved bit is not as it must be
    """
    if len(frame) < _HEADER:
        raise BadFrame(f"{len(frame)} bytes are no frame")
    if frame[:2] != _START:
        raise BadFrame(f"starts with {frame[:2].hex(' ').upper()}, not 06 10")
    service, length = int.from_bytes(frame[2:4]), int.from_bytes(frame[4:6])
    if service not in SERVICES:
        raise BadFrame(f"no service {service:04X}")
    if length != len(frame):
        raise BadFrame(f"length {len(frame)} != {length}")
    read = _READERS.get(service)
    body = frame[_HEADER:]
    return Frame(service=service, body=body) if read is None else read(service, body)


def _sized(service: int, body: bytes, size: int) -> None:
    if len(body) != size:
        raise BadFrame(f"{SERVICES[service]} with {len(body)} bytes, not {size}")


def _endpoint(service: int, data: bytes) -> Endpoint:
    if len(data) != 8 or data[0] != 8 or data[1] not in (1, 2):  # noqa: PLR2004
        raise BadFrame(f"{SERVICES[service]} without a right endpoint")
    host = ".".join(str(part) for part in data[2:6])
    return Endpoint(host, int.from_bytes(data[6:]), tcp=data[1] == 2)  # noqa: PLR2004


def _described(service: int, body: bytes) -> Frame:
    return Frame(service=service, endpoint=_endpoint(service, body))


def _connect(service: int, body: bytes) -> Frame:
    """Return a request for a tunnel (3/8/2 7.8.1, 3/8/4 4.4.3)."""
    wish = body[16:]
    if len(wish) < 2 or wish[0] != len(wish) or len(wish) not in (2, 4, 6):  # noqa: PLR2004
        raise BadFrame("a connect request without a right wish")
    if (wish[1] == _TUNNEL) == (len(wish) == 2):  # noqa: PLR2004
        raise BadFrame(f"a wish for a connection {wish[1]:02X} of {len(wish)} bytes")
    return Frame(
        service=service,
        endpoint=_endpoint(service, body[:8]),
        data_endpoint=_endpoint(service, body[8:16]),
        address=int.from_bytes(wish[4:6]) if len(wish) == 6 else None,  # noqa: PLR2004
        body=wish[1:4],
    )


def _connected(service: int, body: bytes) -> Frame:
    if len(body) >= 2 and body[1] != 0:  # noqa: PLR2004
        if len(body) not in (2, 10, 14):
            raise BadFrame(f"{SERVICES[service]} with {len(body)} bytes")
        return Frame(service=service, channel=body[0], status=body[1])
    lent = body[10:]
    if len(lent) < 2 or lent[0] != len(lent) or len(lent) != (4 if lent[1] == _TUNNEL else 2):  # noqa: PLR2004
        raise BadFrame("a connect response that lends nothing right")
    return Frame(
        service=service,
        channel=body[0],
        status=0,
        data_endpoint=_endpoint(service, body[2:10]),
        address=int.from_bytes(lent[2:4]) if len(lent) == 4 else None,  # noqa: PLR2004
        body=lent[1:2],
    )


def _asked(service: int, body: bytes) -> Frame:
    _sized(service, body, 10)
    if body[1]:
        raise BadFrame(f"{SERVICES[service]} has reserved bits")
    return Frame(service=service, channel=body[0], endpoint=_endpoint(service, body[2:]))


def _answered(service: int, body: bytes) -> Frame:
    _sized(service, body, 2)
    return Frame(service=service, channel=body[0], status=body[1])


def _tunnelled(service: int, body: bytes) -> Frame:
    """Return a frame of a tunnel: its connection header (3/8/4 4.4.6), then cEMI or nothing."""
    if len(body) < 4 or body[0] != 4:  # noqa: PLR2004
        raise BadFrame(f"{SERVICES[service]} without its connection header")
    if service in (TUNNELLING_ACK, 0x0311):
        _sized(service, body, 4)
        return Frame(service=service, channel=body[1], seq=body[2], status=body[3])
    if body[3]:
        raise BadFrame(f"{SERVICES[service]} has reserved bits")
    return Frame(service=service, channel=body[1], seq=body[2], cemi=cemi.read(body[4:]))


def _routed(service: int, body: bytes) -> Frame:
    return Frame(service=service, cemi=cemi.read(body))


def _noted(service: int, body: bytes) -> Frame:
    size = 4 if service == ROUTING_LOST else 6
    _sized(service, body, size)
    if body[0] != size:
        raise BadFrame(f"{SERVICES[service]} says {body[0]} bytes, not {size}")
    return Frame(service=service, status=body[1], body=body[2:])


_READERS = {
    DESCRIPTION_REQUEST: _described,
    0x0201: _described,
    CONNECT_REQUEST: _connect,
    CONNECT_RESPONSE: _connected,
    STATE_REQUEST: _asked,
    STATE_RESPONSE: _answered,
    DISCONNECT_REQUEST: _asked,
    DISCONNECT_RESPONSE: _answered,
    TUNNELLING_REQUEST: _tunnelled,
    TUNNELLING_ACK: _tunnelled,
    0x0310: _tunnelled,
    0x0311: _tunnelled,
    ROUTING_INDICATION: _routed,
    0x0533: _routed,
    ROUTING_LOST: _noted,
    ROUTING_BUSY: _noted,
}


def encode(frame: Frame) -> bytes:
    """Return a frame as bytes."""
    body = _body(frame)
    return _START + frame.service.to_bytes(2) + (len(body) + _HEADER).to_bytes(2) + body


def _body(frame: Frame) -> bytes:
    match frame.service:
        case 0x0420 | 0x0310:
            head = bytes((4, frame.channel or 0, frame.seq or 0, 0))
        case 0x0421 | 0x0311:
            head = bytes((4, frame.channel or 0, frame.seq or 0, frame.status or 0))
        case 0x0531 | 0x0532:
            return bytes((len(frame.body) + 2, frame.status or 0)) + frame.body
        case 0x0205:
            head = b""
        case _ if frame.channel is not None:
            head = bytes((frame.channel, frame.status or 0))
        case _:
            head = b""
    ends = [each for each in (frame.endpoint, frame.data_endpoint) if each is not None]
    out = head + b"".join(_endpoint_bytes(each) for each in ends)
    if frame.service in (CONNECT_REQUEST, CONNECT_RESPONSE):
        return out + _wish(frame)
    return out + (frame.body if frame.cemi is None else cemi.write(frame.cemi))


def _wish(frame: Frame) -> bytes:
    if frame.service == CONNECT_RESPONSE and frame.status:
        return b""
    address = b"" if frame.address is None else frame.address.to_bytes(2)
    told = frame.body + address
    return bytes((len(told) + 1,)) + told


def _endpoint_bytes(where: Endpoint) -> bytes:
    host = bytes(int(part) for part in where.host.split("."))
    return bytes((8, 2 if where.tcp else 1)) + host + where.port.to_bytes(2)
