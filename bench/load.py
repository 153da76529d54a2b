"""A load of readings on a system, and what comes back: our own generator.

A device publishes `{"co":63.4,"t":1767225600000}`; the system commands that device's fan when CO is
over 50. The k-th command of a device answers its k-th reading over the limit; such a reading
follows one under it, so systems that look at levels and at edges do the same work. In the open loop
each reading has its moment, and latency counts from that moment, sent late or not. A rate is held
when nothing is lost and no backlog grows.
"""

import os
import random
import select
import time
from collections import deque
from dataclasses import dataclass, field

import numpy as np

from bench.wire import Packets, dial, length, text

_LOW = [b"%.1f" % (10 + i / 10) for i in range(300)]
_HIGH = [b"%.1f" % (60 + i / 10) for i in range(300)]
_NUMBERS = [number.to_bytes(2, "big") for number in range(1, 65536)]
_TAIL = b',"t":%d}'
_BODY_BYTES = len(b'{"co":63.4' + _TAIL % 1767225600000)
_SLICE_S = 0.001
_LARGEST_CHUNK = 2000
_CLOSE_ENOUGH = 1.1
_LOOK_S = 3.0


@dataclass
class Told:
    """What one run saw. Latencies in milliseconds."""

    rate: float
    seconds: float
    sent: int
    commands: int
    lost: int
    unconfirmed: int
    unexpected: int
    backlog: int
    drain_s: float
    late_ms: float
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    max_ms: float = 0.0
    first_quarter_ms: float = 0.0
    last_quarter_ms: float = 0.0
    held: bool = False
    more: dict = field(default_factory=dict)

    @property
    def achieved(self) -> float:
        """Readings sent a second."""
        return self.sent / self.seconds


