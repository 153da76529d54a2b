"""The outer part of a Modbus message: unit and CRC on wires, a header over TCP."""

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.modbus import pdu

HEADER = 7
"""Bytes before the function code over TCP: transaction, protocol, length, unit."""
_CRC = 2
_SHORTEST = 4
LONGEST_RTU = 256
LONGEST_TCP = HEADER + pdu.LONGEST
_POLYNOMIAL = 0xA001


class Message(msgspec.Struct, frozen=True):
    """A message of a unit. `transaction` is 0 on wires."""

    unit: int
    body: bytes
    transaction: int = 0


def _crc_of(byte: int) -> int:
    for _ in range(8):
        byte = byte >> 1 ^ (_POLYNOMIAL if byte & 1 else 0)
    return byte


_CRC_TABLE = tuple(_crc_of(byte) for byte in range(256))


def crc16(data: bytes) -> int:
    """Return the CRC-16 of Modbus: polynomial A001 reflected, beginning with FFFF."""
    crc = 0xFFFF
    for byte in data:
        crc = crc >> 8 ^ _CRC_TABLE[(crc ^ byte) & 0xFF]
    return crc


def encode_rtu(message: Message) -> bytes:
    raw = bytes((message.unit,)) + message.body
    return raw + crc16(raw).to_bytes(2, "little")


def decode_rtu(frame: bytes) -> Message:
    """Read a frame of the wires.

    :raises BadFrame: if it is too short or too long, or the CRC is wrong
    """
    if not _SHORTEST <= len(frame) <= LONGEST_RTU:
        raise BadFrame(f"{len(frame)} bytes; a frame has {_SHORTEST} to {LONGEST_RTU}")
    found, computed = int.from_bytes(frame[-_CRC:], "little"), crc16(frame[:-_CRC])
    if found != computed:
        raise BadFrame(f"checksum {found:04X} != {computed:04X}")
    return Message(frame[0], frame[1:-_CRC])


def encode_tcp(message: Message) -> bytes:
    head = message.transaction.to_bytes(2, "big") + b"\x00\x00"
    return head + (len(message.body) + 1).to_bytes(2, "big") + bytes((message.unit,)) + message.body


def decode_tcp(frame: bytes) -> Message:
    """Read a frame of TCP.

    :raises BadFrame: if the protocol is not 0, or the length is not that of what follows
    """
    if len(frame) <= HEADER:
        raise BadFrame(f"{len(frame)} bytes; a frame has at least {HEADER + 1}")
    protocol, length = int.from_bytes(frame[2:4], "big"), int.from_bytes(frame[4:6], "big")
    if protocol:
        raise BadFrame(f"protocol {protocol}, not 0")
    if length != len(frame) - 6:
        raise BadFrame(f"length {length}, but {len(frame) - 6} bytes follow")
    if len(frame) > LONGEST_TCP:
        raise BadFrame(f"{len(frame)} bytes; a frame has at most {LONGEST_TCP}")
    return Message(frame[6], frame[HEADER:], int.from_bytes(frame[:2], "big"))
