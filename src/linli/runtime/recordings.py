"""Recordings of others: a folder of CSV files, each the log of one device, and what to call it."""

import csv
import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
import numpy as np
import numpy.typing as npt

from linli.contracts.directory import (
    DeviceEntry,
    Directory,
    LimitEntry,
    PlaceEntry,
    PointEntry,
)
from linli.contracts.readings import Batch, Quality
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.trials.comparing import Happened, Ran
from linli.scenes.backtest import Firing, run
from linli.scenes.model import Scene

PLACE = "recorded"
_FAULT = Words(zh="记录中的故障", en="the recorded fault")
_FALSE = frozenset({"", "0", "0.0", "false", "no"})


class BadRecording(Fault):
    """A file that the map does not fit: `reason` says how."""

    key = "runtime.bad_recording"
    status = 422


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """A column that becomes a point: value × `scale` + `offset`."""

    name: str
    scale: float = 1.0
    offset: float = 0.0


class Told(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the columns of a recording mean. `label` is the column that says when something was
    wrong, if one does.
    """

    model: str
    time: str
    columns: Mapping[str, Column]
    label: str = ""
    separator: str = ","
    zone: str = "Asia/Shanghai"


class Recording(msgspec.Struct, frozen=True, kw_only=True):
    """One file: a device, its readings, and for each row its time and whether something was wrong,
    in order of time.

    `wrong` is empty where the recording does not say.
    """

    device: str
    batch: Batch
    times: npt.NDArray[np.float64]
    wrong: npt.NDArray[np.bool_]


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A folder of recordings, as a community of one place."""

    directory: Directory
    recordings: Sequence[Recording]
    happened: Sequence[Happened]


def read_map(rows: object, *, file: str) -> Told:
    """Return a map of columns.

    :raises BadRecording: naming what is wrong with it
    """
    try:
        return msgspec.convert(rows, Told)
    except msgspec.ValidationError as error:
        raise BadRecording(file=file, row=0, reason=str(error)) from error


def read(*, folder: Path, told: Told, models: Mapping[str, ThingModel]) -> Taken:
    """Return the recordings in a folder, by the names of its files.

    :raises BadRecording: if there is none, or one does not fit the map
    """
    model = models.get(told.model)
    strange = sorted(set(told.columns) - set(model.points())) if model else [told.model]
    if strange:
        raise BadRecording(file=str(folder), row=0, reason=f"unknown here: {', '.join(strange)}")
    files = sorted(folder.glob("*.csv"), key=lambda file: (len(file.stem), file.stem))
    if not files:
        raise BadRecording(file=str(folder), row=0, reason="no *.csv in it")
    names = list(told.columns)
    directory = Directory(
        community=PLACE,
        version=1,
        places=[PlaceEntry(path=PLACE, kind="estate")],
        devices=[DeviceEntry(code=one.stem, model=told.model, place=PLACE) for one in files],
        points=[
            PointEntry(number=1 + at * len(names) + n, device=one.stem, name=name)
            for at, one in enumerate(files)
            for n, name in enumerate(names)
        ],
    )
    assert model is not None, "a model nobody knows was refused above"
    recordings = [
        _recording(file, told, model, first=1 + at * len(names)) for at, file in enumerate(files)
    ]
    return Taken(
        directory=directory,
        recordings=recordings,
        happened=[part for one in recordings for part in _happened(one)],
    )


def _recording(file: Path, told: Told, model: ThingModel, *, first: int) -> Recording:
    zone = ZoneInfo(told.zone)
    times, rows, wrong = [], [], []
    with file.open(encoding="utf-8", newline="") as text:
        for number, row in enumerate(csv.DictReader(text, delimiter=told.separator), start=2):
            try:
                times.append(_time(row[told.time], zone))
                rows.append([_value(row[one.name], one) for one in told.columns.values()])
                wrong.append(bool(told.label) and row[told.label].lower() not in _FALSE)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                raise BadRecording(file=file.name, row=number, reason=repr(error)) from error
    if not rows:
        raise BadRecording(file=file.name, row=1, reason="no rows")
    at = np.array(times)
    order = np.argsort(at, kind="stable")
    return Recording(
        device=file.stem,
        batch=_batch(at[order], np.array(rows)[order], told, model, first=first),
        times=at[order],
        wrong=np.array(wrong, bool)[order] if told.label else np.zeros(0, bool),
    )


def _time(text: str, zone: ZoneInfo) -> float:
    """Return the instant of a text: ISO 8601, or epoch seconds.

    :raises ValueError: if it is none
    """
    try:
        at_s = float(text)
    except ValueError:
        at = datetime.fromisoformat(text)
        return (at if at.tzinfo else at.replace(tzinfo=zone)).timestamp()
    if not math.isfinite(at_s):
        raise ValueError(f"{text} is no time")
    return at_s


def _value(text: str, column: Column) -> float:
    return float(text) * column.scale + column.offset if text.strip() else math.nan


def _batch(
    at: npt.NDArray[np.float64],
    values: npt.NDArray[np.float64],
    told: Told,
    model: ThingModel,
    *,
    first: int,
) -> Batch:
    """Return the readings in order of time, each flagged as the gate would; gaps left out."""
    points = np.arange(first, first + values.shape[1], dtype=np.uint32)
    quality = np.zeros(values.shape, np.uint8)
    for n, name in enumerate(told.columns):
        span = model.properties[name].range if name in model.properties else None
        if span is not None:
            outside = (values[:, n] < span[0]) | (values[:, n] > span[1])
            quality[outside, n] = int(Quality.OUT_OF_RANGE)
    known = ~np.isnan(values)
    times = np.broadcast_to(at[:, None], values.shape)[known]
    order = np.argsort(times, kind="stable")
    return Batch(
        community=PLACE,
        at=float(at.max()),
        points=np.broadcast_to(points, values.shape)[known][order],
        times=times[order],
        values=values[known][order],
        quality=quality[known][order],
    )


def _happened(one: Recording) -> list[Happened]:
    """Return the stretches in which something was wrong, each as one thing that happened."""
    if not len(one.wrong):
        return []
    edges = np.flatnonzero(np.diff(np.concatenate(([False], one.wrong)).astype(np.int8)) == 1)
    return [
        Happened(
            kind="alarm",
            id=int(row),
            at=float(one.times[row]),
            device=one.device,
            place=PLACE,
            title=_FAULT,
        )
        for row in edges.tolist()
    ]


def tried(
    *,
    scene: Scene,
    models: Mapping[str, ThingModel],
    taken: Taken,
    limits: Sequence[LimitEntry] = (),
) -> Ran:
    """Return what a scene finds in each recording by itself, one after another."""
    firings: list[Firing] = []
    for one in taken.recordings:
        firings += fired(scene=scene, models=models, taken=taken, one=one, limits=limits)
    every = [one.times for one in taken.recordings]
    return Ran(
        start=float(min(times.min() for times in every)),
        end=float(max(times.max() for times in every)),
        readings=sum(len(one.batch.points) for one in taken.recordings),
        points=len(taken.directory.points),
        devices=len(taken.recordings),
        seconds=0.0,
        firings=sorted(firings, key=lambda firing: firing.began),
    )


def fired(
    *,
    scene: Scene,
    models: Mapping[str, ThingModel],
    taken: Taken,
    one: Recording,
    limits: Sequence[LimitEntry] = (),
    rows: int | None = None,
) -> list[Firing]:
    """Return what a scene finds in one recording, or in its first rows."""
    end = float(one.times[-1] if rows is None else one.times[rows - 1])
    upto = int(np.searchsorted(one.batch.times, end, side="right"))
    place = msgspec.structs.replace(
        taken.directory,
        devices=[device for device in taken.directory.devices if device.code == one.device],
        points=[point for point in taken.directory.points if point.device == one.device],
        limits=list(limits),
    )
    batch = one.batch._replace(
        points=one.batch.points[:upto],
        times=one.batch.times[:upto],
        values=one.batch.values[:upto],
        quality=one.batch.quality[:upto],
    )
    return run(
        scene=scene,
        models=models,
        directory=place,
        batches=[batch],
        start=float(one.times[0]),
        until=end,
    )
