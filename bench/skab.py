"""Whether the pump scenes of the catalogue find the faults that were made in a real pump.

    ./linli bench skab --data ../shared/data/skab

Sixteen runs of a pump loop, a row a second; in each somebody shuts a valve. The first 400 rows of a
run are normal: from them, and from nothing else of the run, each pump's own limits are found. The
rows after them are compared with what is written there of faults. Beside it stand who always cries
alarm, and two peers that learn from the same 400 rows.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from linli.app import catalogue
from linli.contracts.directory import LimitEntry
from linli.contracts.things import ThingModel
from linli.runtime import recordings
from linli.runtime.recordings import Column, Recording, Taken, Told
from linli.scenes import fitting
from linli.scenes.model import Scene

NORMAL = 400
"""Rows at the beginning of each run that are known to be normal."""
_LITRES_A_MINUTE_IN_M3_H = 0.06
_BAR_IN_MPA = 0.1
MAP = Told(
    model="pump_monitor",
    time="datetime",
    separator=";",
    zone="UTC",
    label="anomaly",
    columns={
        "pump_acceleration_g": Column(name="Accelerometer1RMS"),
        "motor_acceleration_g": Column(name="Accelerometer2RMS"),
        "current_a": Column(name="Current"),
        "outlet_pressure_mpa": Column(name="Pressure", scale=_BAR_IN_MPA),
        "motor_temperature_c": Column(name="Temperature"),
        "water_temperature_c": Column(name="Thermocouple"),
        "voltage_v": Column(name="Voltage"),
        "flow_m3_h": Column(name="Volume Flow RateRMS", scale=_LITRES_A_MINUTE_IN_M3_H),
    },
)
FLOW = "service.water_supply.pump_delivers_less"
FITTED = {
    FLOW: ("all.1.below",),
    "device_health.fault.pump_shakes": ("any.0.above", "any.1.above"),
    "device_health.fault.pump_motor_hot": ("above",),
}
"""The pump scenes, and the numbers of each that are the pump's own."""
_HOLDS_S, _CLEARS_S = (2.0, 3.0, 5.0, 9.0), (5.0, 10.0, 15.0)

Rows = npt.NDArray[np.bool_]


class Counted(NamedTuple):
    """Rows after the normal ones: found, falsely told, missed, rightly passed over."""

    hits: int
    false: int
    missed: int
    quiet: int

    def figures(self) -> dict[str, float]:
        """Return F1, precision, recall, and the shares of false and of missed alarms."""
        hits, false, missed, quiet = self
        return {
            "f1": _share(2 * hits, 2 * hits + false + missed),
            "precision": _share(hits, hits + false),
            "recall": _share(hits, hits + missed),
            "false_alarm_rate": _share(false, false + quiet),
            "missed_alarm_rate": _share(missed, hits + missed),
        }


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


class Proof:
    """The runs, the scenes, and what each scene finds in each run."""

    def __init__(self, *, taken: Taken, scenes: Mapping[str, Scene],
                 models: Mapping[str, ThingModel]) -> None:  # fmt: skip
        self.taken, self.scenes, self.models = taken, scenes, models
        self.runs = taken.recordings

    def found(self, scene: str, run: Recording, more: Mapping[str, float]) -> Rows:
        """Return the rows at which a scene acts, its own limits fitted to the run's first rows."""
        held = [
            LimitEntry(scene=scene, target=run.device, key=key, value=value)
            for key, value in more.items()
        ]
        limits = held + [one for key in FITTED[scene] for one in self.fit(scene, key, run, held)]
        rows = np.zeros(len(run.times), bool)
        for began, ended in self._fired(scene, run, limits):
            rows |= (run.times >= began) & (run.times < ended)
        return rows

    def fit(
        self, scene: str, key: str, run: Recording, held: Sequence[LimitEntry]
    ) -> list[LimitEntry]:
        """Return a pump's own limit as overrides; none where no limit would leave it quiet."""
        [number] = [one for one in fitting.numbers(self.scenes[scene]) if one.key == key]

        def changed(value: float) -> list[LimitEntry]:
            return fitting.entries(
                scene=self.scenes[scene],
                target=run.device,
                number=number,
                value=value,
                standing={},
            )

        point = next(
            one.number
            for one in self.taken.directory.points
            if (one.device, one.name) == (run.device, number.point)
        )
        known = (run.batch.points == point) & (run.batch.times <= run.times[NORMAL - 1])
        value = fitting.tightest(
            number=number,
            seen=run.batch.values[known],
            quiet=lambda one: not self._fired(scene, run, [*held, *changed(one)], rows=NORMAL),
        )
        return [] if value is None else changed(value)

    def _fired(
        self, scene: str, run: Recording, limits: Sequence[LimitEntry], rows: int | None = None
    ) -> list[tuple[float, float]]:
        found = recordings.fired(
            scene=self.scenes[scene], models=self.models, taken=self.taken, one=run,
            limits=limits, rows=rows,
        )  # fmt: skip
        return [(one.began, np.inf if one.ended is None else one.ended) for one in found]


