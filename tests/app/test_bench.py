"""The yardstick that writes its rows by hand still fits the tables; and those that run beside the
whole system leave nothing running and lose no answer.
"""

import asyncio
import json
import os
import subprocess
import sys

import pytest

from bench import charge_point, system
from tests.laws.source import ROOT


@pytest.mark.once
def test_passages_are_made_and_each_question_is_asked(tmp_path):
    small = {
        "LINLI_BENCH_ROWS": "3000",
        "LINLI_BENCH_TIMES": "1",
        "LINLI_BENCH_DISK": str(tmp_path),
    }
    of_records = {"LINLI_DATABASE_URL": "", "LINLI_APART_DATABASE": ""}
    done = subprocess.run(
        [sys.executable, "-m", "linli.app", "bench", "passages"],
        cwd=ROOT, env={**os.environ, **small, **of_records}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr[-2000:]
    *questions, result = [json.loads(line) for line in done.stdout.splitlines()]
    assert (result["name"], result["rows"]) == ("passages", 3000)
    asked = [one for one in questions if "found" in one]
    assert {one["who"] for one in asked} == {"manager", "of nine buildings", "of one building"}
    assert any(one["found"] for one in asked)


class Socket:
    """What a charge point says, and what it is to hear."""

    def __init__(self):
        self.sent, self.heard = [], asyncio.Queue()

    async def send(self, text):
        self.sent.append(json.loads(text))

    def tell(self, number):
        self.heard.put_nowait(json.dumps([3, number, {"status": "Accepted"}]))

    def __aiter__(self):
        return self

    async def __anext__(self):
        return await self.heard.get()


def with_point(work):
    """Do work with a charge point that reads, and its socket; it must still read in the end."""

    async def run():
        point = charge_point.ChargePoint(0, 1, charge_point.Rush())
        point._socket, point._transaction = Socket(), 1
        reading = asyncio.create_task(point._read())
        await work(point, point._socket)
        point._socket.tell(f"{point._socket.sent[-1][1]}")
        await asyncio.sleep(0.01)
        assert not reading.done()
        assert point._waiting == {}
        reading.cancel()

    asyncio.run(run())


def test_an_answer_that_comes_when_nobody_waits_any_more_ends_no_reading(monkeypatch):
    async def work(point, socket):
        monkeypatch.setattr(charge_point, "PATIENCE_S", 0.01)
        with pytest.raises(TimeoutError):
            await point._say("Late")
        socket.tell("1")
        monkeypatch.setattr(charge_point, "PATIENCE_S", 10)
        gone = asyncio.create_task(point._say("Gone"))
        await asyncio.sleep(0.01)
        gone.cancel()
        socket.tell("2")
        await asyncio.sleep(0.01)
        waited = asyncio.create_task(point._say("Waited"))
        await asyncio.sleep(0.01)
        socket.tell("3")
        assert await waited == {"status": "Accepted"}

    with_point(work)


def test_a_meter_that_is_being_told_is_told_to_its_end_and_then_no_more():
    async def work(point, socket):
        over = asyncio.Event()
        meter = asyncio.create_task(point.tell_meter(over))
        await asyncio.sleep(0.01)
        over.set()
        await asyncio.sleep(0.01)
        assert not meter.done()
        socket.tell("1")
        await asyncio.wait_for(meter, 10)
        assert [one[2] for one in socket.sent] == ["MeterValues"]

    with_point(work)


def test_a_system_that_does_not_end_is_killed_with_all_that_it_began(monkeypatch, capsys):
    stays = "trap '' TERM; sleep 60 & echo up; wait"
    child = subprocess.Popen(["sh", "-c", stays], stdout=subprocess.PIPE, start_new_session=True)
    monkeypatch.setattr(system, "STOP_S", 0.1)
    assert child.stdout.readline() == b"up\n"

    with pytest.raises(subprocess.TimeoutExpired):
        system._end(child)

    assert child.stdout.read() == b"", "somebody of it still runs"
    assert "all of it was killed" in capsys.readouterr().err
