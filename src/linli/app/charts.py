"""Results of benchmarks drawn: bars as SVG, and the page that shows them beside every figure."""

import json
from collections.abc import Callable, Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Any, NamedTuple

_ROW, _LEFT, _BAR, _RIGHT = 26, 270, 420, 110
_TOP = 34
_NAME = "name"
_OURS, _PEER, _INK, _SOFT = "#0f7b6c", "#b7791f", "#1a202c", "#64748b"


class Bar(NamedTuple):
    """One bar. `peer`: somebody else's figure; `target`: where it should be."""

    label: str
    value: float
    peer: bool = False


class Chart(NamedTuple):
    """Bars of one measure, from the lines of one result."""

    name: str
    title: str
    unit: str
    bars: Callable[[Sequence[Mapping[str, Any]]], list[Bar]]
    result: str
    target: float | None = None


def _rates(lines: Sequence[Mapping[str, Any]]) -> list[Bar]:
    found = []
    for line in lines:
        found.append(Bar(f"{line['mode']}, 10 connections", line["readings_per_s"]))
        found.append(Bar(f"{line['mode']}, 900 connections", line["devices_readings_per_s"]))
        if line.get("peer"):
            label = f"{line['peer']} on {line['peer_broker']}, same load"
            found.append(Bar(label, line["peer_readings_per_s"], peer=True))
    return found


def _waits(lines: Sequence[Mapping[str, Any]]) -> list[Bar]:
    found = []
    for line in lines:
        found.append(Bar(f"{line['mode']}, half load, p50", line["p50_ms"]))
        found.append(Bar(f"{line['mode']}, half load, p99", line["p99_ms"]))
        if "safety_p99_ms" in line:
            found.append(Bar("safety at 1.5 × overload, p50", line["safety_p50_ms"]))
            found.append(Bar("safety at 1.5 × overload, p99", line["safety_p99_ms"]))
    return found


def _weights(lines: Sequence[Mapping[str, Any]]) -> list[Bar]:
    kept = {name: mb for name, mb in lines[0]["processes_mb"].items() if name != "simulator"}
    return [Bar("all together", lines[0]["rss_mb"]), *(Bar(n, mb) for n, mb in kept.items())]


CHARTS = (
    Chart("chain-rates", "readings held a second", "/s", _rates, "chain"),
    Chart("chain-waits", "publish to command", "ms", _waits, "chain", target=50),
    Chart("up-weights", "memory, idle with the demo", "MB", _weights, "up", target=400),
)


def draw(*, title: str, unit: str, bars: Sequence[Bar], target: float | None = None) -> str:
    """Return an SVG picture: one bar a row, its figure at its end, a line at the target."""
    most = max([bar.value for bar in bars] + ([target] if target else [])) or 1.0
    width, height = _LEFT + _BAR + _RIGHT, _TOP + _ROW * len(bars) + 12
    rows = [
        f'<text x="0" y="18" font-size="15" font-weight="600" fill="{_INK}">'
        f"{escape(title)} ({escape(unit)})</text>"
    ]
    for number, bar in enumerate(bars):
        y, length = _TOP + number * _ROW, _BAR * bar.value / most
        colour = _PEER if bar.peer else _OURS
        rows += [
            f'<text x="{_LEFT - 10}" y="{y + 15}" text-anchor="end" fill="{_INK}">'
            f"{escape(bar.label)}</text>",
            f'<rect x="{_LEFT}" y="{y + 3}" width="{length:.1f}" height="17" rx="3" '
            f'fill="{colour}"/>',
            f'<text x="{_LEFT + length + 8:.1f}" y="{y + 16}" fill="{_SOFT}">'
            f"{_figure(bar.value)}</text>",
        ]
    if target is not None:
        x = _LEFT + _BAR * target / most
        rows.append(
            f'<path d="M{x:.1f} {_TOP - 4}V{height - 8}" stroke="{_PEER}" '
            f'stroke-dasharray="4 3"/><text x="{x - 4:.1f}" y="{_TOP - 8}" text-anchor="end" '
            f'fill="{_PEER}">target {_figure(target)}</text>'
        )
    inside = "\n".join(rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" '
        f'width="{width}" font-family="sans-serif" font-size="13" role="img" '
        f'aria-label="{escape(title)}">\n<rect width="100%" height="100%" fill="#fff"/>\n'
        f"{inside}\n</svg>"
    )


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else f"{value:.3g}"  # noqa: PLR2004 - three figures


def pictures(results: Path, folder: Path) -> dict[Path, Callable[[], str]]:
    """Return each picture of the results that there are, and what makes it."""
    made: dict[Path, Callable[[], str]] = {}
    for chart in CHARTS:
        file = results / f"{chart.result}.json"
        if file.is_file():
            made[folder / f"bench-{chart.name}.svg"] = _maker(chart, file)
    return made


def _maker(chart: Chart, file: Path) -> Callable[[], str]:
    def make() -> str:
        bars = chart.bars(json.loads(file.read_text("utf-8"))["lines"])
        return draw(title=chart.title, unit=chart.unit, bars=bars, target=chart.target)

    return make


def page(results: Path) -> str:
    """Return the page of every kept result: its picture, its machine, its figures."""
    lines = ["# 实测结果 · Measured", "", "Every result that is kept in `bench/results`, with the"]
    lines += ["machine that it was taken on. [What they mean](../performance.md).", ""]
    for file in sorted(results.glob("*.json")):
        kept = json.loads(file.read_text("utf-8"))
        machine = ", ".join(f"{name} {value}" for name, value in kept["machine"].items())
        command = file.stem.replace("_", " --")
        lines += [f"## {file.stem}", "", f"`./linli bench {command}` on {machine}.", ""]
        for chart in CHARTS:
            if chart.result == file.stem:
                lines += [f"![{chart.title}](../pictures/bench-{chart.name}.svg)", ""]
        named = [one for one in kept["lines"] if _NAME in one]
        lines += _rows(named) if named else []
        for one in kept["lines"]:
            lines += [] if _NAME in one else _table(one)
    return "\n".join(lines)


def _rows(named: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return one table of many things that were measured alike, a line each."""
    columns = list(named[0])
    told = [[json.dumps(one.get(key), ensure_ascii=False) for key in columns[1:]] for one in named]
    lines = [" | ".join([f"`{one[_NAME]}`", *of]) for one, of in zip(named, told, strict=True)]
    head = " | ".join(f"`{key}`" for key in columns)
    return [f"| {head} |", "|" + "---|" * len(columns), *(f"| {line} |" for line in lines), ""]


def _table(line: Mapping[str, Any]) -> list[str]:
    rows = [
        f"| `{name}` | {json.dumps(value, ensure_ascii=False)} |"
        for name, value in line.items()
        if value is not None and name != "bench"
    ]
    return ["| | |", "|---|---|", *rows, ""]
