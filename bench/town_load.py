"""The sensors of a town in a process of their own: each says one reading in turn, QoS 1.

A sender whose buffer is full waits, and what it missed meanwhile it does not make up. What was not
confirmed when a line broke is sent again on the next one, so nothing that a sensor said is missing
in the end.
"""

import contextlib
import multiprocessing
import random
import select
import socket
import time
from collections import deque

from bench import town
from bench.wire import dial, length, text

_LOW = [b"%.1f" % (20 + i / 10) for i in range(300)]
_HIGH = b"95.5"
_ODD_EACH = 997
"""A prime, so that it is another sensor's turn in each round."""
_FULL_BYTES = 16 << 10
_UNSENT_BYTES = 32 << 10
"""A gateway has not much more than this before it must wait."""
_CHUNK = 2000
_NUMBERS = [number.to_bytes(2, "big") for number in range(1, 65536)]
_DIAL_AGAIN_S = 0.2


class _Line:
    """One gateway's connection."""

    def __init__(self, port, number, secret):
        self._port, self._number, self._secret = port, number, secret
        self.socket = None
        self.out = bytearray()
        self.unconfirmed = deque()
        self._rest = 0
        self.dial_at = 0.0

    def dial(self):
        """Connect, and say again what was not confirmed."""
        self.dial_at = time.perf_counter() + _DIAL_AGAIN_S
        try:
            self.socket = dial(
                self._port, client=f"town-{self._number}",
                user=f"bench/tg{self._number:02d}", password=self._secret,
            )  # fmt: skip
        except OSError:
            return False
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _UNSENT_BYTES)
        self._rest = 0
        self.out = bytearray(b"".join(self.unconfirmed))
        return True

    def say(self, packet):
        self.unconfirmed.append(packet)
        self.out += packet

    def flush(self):
        try:
            del self.out[: self.socket.send(self.out)]
        except BlockingIOError:
            return

    def hear(self):
        """Hear confirmations; return how many."""
        data = self.socket.recv(1 << 16)
        if not data:
            raise ConnectionError("closed")
        count, self._rest = divmod(self._rest + len(data), 4)
        for _ in range(count):
            self.unconfirmed.popleft()
        return count

    def hang_up(self):
        with contextlib.suppress(OSError):
            self.socket.close()
        self.socket = None


class _Crowd:
    """All sensors of the town."""

    def __init__(self, port, points, secret):
        self._lines = [_Line(port, n, secret) for n in range(town.GATEWAYS)]
        self._sensors = [
            (number, name.encode())
            for number, (_, model) in enumerate(town.roll(points))
            for name in model.properties
        ][:points]
        random.Random(1).shuffle(self._sensors)
        self._topics = [text(f"v1/bench/{code}/readings") for code, _ in town.roll(points)]
        body = len(b'{"p000":41.2,"t":1767225600000}')
        self._head = bytes((0x32,)) + length(len(self._topics[0]) + 2 + body)
        self._hot = {}
        self.at = self.sent = self.confirmed = 0
        self._poll = select.epoll()
        self._by_fd = {}
        for line in self._lines:
            if not line.dial():
                raise ConnectionError("nobody serves")
            self._join(line)

    def _join(self, line):
        self._by_fd[line.socket.fileno()] = line
        self._poll.register(line.socket.fileno(), select.EPOLLIN)

    def heat(self, count):
        """Let the next `count` sensors be out of band for three rounds; return which, by device and
        point.
        """
        size = len(self._sensors)
        turns = [at for at in range(self.at, self.at + size) if (at - size) % _ODD_EACH][:count]
        self._hot = {at % size: at + 2 * size for at in turns}
        names = [self._sensors[at % size] for at in turns]
        return [(f"t{number:05d}", name.decode()) for number, name in names]

    def say(self, count):
        """Say so many readings; stop early where a sender must wait. Return how many."""
        tail = b',"t":%d}' % (time.time() * 1000)
        size, said = len(self._sensors), 0
        for _ in range(count):
            at = self.at
            number, name = self._sensors[at % size]
            line = self._lines[number % town.GATEWAYS]
            if len(line.out) > _FULL_BYTES or line.socket is None:
                break
            hot = at % _ODD_EACH == 0 or self._hot.get(at % size, -1) >= at
            line.say(
                b'%b%b%b{"%b":%b%b'
                % (self._head, self._topics[number], _NUMBERS[at % 65535], name,
                   _HIGH if hot else _LOW[at % 300], tail)
            )  # fmt: skip
            self.at, said = at + 1, said + 1
        self.sent += said
        return said

    def turn(self, wait_s):
        """Send what waits, hear what comes."""
        now = time.perf_counter()
        for line in self._lines:
            if line.socket is None:
                if now >= line.dial_at and line.dial():
                    self._join(line)
            elif line.out:
                self._safely(line, line.flush)
        for fd, _ in self._poll.poll(wait_s, 256):
            line = self._by_fd[fd]
            self.confirmed += self._safely(line, line.hear) or 0

    def _safely(self, line, act):
        try:
            return act()
        except OSError:
            self._by_fd.pop(line.socket.fileno(), None)
            line.hang_up()
            return 0

    def told(self):
        return {
            "sent": self.sent,
            "confirmed": self.confirmed,
            "unconfirmed": sum(len(line.unconfirmed) for line in self._lines),
            "lines": len(self._by_fd),
        }


def _live(pipe, port, points, secret):
    """Do as the pipe says until it says to end."""
    crowd = _Crowd(port, points, secret)
    rate, began, base, odd = 0.0, 0.0, 0, 0.0
    pipe.send("ready")
    while True:
        if pipe.poll():
            word, value = pipe.recv()
            if word == "end":
                pipe.send(crowd.told())
                return
            if word == "rate":
                rate, began, base = value, time.perf_counter(), crowd.at
                odd = 0.0
                pipe.send(crowd.told())
            elif word == "heat":
                pipe.send(crowd.heat(value))
            else:
                pipe.send({**crowd.told(), "late_s": odd})
        now = time.perf_counter()
        due = min(int((now - began) * rate) - (crowd.at - base), _CHUNK) if rate else 0
        said = crowd.say(due) if due > 0 else 0
        if said < due:
            began, base = now, crowd.at
        odd = max(0.0, (now - began) - (crowd.at - base) / rate) if rate else 0.0
        crowd.turn(0.0 if said == _CHUNK else 0.001)


class TownLoad:
    """The crowd, from outside."""

    def __init__(self, port, *, points, secret):
        self._pipe, theirs = multiprocessing.Pipe()
        self._process = multiprocessing.get_context("spawn").Process(
            target=_live, args=(theirs, port, points, secret), daemon=True
        )
        self._process.start()
        self._pipe.recv()

    def _ask(self, word, value=None):
        self._pipe.send((word, value))
        return self._pipe.recv()

    def rate(self, readings_per_s):
        """Say so many readings a second from now on; 0 is silence."""
        return self._ask("rate", readings_per_s)

    def heat(self, count):
        return self._ask("heat", count)

    def told(self):
        return self._ask("told")

    def quiet(self, within_s=60.0):
        """Fall silent, and wait until everything is confirmed; return what was said."""
        self.rate(0)
        end = time.monotonic() + within_s
        while time.monotonic() < end:
            told = self.told()
            if not told["unconfirmed"]:
                return told
            time.sleep(0.1)
        raise RuntimeError(f"not confirmed: {told}")

    def end(self):
        self._ask("end")
        self._process.join(10)
