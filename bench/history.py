"""How fast history writes and answers, and what a reading costs on disk.

    ./linli bench history --seconds 5 --points 7000

Readings come in batches of 500, as the gate makes them; values have one decimal and times are whole
milliseconds, as devices send them.
"""

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from linli.adapters.history.store import Store
from linli.contracts.history import How
from linli.devices.batch import Batch

_BATCH = 500
_FLUSH = 200_000
_QUESTIONS = 200
_LAST_OF = 5000


def _batch(random: np.random.Generator, points: int, at: float) -> Batch:
    return Batch(
        community="bench",
        at=at,
        points=random.integers(1, points + 1, _BATCH).astype(np.uint32),
        times=np.round(at - random.random(_BATCH), 3),
        values=np.round(20 + 5 * random.standard_normal(_BATCH), 1),
        quality=np.zeros(_BATCH, np.uint8),
    )


def write(store: Store, *, seconds: float, points: int, start: float) -> tuple[float, float, float]:
    """Return readings a second, the time of the last reading, and the slowest flush in ms."""
    random = np.random.default_rng(1)
    ready = [_batch(random, points, 0.0) for _ in range(_FLUSH // _BATCH)]
    began, rows, slowest = time.perf_counter(), 0, 0.0
    while time.perf_counter() - began < seconds:
        for made in ready:
            at = start + rows / 50_000
            store.append(batch=made._replace(times=made.times + at, at=at), sequence=store.seen + 1)
            rows += _BATCH
        before = time.perf_counter()
        store.flush()
        slowest = max(slowest, time.perf_counter() - before)
    return rows / (time.perf_counter() - began), start + rows / 50_000, slowest * 1000


def ask(store: Store, *, points: int, start: float, end: float) -> dict[str, float]:
    """Return the median and 99th percentile of a chart, and other questions' medians, in ms."""
    random = np.random.default_rng(2)
    chart = [
        _ms(lambda p=p: store.buckets(point=p, start=start, end=end, count=300))
        for p in random.integers(1, points + 1, _QUESTIONS).tolist()
    ]
    raw = [
        _ms(lambda p=p: store.range(point=p, start=start, end=end, limit=10_000))
        for p in random.integers(1, points + 1, _QUESTIONS // 4).tolist()
    ]
    everything = list(range(1, points + 1))
    labels = {f"b{n:02d}": everything[n::20] for n in range(20)}
    by_place = [
        _ms(
            lambda: store.aggregate(
                points=labels, start=start, end=end, how=How.MEAN, step_s=max(1.0, end - start)
            )
        )
        for _ in range(5)
    ]
    last = [_ms(lambda: store.last(points=everything[:_LAST_OF])) for _ in range(5)]
    return {
        "p50_ms": _percentile(chart, 50),
        "p99_ms": _percentile(chart, 99),
        "range_ms": _percentile(raw, 50),
        "aggregate_ms": _percentile(by_place, 50),
        "last_of_5000_ms": _percentile(last, 50),
    }


def _ms(call):
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1000


def _percentile(values: list[float], percent: float) -> float:
    return round(float(np.percentile(values, percent)), 2)


def _rss_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 2**20, 1)


def run(*, seconds: float, points: int, scenes: int = 0) -> Iterator[dict[str, object]]:
    """Measure in a folder that goes away afterwards. Scenes have no part in it."""
    start = 1_795_233_600.0
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as home:
        store = Store(home=Path(home), community="bench")
        rate, end, slowest_ms = write(store, seconds=seconds, points=points, start=start)
        before = ask(store, points=points, start=start - 2, end=end)
        rows = sum(part.rows for part in store.segments)
        segments = len(store.segments)
        compact_ms = _ms(lambda: store.compact(now=end + 2 * 86_400))
        after = ask(store, points=points, start=start - 2, end=end)
        size = sum(part.size for part in store.segments)
        damaged = len(store.check())
        store.close()
    yield {
        "bench": "history",
        "readings_per_s": round(rate),
        **after,
        "p50_before_compaction_ms": before["p50_ms"],
        "slowest_flush_ms": round(slowest_ms, 1),
        "compaction_readings_per_s": round(rows / compact_ms * 1000),
        "bytes_per_reading": round(size / rows, 2),
        "readings": rows,
        "segments": segments,
        "points": points,
        "scenes": scenes,
        "damaged": damaged,
        "rss_mb": _rss_mb(),
        "cores": os.cpu_count(),
    }
