"""MQTT control packets as values, and the numbers of the two standards.

MQTT 3.1.1 (OASIS, 29 October 2014) and MQTT 5.0 (OASIS, 7 March 2019). A refusal carries the reason
code of 5.0; `connack_code` words it for 3.1.1.
"""

from enum import IntEnum

import msgspec

from linli.kernel.fault import Fault

MAX_PACKET_BYTES = 256 * 1024
V311, V5 = 4, 5


class Kind(IntEnum):
    """Packet types, in the upper four bits of the first byte (2.1.2)."""

    CONNECT = 1
    CONNACK = 2
    PUBLISH = 3
    PUBACK = 4
    PUBREC = 5
    PUBREL = 6
    PUBCOMP = 7
    SUBSCRIBE = 8
    SUBACK = 9
    UNSUBSCRIBE = 10
    UNSUBACK = 11
    PINGREQ = 12
    PINGRESP = 13
    DISCONNECT = 14
    AUTH = 15


class Reason(IntEnum):
    """Reason codes of MQTT 5.0 (2.4) that we send or must know."""

    SUCCESS = 0x00
    WITH_WILL = 0x04
    NO_SUBSCRIPTION = 0x11
    MALFORMED = 0x81
    PROTOCOL_ERROR = 0x82
    UNSUPPORTED_VERSION = 0x84
    BAD_CLIENT_ID = 0x85
    BAD_CREDENTIALS = 0x86
    NOT_AUTHORIZED = 0x87
    UNAVAILABLE = 0x88
    SERVER_BUSY = 0x89
    SHUTTING_DOWN = 0x8B
    KEEP_ALIVE = 0x8D
    TAKEN_OVER = 0x8E
    BAD_FILTER = 0x8F
    BAD_TOPIC = 0x90
    RECEIVE_MAXIMUM = 0x93
    BAD_ALIAS = 0x94
    TOO_LARGE = 0x95
    QUOTA = 0x97
    BAD_PAYLOAD = 0x99
    NO_RETAIN = 0x9A
    NO_QOS2 = 0x9B
    NO_SHARED = 0x9E
    NO_IDENTIFIERS = 0xA1


_ROOM_BYTES = 10
"""By how much a PUBLISH is longer than its topic and payload at most: header, lengths, number."""


class BadPacket(Fault):
    """Bytes that no client may send: `code` is the reason to close with."""

    key = "drivers.mqtt_bad_packet"
    status = 400

    def __init__(self, code: Reason, why: str) -> None:
        super().__init__(why=why)
        self.code = code


class Will(msgspec.Struct, frozen=True, kw_only=True):
    topic: str
    payload: bytes
    qos: int


class Connect(msgspec.Struct, frozen=True, kw_only=True):
    """A client says who it is. `expiry_s` is how long its session outlives the line."""

    version: int
    client_id: str
    clean: bool
    keep_alive_s: int
    username: str | None = None
    password: bytes | None = None
    will: Will | None = None
    expiry_s: int = 0
    receive_maximum: int = 65535
    max_packet_bytes: int = 268_435_460

    def takes(self, topic: bytes, payload: bytes) -> bool:
        """Tell whether a message fits a packet that the client takes (5.0, 3.1.2.11.4)."""
        return len(topic) + len(payload) + _ROOM_BYTES <= self.max_packet_bytes

    def kept_for(self, expiry_s: int) -> "Connect":
        """Return this with another time for its session to be kept (5.0, 3.14.2.2.2).

        :raises BadPacket: if the session was to end with the line
        """
        if expiry_s and not self.expiry_s:
            raise BadPacket(Reason.PROTOCOL_ERROR, "a session that ends is not kept after all")
        return msgspec.structs.replace(self, expiry_s=expiry_s)


class Publish(msgspec.Struct, frozen=True, kw_only=True):
    topic: bytes
    payload: bytes
    qos: int
    id: int = 0
    retain: bool = False


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """One filter of a SUBSCRIBE."""

    filter: str
    qos: int


class Subscribe(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    wishes: tuple[Wish, ...]


class Unsubscribe(msgspec.Struct, frozen=True, kw_only=True):
    id: int
    filters: tuple[str, ...]


_CONNACK_311 = {
    Reason.UNSUPPORTED_VERSION: 1,
    Reason.BAD_CLIENT_ID: 2,
    Reason.UNAVAILABLE: 3,
    Reason.SERVER_BUSY: 3,
    Reason.QUOTA: 3,
    Reason.BAD_CREDENTIALS: 4,
    Reason.NOT_AUTHORIZED: 5,
}


def connack_code(reason: Reason, version: int) -> int:
    """Return the code of a CONNACK: 3.1.1 has six of its own (table 3.1)."""
    if version == V5 or reason is Reason.SUCCESS:
        return int(reason)
    return _CONNACK_311.get(reason, 5)
