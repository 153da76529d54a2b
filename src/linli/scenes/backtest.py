"""A back-test: one scene over recorded readings, as if it had been on. Effects go nowhere.

Readings arrive at their own times of measurement, in that order. Rows that change nothing are
taken in long stretches; where one does, or something falls due, time is cut there. Rows less than
`GRAIN_S` after the first that matters arrive together with it.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta, timezone, tzinfo
from math import inf

import msgspec
import numpy as np
import numpy.typing as npt

from linli.contracts.directory import DeviceEntry, Directory
from linli.contracts.effects import AlarmCleared, AlarmRaised, AnyEffect, Because
from linli.contracts.readings import Batch, Quality
from linli.contracts.signals import AnySignal
from linli.contracts.things import ThingModel
from linli.scenes.clockwork import WorkingDay, weekdays
from linli.scenes.engine import Engine
from linli.scenes.faults import TooManyFirings
from linli.scenes.model import Scene
from linli.scenes.plan import Plan
from linli.scenes.seen import offline_after
from linli.scenes.vocabulary import family

GRAIN_S = 1.0
MOST_FIRINGS = 100_000
_CHINA = timezone(timedelta(hours=8))
_SHORT, _LONG = 512, 65_536
_UNSEEN = int(Quality.OUT_OF_RANGE)
_NEAR = (None, "device")
_HOUR_S = 3600.0
_OFTEN = 4
"""How often within its patience a device is heard at most, by points that do not matter else."""


class Firing(msgspec.Struct, frozen=True, kw_only=True):
    """The scene would have acted. Times are epoch seconds; `ended` is None while it still would.

    `device` is None where the scene stands for a place. `because` is the reading that tipped it.
    """

    began: float
    ended: float | None
    device: str | None
    place: str
    because: Because | None


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What of a community a scene can be moved by.

    `looked` are the numbers of the points at which it looks. `others` are the other points of
    those devices, each with a number of its device: that one of them spoke tells that the device
    was there, and one of them in `speaks_s` is enough to know it.
    """

    directory: Directory
    looked: frozenset[int]
    others: Mapping[int, int]
    speaks_s: float


def scope(*, scene: Scene, models: Mapping[str, ThingModel], directory: Directory) -> Scope:
    """Return what a scene looks at, and a directory of no more than that.

    Limits are those of this scene. Who works on a device now did not then: maintenance is left out.
    So are the scenes of the community, and how they stand: only the one given is tried, by the text
    given.
    """
    plan = Plan(scene)
    looks = (*plan.when_looks, *plan.clear_looks)
    names = {look.point for look in looks if look.point} | set(scene.sensors)
    whole = any(not look.point for look in looks)
    far = any(not look.point and look.where not in _NEAR for look in looks)
    owners = {one.device for one in directory.points if far or one.name in names}
    devices = [
        msgspec.structs.replace(one, maintenance_until=0.0)
        for one in directory.devices
        if one.code in owners or _acts(one, scene, models)
    ]
    kept = {one.code for one in devices}
    points = [one for one in directory.points if one.device in kept]
    looked = frozenset(one.number for one in points if whole or one.name in names)
    number = {one.code: at for at, one in enumerate(devices)}
    patience = {
        one.model: offline_after(models[one.model]) for one in devices if one.model in models
    }
    return Scope(
        directory=msgspec.structs.replace(
            _without_scenes(directory),
            devices=devices,
            points=points,
            limits=[one for one in directory.limits if one.scene == scene.id],
        ),
        looked=looked,
        others={one.number: number[one.device] for one in points if one.number not in looked},
        speaks_s=min(patience.values(), default=_HOUR_S) / _OFTEN,
    )


def _without_scenes(directory: Directory) -> Directory:
    """Return a directory in which no scene is off, in shadow, or another than the catalogue's; its
    modes are those of now, as if they had been so for long.
    """
    return msgspec.structs.replace(
        directory,
        scenes=(),
        scenes_off=frozenset(),
        scenes_shadow=frozenset(),
        modes=[msgspec.structs.replace(one, since=0.0) for one in directory.modes],
    )


def _acts(device: DeviceEntry, scene: Scene, models: Mapping[str, ThingModel]) -> bool:
    model = models.get(device.model)
    return model is not None and any(family(name) in scene.actuators for name in model.services)


