"""MQTT packets from and to bytes. Pure, incremental, and proof against hostile bytes.

Clauses are those of MQTT 5.0; 3.1.1 has the same shapes without properties.
"""

from linli.drivers.mqtt.packets import (
    V5,
    V311,
    BadPacket,
    Connect,
    Kind,
    Publish,
    Reason,
    Subscribe,
    Unsubscribe,
    Will,
    Wish,
    connack_code,
)
from linli.drivers.mqtt.properties import (
    MAXIMUM_PACKET_SIZE,
    RECEIVE_MAXIMUM,
    SESSION_EXPIRY,
    SUBSCRIPTION_IDENTIFIER,
    TOPIC_ALIAS,
    properties,
)
from linli.drivers.mqtt.reader import Reader, text, varint

_NEVER = 0xFFFFFFFF
_HEADER_BYTES = 5
_PUBLISH, _PUBLISH_QOS1 = b"\x30", b"\x32"


def frame(data: bytes | bytearray, start: int, largest: int) -> tuple[int, int] | None:
    """Return where the body of the packet at `start` begins and ends; None while its head is short.

    The end may lie beyond what has come. Remaining Length: 2.1.4.

    :raises BadPacket: if the length has more than four bytes, or is more than `largest`
    """
    size, shift, at = 0, 0, start + 1
    while at < len(data):
        digit = data[at]
        at += 1
        size |= (digit & 0x7F) << shift
        if size > largest:
            raise BadPacket(Reason.TOO_LARGE, "packet larger than allowed")
        if not digit & 0x80:
            return at, at + size
        shift += 7
        if at - start >= _HEADER_BYTES:
            raise BadPacket(Reason.MALFORMED, "remaining length of more than four bytes")
    return None


def connect(body: bytes) -> Connect:
    """Read a CONNECT (3.1).

    :raises BadPacket: if it breaks the rules, or speaks another version
    """
    read = Reader(body)
    name, version, flags = read.binary(), read.byte(), 0
    if name != b"MQTT" or version not in (V311, V5):
        raise BadPacket(Reason.UNSUPPORTED_VERSION, "protocol name or version")
    flags, keep_alive_s = read.byte(), read.short()
    if flags & 0x01:
        raise BadPacket(Reason.MALFORMED, "reserved flag of CONNECT")
    found = properties(read) if version == V5 else {}
    client_id = read.text()
    will = _will(read, flags, version)
    username = read.text() if flags & 0x80 else None
    password = read.binary() if flags & 0x40 else None
    if password is not None and username is None and version == V311:
        raise BadPacket(Reason.MALFORMED, "password without user name")
    read.end()
    clean = bool(flags & 0x02)
    return Connect(
        version=version,
        client_id=client_id,
        clean=clean,
        keep_alive_s=keep_alive_s,
        username=username,
        password=password,
        will=will,
        expiry_s=found.get(SESSION_EXPIRY, 0) if version == V5 else (0 if clean else _NEVER),
        receive_maximum=_above_zero(found.get(RECEIVE_MAXIMUM, 65535)),
        max_packet_bytes=_above_zero(found.get(MAXIMUM_PACKET_SIZE, 268_435_460)),
    )


def _above_zero(value: int) -> int:
    if value == 0:
        raise BadPacket(Reason.PROTOCOL_ERROR, "a maximum of zero")
    return value


def _will(read: Reader, flags: int, version: int) -> Will | None:
    qos = flags >> 3 & 3
    if not flags & 0x04:
        if flags & 0x38:
            raise BadPacket(Reason.MALFORMED, "will flags without a will")
        return None
    if qos == 3:  # noqa: PLR2004 - 3.1.2.6
        raise BadPacket(Reason.MALFORMED, "will QoS 3")
    if qos == 2:  # noqa: PLR2004 - we offer 0 and 1
        raise BadPacket(Reason.NO_QOS2, "will QoS 2")
    if flags & 0x20 and version == V5:
        raise BadPacket(Reason.NO_RETAIN, "retained will")
    if version == V5:
        properties(read)
    return Will(topic=read.text(), payload=read.binary(), qos=qos)


def publish(first: int, body: bytes, version: int) -> Publish:
    """Read a PUBLISH (3.3).

    :raises BadPacket: if it breaks the rules, or asks for what is not offered
    """
    qos = first >> 1 & 3
    if qos == 3 or (qos == 0 and first & 0x08):  # noqa: PLR2004 - 3.3.1.1, 3.3.1.2
        raise BadPacket(Reason.MALFORMED, "flags of PUBLISH")
    if qos == 2:  # noqa: PLR2004 - we offer 0 and 1
        raise BadPacket(Reason.NO_QOS2, "QoS 2 is not offered")
    if first & 0x01 and version == V5:
        raise BadPacket(Reason.NO_RETAIN, "retained messages are not offered")
    read = Reader(body)
    topic = read.binary()
    text(topic)
    number = _packet_id(read) if qos else 0
    found = properties(read) if version == V5 else {}
    if TOPIC_ALIAS in found:
        raise BadPacket(Reason.BAD_ALIAS, "topic aliases are not offered")
    if SUBSCRIPTION_IDENTIFIER in found:
        raise BadPacket(Reason.PROTOCOL_ERROR, "subscription identifier from a client")
    if not topic or b"+" in topic or b"#" in topic:
        raise BadPacket(Reason.BAD_TOPIC, "topic name")
    return Publish(topic=topic, payload=read.rest(), qos=qos, id=number, retain=bool(first & 0x01))


