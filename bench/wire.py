"""As much MQTT 3.1.1 as a load generator needs, on plain sockets, so that it costs little."""

import socket

_CONNECT, _SUBSCRIBE = 0x10, 0x82


def length(value: int) -> bytes:
    """Return a remaining length (2.2.3)."""
    out = bytearray()
    while True:
        value, digit = value >> 7, value & 0x7F
        out.append(digit | 0x80 if value else digit)
        if not value:
            return bytes(out)


def text(value: str) -> bytes:
    raw = value.encode()
    return len(raw).to_bytes(2, "big") + raw


def dial(
    port: int, *, client: str, user: str = "", password: str = "", listen: str = "", qos: int = 0
) -> socket.socket:
    """Connect, sign in, and subscribe where `listen` is given."""
    line = socket.create_connection(("127.0.0.1", port), 20)
    line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    flags, tail = 0x02, text(client)
    if user:
        flags |= 0xC0
        tail += text(user) + text(password)
    body = text("MQTT") + bytes((4, flags)) + b"\x00\x00" + tail
    line.sendall(bytes((_CONNECT,)) + length(len(body)) + body)
    answer = _exactly(line, 4)
    if answer[3]:
        raise ConnectionError(f"CONNACK {answer.hex()}")
    if listen:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        body = b"\x00\x01" + text(listen) + bytes((qos,))
        line.sendall(bytes((_SUBSCRIBE,)) + length(len(body)) + body)
        if _exactly(line, 5)[4] > 2:
            raise ConnectionError(f"no subscription to {listen}")
    line.setblocking(False)
    return line


def _exactly(line: socket.socket, size: int) -> bytes:
    out = b""
    while len(out) < size:
        part = line.recv(size - len(out))
        if not part:
            raise ConnectionError("closed")
        out += part
    return out


class Packets:
    """Cuts what is received into packets."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[tuple[int, bytes]]:
        """Return (first byte, body) of each whole packet."""
        data = self._rest + data if self._rest else data
        at, out = 0, []
        while True:
            found = _frame(data, at)
            if found is None or found[1] > len(data):
                break
            out.append((data[at], data[found[0] : found[1]]))
            at = found[1]
        self._rest = data[at:]
        return out


def _frame(data: bytes, at: int) -> tuple[int, int] | None:
    size = shift = 0
    start = at + 1
    while start < len(data):
        digit = data[start]
        start += 1
        size |= (digit & 0x7F) << shift
        shift += 7
        if not digit & 0x80:
            return start, start + size
    return None
