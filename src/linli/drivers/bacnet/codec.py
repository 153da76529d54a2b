"""The headers of a BACnet/IP frame: BVLC, NPDU and APDU. Modelled on ASHRAE 135 annex J and
clauses 6.2 and 20.1, as bacpypes3 0.0.110 does it. What stands in the APDU, `services` reads.
"""

import msgspec

from linli.drivers.bacnet.names import CONFIRMED_SERVICES, UNCONFIRMED_SERVICES
from linli.drivers.frames import MORE, SKIP, BadFrame

BVLC = 0x81
UNICAST, BROADCAST, FORWARDED, DISTRIBUTE = 0x0A, 0x0B, 0x04, 0x09
FUNCTIONS = {
    0x00: "BVLC-Result",
    0x01: "Write-Broadcast-Distribution-Table",
    0x02: "Read-Broadcast-Distribution-Table",
    0x03: "Read-Broadcast-Distribution-Table-Ack",
    0x04: "Forwarded-NPDU",
    0x05: "Register-Foreign-Device",
    0x06: "Read-Foreign-Device-Table",
    0x07: "Read-Foreign-Device-Table-Ack",
    0x08: "Delete-Foreign-Device-Table-Entry",
    0x09: "Distribute-Broadcast-To-Network",
    0x0A: "Original-Unicast-NPDU",
    0x0B: "Original-Broadcast-NPDU",
}
_SIZES = {0x00: 2, 0x02: 0, 0x05: 2, 0x06: 0, 0x08: 6}
_STEPS = {0x01: 10, 0x03: 10, 0x07: 10}
_HEADER = 4
_NPDU_VERSION = 1

CONFIRMED, UNCONFIRMED, SIMPLE_ACK, COMPLEX_ACK, SEGMENT_ACK, ERROR, REJECT, ABORT = range(8)
PDUS = (
    "confirmed-request",
    "unconfirmed-request",
    "simple-ack",
    "complex-ack",
    "segment-ack",
    "error",
    "reject",
    "abort",
)
_FLAGS = (0b1110, 0, 0, 0b1100, 0b0011, 0, 0, 0b0001)
"""The bits beside the type of a PDU that may be set."""
_TELLING = frozenset((3, 4, 6, 7, 10, 12, 14, 18, 26, 29))
"""The services whose acknowledgement has something to tell: it is a complex one."""


class Npdu(msgspec.Struct, frozen=True, kw_only=True):
    """A network header. `message` is the type of a network message, None before an APDU."""

    payload: bytes = b""
    dnet: int | None = None
    dadr: bytes = b""
    snet: int | None = None
    sadr: bytes = b""
    hops: int | None = None
    expects_reply: bool = False
    priority: int = 0
    message: int | None = None


class Apdu(msgspec.Struct, frozen=True, kw_only=True):
    """An application header and its body. `reason` is that of a reject or an abort.

    `sequence` and `window` are of a segment, None where the message is whole.
    """

    kind: int
    service: int = -1
    invoke: int | None = None
    body: bytes = b""
    reason: int | None = None
    sequence: int | None = None
    window: int | None = None
    more: bool = False
    answers_segmented: bool = False
    max_answer: int = 5
    by_server: bool = False

    @property
    def name(self) -> str:
        """The service in words; empty where the PDU names none."""
        table = UNCONFIRMED_SERVICES if self.kind == UNCONFIRMED else CONFIRMED_SERVICES
        return table.get(self.service, "")


class Frame(msgspec.Struct, frozen=True, kw_only=True):
    """A whole frame. `body` is what a BVLC function other than those with an NPDU has.

    `origin` is the sender whose broadcast was forwarded, six bytes.
    """

    function: int
    body: bytes = b""
    origin: bytes = b""
    npdu: Npdu | None = None
    apdu: Apdu | None = None


def measure(kept: bytearray, at: int) -> int:
    """Measure for `drivers/frames.py`: BACnet is not streamed, but captures are glued."""
    if kept[at] != BVLC:
        return SKIP
    if len(kept) - at < _HEADER:
        return MORE
    length = int.from_bytes(kept[at + 2 : at + 4])
    return length if length >= _HEADER else SKIP


