"""Faults in words and figures, as people read them."""

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
import numpy as np

from linli.contracts.effects import Severity
from linli.devices.health.fleet import Fleet
from linli.devices.health.kinds import FIGURES, OF_DEVICE, OF_POINT, Kind
from linli.devices.health.memory import Memory
from linli.kernel.words import Words

_GRAVE = frozenset({Kind.OFFLINE, Kind.STUCK, Kind.OUT_OF_RANGE})
"""What makes a device of the safety lane blind."""

_OF_THE_WAY = (Kind.OFFLINE, Kind.FLAPPING, Kind.GAPS)
"""What a device has because its gateway has it."""

_MOST_STEPS = 4
_WORDS: Mapping[Kind, tuple[Words, ...]] = {
    Kind.OFFLINE: (
        Words(
            zh="失联 {silent_h} 小时（超过 {offline_after_h} 小时算离线）",
            en="silent for {silent_h} h (off line after {offline_after_h} h)",
        ),
    ),
    Kind.GAPS: (
        Words(
            zh="数据缺失：应有的读数只收到 {received_pct}%，平时 {usual_pct}%",
            en="readings are missing: {received_pct}% of those due came, usually {usual_pct}%",
        ),
    ),
    Kind.FLAPPING: (
        Words(
            zh="时断时续：24 小时内有 {hours_of_24} 个小时上下线",
            en="goes up and down: in {hours_of_24} of the last 24 hours",
        ),
    ),
    Kind.CLOCK: (
        Words(
            zh="时钟不准：{wrong_pct}% 的读数时间不可信，落后 {behind_min} 分钟",
            en="wrong clock: {wrong_pct}% of its times cannot be, {behind_min} min behind",
        ),
    ),
    Kind.STUCK: (
        Words(
            zh="{point} 停在 {value}{unit} 已 {still_h} 小时，以往最长 {longest_before_h} 小时",
            en="{point} stands at {value}{unit} for {still_h} h, never longer than"
            " {longest_before_h} h before",
        ),
        Words(
            zh="；同时 {neighbours_moving_pct}% 的同类邻居在变化",
            en="; {neighbours_moving_pct}% of its neighbours move",
        ),
    ),
    Kind.OUT_OF_RANGE: (
        Words(
            zh="{point} 有 {out_of_range_pct}% 的读数超出量程",
            en="{out_of_range_pct}% of the readings of {point} are out of range",
        ),
    ),
    Kind.DRIFT: (
        Words(
            zh="{point} 与 {neighbours} 个同类邻居渐行渐远：比以往偏 {shift}{unit}"
            "（限 {limit}{unit}）",
            en="{point} parts from its {neighbours} neighbours: {shift}{unit} off what was usual"
            " (limit {limit}{unit})",
        ),
    ),
    Kind.BATTERY: (
        Words(zh="{point} 剩 {level_pct}%", en="{point}: {level_pct}% left"),
        Words(zh="，每天掉 {fall_pct_a_day}%", en=", {fall_pct_a_day}% less each day"),
    ),
    Kind.SIGNAL: (
        Words(zh="{point} 为 {value}{unit}", en="{point}: {value}{unit}"),
        Words(zh="，平时 {usual}{unit}", en=", usually {usual}{unit}"),
    ),
}
"""What is said of each kind; a further part only where its figures are known."""


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """Something wrong with a device, once for each kind. `since` is epoch seconds.

    `points` are those that show it, none for the device itself; the figures are of the first.
    `behind` is the gateway whose own link is at fault: what stands behind it is not to blame.
    """

    device: str
    kind: Kind
    severity: Severity
    since: float
    words: Words
    figures: Mapping[str, float]
    points: tuple[str, ...] = ()
    behind: str | None = None


def faults(*, fleet: Fleet, memory: Memory) -> tuple[Fault, ...]:
    """Return what is wrong now, in the order of codes and kinds."""
    found = [*_of_devices(fleet, memory), *_of_points(fleet, memory)]
    return tuple(sorted(found, key=lambda fault: (fault.device, fault.kind)))


