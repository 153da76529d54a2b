"""A small invented community for the tests of scenes, and words to write scenes shortly."""

import msgspec
import numpy as np

from linli.contracts.directory import (
    DeviceEntry,
    Directory,
    LimitEntry,
    ModeEntry,
    PlaceEntry,
    PointEntry,
)
from linli.contracts.effects import AnyEffect, ShadowActed
from linli.contracts.signals import CaseChanged, DeviceHeard, ModeChanged
from linli.devices.batch import Batch
from linli.devices.model import Happening, Property, Service, ThingModel
from linli.kernel.words import Words
from linli.scenes.engine import Engine
from linli.scenes.load import load
from linli.scenes.model import Scene

START = 1_772_600_400.0  # 2026-03-04 13:00 in Shanghai, a Wednesday
W = Words(zh="名", en="name")


def _number(low: float = 0, high: float = 500) -> Property:
    return Property(name=W, range=(low, high))


def _services(*pairs: tuple[str, str | None]) -> dict[str, Service]:
    return {name: Service(name=W, inverse=inverse) for name, inverse in pairs}


MODELS = {
    "sensor": ThingModel(
        id="sensor",
        name=W,
        category="test",
        period="30s",
        properties={
            "co": _number(),
            "temp": _number(-40, 80),
            "open": Property(name=W, type="boolean"),
        },
        events={"pressed": Happening(name=W)},
    ),
    "fan": ThingModel(
        id="fan",
        name=W,
        category="test",
        period="1m",
        properties={
            "running": Property(name=W, type="boolean"),
            "state": Property(name=W, type="enum", values=("idle", "slow", "fast")),
        },
        services={
            **_services(("fan.on", "fan.off"), ("fan.off", "fan.on"), ("fan.boost", None)),
            "lid.shut": Service(name=W, yields_to=("fan.on",)),
        },
    ),
}

PLACES = [
    PlaceEntry(path="e", kind="estate"),
    PlaceEntry(path="e/g", kind="garage"),
    PlaceEntry(path="e/g/z1", kind="zone"),
    PlaceEntry(path="e/g/z2", kind="zone"),
    PlaceEntry(path="e/b", kind="building"),
    PlaceEntry(path="e/b/r1", kind="room"),
]
DEVICES = [
    DeviceEntry(code="s1", model="sensor", place="e/g/z1"),
    DeviceEntry(code="s2", model="sensor", place="e/g/z1"),
    DeviceEntry(code="s3", model="sensor", place="e/g/z2"),
    DeviceEntry(code="s4", model="sensor", place="e/b/r1"),
    DeviceEntry(code="f1", model="fan", place="e/g/z1"),
    DeviceEntry(code="f2", model="fan", place="e/g/z2"),
]


def _points(devices: list[DeviceEntry]) -> list[PointEntry]:
    order = [(one.code, name) for one in devices for name in MODELS[one.model].points()]
    known = {pair: number for number, pair in enumerate(order, start=11)}
    return [PointEntry(number=n, device=code, name=name) for (code, name), n in known.items()]


POINTS = _points(DEVICES)
NUMBER = {(one.device, one.name): one.number for one in POINTS}


def directory(
    *,
    version: int = 1,
    limits: list[LimitEntry] | None = None,
    off: frozenset[str] = frozenset(),
    without: str = "",
    modes: list[ModeEntry] | None = None,
    cases: frozenset[tuple[str, str, int]] = frozenset(),
    moved: tuple[str, str] = ("", ""),
) -> Directory:
    """Return the town; `moved` gives a path and the one under which it is found now."""

    def at(path: str) -> str:
        before, after = moved
        inside = bool(before) and (path == before or path.startswith(before + "/"))
        return after + path[len(before) :] if inside else path

    return Directory(
        community="t",
        version=version,
        places=[msgspec.structs.replace(one, path=at(one.path)) for one in PLACES],
        devices=[
            msgspec.structs.replace(one, place=at(one.place))
            for one in DEVICES
            if one.code != without
        ],
        points=[one for one in POINTS if one.device != without],
        limits=limits or [],
        scenes_off=off,
        modes=modes or [],
        open_cases=cases,
    )


def scene(body: str, *, name: str = "x", board: str = "safety", head: str = "") -> Scene:
    """Return a scene from its conditions and steps; what every scene must have is added."""
    text = f"""
id = "{board}.test.{name}"
name = {{ zh = "名", en = "name" }}
severity = "major"
source = "test"
{head}
{body}
[[story]]
title = "acts"
given = []
then = ["1s alarm raised"]
[[story]]
title = "does not"
given = []
then = []
"""
    if "severity" in head:
        text = text.replace('severity = "major"\n', "", 1)
    return load(text, file=f"{name}.toml", models=MODELS)


