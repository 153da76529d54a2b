"""What field protocols cost: meters polled by one process, frames decoded on one core.

    ./linli bench drivers --seconds 10 --points 500000

First `meters`: one process holds 2,000 meters of DL/T 645, each on a TCP line of its own, and asks
each of them six identifiers a minute; the meters run in a process beside it. `cpu_share` is of one
core. Then `panels`: one process holds 500 fire panels that keep alive (see `panels.py`). What
happens to readings behind the gate is measured by `chain`. Then, the last line, `decode`: a stream
of answers is cut into frames, checked and read as exact numbers. `--points` scales them: a meter
for each 250, a panel for each 1,000.
"""

import asyncio
import multiprocessing
import os
import resource
import time
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from multiprocessing.connection import Connection

import psutil
import uvloop

from bench.panels import panels
from linli.devices.model import ThingModel
from linli.drivers.dlt645 import codec, messages, values
from linli.drivers.dlt645.driver import run as run_line
from linli.drivers.dlt645.identifiers import identified
from linli.drivers.dlt645.map import Item, Map
from linli.drivers.dlt645.options import Line, Meter
from linli.drivers.dlt645.peer import Bus
from linli.drivers.dlt645.peer import Meter as SimulatedMeter
from linli.drivers.frames import Frames
from linli.drivers.line import Taken, Wired
from linli.drivers.reading import Reading
from linli.kernel.words import Words

_METERS_EACH = 250
_PANELS_EACH = 1000
_CHUNK = 1400
_FRAMES = 4000
_ASKED = {
    "00010000": Decimal("1234.56"),
    "02030000": Decimal("3.2105"),
    "02010100": Decimal("220.1"),
    "02020100": Decimal("-1.234"),
    "02060000": Decimal("0.987"),
    "02800002": Decimal("49.98"),
}
_MODEL = ThingModel(id="meter", name=Words(zh="电表", en="meter"), category="meter", period="1m")


def run(*, seconds: float, points: int, scenes: int) -> Iterator[dict[str, object]]:
    """Yield the line of each measurement."""
    del scenes
    told = meters(seconds=seconds, meters=max(1, points // _METERS_EACH))
    yield told
    held = {name: told[name] for name in ("meters", "cpu_share", "mb_of_lines")}
    fire = panels(seconds=seconds, panels=max(1, points // _PANELS_EACH))
    yield fire
    held |= {"panels": fire["panels"], "panels_cpu_share": fire["cpu_share"]}
    yield {**decode(seconds=min(seconds, 5.0)), **held}


def decode(*, seconds: float) -> dict[str, object]:
    """Measure frames a second, from bytes as they come to exact numbers."""
    stream = _stream()
    spans, count = [], 0
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        began = time.perf_counter()
        count += _read(stream)
        spans.append(time.perf_counter() - began)
    rate = round(count / sum(spans))
    line = _line("decode", [span / _FRAMES for span in spans])
    return {**line, "readings_per_s": rate, "frames_per_s": rate}


def _stream() -> bytes:
    """Return answers of many meters, some after wake-up bytes."""
    out = []
    codes = list(_ASKED)
    for at in range(_FRAMES):
        identifier = identified(codes[at % len(codes)])
        assert identifier is not None
        data = bytes.fromhex(identifier.code)[::-1]
        data += values.written(identifier, _ASKED[identifier.code])
        out.append(codec.encode(codec.Frame(f"{at:012d}", 0x91, data), wake=at % 5))
    return b"".join(out)


def _read(stream: bytes) -> int:
    frames = Frames(measure=codec.measure, longest=codec.LONGEST)
    count = 0
    for at in range(0, len(stream), _CHUNK):
        frames.feed(stream[at : at + _CHUNK])
        while (data := frames.next()) is not None:
            frame = codec.decode(data)
            variant = messages.variant_of(frame)
            code = messages.identifier_of(frame, variant)
            count += len(values.read(code, frame.data[messages.width_of(variant) :]) or ())
    return count


def meters(*, seconds: float, meters: int) -> dict[str, object]:
    """Measure the share of a core that holding and polling so many meters takes."""
    _allow_files(meters + 200)
    addresses = [f"{at:012d}" for at in range(1, meters + 1)]
    here, there = multiprocessing.get_context("spawn").Pipe()
    peer = multiprocessing.get_context("spawn").Process(
        target=_serve, args=(there, addresses), daemon=True
    )
    peer.start()
    try:
        port = here.recv()
        told = uvloop.run(_poll(addresses, port, seconds))
    finally:
        here.close()
        peer.kill()
        peer.join()
    return told


def _serve(pipe: Connection, addresses: Sequence[str]) -> None:
    """Be the meters, until killed."""
    _allow_files(len(addresses) + 200)

    async def serve() -> None:
        bus = Bus(*(SimulatedMeter(address, _ASKED) for address in addresses))
        await bus.listen()
        pipe.send(bus.port)
        await asyncio.Event().wait()

    uvloop.run(serve())


class _Station:
    """Counts, and keeps the time from a question to its answer."""

    def __init__(self) -> None:
        self.readings = 0
        self.present: set[str] = set()
        self.lost = 0
        self.spans: list[float] = []
        self._asked: dict[str, float] = {}

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
        if way == "out":
            self._asked[device] = time.perf_counter()
        elif device in self._asked:
            self.spans.append(time.perf_counter() - self._asked.pop(device))


async def _poll(addresses: Sequence[str], port: int, seconds: float) -> dict[str, object]:
    station, before = _Station(), _rss()
    table = Map(
        models=("meter",),
        readings=tuple(Item(property=code, di=code, every="1m") for code in _ASKED),
    )
    lines = [
        run_line(_line_device(address, port), [_meter(address, table)], station)
        for address in addresses
    ]
    tasks = [asyncio.create_task(line.run()) for line in lines]
    async with asyncio.timeout(60):
        while sum(f"line-{address}" in station.present for address in addresses) < len(addresses):
            await asyncio.sleep(0.05)
    held = _rss() - before
    began, cpu, brought, asked = time.perf_counter(), time.process_time(), station.readings, 0
    asked = len(station.spans)
    await asyncio.sleep(seconds)
    span, cpu = time.perf_counter() - began, time.process_time() - cpu
    told = {
        **_line("meters", station.spans[asked:]),
        "readings_per_s": round((station.readings - brought) / span),
        "frames_per_s": round((len(station.spans) - asked) / span),
        "meters": len(addresses),
        "cpu_share": round(cpu / span, 3),
        "mb_of_lines": round(held, 1),
        "lost": station.lost,
    }
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    return told


def _line_device(address: str, port: int) -> Wired:
    return Wired(
        community="bench",
        code=f"line-{address}",
        model=_MODEL,
        address="",
        gateway=None,
        options=Line(connect=f"127.0.0.1:{port}"),
    )


def _meter(address: str, table: Map) -> Wired:
    return Wired(
        community="bench",
        code=address,
        model=_MODEL,
        address=address,
        gateway=f"line-{address}",
        options=Meter(),
        map=table,
    )


def _line(mode: str, spans: Sequence[float]) -> dict[str, object]:
    ordered = sorted(spans) or [0.0]
    return {
        "bench": "drivers",
        "mode": mode,
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 4),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 4),
        "rss_mb": round(_rss(), 1),
        "cores": os.cpu_count(),
    }


def _allow_files(count: int) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < count:
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(count, hard), hard))


def _rss() -> float:
    return psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    import json

    for line in run(seconds=10.0, points=500_000, scenes=256):
        print(json.dumps(line))
