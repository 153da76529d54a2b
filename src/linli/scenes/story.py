"""Runs the stories of a scene on a tiny invented community, through the real engine."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, timezone

import msgspec
import numpy as np

from linli.contracts.directory import DeviceEntry, Directory, PointEntry
from linli.contracts.effects import AnyEffect, CaseWanted, ModeWanted
from linli.contracts.readings import Batch
from linli.contracts.signals import AnySignal, CaseChanged, DeviceHeard, ModeChanged
from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.scenes import vocabulary
from linli.scenes.casting import cast, places_of, talkative
from linli.scenes.engine import Engine
from linli.scenes.faults import BadStory, StoriesTakeTooMuch, StoryFailed
from linli.scenes.model import Scene, Story
from linli.scenes.story_language import Given, Script, phrases, read, told
from linli.scenes.walk import listens_for_silence, looks

_ZONE = timezone(timedelta(hours=8))
_MONDAY = datetime(2026, 3, 2, tzinfo=_ZONE)
_TRUE = {"true": 1.0, "on": 1.0, "yes": 1.0, "false": 0.0, "off": 0.0, "no": 0.0}
_MOST_ROUNDS = 20
MOST_TURNS = 5_000
"""What all stories of one text may make the engine do; the catalogue's take some hundred."""

_LIGHT = 64
"""Conditions times devices that are looked at in one turn's time."""