def decode(frame: bytes) -> Frame:
    """Return a frame.

    :raises BadFrame: if a length, a type or a reserved bit is not as it must be
    """
    if len(frame) < _HEADER:
        raise BadFrame(f"{len(frame)} bytes are no frame")
    if frame[0] != BVLC:
        raise BadFrame(f"starts with {frame[0]:02X}, not 81")
    function, length = frame[1], int.from_bytes(frame[2:4])
    if function not in FUNCTIONS:
        raise BadFrame(f"no BVLC function {function:02X}")
    if length != len(frame):
        raise BadFrame(f"length {len(frame)} != {length}")
    body, origin = frame[_HEADER:], b""
    if function not in (UNICAST, BROADCAST, FORWARDED, DISTRIBUTE):
        _measured(function, body)
        return Frame(function=function, body=body)
    if function == FORWARDED:
        body, origin = body[6:], _taken(body, 0, 6)
    npdu = _npdu(body)
    apdu = None if npdu.message is not None else _apdu(npdu.payload)
    return Frame(function=function, origin=origin, npdu=npdu, apdu=apdu)


def _measured(function: int, body: bytes) -> None:
    if len(body) != _SIZES.get(function, len(body)) or len(body) % _STEPS.get(function, 1):
        raise BadFrame(f"{FUNCTIONS[function]} with {len(body)} bytes")


def _taken(data: bytes, at: int, size: int) -> bytes:
    if len(data) < at + size:
        raise BadFrame(f"{size} bytes are wanted at {at}, {max(0, len(data) - at)} are left")
    return data[at : at + size]


def _npdu(data: bytes) -> Npdu:
    """Return a network header (6.2)."""
    version, control = _taken(data, 0, 2)
    if version != _NPDU_VERSION:
        raise BadFrame(f"NPDU version {version}, not 1")
    if control & 0x50:
        raise BadFrame(f"NPDU control {control:02X} has reserved bits")
    at, dnet, dadr, snet, sadr = 2, None, b"", None, b""
    if control & 0x20:
        dnet, dadr, at = _station(data, at)
    if control & 0x08:
        snet, sadr, at = _station(data, at)
        if not sadr or snet == 0xFFFF:  # noqa: PLR2004
            raise BadFrame("a source that is no station")
    hops = None
    if dnet is not None:
        hops, at = _taken(data, at, 1)[0], at + 1
    message = None
    if control & 0x80:
        message, at = _taken(data, at, 1)[0], at + 1
    return Npdu(
        payload=data[at:],
        dnet=dnet,
        dadr=dadr,
        snet=snet,
        sadr=sadr,
        hops=hops,
        expects_reply=bool(control & 4),
        priority=control & 3,
        message=message,
    )


def _station(data: bytes, at: int) -> tuple[int, bytes, int]:
    net = int.from_bytes(_taken(data, at, 2))
    size = _taken(data, at + 2, 1)[0]
    if net == 0:
        raise BadFrame("network 0 is none")
    return net, _taken(data, at + 3, size), at + 3 + size


def _apdu(data: bytes) -> Apdu:
    """Return an application header (20.1.2 to 20.1.9)."""
    first = _taken(data, 0, 1)[0]
    kind, flags = first >> 4, first & 0x0F
    if kind >= len(PDUS):
        raise BadFrame(f"no PDU type {kind}")
    if flags & ~_FLAGS[kind]:
        raise BadFrame(f"{PDUS[kind]} {first:02X} has reserved bits")
    if kind == CONFIRMED:
        return _request(data, flags)
    if kind == UNCONFIRMED:
        return _known(Apdu(kind=kind, service=_taken(data, 1, 1)[0], body=data[2:]))
    if kind == COMPLEX_ACK:
        return _complex(data, flags)
    if kind in (SIMPLE_ACK, ERROR):
        _, invoke, service = _taken(data, 0, 3)
        if kind == SIMPLE_ACK:
            _exactly(data, 3)
        return _known(Apdu(kind=kind, invoke=invoke, service=service, body=data[3:]))
    return _ending(kind, data, flags)


def _known(apdu: Apdu) -> Apdu:
    wrong = (SIMPLE_ACK, COMPLEX_ACK)[apdu.service not in _TELLING]
    if not apdu.name or apdu.kind == wrong:
        raise BadFrame(f"no service {apdu.service} of a {PDUS[apdu.kind]}")
    return apdu


