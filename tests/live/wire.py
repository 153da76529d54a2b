"""A bare MQTT line for tests: bytes out, packets in, nothing hidden."""

import socket

from bench.wire import Packets, length, text


class Line:
    """A TCP line to the acceptor.

    :param room: the bytes that the kernel keeps of what is not read, and of what is not sent; asked
        for before the line is there, for a window that shrinks later makes the kernel drop what
        acknowledges our own bytes
    """

    def __init__(self, port, *, timeout_s=10.0, room=None):
        self.socket = socket.socket()
        if room is not None:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, room)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, room)
        self.socket.settimeout(timeout_s)
        self.socket.connect(("127.0.0.1", port))
        self._packets = Packets()
        self._ready = []

    def send(self, data):
        """Send bytes."""
        self.socket.sendall(data)

    def receive(self, timeout_s=None):
        """Return the next packet as (first byte, body); None when the line is closed."""
        if timeout_s is not None:
            self.socket.settimeout(timeout_s)
        while not self._ready:
            try:
                data = self.socket.recv(65536)
            except ConnectionError:
                return None
            if not data:
                return None
            self._ready = self._packets.feed(data)
        return self._ready.pop(0)

    def silent(self, seconds):
        """Tell whether nothing comes for so long."""
        try:
            return self.receive(seconds) is None and False
        except TimeoutError:
            return True

    def close(self):
        """Cut the line without goodbye."""
        self.socket.close()


def connect(*, client="t", user="", secret="", level=4, keep_alive=60, clean=True, will=None):
    """Return a CONNECT."""
    flags = (0x02 if clean else 0) | (0xC0 if user else 0) | (0x04 if will else 0)
    more = b"\x00" if level == 5 else b""
    body = text("MQTT") + bytes((level, flags)) + keep_alive.to_bytes(2, "big") + more
    body += text(client)
    if will:
        body += more + text(will[0]) + text(will[1])
    if user:
        body += text(user) + text(secret)
    return b"\x10" + length(len(body)) + body


def publish(topic, payload, *, id=0, level=4, dup=False, retain=False):
    """Return a PUBLISH; of QoS 1 where it has an id."""
    body = text(topic) + (id.to_bytes(2, "big") if id else b"")
    body += (b"\x00" if level == 5 else b"") + payload
    return bytes((0x30 | (2 if id else 0) | (8 if dup else 0) | retain,)) + length(len(body)) + body


def subscribe(topic, *, qos=1, id=1, level=4):
    """Return a SUBSCRIBE."""
    body = id.to_bytes(2, "big") + (b"\x00" if level == 5 else b"") + text(topic) + bytes((qos,))
    return b"\x82" + length(len(body)) + body


def signed_in(port, device, secret, *, room=None, **more):
    """Return a line that the acceptor has let in."""
    line = Line(port, room=room)
    line.send(connect(user=f"house/{device}", secret=secret, **more))
    first, body = line.receive()
    assert first == 0x20, (first, body)
    assert body[1] == 0, body
    return line