class Load:
    """Connections of devices or gateways, and one that hears the commands."""

    each = 1
    """Readings in a message."""

    def __init__(
        self,
        port: int,
        *,
        connections: int = 10,
        devices: int = 1000,
        first: int = 1,
        qos: int = 0,
        crossing: float = 0.5,
        publish: str = "v1/bench/%04d/readings",
        hear: str = "v1/bench/+/commands",
        user: str = "",
        user_of: str = "",
        password: str = "",
    ) -> None:
        """`user_of` makes the user name of connection n from its number; else all use `user`."""
        self.qos, self.devices, self.crossing = qos, devices, crossing
        self._lines = [
            dial(
                port,
                client=f"load-{os.getpid()}-{first}-{n}",
                user=user_of % (first + n) if user_of else user,
                password=password,
            )
            for n in range(connections)
        ]
        self._ear = dial(
            port, client=f"ear-{os.getpid()}-{first}", user=user, password=password, listen=hear
        )
        self._before = hear.index("+") + 2
        self._after = len(hear) - hear.index("+") - 1
        self._first = first
        self._packets = Packets()
        self._out = [bytearray() for _ in self._lines]
        self._heads = [self._head(publish % (first + n)) for n in range(devices)]
        self._order = list(range(devices))
        random.Random(1).shuffle(self._order)
        self._high = self._plan(crossing)
        self._share = sum(self._high) / len(self._high)
        self._at = 0
        self._number = 0
        self._epoll = select.epoll()
        self._by_fd = {line.fileno(): n for n, line in enumerate(self._lines)}
        for fd in self._by_fd:
            self._epoll.register(fd, select.EPOLLIN)
        self._epoll.register(self._ear.fileno(), select.EPOLLIN)
        self._forget()

    def _head(self, topic: str) -> bytes:
        name = text(topic)
        size = len(name) + (2 if self.qos else 0) + _BODY_BYTES
        return bytes((0x32 if self.qos else 0x30,)) + length(size) + name

    def _plan(self, crossing: float) -> list[int]:
        """Which readings are over the limit, in rounds over all devices; none twice running."""
        rounds = 200
        if crossing >= 0.5:
            over = np.zeros((rounds, self.devices), np.uint8)
            over[1::2, ::2] = 1
            over[2::2, 1::2] = 1
        else:
            drawn = np.random.default_rng(1).random((rounds, self.devices)) < crossing
            over = drawn.astype(np.uint8)
            over[1:] &= 1 - over[:-1]
        over[0], over[-1] = 0, 0
        return over.reshape(-1).tolist()

    def _forget(self) -> None:
        self._waiting = [deque() for _ in range(self.devices)]
        self.outstanding = self.unexpected = self.unconfirmed = 0
        self._latency: list[float] = []
        self._moment: list[float] = []

    # -- out

    def _put(self, count: int, moments: np.ndarray) -> None:
        """Put the next readings in the buffers; `moments` are their scheduled times."""
        shift = time.time() - time.perf_counter()
        millis = ((moments + shift) * 1000).astype(np.int64).tolist()
        last, tail = 0, b""
        high, order, heads, out = self._high, self._order, self._heads, self._out
        total, devices, lines = len(high), self.devices, len(self._lines)
        when = moments.tolist()
        for step in range(count):
            at = self._at
            self._at = at + 1
            device = order[at % devices]
            buffer = out[device % lines]
            buffer += heads[device]
            if self.qos:
                buffer += _NUMBERS[at % 65535]
            buffer += b'{"co":'
            if high[at % total]:
                self._waiting[device].append(when[step])
                self.outstanding += 1
                buffer += _HIGH[at % 300]
            else:
                buffer += _LOW[at % 300]
            if millis[step] != last:
                last = millis[step]
                tail = _TAIL % last
            buffer += tail
        if self.qos:
            self.unconfirmed += count

    def _flush(self) -> None:
        for line, buffer in zip(self._lines, self._out, strict=True):
            if buffer:
                try:
                    sent = line.send(buffer)
                except BlockingIOError:
                    continue
                del buffer[:sent]

    @property
    def unsent(self) -> int:
        """Bytes that the system has not taken."""
        return sum(map(len, self._out))

    # -- in

    def hear(self, timeout: float) -> int:
        """Hear commands and confirmations for at most so long; return how many commands."""
        heard = 0
        for fd, _ in self._epoll.poll(max(0.0, timeout), 256):
            if fd == self._ear.fileno():
                heard += self._hear_commands()
            else:
                data = self._lines[self._by_fd[fd]].recv(1 << 16)
                if not data:
                    raise ConnectionError("a line was closed")
                self.unconfirmed -= len(data) // 4 * self.each
        return heard

    def _hear_commands(self) -> int:
        try:
            data = self._ear.recv(1 << 18)
        except BlockingIOError:
            return 0
        if not data:
            raise ConnectionError("the ear was closed")
        now, heard = time.perf_counter(), 0
        for first, body in self._packets.feed(data):
            if first >> 4 != 3:
                continue
            end = 2 + (body[0] << 8 | body[1])
            waiting = self._waiting[int(body[self._before : end - self._after]) - self._first]
            if waiting:
                moment = waiting.popleft()
                self.outstanding -= 1
                heard += 1
                self._latency.append(now - moment)
                self._moment.append(moment)
            else:
                self.unexpected += 1
        return heard

    # -- runs

    def ready(self, within_s: float = 60.0) -> bool:
        """Send one crossing until its command comes back."""
        end = time.perf_counter() + within_s
        while time.perf_counter() < end:
            self._forget()
            self._calm()
            self._at = self._high.index(1)
            self._put(1, np.array([time.perf_counter()]))
            self._flush()
            until = time.perf_counter() + 1.0
            while time.perf_counter() < until:
                if self.hear(0.05):
                    self._at = 0
                    return True
        return False

    def _calm(self) -> None:
        """Bring every device under the limit, and wait until all is quiet."""
        self._at = 0
        end = time.perf_counter() + 30
        quiet = time.perf_counter() + 0.5
        while time.perf_counter() < end and (self.unsent or time.perf_counter() < quiet):
            self._flush()
            if self.hear(0.02) or self.unconfirmed > 0:
                quiet = time.perf_counter() + 0.3
        self._forget()
        for _ in range(0, self.devices, 100):
            self._put(100, np.full(100, time.perf_counter()))
            self._flush()
            self.hear(0.005)
        quiet = time.perf_counter() + 0.3
        while time.perf_counter() < quiet or self.unsent:
            self._flush()
            self.hear(0.01)
        self._forget()
        self._at = self.devices

    def capacity(self, seconds: float) -> float:
        """Return readings a second with so much under way that the system never waits for us."""
        self._calm()
        window = 20_000 * (1 + self.each // 25)
        began = time.perf_counter()
        first = self._at
        while (now := time.perf_counter()) - began < seconds:
            commands = self.outstanding / max(self._share, 1e-9)
            under_way = self.unconfirmed if self.qos else (commands if self._share > 0.1 else 0)
            if under_way < window and self.unsent < 1 << 18:
                self._put(100, np.full(100, now))
                self._flush()
                self.hear(0)
            else:
                self._flush()
                self.hear(0.001)
        rate = (self._at - first) / (time.perf_counter() - began)
        self._drain(10.0)
        return rate

    def _drain(self, within_s: float) -> float:
        began = time.perf_counter()
        while time.perf_counter() - began < within_s:
            if not (self.outstanding or self.unconfirmed > 0 or self.unsent):
                break
            self._flush()
            self.hear(0.01)
        return time.perf_counter() - began

    def open_loop(self, rate: float, seconds: float, *, warm_s: float = 1.0) -> Told:
        """Send at a fixed rate, and tell what came back when."""
        self._calm()
        total, sent, late = int(rate * seconds), 0, 0.0
        began = time.perf_counter() + 0.01
        while sent < total:
            now = time.perf_counter()
            due = min(total, int((now - began) * rate) + 1) if now >= began else 0
            if due > sent:
                late = max(late, now - began - sent / rate)
                due = min(due, sent + _LARGEST_CHUNK)
                self._put(due - sent, began + np.arange(sent, due) / rate)
                sent = due
            self._flush()
            pause = began + sent / rate - time.perf_counter()
            self.hear(max(pause, _SLICE_S / 4) if due <= sent else 0.0)
            if self.outstanding > rate * self._share * 8 + 5000 or self.unsent > 64 << 20:
                break
        took = time.perf_counter() - began
        backlog = self.outstanding + (self.unconfirmed if self.qos else 0)
        drain_s = self._drain(8.0)
        return self._tell(rate, took, sent, total, backlog, drain_s, late, began + warm_s)

    def _tell(  # noqa: PLR0917
        self, rate: float, took: float, sent: int, total: int, backlog: int, drain_s: float,
        late: float, warm: float,
    ) -> Told:  # fmt: skip
        told = Told(
            rate=rate, seconds=took, sent=sent, commands=len(self._latency),
            lost=self.outstanding, unconfirmed=self.unconfirmed, unexpected=self.unexpected,
            backlog=backlog, drain_s=drain_s, late_ms=late * 1000,
        )  # fmt: skip
        moments = np.array(self._moment)
        latency = np.array(self._latency)[moments >= warm] * 1000
        moments = moments[moments >= warm]
        if len(latency):
            told.p50_ms = round(float(np.percentile(latency, 50)), 3)
            told.p99_ms = round(float(np.percentile(latency, 99)), 3)
            told.max_ms = round(float(latency.max()), 3)
            span = moments.max() - moments.min() or 1.0
            part = (moments - moments.min()) / span
            told.first_quarter_ms = float(np.median(latency[part <= 0.25]))
            told.last_quarter_ms = float(np.median(latency[part >= 0.75]))
        allowed = max(rate * (1.0 if self.qos else self._share) * 0.25, 50)
        told.held = (
            not told.lost
            and told.unconfirmed <= 0
            and sent == total
            and told.achieved >= 0.98 * rate
            and drain_s < 1.0
            and backlog <= allowed
            and told.last_quarter_ms < 2 * told.first_quarter_ms + 25
        )
        return told

    def held_rate(self, seconds: float, *, tries: int = 9) -> tuple[float, Told | None]:
        """Return the greatest rate that was held, found between one held and one not.

        Looking takes short runs; a rate counts when it is held for `seconds` too. One that was not
        held is tried once more: somebody else may have had the processor.
        """
        short = min(seconds, _LOOK_S)
        rate, held, not_held = self.capacity(short), 0.0, 0.0
        for _ in range(tries):
            if self._holds(rate, short):
                held = rate
            else:
                not_held = rate
            if held and not_held and not_held / held < _CLOSE_ENOUGH:
                break
            rate = (held * not_held) ** 0.5 if held and not_held else rate * (1.3 if held else 0.6)
        for share in (1.0, 0.93, 0.86, 0.75, 0.6):
            told = self._holds(held * share, seconds) if held else None
            if told:
                return held * share, told
        return 0.0, None

    def _holds(self, rate: float, seconds: float) -> Told | None:
        for _ in range(2):
            told = self.open_loop(rate, seconds)
            if told.held:
                return told
        return None

    def close(self) -> None:
        """Hang up."""
        for line in (*self._lines, self._ear):
            line.close()
        self._epoll.close()
