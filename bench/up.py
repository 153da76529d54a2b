"""How long `./linli up` takes to serve, and what it weighs when nothing much happens."""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[1]
READY_S = 120


def pss_mb(pid: int) -> float:
    """Return the proportional set size of a process: shared pages counted by share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text("utf-8").splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError(f"no Pss of {pid}")


def _family(pid: int) -> list[int]:
    return [pid, *(child.pid for child in psutil.Process(pid).children(recursive=True))]


def _start(home: str) -> tuple[subprocess.Popen[bytes], float]:
    command = [
        sys.executable, "-m", "linli.app", "up", "--no-screens", "--port", "18080",
        "--mqtt-port", "18830",
    ]  # fmt: skip
    began = time.monotonic()
    process = subprocess.Popen(
        command, cwd=ROOT, stdout=subprocess.DEVNULL, env={**os.environ, "LINLI_HOME": home}
    )
    ready = Path(home) / "ready.json"
    while not ready.exists():
        if process.poll() is not None or time.monotonic() - began > READY_S:
            process.kill()
            raise RuntimeError("linli did not come up; see its linli.log")
        time.sleep(0.05)
    return process, time.monotonic() - began


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGINT)
    process.wait(30)


def run(*, seconds: float, points: int, scenes: int) -> Iterator[dict[str, object]]:
    """Start twice over one new home: first with the sowing of the demo, then again."""
    del points, scenes
    with tempfile.TemporaryDirectory(prefix="linli-bench-") as home:
        first, sowing_s = _start(home)
        _stop(first)
        again, ready_s = _start(home)
        try:
            time.sleep(max(seconds, 5.0))
            told = json.loads((Path(home) / "ready.json").read_text("utf-8"))
            weights = {
                name: round(sum(map(pss_mb, [pid] if name == "supervisor" else _family(pid))), 1)
                for name, pid in told["pids"].items()
            }
        finally:
            _stop(again)
    ours = {name: mb for name, mb in weights.items() if name != "simulator"}
    yield {
        "bench": "up",
        "readings_per_s": None,
        "p50_ms": None,
        "p99_ms": None,
        "rss_mb": round(sum(ours.values()), 1),
        "measure": "proportional set size, simulator left out",
        "cores": os.cpu_count(),
        "ready_first_s": round(sowing_s, 2),
        "ready_s": round(ready_s, 2),
        "processes_mb": weights,
    }
