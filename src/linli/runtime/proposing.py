"""A calmer limit looked for: the judged firings of a scene played again with other numbers."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from linli.adapters.history.recorded import Recorded, Wanted
from linli.contracts.calendar import working_day
from linli.contracts.directory import Directory, LimitEntry
from linli.contracts.readings import Batch
from linli.registry.scenes.logic import within
from linli.registry.trials import proposals
from linli.registry.trials.proposals import Search
from linli.runtime.trying import Trial
from linli.scenes import fitting, limits, vocabulary
from linli.scenes.backtest import Backtest, Firing, Scope, scope
from linli.scenes.fitting import Judged, Number, Tried
from linli.scenes.life_safety import touches_life
from linli.scenes.plan import Plan

MOST_ROWS = 6_000_000
MOST_LOST = 0.1
"""Of the firings that people called right, where no life hangs on them."""
_DAY_S = 86_400.0


class Replay:
    """The recorded readings of the devices concerned, kept to be played again and again."""

    def __init__(self, *, home: Path, trial: Trial, search: Search, zone: ZoneInfo) -> None:
        place = _concerned(trial, search)
        self._trial, self._zone = trial, zone
        self.seen: Scope = scope(scene=trial.scene, models=trial.models, directory=place)
        self.start = trial.start
        self.batches: list[Batch] = []
        with tempfile.TemporaryDirectory(prefix="linli-proposal-") as scratch:
            recorded = Recorded(
                home=home, community=trial.community, scratch=Path(scratch), zone=zone
            )
            span = recorded.span()
            if span is not None:
                self.start = max(trial.start, span[0])
                self._read(recorded)
            recorded.close()

    def _read(self, recorded: Recorded) -> None:
        """Keep what was read, of a shorter span where it is too much."""
        wanted = Wanted(
            looked=self.seen.looked, others=self.seen.others, speaks_s=self.seen.speaks_s
        )
        rows = 0
        for batch in recorded.batches(wanted=wanted, start=self.start, end=self._trial.end):
            self.batches.append(batch)
            rows += len(batch.points)
            while rows > MOST_ROWS and len(self.batches) > 1:
                rows -= len(self.batches.pop(0).points)
                self.start = float(self.batches[0].times[0])

    def fired(self, limits: Sequence[LimitEntry]) -> list[Firing]:
        """Return what the scene finds with some limits changed."""
        place = self.seen.directory
        test = Backtest(
            scene=self._trial.scene,
            models=self._trial.models,
            directory=msgspec.structs.replace(place, limits=[*place.limits, *limits]),
            start=self.start,
            signals=self._trial.signals,
            working_day=_is_worked,
            zone=self._zone,
        )
        for batch in self.batches:
            test.feed(batch)
        return test.finish(self._trial.end)

    def points(self, target: str, name: str) -> list[int]:
        """Return the points of a name of a judged device; of all those concerned for a place."""
        every = self.seen.directory.points
        own = [one.number for one in every if (one.device, one.name) == (target, name)]
        return own or [one.number for one in every if one.name == name]


def _is_worked(day: date) -> bool:
    return working_day(day).worked


def _concerned(trial: Trial, search: Search) -> Directory:
    """Return the community; only the devices that were judged, if the scene looks at no other."""
    if not Plan(trial.scene).alone:
        return trial.directory
    judged = {one.target for one in search.judged}
    place = trial.directory
    return msgspec.structs.replace(
        place,
        devices=[one for one in place.devices if one.code in judged],
        points=[one for one in place.points if one.device in judged],
    )


def propose(
    *,
    home: Path,
    trial: Trial,
    search: Search,
    standing: Mapping[str, float],
    zone: ZoneInfo,
    tell: Callable[[float], None],
) -> dict[str, Any] | None:
    """Return the best change found, as the columns of a proposal; None where none is any use.

    Only judged firings that the recording still shows are gone by. Of a scene that touches life
    safety none of those that people called right may be lost, of another few.

    :param standing: limits that are other than the text's at the target, by key
    """
    replay = Replay(home=home, trial=trial, search=search, zone=zone)
    before = replay.fired([])
    known = [one for one in search.judged if fitting.matching(one, before)]
    numbers = proposals.numbers(scene=trial.scene, standing=standing)
    changes = [
        (number, value, fitting.entries(scene=trial.scene, target=search.target, number=number,
                                        value=value, standing=standing))
        for number, value in _candidates(replay, numbers, known, before)
    ]  # fmt: skip
    changes = [one for one in changes if _can_be(trial, one[2])]
    done = iter(range(1, len(changes) + 1))

    def once(limits: Sequence[LimitEntry]) -> list[Firing]:
        found = replay.fired(limits)
        tell(next(done) / len(changes))
        return found

    best = fitting.calmer(
        changes=changes, judged=known, most_lost=_most_lost(trial, known), try_=once
    )
    if best is None:
        return None
    changed = next(one for number, value, one in changes
                   if (number, value) == (best.number, best.value))  # fmt: skip
    days = max((trial.end - replay.start) / _DAY_S, 1 / 24)
    own = {key: value for key, (value, _) in limits.of_scene(trial.scene).items()} | dict(standing)
    return _columns(trial, search, best) | {
        "entries": [
            {"key": one.key, "before": own[one.key], "after": one.value} for one in changed
        ],
        "alarms": len(search.judged),
        "per_day_before": round(len(before) / days, 4),
        "per_day_after": round(len(replay.fired(changed)) / days, 4),
    }


def _most_lost(trial: Trial, judged: Sequence[Judged]) -> int:
    """Return how many firings that people called right a calmer limit may lose."""
    if touches_life(trial.scene, trial.models):
        return 0
    return int(MOST_LOST * sum(one.right for one in judged))


def _can_be(trial: Trial, entries: Sequence[LimitEntry]) -> bool:
    """Tell whether sensors show such values: nobody could take over a limit beyond them."""
    known = limits.of_scene(trial.scene)
    return all(
        within(key=one.key, value=one.value, point=known[one.key][1], models=trial.models)
        for one in entries
    )


def _candidates(
    replay: Replay, numbers: Sequence[Number], judged: Sequence[Judged], before: Sequence[Firing]
) -> list[tuple[Number, float]]:
    found: list[tuple[Number, float]] = []
    for number in numbers:
        marks = [
            fitting.extreme(
                number=number,
                points=replay.points(one.target, number.point),
                batches=replay.batches,
                one=one,
            )
            if number.point
            else _lasted(one, before) + number.value
            for one in judged
        ]
        found += fitting.candidates(number=number, judged=judged, marks=marks)
    return found


def _lasted(one: Judged, before: Sequence[Firing]) -> float:
    """Return how long the firing lasted that people judged, in seconds."""
    spans = [
        (firing.ended or firing.began) - firing.began
        for firing in before
        if fitting.matching(one, [firing])
    ]
    return max(spans, default=0.0)


def _columns(trial: Trial, search: Search, best: Tried) -> dict[str, Any]:
    words = vocabulary.of(trial.models.values())
    return {
        "target": search.target,
        "key": best.number.key,
        "unit": words.unit(best.number.point) if best.number.point else "s",
        "value": best.number.value,
        "proposed": best.value,
        "precision": round(search.precision, 4),
        "right_kept": best.right_kept,
        "right_lost": best.right_lost,
        "wrong_dropped": best.wrong_dropped,
        "wrong_kept": best.wrong_kept,
    }