class Backtest:
    """One scene being tried. Feed it, finish it, and look at `firings`, in order of beginning."""

    def __init__(
        self,
        *,
        scene: Scene,
        models: Mapping[str, ThingModel],
        directory: Directory,
        start: float,
        signals: Sequence[AnySignal] = (),
        working_day: WorkingDay = weekdays,
        zone: tzinfo = _CHINA,
    ) -> None:
        self._scene, self._momentary = scene.id, Plan(scene).momentary
        self._engine = Engine(
            scenes=[msgspec.structs.replace(scene, alarm=True, do=())],
            models=models,
            directory=_without_scenes(directory),
            now=start,
            working_day=working_day,
            zone=zone,
        )
        self._signals = _told_by(start, signals)
        self._block = _SHORT
        self._open: dict[str, int] = {}
        self.firings: list[Firing] = []
        self.readings = 0

    def feed(self, batch: Batch) -> None:
        """Take recorded readings, none of them older than what was fed before."""
        slots = self._engine.wiring.slots_of(batch.points)
        order = np.argsort(batch.times, kind="stable")
        order = order[slots[order] >= 0]
        self.readings += len(order)
        self._replay(
            batch._replace(
                points=batch.points[order],
                times=batch.times[order],
                values=batch.values[order],
                quality=batch.quality[order],
                extras={},
            ),
            slots[order],
        )

    def finish(self, until: float) -> list[Firing]:
        """Let time pass to the end and return every firing."""
        self._listen(until)
        self._note(self._engine.advance(until))
        return self.firings

    def _replay(self, rows: Batch, slots: npt.NDArray[np.int64]) -> None:
        at = 0
        while at < len(slots):
            now = float(rows.times[at])
            self._listen(now)
            self._note(self._engine.advance(now))
            due = min(self._engine.next_deadline() or inf, self._next_signal())
            end = min(len(slots), at + self._block)
            end = at + max(1, int(np.searchsorted(rows.times[at:end], due)))
            calm = at + self._calm(rows, slots, at, end)
            self._block = min(_LONG, self._block * 2) if calm == end else _SHORT
            if calm == at:
                together = np.searchsorted(rows.times[at:end], now + GRAIN_S)
                calm = at + max(1, int(together))
            self._take(rows, slots, at, calm)
            at = calm

    def _calm(self, rows: Batch, slots: npt.NDArray[np.int64], at: int, end: int) -> int:
        """Return how many rows from `at` on lie within the bands of their points."""
        twin, part = self._engine.twin, slots[at:end]
        values = rows.values[at:end]
        odd = values <= twin.column("low")[part]
        odd |= values >= twin.column("high")[part]
        odd |= np.isnan(values)
        odd |= (rows.quality[at:end] & _UNSEEN) != 0
        first = int(odd.argmax())
        return first if odd[first] else end - at

    def _take(self, rows: Batch, slots: npt.NDArray[np.int64], start: int, end: int) -> None:
        """Let rows arrive: scenes see them at the last one's time, each is heard at its own."""
        times = rows.times[start:end]
        batch = rows._replace(
            at=float(times[-1]),
            points=rows.points[start:end],
            times=times,
            values=rows.values[start:end],
            quality=rows.quality[start:end],
        )
        self._note(self._engine.feed(batch))
        self._engine.twin.column("heard_at")[slots[start:end]] = times

    def _next_signal(self) -> float:
        return self._signals[0].at if self._signals else inf

    def _listen(self, until: float) -> None:
        while self._signals and self._signals[0].at <= until:
            signal = self._signals.pop(0)
            self._note(self._engine.hear([signal], signal.at))

    def _note(self, effects: Iterable[AnyEffect]) -> None:
        """Keep what fires and what ends.

        :raises TooManyFirings: if there are more than may be
        """
        for effect in effects:
            match effect:
                case AlarmRaised(
                    id=id, at=at, scene=scene, device=device, place=place, because=because
                ) if scene == self._scene:
                    if len(self.firings) >= MOST_FIRINGS:
                        raise TooManyFirings(most=MOST_FIRINGS)
                    self._open[id] = len(self.firings)
                    self.firings.append(
                        Firing(
                            began=at,
                            ended=at if self._momentary else None,
                            device=device,
                            place=place,
                            because=because,
                        )
                    )
                case AlarmCleared(alarm=alarm, at=at) if alarm in self._open:
                    number = self._open.pop(alarm)
                    firing = self.firings[number]
                    self.firings[number] = msgspec.structs.replace(firing, ended=at)
                case _:
                    continue


def _told_by(start: float, signals: Sequence[AnySignal]) -> list[AnySignal]:
    """Return signals in their order; what was told before the start stands when it begins."""
    ordered = sorted(signals, key=lambda one: one.at)
    return [msgspec.structs.replace(one, at=max(one.at, start)) for one in ordered]


def run(
    *,
    scene: Scene,
    models: Mapping[str, ThingModel],
    directory: Directory,
    batches: Iterable[Batch],
    start: float,
    until: float,
    signals: Sequence[AnySignal] = (),
    zone: tzinfo = _CHINA,
) -> list[Firing]:
    """Return what a scene would have found from `start` until `until` (epoch seconds)."""
    test = Backtest(
        scene=scene,
        models=models,
        directory=directory,
        start=start,
        signals=signals,
        zone=zone,
    )
    for batch in batches:
        test.feed(batch)
    return test.finish(until)
