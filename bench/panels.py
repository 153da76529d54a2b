"""What fire panels cost: 500 of them held by one process, each keeping alive.

The panels run in a process beside it and keep alive once a minute, or once a measurement where that
is shorter (`keep_alive_s`). `cpu_share` is of one core; p50 and p99 are from a frame's
arrival to its acknowledgement.
"""

import asyncio
import multiprocessing
import os
import resource
import time
from collections.abc import Mapping, Sequence
from multiprocessing.connection import Connection

import psutil
import uvloop

from linli.devices.model import ThingModel
from linli.drivers.gb26875 import peer
from linli.drivers.gb26875.line import FireLine
from linli.drivers.gb26875.objects import Part
from linli.drivers.gb26875.options import LineOptions, Map, MemberOptions, Shown
from linli.drivers.gb26875.peer import FirePanel
from linli.drivers.line import Taken, Wired
from linli.drivers.reading import Reading
from linli.kernel.words import Words

_KEEP_ALIVE_S = 60.0
_LOOPS, _POINTS = 4, 50
_FIRST = 10_000
_DIAL_WITHIN_S = 5.0
_MODEL = ThingModel(id="panel", name=Words(zh="主机", en="panel"), category="fire", period="1m")
_MAP = Map(models=("panel",), properties={"fire": Shown(any=("fire_alarm",))})


def panels(*, seconds: float, panels: int) -> dict[str, object]:
    """Measure the share of a core that holding so many panels, each of 200 parts, takes."""
    _allow_files(panels + 200)
    spawn = multiprocessing.get_context("spawn")
    here, there = spawn.Pipe()
    beside = spawn.Process(target=_dial, args=(there, panels, _keep_alive(seconds)), daemon=True)
    beside.start()
    try:
        return uvloop.run(_hold(here, panels, seconds))
    finally:
        here.close()
        beside.kill()
        beside.join()


def _dial(pipe: Connection, count: int, keep_alive_s: float) -> None:
    """Be the panels, until killed; they dial one after the other."""
    _allow_files(count + 200)
    port = pipe.recv()

    async def one(at: int) -> None:
        panel = FirePanel(
            source=_FIRST + at,
            parts=peer.loops(loops=_LOOPS, points=_POINTS),
            clock=time.time,
            keep_alive_s=keep_alive_s,
        )
        await asyncio.sleep(at / count * _DIAL_WITHIN_S)
        await panel.run("127.0.0.1", port)

    async def all_() -> None:
        await asyncio.gather(*(one(at) for at in range(count)))

    uvloop.run(all_())


class _Station:
    """Counts, and keeps the time from a frame to what answers it."""

    def __init__(self) -> None:
        self.readings = 0
        self.present: set[str] = set()
        self.lost = 0
        self.spans: list[float] = []
        self._heard: dict[str, float] = {}

    def now(self) -> float:
        return time.time()

    async def bring(self, device: str, readings: Sequence[Reading]) -> Taken:
        self.readings += len(readings)
        return Taken(taken=len(readings))

    def came(self, device: str) -> None:
        self.present.add(device)

    def went(self, device: str, reason: str) -> None:
        self.lost += 1

    def answered(self, device: str, order: str, *, ok: bool, reason: str = "") -> None: ...

    async def settled(self) -> None: ...

    def refused(self, device: str, reason: str, sample: bytes = b"") -> None: ...

    def picture(
        self, device: str, content: bytes, *, at: float | None = None, event: str = ""
    ) -> None: ...

    def stranger(self, address: str, *, about: Mapping[str, str], sample: bytes = b"") -> None: ...

    def frame(self, device: str, way: str, data: bytes) -> None:
        if way == "in":
            self._heard[device] = time.perf_counter()
        elif device in self._heard:
            self.spans.append(time.perf_counter() - self._heard.pop(device))


async def _hold(pipe: Connection, count: int, seconds: float) -> dict[str, object]:
    station, before = _Station(), _rss()
    line = FireLine(
        line=_wired("line", "", options=LineOptions(listen="127.0.0.1:0")),
        members=_members(count),
        station=station,
    )
    task = asyncio.create_task(line.run())
    while not line.port:
        await asyncio.sleep(0.01)
    pipe.send(line.port)
    async with asyncio.timeout(60):
        while sum("/" not in code for code in station.present) <= count:
            await asyncio.sleep(0.05)
    await asyncio.sleep(1.0)
    began, cpu, asked = time.perf_counter(), time.process_time(), len(station.spans)
    await asyncio.sleep(seconds)
    span, cpu = time.perf_counter() - began, time.process_time() - cpu
    ordered = sorted(station.spans[asked:]) or [0.0]
    told = {
        "bench": "drivers",
        "mode": "panels",
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 4),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 4),
        "frames_per_s": round((len(station.spans) - asked) / span, 1),
        "panels": count,
        "keep_alive_s": _keep_alive(seconds),
        "parts": count * _LOOPS * _POINTS,
        "cpu_share": round(cpu / span, 4),
        "mb_of_lines": round(_rss() - before, 1),
        "lost": station.lost,
        "rss_mb": round(_rss(), 1),
        "cores": os.cpu_count(),
    }
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    return told


def _keep_alive(seconds: float) -> float:
    return min(_KEEP_ALIVE_S, seconds)


def _members(count: int) -> list[Wired]:
    members = []
    for at in range(count):
        panel = f"panel-{at}"
        members.append(_wired(panel, str(_FIRST + at)))
        for loop in range(1, _LOOPS + 1):
            for point in range(1, _POINTS + 1):
                part = Part(1, 1, 42, loop << 16 | point).address()
                members.append(_wired(f"{panel}/{loop}-{point}", part, gateway=panel))
    return members


def _wired(code: str, address: str, *, gateway: str = "line", options: object = None) -> Wired:
    return Wired(
        community="bench",
        code=code,
        model=_MODEL,
        address=address,
        gateway=gateway,
        options=options or MemberOptions(),
        map=_MAP,
    )


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def _rss() -> float:
    return psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    import json

    print(json.dumps(panels(seconds=10.0, panels=500)))