def _packet_id(read: Reader) -> int:
    number = read.short()
    if number == 0:
        raise BadPacket(Reason.PROTOCOL_ERROR, "packet identifier 0")
    return number


def puback(body: bytes, version: int) -> tuple[int, int]:
    """Read a PUBACK (3.4): packet identifier and reason.

    :raises BadPacket: if it breaks the rules
    """
    read = Reader(body)
    number = _packet_id(read)
    code = read.byte() if version == V5 and read.left else 0
    if read.left:
        if version != V5:
            raise BadPacket(Reason.MALFORMED, "length of PUBACK")
        properties(read)
    read.end()
    return number, code


def subscribe(first: int, body: bytes, version: int) -> Subscribe:
    """Read a SUBSCRIBE (3.8).

    :raises BadPacket: if it breaks the rules
    """
    if first & 0x0F != 0x02:  # noqa: PLR2004 - 3.8.1
        raise BadPacket(Reason.MALFORMED, "flags of SUBSCRIBE")
    read = Reader(body)
    number = _packet_id(read)
    found = properties(read) if version == V5 else {}
    if SUBSCRIPTION_IDENTIFIER in found:
        raise BadPacket(Reason.NO_IDENTIFIERS, "subscription identifiers are not offered")
    wishes = []
    while read.left:
        wanted, options = read.text(), read.byte()
        if options & 3 == 3 or options & (0xC0 if version == V5 else 0xFC):  # noqa: PLR2004
            raise BadPacket(Reason.MALFORMED, "subscription options")
        wishes.append(Wish(filter=wanted, qos=options & 3))
    if not wishes:
        raise BadPacket(Reason.PROTOCOL_ERROR, "no filter")
    return Subscribe(id=number, wishes=tuple(wishes))


def unsubscribe(first: int, body: bytes, version: int) -> Unsubscribe:
    """Read an UNSUBSCRIBE (3.10).

    :raises BadPacket: if it breaks the rules
    """
    if first & 0x0F != 0x02:  # noqa: PLR2004 - 3.10.1
        raise BadPacket(Reason.MALFORMED, "flags of UNSUBSCRIBE")
    read = Reader(body)
    number = _packet_id(read)
    if version == V5:
        properties(read)
    filters = []
    while read.left:
        filters.append(read.text())
    if not filters:
        raise BadPacket(Reason.PROTOCOL_ERROR, "no filter")
    return Unsubscribe(id=number, filters=tuple(filters))


def disconnect(body: bytes, version: int) -> tuple[int, int | None]:
    """Read a DISCONNECT (3.14) and return its reason (4 asks for the will), and how long the
    session is to outlive the line, where it says that anew.

    :raises BadPacket: if it breaks the rules
    """
    if not body:
        return 0, None
    if version != V5:
        raise BadPacket(Reason.MALFORMED, "length of DISCONNECT")
    read = Reader(body)
    reason = read.byte()
    found = properties(read) if read.left else {}
    read.end()
    return reason, found.get(SESSION_EXPIRY)


def packet(first: int, body: bytes) -> bytes:
    """Return a packet with its fixed header."""
    return bytes((first,)) + varint(len(body)) + body


def write_connack(
    *, version: int, reason: Reason, present: bool = False, offered: bytes = b""
) -> bytes:
    """Return a CONNACK (3.2); `offered` are the properties that say what is not offered."""
    body = bytes((present and reason is Reason.SUCCESS, connack_code(reason, version)))
    if version == V5:
        body += varint(len(offered)) + offered
    return packet(Kind.CONNACK << 4, body)


def write_publish(*, topic: bytes, payload: bytes, qos: int, id: int, version: int) -> bytes:
    """Return a PUBLISH to a client."""
    name = len(topic).to_bytes(2, "big") + topic
    if qos:
        name += id.to_bytes(2, "big")
    if version == V5:
        name += b"\x00"
    size = len(name) + len(payload)
    return b"".join((_PUBLISH_QOS1 if qos else _PUBLISH, varint(size), name, payload))


def write_puback(*, id: bytes, reason: int, version: int) -> bytes:
    """Return a PUBACK; only 5.0 has words for a refusal."""
    if reason and version == V5:
        return b"\x40\x03" + id + bytes((reason,))
    return b"\x40\x02" + id


def write_suback(*, id: int, codes: list[int], version: int) -> bytes:
    """Return a SUBACK; 3.1.1 has one word for every refusal: 0x80."""
    said = codes if version == V5 else [0x80 if code >= 0x80 else code for code in codes]  # noqa: PLR2004
    return packet(
        Kind.SUBACK << 4, id.to_bytes(2, "big") + (b"\x00" if version == V5 else b"") + bytes(said)
    )


def write_unsuback(*, id: int, codes: list[int], version: int) -> bytes:
    """Return an UNSUBACK."""
    more = b"\x00" + bytes(codes) if version == V5 else b""
    return packet(Kind.UNSUBACK << 4, id.to_bytes(2, "big") + more)


def write_disconnect(*, reason: Reason, version: int) -> bytes:
    """Return a DISCONNECT from the server; 3.1.1 knows none, so it is empty."""
    return packet(Kind.DISCONNECT << 4, bytes((reason,))) if version == V5 else b""


PINGRESP = bytes((Kind.PINGRESP << 4, 0))