def _of_devices(fleet: Fleet, memory: Memory) -> list[Fault]:
    rows = memory.devices
    out = []
    for device, at in np.argwhere(rows["found"]).tolist():
        kind = OF_DEVICE[at]
        out.append(
            Fault(
                device=fleet.devices[device].code,
                kind=kind,
                severity=_severity(kind, safety=bool(fleet.safety[device])),
                since=float(rows["since"][device, at]),
                words=_said(kind, _figures(kind, rows["figures"][device, at].tolist()), {}),
                figures=_figures(kind, rows["figures"][device, at].tolist()),
                behind=_behind(fleet, memory, device) if kind in _OF_THE_WAY else None,
            )
        )
    return out


def _behind(fleet: Fleet, memory: Memory, device: int) -> str | None:
    """Return the gateway whose own link is at fault, the nearest one going up."""
    up = int(fleet.gateway[device])
    for _ in range(_MOST_STEPS):
        if up < 0:
            return None
        if any(memory.devices["found"][up, OF_DEVICE.index(kind)] for kind in _OF_THE_WAY):
            return fleet.devices[up].code
        up = int(fleet.gateway[up])
    return None


def _of_points(fleet: Fleet, memory: Memory) -> list[Fault]:
    """Return one fault for each device and kind, told of the point that showed it first."""
    rows = memory.points
    shown: dict[tuple[int, int], list[int]] = defaultdict(list)
    for point, at in np.argwhere(rows["found"]).tolist():
        shown[int(fleet.owner[point]), at].append(point)
    out = []
    for (device, at), points in shown.items():
        first = min(points, key=lambda point: float(rows["since"][point, at]))
        kind = OF_POINT[at]
        figures = _figures(kind, rows["figures"][first, at].tolist())
        out.append(
            Fault(
                device=fleet.devices[device].code,
                kind=kind,
                severity=_severity(kind, safety=bool(fleet.safety[device])),
                since=float(rows["since"][first, at]),
                words=_said(kind, figures, _named(fleet, first)),
                figures=figures,
                points=tuple(fleet.points[one].name for one in sorted({first, *points})),
            )
        )
    return out


def _severity(kind: Kind, *, safety: bool) -> Severity:
    return Severity.MAJOR if safety and kind in _GRAVE else Severity.MINOR


def _figures(kind: Kind, told: Sequence[float]) -> dict[str, float]:
    """Return the figures that are known, none longer than it is exact."""
    named = zip(FIGURES[kind], told, strict=False)
    return {name: round(value, 3) for name, value in named if math.isfinite(value)}


def _named(fleet: Fleet, point: int) -> dict[str, Words]:
    shape = fleet.properties[point]
    code = fleet.points[point].name
    name = shape.name if shape else Words(zh=code, en=code)
    unit = shape.unit if shape else ""
    gap = "" if unit in {"", "%"} else " "
    return {"point": name, "unit": Words(zh=f"{gap}{unit}", en=f"{gap}{unit}")}


def _said(kind: Kind, figures: Mapping[str, float], names: Mapping[str, Words]) -> Words:
    numbers = {name: f"{value:.4g}" for name, value in figures.items()}
    return Words(
        zh=_sentence(kind, numbers | {name: text.zh for name, text in names.items()}, "zh"),
        en=_sentence(kind, numbers | {name: text.en for name, text in names.items()}, "en"),
    )


def _sentence(kind: Kind, known: Mapping[str, str], language: str) -> str:
    first, *further = (words.in_(language) for words in _WORDS[kind])
    parts = [first.format_map(_Known(known))]
    parts += [part.format_map(known) for part in further if _all_known(part, known)]
    return "".join(parts)


def _all_known(part: str, known: Mapping[str, str]) -> bool:
    try:
        part.format_map(known)
    except KeyError:
        return False
    return True


class _Known(dict[str, str]):
    """Figures of which one may not be known: a dash stands for it."""

    def __missing__(self, key: str) -> str:
        return "–"
