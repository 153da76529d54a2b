"""Malformed frames by the thousand: no crash, no growth, and honest devices are served on."""

import random
import socket
import time

import psutil
import pytest

from tests.live.house import SECRET
from tests.live.wire import connect, publish, signed_in, subscribe

_ALLOWED_GROWTH_BYTES = 30_000_000
_MOST_FROM_A_DEAF_ONE_BYTES = 1_000_000
PING = b"\xc0\x00"
SAMPLES = [
    b'{"co":41,"t":1767225600}',
    b'[{"bn":"d","n":"co","v":1,"t":-5}]',
    b'"x"',
    b"[]",
    b'{"event":"pressed","x":[[[]]]}',
    b'{"co":1e999}',
    b'{"co":"\\ud800"}',
    b"",
]


def spoiled(chance, packet):
    """Return a packet with a few bytes changed, cut off or doubled."""
    body = bytearray(packet)
    for _ in range(chance.randrange(1, 4)):
        what, at = chance.randrange(4), chance.randrange(len(body))
        if what == 0:
            body[at] = chance.randrange(256)
        elif what == 1:
            del body[at : at + chance.randrange(1, 5)]
        elif what == 2:
            body[at:at] = chance.randbytes(chance.randrange(1, 5))
        else:
            body[at] ^= 1 << chance.randrange(8)
        if not body:
            return b"\0"
    return bytes(body)


def payload(chance):
    """Return a payload that is nearly JSON, or SenML, or nothing."""
    found = chance.choice(SAMPLES)
    return spoiled(chance, found) if found and chance.random() < 0.7 else found


def frames(chance, count):
    """Yield bursts, each for a line of its own: a sign-in, then frames until one is the last."""
    left = count
    while left > 0:
        level = chance.choice((4, 5))
        hello = connect(client="", user="house/d0002", secret=SECRET, level=level)
        burst = [spoiled(chance, hello) if chance.random() < 0.1 else hello]
        for _ in range(min(left, chance.randrange(1, 60))):
            what = publish(
                chance.choice(("v1/house/d0002/readings", "v1/house/d0002/acks", "v1/x", "a/+")),
                payload(chance), id=chance.randrange(3), level=level,
            )  # fmt: skip
            if chance.random() < 0.03:
                what = spoiled(chance, chance.choice((what, subscribe("v1/house/d0002/#"))))
            burst.append(what)
        left -= len(burst)
        yield b"".join(burst)


def attack(house, seed, count):
    """Send so many frames; return how many lines it took."""
    lines = 0
    for burst in frames(random.Random(seed), count):
        lines += 1
        with socket.create_connection(("127.0.0.1", house.port), 10) as line:
            line.settimeout(10)
            try:
                line.sendall(burst)
                line.shutdown(socket.SHUT_WR)
                while line.recv(65536):
                    continue
            except ConnectionError:
                continue
    return lines


class TestFuzz:
    def test_outlives_twenty_thousand_malformed_frames(self, break_house):
        self.outlives(break_house(directory={"units": 3}), 20_000)

    @pytest.mark.long
    def test_outlives_a_million_malformed_frames(self, break_house):
        self.outlives(break_house(directory={"units": 3}), 1_000_000)

    def outlives(self, house, count):
        honest = signed_in(house.port, "d0001", SECRET)
        process = psutil.Process(house.live.pid)
        attack(house, 1, 3000)
        before = process.memory_info().rss

        attack(house, 2, count)

        honest.send(publish("v1/house/d0001/readings", b'{"co":1}', id=9))
        assert honest.receive() == (0x40, b"\x00\x09")
        assert process.memory_info().rss - before < _ALLOWED_GROWTH_BYTES
        assert "Traceback" not in (house.home / "live.log").read_text()


class TestManyLines:
    def test_turns_away_lines_above_the_limit_and_takes_new_ones_when_there_is_room(
        self, break_house
    ):
        house = break_house(limits={"connections": 5})
        lines = [signed_in(house.port, "d0001", SECRET, client=str(n)) for n in range(5)]
        with pytest.raises((TypeError, ConnectionError)):
            signed_in(house.port, "d0001", SECRET, client="one too many")

        lines.pop().close()

        for _ in range(50):
            try:
                signed_in(house.port, "d0001", SECRET, client="again")
                break
            except (TypeError, ConnectionError):
                continue
        else:
            pytest.fail("no room was made")

    def test_hangs_up_on_one_who_says_nothing(self, break_house):
        house = break_house(limits={"greeting_s": 0.2})
        with socket.create_connection(("127.0.0.1", house.port), 10) as line:
            line.settimeout(5)

            assert line.recv(1) == b""

    def test_hangs_up_on_a_listener_who_does_not_read_and_takes_little_from_him(self, break_house):
        house = break_house(limits={"write_bytes": 20_000, "blocked_s": 1.0})
        deaf = signed_in(house.port, "d0001", SECRET, room=4096)

        given, closed = push(deaf, patience_s=60.0)

        assert closed
        assert given < _MOST_FROM_A_DEAF_ONE_BYTES

    def test_answers_all_to_a_listener_who_reads_late(self, break_house):
        house = break_house(limits={"write_bytes": 20_000, "blocked_s": 60.0})
        late = signed_in(house.port, "d0001", SECRET, room=4096)
        given, closed = push(late, patience_s=2.0)
        assert not closed

        late.socket.settimeout(10.0)
        heard = 0
        while heard < given // len(PING):
            assert late.receive() == (0xD0, b"")
            heard += 1

        late.send(PING[given % len(PING) :])
        assert late.receive() == (0xD0, b"")


def push(line, *, patience_s):
    """Send pings and read nothing until hung up on or patience ends; return how many bytes went and
    whether we were hung up on.
    """
    line.socket.settimeout(0.5)
    given, end = 0, time.monotonic() + patience_s
    while time.monotonic() < end:
        try:
            given += line.socket.send(PING * 1000)
        except TimeoutError:
            continue
        except ConnectionError:
            return given, True
    return given, False
