"""`./linli bench NAME`: measure ourselves, beside a peer where there is one."""

import json
import platform
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import click
import psutil

_ROOT = next(p for p in Path(__file__).resolve().parents if (p / "pyproject.toml").is_file())
_RESULTS = _ROOT / "bench" / "results"
NAMES = (
    "engine",
    "chain",
    "charging",
    "sensors",
    "history",
    "up",
    "doors",
    "drivers",
    "health",
    "skab",
    "audit",
    "lists",
    "passages",
)
_DATA = {"skab"}
"""Those that need recordings which are not ours to keep here."""


def machine() -> dict[str, object]:
    """Return what a reader must know of this machine to weigh a figure."""
    model = next(
        (line.partition(":")[2].strip() for line in _cpuinfo() if line.startswith("model name")),
        platform.machine(),
    )
    return {
        "cpu": model,
        "cores": psutil.cpu_count(),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def _cpuinfo() -> list[str]:
    path = Path("/proc/cpuinfo")
    return path.read_text("utf-8").splitlines() if path.is_file() else []


def _recordings(name: str, data: Path | None) -> Path:
    """Return the folder of recordings that a measurement needs; end with 2 where it is absent."""
    folder = data or _ROOT.parent / "shared" / "data" / name
    if not any(folder.rglob("*.csv")):
        click.echo(f"not run: no recordings in {folder}; say with --data where they are", err=True)
        raise SystemExit(2)
    return folder


@click.command()
@click.argument("name", type=click.Choice(NAMES))
@click.option("--seconds", default=10.0, show_default=True, help="How long each measurement runs.")
@click.option("--points", default=500_000, show_default=True, help="Points of the community.")
@click.option("--scenes", default=256, show_default=True, help="Scenes that are loaded.")
@click.option("--data", type=click.Path(path_type=Path),
              help="Where recordings lie that skab asks for; else ../shared/data.")  # fmt: skip
@click.option(
    "--ocpp",
    is_flag=True,
    help="Of charging: each charge point on a websocket to the real processes.",
)
@click.option("--sessions", default=1_000, show_default=True, help="Of charging: how many at once.")
@click.option("--list", "lists", multiple=True, help="Of lists: these alone, as my/passages.")
@click.option("--keep", is_flag=True, help="Keep the result, with the machine, in bench/results/.")
def bench(
    *,
    name: str,
    seconds: float,
    points: int,
    scenes: int,
    data: Path | None,
    ocpp: bool,
    sessions: int,
    lists: tuple[str, ...],
    keep: bool,
) -> None:
    """Measure; each line of standard output is JSON, the last one the result."""
    more: dict[str, Any] = {"data": _recordings(name, data)} if name in _DATA else {}
    if name == "charging":
        more = {"ocpp": ocpp, "sessions": sessions}
    if name == "lists":
        more = {"only": lists}
    if lists and keep:
        raise click.UsageError("what is kept is of all lists")
    sys.path.insert(0, str(_ROOT))
    run = import_module(f"bench.{name}").run
    lines: Iterable[dict[str, Any]] = run(seconds=seconds, points=points, scenes=scenes, **more)
    kept = []
    for line in lines:
        kept.append(line)
        click.echo(json.dumps(line))
    if keep:
        _RESULTS.mkdir(parents=True, exist_ok=True)
        told = {"machine": machine(), "lines": kept}
        file = f"{name}_ocpp" if more.get("ocpp") else name
        (_RESULTS / f"{file}.json").write_text(json.dumps(told, indent=1) + "\n", "utf-8")
