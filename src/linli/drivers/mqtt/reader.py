"""The data types of MQTT (1.5): integers, strings, binary data, variable byte integers."""

from linli.drivers.mqtt.packets import BadPacket, Reason

_VARINT_BYTES = 4
_SHORT = [bytes((n,)) if n < 0x80 else bytes((n & 0x7F | 0x80, n >> 7)) for n in range(0x4000)]  # noqa: PLR2004


class Reader:
    """Reads the body of one packet from its start; running over its end is a malformed packet."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes, start: int = 0, end: int | None = None) -> None:
        self._data = data
        self._at = start
        self._end = len(data) if end is None else end

    @property
    def left(self) -> int:
        """Return how many bytes are left."""
        return self._end - self._at

    def take(self, size: int) -> bytes:
        """Return the next bytes.

        :raises BadPacket: if there are fewer
        """
        if size > self.left:
            raise BadPacket(Reason.MALFORMED, "cut short")
        self._at += size
        return self._data[self._at - size : self._at]

    def byte(self) -> int:
        """Return the next byte."""
        return self.take(1)[0]

    def short(self) -> int:
        """Return a two byte integer (1.5.2)."""
        return int.from_bytes(self.take(2), "big")

    def long(self) -> int:
        """Return a four byte integer (1.5.3)."""
        return int.from_bytes(self.take(4), "big")

    def binary(self) -> bytes:
        """Return binary data (1.5.6)."""
        return self.take(self.short())

    def text(self) -> str:
        """Return a UTF-8 string (1.5.4)."""
        return text(self.binary())

    def varint(self) -> int:
        """Return a variable byte integer (1.5.5).

        :raises BadPacket: if it has more than four bytes
        """
        value = 0
        for place in range(_VARINT_BYTES):
            digit = self.byte()
            value |= (digit & 0x7F) << 7 * place
            if not digit & 0x80:
                return value
        raise BadPacket(Reason.MALFORMED, "variable byte integer of more than four bytes")

    def part(self, size: int) -> "Reader":
        """Return a reader of the next bytes, and go past them."""
        if size > self.left:
            raise BadPacket(Reason.MALFORMED, "cut short")
        self._at += size
        return Reader(self._data, self._at - size, self._at)

    def rest(self) -> bytes:
        """Return all that is left."""
        return self.take(self.left)

    def end(self) -> None:
        """Require that nothing is left.

        :raises BadPacket: if something is
        """
        if self.left:
            raise BadPacket(Reason.MALFORMED, "bytes after the end")


def text(raw: bytes) -> str:
    """Return a UTF-8 string; it may not hold U+0000 or surrogates (1.5.4).

    :raises BadPacket: if it does, or is no UTF-8
    """
    try:
        found = raw.decode()
    except UnicodeDecodeError as error:
        raise BadPacket(Reason.MALFORMED, "not UTF-8") from error
    if "\0" in found:
        raise BadPacket(Reason.MALFORMED, "U+0000 in a string")
    return found


def varint(value: int) -> bytes:
    """Return a variable byte integer (1.5.5)."""
    if value < 0x4000:  # noqa: PLR2004 - one or two bytes, the usual
        return _SHORT[value]
    out = bytearray()
    while True:
        value, digit = value >> 7, value & 0x7F
        out.append(digit | 0x80 if value else digit)
        if not value:
            return bytes(out)
