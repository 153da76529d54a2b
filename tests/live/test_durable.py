"""What is confirmed is on disk, and nothing is confirmed that is not: frozen, full, killed."""

import random
import shutil
import subprocess
import time

import psutil
import pytest

from linli.contracts import subjects
from linli.live.stuck import RESTART_BUS
from tests.live import readback
from tests.live.conftest import until
from tests.live.house import SECRET
from tests.live.sender import Sender
from tests.live.wire import publish, signed_in

READINGS = "v1/house/d0001/readings"


def lost(house, confirmed):
    stored = {round(value, 3) for value in readback.values(house.nats.url)}
    return sorted(confirmed - stored)


def once_each(house):
    """Return the commands that were issued more than once for one cause."""
    seen, twice = set(), []
    for effect in readback.told(house.nats.url):
        if type(effect).__name__ == "CommandIssued":
            if (effect.scene, effect.cause) in seen:
                twice.append(effect)
            seen.add((effect.scene, effect.cause))
    return twice


class TestFrozenBus:
    def test_confirms_nothing_until_the_bus_goes_on(self, break_house):
        house = break_house()
        line = signed_in(house.port, "d0001", SECRET)
        line.send(publish(READINGS, b'{"co":1.5}', id=1))
        assert line.receive() == (0x40, b"\x00\x01")

        house.freeze_nats()
        line.send(publish(READINGS, b'{"co":2.5}', id=2))
        silent = line.silent(2.0)
        house.thaw_nats()

        assert silent
        assert line.receive(15) == (0x40, b"\x00\x02")
        assert readback.values(house.nats.url) == [1.5, 2.5]

    def test_holds_the_sender_back_and_does_not_grow(self, break_house):
        house = break_house()
        line = signed_in(house.port, "d0001", SECRET)
        process = psutil.Process(house.live.pid)
        burst = b"".join(publish(READINGS, b'{"co":3.25}', id=n) for n in range(1, 2000))
        line.send(burst)
        for _ in range(1999):
            line.receive()
        before = process.memory_info().rss

        house.freeze_nats()
        line.socket.settimeout(1.0)
        sent = 0
        try:
            while sent < 500_000_000:
                sent += line.socket.send(burst)
        except TimeoutError:
            pass
        grown = process.memory_info().rss - before
        house.thaw_nats()

        assert sent < 50_000_000
        assert grown < 40_000_000


class TestFullLog:
    def test_confirms_nothing_while_the_log_is_full_and_goes_on_when_there_is_room(
        self, break_house
    ):
        house = break_house(streams={"input_bytes": 1_000_000})
        sender = Sender(house.port, "d0001", ahead=2000)
        sender.start()

        def state():
            return readback.state(house.nats.url, subjects.INPUT_STREAM)

        until(lambda: state().bytes > 900_000, 30)
        time.sleep(1.0)
        stuck = len(sender.confirmed)
        time.sleep(1.5)
        assert len(sender.confirmed) == stuck
        confirmed = {round(number / 1000, 3) for number in set(sender.confirmed)}
        assert lost(house, confirmed) == []

        readback.purge(house.nats.url, subjects.INPUT_STREAM, subjects.inputs("house"))

        until(lambda: len(sender.confirmed) > stuck, 15)
        sender.finish()


@pytest.fixture
def small_disk(tmp_path):
    """A disk of twelve megabytes, where this machine lets us mount one."""
    mount = ["mount", "-t", "tmpfs", "-o", "size=12m", "tmpfs", str(tmp_path)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("not run: 1 (no disk may be mounted here)")
    yield tmp_path
    subprocess.run(["umount", str(tmp_path)], check=True)


class TestFullDisk:
    def test_confirms_nothing_when_the_disk_is_full_and_has_lost_nothing(
        self, small_disk, break_house
    ):
        house = break_house(
            folder=small_disk,
            streams={"input_bytes": 10**8, "effects_bytes": 10**7, "facts_bytes": 10**6},
        )
        sender = Sender(house.port, "d0001", ahead=3000)
        sender.start()
        until(lambda: shutil.disk_usage(small_disk).free < 100_000, 60)
        time.sleep(1.0)
        stuck = len(sender.confirmed)
        time.sleep(1.0)
        assert len(sender.confirmed) == stuck
        confirmed = sender.finish()

        room = ["mount", "-o", "remount,size=100m", str(small_disk)]
        subprocess.run(room, check=True)
        until((house.home / RESTART_BUS).exists, 30)
        house.kill_nats()
        house.start_nats()
        again = Sender(house.port, "d0002")
        again.start()

        until(lambda: again.confirmed, 30)
        again.finish()
        assert lost(house, confirmed) == []
        house.close()


class TestKilled:
    @pytest.mark.parametrize("seed", [1, 2])
    def test_loses_nothing_confirmed_when_live_is_killed(self, break_house, seed):
        self.rounds(break_house(), seed, ["live"] * 2)

    @pytest.mark.parametrize("seed", [3])
    def test_loses_nothing_confirmed_when_the_bus_is_killed(self, break_house, seed):
        self.rounds(break_house(), seed, ["nats"] * 2)

    @pytest.mark.long
    def test_loses_nothing_confirmed_in_fifty_kills(self, break_house):
        house = break_house()
        self.rounds(house, 50, ["live", "nats"] * 25)

    def rounds(self, house, seed, victims):
        chance = random.Random(seed)
        senders = [Sender(house.port, f"d{n:04d}") for n in range(1, 4)]
        for sender in senders:
            sender.start()
        for victim in victims:
            before = sum(len(sender.confirmed) for sender in senders)
            until(lambda: sum(len(s.confirmed) for s in senders) > before + 100, 30)  # noqa: B023
            time.sleep(chance.uniform(0.1, 0.9))
            if victim == "live":
                house.kill_live()
                house.start()
            else:
                house.kill_nats()
                time.sleep(chance.uniform(0.0, 0.5))
                house.start_nats()
        before = sum(len(sender.confirmed) for sender in senders)
        until(lambda: sum(len(s.confirmed) for s in senders) > before + 100, 30)

        confirmed = set().union(*(sender.finish() for sender in senders))

        assert lost(house, confirmed) == []
        assert once_each(house) == []


class TestRestart:
    def test_goes_on_where_it_was_and_tells_nothing_twice(self, break_house):
        house = break_house()
        line = signed_in(house.port, "d0001", SECRET)
        for number, value in enumerate((b"12", b"60", b"13", b"70"), 1):
            line.send(publish(READINGS, b'{"co":' + value + b"}", id=number))
            line.receive()

        def commands():
            return [e.id for e in readback.told(house.nats.url)
                    if type(e).__name__ == "CommandIssued"]  # fmt: skip

        until(lambda: len(commands()) == 2)

        house.kill_live()
        house.start()
        line = signed_in(house.port, "d0001", SECRET)
        for number, value in enumerate((b"13", b"80"), 1):
            line.send(publish(READINGS, b'{"co":' + value + b"}", id=number))
            line.receive()

        until(lambda: len(commands()) == 3)
        assert len(set(commands())) == 3
        assert once_each(house) == []

    def test_writes_a_snapshot_when_it_is_told_to_stop(self, break_house):
        house = break_house()
        line = signed_in(house.port, "d0001", SECRET)
        line.send(publish(READINGS, b'{"co":60}', id=1))
        line.receive()

        house.live.terminate()

        assert house.live.wait(15) == 0
        assert (house.home / "live" / "house.snapshot").stat().st_size > 0