class Town:
    """An engine, its clock in seconds after START, and short ways to speak to it."""

    def __init__(self, *scenes: Scene, place: Directory | None = None) -> None:
        self.scenes = scenes
        self.place = place or directory()
        self.engine = self.fresh()
        self.said: list[AnyEffect] = []
        self._signals = 0

    def fresh(self, now: float = START) -> Engine:
        return Engine(scenes=self.scenes, models=MODELS, directory=self.place, now=now)

    def read(
        self, at: float, *rows: tuple[str, str, float], times: list[float] | None = None
    ) -> list[str]:
        """Feed one batch of (device, point, value); return what was done, in short."""
        measured = [START + one for one in times] if times else [START + at] * len(rows)
        return self._note(self.engine.feed(batch(at, rows, measured)))

    def wait(self, at: float) -> list[str]:
        return self._note(self.engine.advance(START + at))

    def mode(self, at: float, place: str, mode: str, value: str) -> list[str]:
        signal = ModeChanged(id=self._id(), at=START + at, place=place, mode=mode, value=value)
        return self._note(self.engine.hear([signal], START + at))

    def case(
        self, at: float, kind: str, place: str, *, is_open: bool, number: int = 0
    ) -> list[str]:
        signal = CaseChanged(
            id=self._id(), at=START + at, kind=kind, place=place, open=is_open, case=number
        )
        return self._note(self.engine.hear([signal], START + at))

    def switch(self, at: float, scene_id: str, *, on: bool) -> list[str]:
        """Switch a scene as the register does: by another version of the directory."""
        off = self.place.scenes_off - {scene_id} if on else self.place.scenes_off | {scene_id}
        return self.change(at, scenes_off=off)

    def change(self, at: float, **parts: object) -> list[str]:
        """Let the register change: off, shadow, texts of its own."""
        version = self.place.version + 1
        return self.rewire(at, msgspec.structs.replace(self.place, version=version, **parts))

    def line(self, at: float, device: str, *, online: bool) -> list[str]:
        signal = DeviceHeard(
            id=self._id(), at=START + at, device=device, online=online, reason="will"
        )
        return self._note(self.engine.hear([signal], START + at))

    def rewire(self, at: float, place: Directory) -> list[str]:
        self.place = place
        return self._note(self.engine.rewire(place, START + at))

    def restart(self) -> None:
        """Go on as another process would that found the snapshot, and a newer register."""
        data = self.engine.snapshot()
        newer = msgspec.structs.replace(
            self.place,
            scenes=[],
            scenes_off=frozenset(scene.id for scene in self.scenes[::2]),
            scenes_shadow=frozenset(scene.id for scene in self.scenes[1::2]),
        )
        now = START + 999_999
        self.engine = Engine(scenes=self.scenes, models=MODELS, directory=newer, now=now)
        self.engine.restore(data)

    def _id(self) -> str:
        self._signals += 1
        return f"signal{self._signals}"

    def _note(self, effects: list[AnyEffect]) -> list[str]:
        self.said += effects
        return short(effects)


def batch(
    at: float,
    rows: "tuple[tuple[str, str, float], ...] | list[tuple[str, str, float]]",
    measured: list[float],
) -> Batch:
    return Batch(
        community="t",
        at=START + at,
        points=np.array([NUMBER[code, name] for code, name, _ in rows], np.uint32),
        times=np.array(measured, np.float64),
        values=np.array([value for _, _, value in rows], np.float64),
        quality=np.zeros(len(rows), np.uint8),
    )


def short(effects: list[AnyEffect]) -> list[str]:
    """Return effects in a few letters each; devices on and off line are left out."""
    return [text for text in map(_short, effects) if text]


def _short(effect: AnyEffect) -> str:  # noqa: C901, PLR0911, PLR0912
    at = f"{effect.at - START:g}"
    if isinstance(effect, ShadowActed):
        return f"{at} shadow {effect.device or effect.place}: {', '.join(effect.would)}"
    match type(effect).__name__:
        case "DeviceSeen":
            return ""
        case "CommandIssued":
            return f"{at} {effect.device} {effect.service}"
        case "CommandOverruled":
            return f"{at} {effect.device} overruled {effect.service}"
        case "AlarmRaised":
            return f"{at} raised {effect.device or effect.place}"
        case "AlarmCleared":
            return f"{at} cleared"
        case "CaseWanted":
            return f"{at} case {effect.kind}"
        case "ModeWanted":
            return f"{at} mode {effect.mode}={effect.value}"
        case "ShadowEnded":
            return f"{at} shadow ended"
        case other:
            return f"{at} {other}"
