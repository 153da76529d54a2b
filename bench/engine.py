"""How many readings a second the scene engine judges, on one core.

    ./linli bench engine --seconds 10 --points 500000 --scenes 256

First `guarded`: every point reports in turn, each is watched by exactly four scenes with hold and
hysteresis, and one reading in a thousand is out of band, over one to four of the limits. Its line
is the last one. Before it `linkage`: 1,000 devices, batches of 500, every reading crosses the limit
of a scene that commands at once, up and down in turn, so every second reading gives a command.

The clock of the readings runs as fast as they are judged. Building the batches is not measured.
"""

import gc
import os
import time
from collections.abc import Iterator

import numpy as np
import psutil

from linli.contracts.directory import DeviceEntry, Directory, PlaceEntry, PointEntry
from linli.devices.batch import Batch
from linli.devices.model import Property, Service, ThingModel
from linli.kernel.words import Words
from linli.scenes.engine import Engine
from linli.scenes.load import load
from linli.scenes.model import Scene

_START = 1_772_600_400.0
_BATCH = 5000
_LINKAGE_BATCH = 500
_EACH = 4
_POINTS_OF_DEVICE = 10
_ROUND_S = 4.0
_NAME = Words(zh="基准", en="bench")
_STORIES = """
[[story]]
title = "acts"
given = []
then = ["1s fan.on"]
[[story]]
title = "does not"
given = []
then = []
"""


def run(*, seconds: float, points: int, scenes: int) -> Iterator[dict[str, object]]:
    """Yield the line of each measurement."""
    yield linkage(seconds=min(seconds, 5.0))
    yield guarded(seconds=seconds, points=points, scenes=scenes)


