"""Properties of MQTT 5.0 (2.2.2)."""

from collections.abc import Callable

from linli.drivers.mqtt.packets import MAX_PACKET_BYTES, BadPacket, Reason
from linli.drivers.mqtt.reader import Reader

SESSION_EXPIRY = 0x11
ASSIGNED_CLIENT_ID = 0x12
SERVER_KEEP_ALIVE = 0x13
RECEIVE_MAXIMUM = 0x21
TOPIC_ALIAS = 0x23
MAXIMUM_QOS = 0x24
RETAIN_AVAILABLE = 0x25
USER_PROPERTY = 0x26
MAXIMUM_PACKET_SIZE = 0x27
SUBSCRIPTION_IDENTIFIER = 0x0B
IDENTIFIERS_AVAILABLE = 0x29
SHARED_AVAILABLE = 0x2A

_Number = Callable[[Reader], int]


def _skip_text(read: Reader) -> int:
    read.text()
    return 0


def _skip_binary(read: Reader) -> int:
    read.binary()
    return 0


def _skip_pair(read: Reader) -> int:
    read.text()
    read.text()
    return 0


# Table 2-4: identifier to data type. Texts are passed over; none of them concerns us.
_TYPES: dict[int, _Number] = {
    **dict.fromkeys((0x01, 0x17, 0x19, 0x24, 0x25, 0x28, 0x29, 0x2A), Reader.byte),
    **dict.fromkeys((0x13, 0x21, 0x22, 0x23), Reader.short),
    **dict.fromkeys((0x02, 0x11, 0x18, 0x27), Reader.long),
    **dict.fromkeys((0x03, 0x08, 0x12, 0x15, 0x1A, 0x1C, 0x1F), _skip_text),
    **dict.fromkeys((0x09, 0x16), _skip_binary),
    0x0B: Reader.varint,
    0x26: _skip_pair,
}


def properties(read: Reader) -> dict[int, int]:
    """Read a block of properties; texts count as 0.

    :raises BadPacket: if one is unknown, twice, or cut short
    """
    block = read.part(read.varint())
    found: dict[int, int] = {}
    while block.left:
        which = block.varint()
        kind = _TYPES.get(which)
        if kind is None:
            raise BadPacket(Reason.MALFORMED, "unknown property")
        if which in found and which != USER_PROPERTY:
            raise BadPacket(Reason.PROTOCOL_ERROR, "a property twice")
        found[which] = kind(block)
    return found


def offered(*, receive_maximum: int, assigned: str = "", keep_alive_s: int | None = None) -> bytes:
    """Return the properties of a CONNACK that say what we offer, and what not (3.2.2.3).

    No retained messages, no QoS 2, no subscription identifiers, no shared subscriptions.
    """
    out = bytes(
        (MAXIMUM_QOS, 1, RETAIN_AVAILABLE, 0, IDENTIFIERS_AVAILABLE, 0, SHARED_AVAILABLE, 0)
    )
    out += bytes((RECEIVE_MAXIMUM,)) + receive_maximum.to_bytes(2, "big")
    out += bytes((MAXIMUM_PACKET_SIZE,)) + MAX_PACKET_BYTES.to_bytes(4, "big")
    if assigned:
        name = assigned.encode()
        out += bytes((ASSIGNED_CLIENT_ID,)) + len(name).to_bytes(2, "big") + name
    if keep_alive_s is not None:
        out += bytes((SERVER_KEEP_ALIVE,)) + keep_alive_s.to_bytes(2, "big")
    return out