def _exactly(data: bytes, size: int) -> None:
    if len(data) != size:
        raise BadFrame(f"{PDUS[data[0] >> 4]} of {len(data)} bytes, not {size}")


def _request(data: bytes, flags: int) -> Apdu:
    head = _taken(data, 0, 4)
    if head[1] & 0x80 or head[1] & 0x0F > 5:  # noqa: PLR2004
        raise BadFrame(f"no length of an answer: {head[1]:02X}")
    segment, at = _segment(data, 3, flags)
    return _known(
        Apdu(
            kind=CONFIRMED,
            invoke=head[2],
            service=_taken(data, at, 1)[0],
            body=data[at + 1 :],
            answers_segmented=bool(flags & 2),
            max_answer=head[1],
            sequence=segment[0] if segment else None,
            window=segment[1] if segment else None,
            more=bool(flags & 4),
        )
    )


def _complex(data: bytes, flags: int) -> Apdu:
    invoke = _taken(data, 0, 2)[1]
    segment, at = _segment(data, 2, flags)
    return _known(
        Apdu(
            kind=COMPLEX_ACK,
            invoke=invoke,
            service=_taken(data, at, 1)[0],
            body=data[at + 1 :],
            sequence=segment[0] if segment else None,
            window=segment[1] if segment else None,
            more=bool(flags & 4),
        )
    )


def _segment(data: bytes, at: int, flags: int) -> tuple[bytes, int]:
    """Return sequence number and window of a segment, and where the service stands."""
    if not flags & 8:
        if flags & 4:
            raise BadFrame("more follows, but it is no segment")
        return b"", at
    segment = _taken(data, at, 2)
    if not 1 <= segment[1] <= 127:  # noqa: PLR2004
        raise BadFrame(f"no window of {segment[1]}")
    return segment, at + 2


def _ending(kind: int, data: bytes, flags: int) -> Apdu:
    if kind == SEGMENT_ACK:
        _exactly(data, 4)
        return Apdu(kind=kind, invoke=data[1], sequence=data[2], window=data[3])
    _exactly(data, 3)
    return Apdu(kind=kind, invoke=data[1], reason=data[2], by_server=bool(flags & 1))


def encode(frame: Frame) -> bytes:
    """Return a frame as bytes. Segments are left to the library: a message is whole here.

    :raises ValueError: if the frame is longer than a length can say
    """
    body = frame.origin + frame.body
    if frame.npdu is not None:
        body += _npdu_bytes(frame.npdu, frame.apdu)
    return bytes((BVLC, frame.function)) + (len(body) + _HEADER).to_bytes(2) + body


def _npdu_bytes(npdu: Npdu, apdu: Apdu | None) -> bytes:
    control = npdu.priority | npdu.expects_reply << 2
    control |= (npdu.snet is not None) << 3 | (npdu.dnet is not None) << 5
    control |= (npdu.message is not None) << 7
    out = bytearray((_NPDU_VERSION, control))
    for net, adr in ((npdu.dnet, npdu.dadr), (npdu.snet, npdu.sadr)):
        if net is not None:
            out += net.to_bytes(2) + bytes((len(adr),)) + adr
    if npdu.dnet is not None:
        out.append(255 if npdu.hops is None else npdu.hops)
    if npdu.message is not None:
        out.append(npdu.message)
    return bytes(out) + (npdu.payload if apdu is None else _apdu_bytes(apdu))


def _apdu_bytes(apdu: Apdu) -> bytes:
    invoke = apdu.invoke or 0
    if apdu.kind == CONFIRMED:
        head = bytes((apdu.answers_segmented << 1, apdu.max_answer, invoke, apdu.service))
    elif apdu.kind == UNCONFIRMED:
        head = bytes((apdu.kind << 4, apdu.service))
    elif apdu.kind in (SIMPLE_ACK, COMPLEX_ACK, ERROR):
        head = bytes((apdu.kind << 4, invoke, apdu.service))
    elif apdu.kind == SEGMENT_ACK:
        head = bytes((apdu.kind << 4, invoke, apdu.sequence or 0, apdu.window or 1))
    else:
        head = bytes((apdu.kind << 4 | apdu.by_server, invoke, apdu.reason or 0))
    return head + apdu.body