def guarded(*, seconds: float, points: int, scenes: int) -> dict[str, object]:
    """Measure points that are nearly all normal."""
    names = [f"p{n:03d}" for n in range(max(1, scenes // _EACH))]
    models = _models(names)
    rules = [_held(name, step, models) for name in names for step in range(_EACH)]
    before = _rss()
    engine, built_s = _build(rules, models, points)
    random = np.random.default_rng(1)
    numbers = random.permutation(points).astype(np.uint32) + 1
    ready = [_normal(random, numbers, first) for first in range(0, points, _BATCH)]
    now = _feed_all(engine, ready, _START)
    built = _rss() - before
    gc.collect()
    gc.freeze()
    spans, rows, cpu = [], 0, time.process_time()
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        part = ready[len(spans) % len(ready)]
        now += _ROUND_S / len(ready)
        batch = _at(part, now)
        began = time.perf_counter()
        engine.feed(batch)
        spans.append(time.perf_counter() - began)
        rows += len(part[0])
    cpu = time.process_time() - cpu
    return {
        **_line("guarded", spans, rows),
        "points": points,
        "scenes": len(rules),
        "batch": _BATCH,
        "bytes_per_point": round(built * 2**20 / points),
        "build_s": round(built_s, 2),
        "cpu_share": round(cpu / seconds, 2),
    }


def linkage(*, seconds: float, devices: int = 1000) -> dict[str, object]:
    """Measure the worst: every reading crosses, and every second one gives a command."""
    models = _models(["co"])
    rule = _scene(
        "co",
        "reflex",
        limit="above = 50",
        undo="undo = false",
        alarm="alarm = false",
        models=models,
    )
    engine, _ = _build([rule], models, devices)
    random = np.random.default_rng(1)
    spans, rows, effects, now, turn = [], 0, 0, _START, 0
    firsts = range(0, devices, _LINKAGE_BATCH)
    ready = [_crossing(random, first, high=high) for high in (False, True) for first in firsts]
    ends = time.perf_counter() + seconds
    while time.perf_counter() < ends:
        part = ready[turn % len(ready)]
        turn, now = turn + 1, now + 0.005
        batch = _at(part, now)
        began = time.perf_counter()
        effects += len(engine.feed(batch))
        spans.append(time.perf_counter() - began)
        rows += len(part[0])
    us = sum(spans) / rows * 1e6
    line = _line("linkage", spans, rows)
    return {**line, "us_per_reading": round(us, 2), "effects": effects, "batch": _LINKAGE_BATCH}


def _line(mode: str, spans: list[float], rows: int) -> dict[str, object]:
    ordered = sorted(spans)
    return {
        "bench": "engine",
        "mode": mode,
        "readings_per_s": round(rows / sum(spans)),
        "p50_ms": round(ordered[len(ordered) // 2] * 1000, 3),
        "p99_ms": round(ordered[int(len(ordered) * 0.99)] * 1000, 3),
        "rss_mb": round(_rss(), 1),
        "cores": os.cpu_count(),
    }


def _build(rules: list[Scene], models: dict[str, ThingModel], points: int) -> tuple[Engine, float]:
    """Return an engine over a community of so many points, and how long it took to make."""
    community = _community(list(models.values()), points)
    began = time.perf_counter()
    engine = Engine(scenes=rules, models=models, directory=community, now=_START)
    return engine, time.perf_counter() - began


def _models(names: list[str]) -> dict[str, ThingModel]:
    """Return models of ten points each, among them every name once."""
    services = {
        "fan.on": Service(name=_NAME, inverse="fan.off", ack="none"),
        "fan.off": Service(name=_NAME, inverse="fan.on", ack="none"),
    }
    chunks = [names[at : at + _POINTS_OF_DEVICE] for at in range(0, len(names), _POINTS_OF_DEVICE)]
    return {
        f"m{at}": ThingModel(
            id=f"m{at}",
            name=_NAME,
            category="bench",
            period="30s",
            properties={name: Property(name=_NAME, range=(0, 100)) for name in chunk},
            services=services,
        )
        for at, chunk in enumerate(chunks)
    }


def _held(name: str, step: int, models: dict[str, ThingModel]) -> Scene:
    limit = f'above = {80 + 4 * step}\nhold = "{10 + step}s"\nhysteresis = 2'
    return _scene(
        name, f"{name}_{step}", limit=limit, undo="undo = true", alarm="alarm = true", models=models
    )


def _scene(
    point: str, name: str, *, limit: str, undo: str, alarm: str, models: dict[str, ThingModel]
) -> Scene:
    text = f"""
id = "safety.bench.{name}"
name = {{ zh = "基准", en = "bench" }}
severity = "major"
source = "bench"
needs = {{ sensor = "{point}", actuator = "fan" }}
{alarm}
[when]
point = "{point}"
{limit}
[[do]]
command = "fan.on"
{undo}
{_STORIES}"""
    return load(text, file=name, models=models)


def _community(models: list[ThingModel], points: int) -> Directory:
    devices: list[DeviceEntry] = []
    entries: list[PointEntry] = []
    while len(entries) < points:
        model = models[len(devices) % len(models)]
        device = DeviceEntry(code=f"d{len(devices)}", model=model.id, place=_place(len(devices)))
        devices.append(device)
        for name in list(model.properties)[: points - len(entries)]:
            entries.append(PointEntry(number=len(entries) + 1, device=device.code, name=name))
    return Directory(
        community="bench",
        version=1,
        places=[PlaceEntry(path="e", kind="estate")],
        devices=devices,
        points=entries,
    )


def _place(at: int) -> str:
    return f"e/b{at % 200}"


Part = tuple["np.ndarray", "np.ndarray"]


def _normal(random: np.random.Generator, numbers: "np.ndarray", first: int) -> Part:
    """Return one batch of points that follow each other, one reading in a thousand out of band."""
    chosen = numbers[first : first + _BATCH]
    values = random.uniform(10, 70, len(chosen))
    odd = random.random(len(chosen)) < 0.001
    values[odd] = random.uniform(80.5, 99, int(odd.sum()))
    return chosen, values


def _crossing(random: np.random.Generator, first: int, *, high: bool) -> Part:
    numbers = np.arange(first + 1, first + 1 + _LINKAGE_BATCH).astype(np.uint32)
    return numbers, random.uniform(60, 90, _LINKAGE_BATCH) - (0 if high else 50)


def _at(part: Part, now: float) -> Batch:
    points, values = part
    rows = len(points)
    return Batch("bench", now, points, np.full(rows, now), values, np.zeros(rows, np.uint8))


def _feed_all(engine: Engine, ready: list[Part], now: float) -> float:
    """Let every point be heard once, normal, so that every device is on line."""
    for points, values in ready:
        now += _ROUND_S / len(ready)
        engine.feed(_at((points, np.minimum(values, 70.0)), now))
    return now


def _rss() -> float:
    return psutil.Process().memory_info().rss / 2**20


if __name__ == "__main__":
    import json

    for told in run(seconds=10.0, points=500_000, scenes=256):
        print(json.dumps(told))