def count(runs: Sequence[Recording], told: Sequence[Rows]) -> Counted:
    """Return what was told against what was wrong, over the rows after the normal ones."""
    wrong = np.concatenate([run.wrong[NORMAL:] for run in runs])
    said = np.concatenate([rows[NORMAL:] for rows in told])
    return Counted(
        hits=int((said & wrong).sum()),
        false=int((said & ~wrong).sum()),
        missed=int((~said & wrong).sum()),
        quiet=int((~said & ~wrong).sum()),
    )


def columns(run: Recording) -> npt.NDArray[np.float64]:
    """Return a run as rows of its sensors, for the peers."""
    width = len(MAP.columns)
    order = np.lexsort((run.batch.points, run.batch.times))
    return run.batch.values[order].reshape(-1, width)


def three_sigma(run: Recording) -> Rows:
    """Return the rows at which any sensor is farther than 3 σ from its mean while normal."""
    values = columns(run)
    mean, spread = values[:NORMAL].mean(0), values[:NORMAL].std(0)
    far: Rows = (np.abs(values - mean) > 3 * spread).any(1)
    return far


def t_squared(run: Recording) -> Rows:
    """Return the rows farther from normal, by Hotelling's T², than 99 % of the normal rows are."""
    values = columns(run)
    normal = values[:NORMAL]
    inverse = np.linalg.pinv(np.cov(normal.T))
    away = values - normal.mean(0)
    distance = np.einsum("ij,jk,ik->i", away, inverse, away)
    far: Rows = distance > np.quantile(distance[:NORMAL], 0.99)
    return far


def faults(runs: Sequence[Recording], told: Sequence[Rows]) -> dict[str, Any]:
    """Return how many faults were found at all, how many seconds after they began, and how many
    alarms began while nothing was wrong, after the rows known to be normal.
    """
    found, after_s, false = 0, [], 0
    for run, rows in zip(runs, told, strict=True):
        wrong = np.flatnonzero(run.wrong)
        hits = np.flatnonzero(rows & run.wrong)
        found += bool(len(hits))
        after_s += [float(run.times[hits[0]] - run.times[wrong[0]])] if len(hits) else []
        begins = np.flatnonzero(np.diff(rows.astype(np.int8)) == 1) + 1
        false += int((~run.wrong[begins] & (begins >= NORMAL)).sum())
    return {
        "faults": len(runs),
        "faults_found": found,
        "found_after_s_median": float(np.median(after_s)) if after_s else None,
        "alarms_begun_while_nothing_was_wrong": false,
    }


def left_out(proof: Proof) -> dict[str, Any]:
    """Return the figures of the flow scene, each run judged with the holds best on the others."""
    tried = {
        (hold, clear): [
            proof.found(FLOW, run, {"all.1.hold": hold, "clear.hold": clear}) for run in proof.runs
        ]
        for hold, clear in product(_HOLDS_S, _CLEARS_S)
    }
    chosen, told = [], []
    for at in range(len(proof.runs)):
        others = [n for n in range(len(proof.runs)) if n != at]

        def f1(rows: list[Rows], others: list[int] = others) -> float:
            part = count([proof.runs[n] for n in others], [rows[n] for n in others])
            return part.figures()["f1"]

        best = max(tried, key=lambda one: f1(tried[one]))
        chosen.append(best)
        told.append(tried[best][at])
    every = [count(proof.runs, rows).figures()["f1"] for rows in tried.values()]
    return {
        **count(proof.runs, told).figures(),
        "holds_chosen_s": sorted(set(chosen)),
        "worst_holds_f1": min(every),
        "best_holds_f1": max(every),
    }


def run(*, data: Path, **_: object) -> Iterator[dict[str, Any]]:
    """Yield the figures of each scene and of each peer; the last line is the result."""
    models, _wrong = catalogue.models()
    known = {scene.id: scene for scene in catalogue.load().scenes}
    taken = recordings.read(folder=data / "valve1", told=MAP, models=models)
    proof = Proof(taken=taken, scenes={one: known[one] for one in FITTED}, models=models)
    by_scene = {scene: [proof.found(scene, run, {}) for run in proof.runs] for scene in FITTED}
    for scene, told in by_scene.items():
        yield {"scene": scene, **count(proof.runs, told).figures()}
    together = [np.logical_or.reduce(rows) for rows in zip(*by_scene.values(), strict=True)]
    peers: dict[str, Callable[[Recording], Rows]] = {
        "always": lambda run: np.ones(len(run.times), bool),
        "three_sigma": three_sigma,
        "t_squared": t_squared,
    }
    found = {
        name: count(proof.runs, [peer(run) for run in proof.runs]).figures()
        for name, peer in peers.items()
    }
    for name, figures in found.items():
        yield {"peer": name, **figures}
    yield {"left_one_run_out": left_out(proof)}
    yield {
        "bench": "skab",
        "runs": len(proof.runs),
        "rows": int(sum(len(run.times) - NORMAL for run in proof.runs)),
        **count(proof.runs, together).figures(),
        **faults(proof.runs, together),
        "always_f1": found["always"]["f1"],
        "three_sigma_f1": found["three_sigma"]["f1"],
        "t_squared_f1": found["t_squared"]["f1"],
    }