class Moment(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a story's timeline: `kind` is given or the effect's name."""

    at_s: float
    kind: str
    text: str


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came of a story. `expected` and `got` are entries of `then`, in order."""

    title: str
    passed: bool
    expected: tuple[str, ...]
    got: tuple[str, ...]
    timeline: tuple[Moment, ...]


class Budget:
    """What the stories of one text may make the engine do together, in turns: something that falls
    due, or an instance that is judged. Where it looks at much, one costs as much more.
    """

    def __init__(self, turns: int = MOST_TURNS) -> None:
        self.most = self.left = turns

    def spend(self, turns: int) -> bool:
        """Take so much; tell whether there was as much."""
        self.left -= turns
        return self.left >= 0


def run(scene: Scene, *, models: Mapping[str, ThingModel], file: str = "") -> list[Result]:
    """Run all stories of a scene.

    :raises BadStory: if one cannot be understood
    :raises StoriesTakeTooMuch: if they make the engine do more than `MOST_TURNS`
    """
    budget = Budget()
    return [run_one(scene, one, models=models, file=file, budget=budget) for one in scene.stories]


def proven(
    scenes: Sequence[Scene], *, models: Mapping[str, ThingModel]
) -> tuple[list[Scene], list[Fault]]:
    """Return the scenes whose stories all pass, and what is wrong with the others."""
    good: list[Scene] = []
    wrong: list[Fault] = []
    for scene in scenes:
        try:
            failed = [one for one in run(scene, models=models, file=scene.id) if not one.passed]
        except Fault as fault:
            wrong.append(fault)
            continue
        wrong.extend(
            StoryFailed(
                file=scene.id,
                key=one.title,
                expected=", ".join(one.expected) or "[]",
                got=", ".join(one.got) or "[]",
            )
            for one in failed
        )
        if not failed:
            good.append(scene)
    return good, wrong


def run_one(
    scene: Scene,
    story: Story,
    *,
    models: Mapping[str, ThingModel],
    file: str = "",
    budget: Budget | None = None,
) -> Result:
    """Run one story and compare what it promises with what came.

    :param budget: shared with other stories; one of its own if it is None
    :raises BadStory, StoriesTakeTooMuch: as `run`
    """
    script = read(story.given, story.then, file=file or scene.id, story=story.title.zh)
    stage = _Stage(
        scene=scene,
        script=script,
        models=models,
        file=file or scene.id,
        title=story.title.zh,
        budget=budget or Budget(),
    )
    told_effects = stage.play()
    missing, extra = _compare(script, told_effects)
    got = tuple(told(at_s, names[0]) for at_s, names in told_effects)
    return Result(
        title=story.title.zh,
        passed=not missing and not extra,
        expected=tuple(told(at_s, phrase) for at_s, phrase in script.then),
        got=got,
        timeline=tuple(stage.timeline),
    )


def _compare(
    script: Script, effects: Sequence[tuple[float, tuple[str, ...]]]
) -> tuple[list[str], list[str]]:
    """Return what was promised and did not come, and what came unpromised."""
    left = list(effects)
    missing = []
    for at_s, phrase in script.then:
        match = next(
            (one for one in left if abs(one[0] - at_s) < 1e-3 and phrase in one[1]),  # noqa: PLR2004
            None,
        )
        if match is None:
            missing.append(told(at_s, phrase))
        else:
            left.remove(match)
    return missing, [told(at_s, names[0]) for at_s, names in left]


class _Stage:
    """The invented community of one story: every kind of place once, nested, all devices within."""

    def __init__(
        self,
        *,
        scene: Scene,
        script: Script,
        models: Mapping[str, ThingModel],
        file: str,
        title: str,
        budget: Budget,
    ) -> None:
        self.scene, self.script, self.file, self.title = scene, script, file, title
        self._budget, self._spent = budget, 0
        self.timeline: list[Moment] = []
        self.told: list[tuple[float, tuple[str, ...]]] = []
        self.models = cast(scene, models, {one.name for one in script.given if one.name})
        self.devices: list[DeviceEntry] = []
        self.points: list[PointEntry] = []
        self.places = places_of(scene)
        for name in self.models:
            self._add(name)
        most = max((given.which for given in script.given), default=1)
        for _ in range(1, most):
            self._add(next(iter(self.models)))
        start = _MONDAY + timedelta(days=script.start.weekday, seconds=script.start.second)
        self.start = start.timestamp()
        quiet = listens_for_silence(scene) or script.silence
        self.engine = Engine(
            scenes=[scene],
            models=self.models if quiet else talkative(self.models),
            directory=self._directory(),
            now=self.start,
            zone=_ZONE,
        )
        asked = len([*looks(scene.when), *looks(scene.clear)])
        self._weight = 1 + asked * len(self.devices) // _LIGHT
        self._count = 0

    def _add(self, model: str) -> None:
        code = f"d{len(self.devices) + 1}"
        self.devices.append(DeviceEntry(code=code, model=model, place=self.places[-1].path))
        for name in self.models[model].points():
            number = len(self.points) + 1
            self.points.append(PointEntry(number=number, device=code, name=name))

    def _directory(self) -> Directory:
        return Directory(
            community="story",
            version=1,
            places=self.places,
            devices=self.devices,
            points=self.points,
        )

    def play(self) -> list[tuple[float, tuple[str, ...]]]:
        """Play the story to its end and return what was done, in order: (seconds, phrases)."""
        for given in self.script.given:
            at = self.start + given.at_s
            self._pass(at)
            if given.kind != "nothing":
                self.timeline.append(Moment(at_s=given.at_s, kind="given", text=given.text))
                self._note(self._give(given, at))
                self._pay()
        self._pass(self.start + self.script.ends_s())
        return self.told

    def _pass(self, until: float) -> None:
        """Let time pass, from one deadline to the next."""
        while self.engine.clock < until:
            due = self.engine.next_deadline()
            self._note(self.engine.advance(until if due is None else min(until, due)))
            self._pay()

    def _pay(self) -> None:
        """Pay for what was done since it was paid for last.

        :raises StoriesTakeTooMuch: if nothing is left to pay with
        """
        turns = self.engine.turns
        if not self._budget.spend((turns - self._spent) * self._weight):
            raise StoriesTakeTooMuch(file=self.file, key=self.title, most=self._budget.most)
        self._spent = turns

    def _give(self, given: Given, at: float) -> list[AnyEffect]:
        match given.kind:
            case "reading" | "event":
                point, value = self._reading(given)
                batch = Batch(
                    community="story",
                    at=at,
                    points=np.array([point.number], np.uint32),
                    times=np.array([at]),
                    values=np.array([value]),
                    quality=np.zeros(1, np.uint8),
                )
                return self.engine.feed(batch)
            case "mode":
                return self._hear(
                    ModeChanged(
                        id=self._id(),
                        at=at,
                        place=self.places[0].path,
                        mode=given.name,
                        value=given.value,
                    )
                )
            case "case":
                return self._hear(
                    CaseChanged(
                        id=self._id(),
                        at=at,
                        kind=given.name,
                        place=self.places[-1].path,
                        open=given.value != "closed",
                    )
                )
            case _:
                device = self.devices[0] if given.which == 1 else self._nth(given.which)
                online = given.value == "online"
                return self._hear(
                    DeviceHeard(id=self._id(), at=at, device=device.code, online=online)
                )

    def _id(self) -> str:
        self._count += 1
        return f"story{self._count}"

    def _hear(self, signal: AnySignal) -> list[AnyEffect]:
        return self.engine.hear([signal], signal.at)

    def _note(self, effects: list[AnyEffect]) -> None:
        """Write down what was done, and let modes and cases that were wanted come about."""
        for _ in range(_MOST_ROUNDS):
            if not effects:
                return
            after: list[AnyEffect] = []
            for effect in effects:
                self._tell(effect)
                after += self._come_about(effect)
            effects = after
        raise self._wrong("…", "模式互相触发，没有尽头 modes set each other off without end")

    def _tell(self, effect: AnyEffect) -> None:
        names = phrases(effect)
        if names:
            at_s = round(effect.at - self.start, 3)
            self.told.append((at_s, names))
            kind = type(effect).__name__
            self.timeline.append(Moment(at_s=at_s, kind=kind, text=names[0]))

    def _come_about(self, effect: AnyEffect) -> list[AnyEffect]:
        match effect:
            case ModeWanted(id=key, at=at, place=place, mode=mode, value=value):
                return self._hear(ModeChanged(id=key, at=at, place=place, mode=mode, value=value))
            case CaseWanted(id=key, at=at, place=place, kind=kind):
                return self._hear(CaseChanged(id=key, at=at, place=place, kind=kind, open=True))
        return []

    def _reading(self, given: Given) -> tuple[PointEntry, float]:
        names = self._candidates(given)
        owners = [point for point in self.points if point.name in names]
        if len(names) != 1 or given.which > len(owners):
            options = ", ".join(sorted(names)) or ", ".join(sorted({p.name for p in self.points}))
            raise self._wrong(given.text, options)
        point = owners[given.which - 1]
        return point, self._value(given, point.name)

    def _candidates(self, given: Given) -> set[str]:
        """Return the points that a name may mean: itself, else of the scene, else of any device."""
        every = {point.name for point in self.points}
        if given.kind == "event":
            every &= {name for model in self.models.values() for name in model.events}
        if given.name in every:
            return {given.name}
        used = {look.point for look in (*looks(self.scene.when), *looks(self.scene.clear))}
        for names in (used | set(self.scene.sensors), every):
            found = {name for name in names & every if name.startswith(given.name)}
            if found:
                return found
        return set()

    def _value(self, given: Given, point: str) -> float:
        if given.value.lower() in _TRUE:
            return _TRUE[given.value.lower()]
        index = vocabulary.of(self.models.values()).index(point, given.value)
        if index is not None:
            return index
        try:
            return float(given.value)
        except ValueError as error:
            raise self._wrong(given.text, f"{point} …") from error

    def _nth(self, which: int) -> DeviceEntry:
        same = [one for one in self.devices if one.model == self.devices[0].model]
        if which > len(same):
            raise self._wrong(f"@{which}", f"@1 … @{len(same)}")
        return same[which - 1]

    def _wrong(self, found: str, wanted: str) -> BadStory:
        return BadStory(file=self.file, key=self.title, found=found, wanted=wanted)
