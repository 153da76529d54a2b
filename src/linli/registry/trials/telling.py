"""Recorded readings told as a story: as few entries as give the very same effects as all of them.

A reading with which a limit of the scene is crossed, either way, is never left out.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta, timezone
from itertools import groupby
from math import inf

import msgspec

from linli.contracts.things import ThingModel
from linli.kernel.fault import Fault
from linli.kernel.period import words as span_words
from linli.kernel.words import Words
from linli.scenes import story, vocabulary
from linli.scenes.model import Clock, Rate, Scene, Silence, Story, Threshold
from linli.scenes.seen import offline_after
from linli.scenes.story import Budget
from linli.scenes.walk import leaves, looks

MOST_ENTRIES = 200
ZONE = timezone(timedelta(hours=8))
"""In which stories tell the hour, as the engine does."""
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_MOST_TURNS = 60_000
"""What trying ways to tell a stretch may make the engine do in all."""
_SHARE = 0.05
"""A change of so much of all that a point changed is worth telling, where limits are not all."""
_PATIENCE = 0.9
_KEYWORDS = {"event", "mode", "case", "nothing", "silence", "offline", "online", "clock"}
_UNITS = {
    "a", "bar", "c", "cm", "d", "db", "g", "h", "hz", "kg", "km", "kpa", "kvar", "kw", "kwh", "l",
    "lux", "m", "m3", "ma", "mg", "min", "mm", "mpa", "ms", "mv", "ntu", "pa", "pct", "ppb", "ppm",
    "rpm", "s", "ug", "us", "v", "va", "var", "w", "wh",
}  # fmt: skip
"""Parts of a point's name that say its unit, which nobody needs in a story."""

Sample = tuple[float, float]
"""Seconds after the start, and the value."""


class TooManyEntries(Fault):
    key = "trials.too_many_entries"
    status = 422


class Track(msgspec.Struct, frozen=True, kw_only=True):
    """What one point told, oldest first. `which` is 2 for the second device near by."""

    name: str
    which: int = 1
    event: bool = False
    samples: Sequence[Sample]


class Span(msgspec.Struct, frozen=True, kw_only=True):
    """The stretch that is told. `stood` are entries for what stood when it began: modes, cases."""

    start: datetime
    lasts_s: float
    worked: bool
    stood: Sequence[str] = ()


def tell(
    *,
    scene: Scene,
    tracks: Sequence[Track],
    span: Span,
    title: Words,
    models: Mapping[str, ThingModel],
) -> Story:
    """Return the story of what was recorded; its `then` is what the engine does on its entries.

    :raises TooManyEntries: if that takes more entries than anybody would read
    :raises BadStory: if no story can tell of such points
    :raises StoriesTakeTooMuch: if the scene does too much in that time
    """
    tracks = [_in_seconds(track) for track in tracks]
    budget = Budget(_MOST_TURNS)
    whole = _run(scene, _given(scene, tracks, span, models), title, models, budget)
    for pick in (_crossings, _changes, _moves, _everything):
        picked = [_pick(track, scene, models, pick) for track in tracks]
        given = _given(scene, picked, span, models)
        if len(given) <= MOST_ENTRIES and _run(scene, given, title, models, budget) == whole:
            return Story(title=title, given=given, then=whole)
    least = _given(scene, [_pick(one, scene, models, _crossings) for one in tracks], span, models)
    raise TooManyEntries(count=max(len(least), MOST_ENTRIES + 1), most=MOST_ENTRIES)


def _run(
    scene: Scene,
    given: Sequence[str],
    title: Words,
    models: Mapping[str, ThingModel],
    budget: Budget,
) -> tuple[str, ...]:
    told = Story(title=title, given=tuple(given), then=())
    return story.run_one(scene, told, models=models, budget=budget).got


def _in_seconds(track: Track) -> Track:
    """Return a track in whole seconds, but where two readings lie in one."""
    samples: list[Sample] = []
    for at_s, value in track.samples:
        before = samples[-1][0] if samples else -1.0
        exact = round(at_s, 3)
        if exact > before:
            samples.append((at_s // 1 if at_s // 1 > before else exact, value))
    return msgspec.structs.replace(track, samples=samples)


def _given(
    scene: Scene, tracks: Sequence[Track], span: Span, models: Mapping[str, ThingModel]
) -> tuple[str, ...]:
    """Return the entries of a story, in the order of time."""
    entries = [(0.0, text) for text in span.stood]
    for track in tracks:
        name = _short(track.name, scene, models) + (f"@{track.which}" if track.which > 1 else "")
        names = _values(track.name, models)
        for at_s, value in track.samples:
            said = f"event {name}" if track.event else f"{name} {_value(value, names)}"
            entries.append((at_s, said))
    entries.sort(key=lambda one: one[0])
    if not entries or entries[-1][0] < span.lasts_s:
        entries.append((span.lasts_s, "nothing"))
    hours = any(isinstance(leaf, Clock) for leaf in (*leaves(scene.when), *leaves(scene.clear)))
    first = [_clock(span)] if hours else []
    return (*first, *(f"{span_words(at_s)} {text}" for at_s, text in entries))


def _clock(span: Span) -> str:
    """Return the entry that says when a story starts, on a day that is worked as that one was."""
    local = span.start.astimezone(ZONE)
    usual = local.weekday() < _DAYS.index("sat")
    day = _DAYS[local.weekday()] if usual == span.worked else "working" if span.worked else "rest"
    return f"{day} {local:%H:%M:%S} clock"


def _short(name: str, scene: Scene, models: Mapping[str, ThingModel]) -> str:
    """Return a point's name without its unit, where no other point could be meant."""
    parts = name.split("_")
    while len(parts) > 1 and parts[-1] in _UNITS:
        parts.pop()
    short = "_".join(parts)
    used = {look.point for look in (*looks(scene.when), *looks(scene.clear))} | set(scene.sensors)
    alone = [one for one in used if one.startswith(short)] == [name]
    taken = short in _KEYWORDS or any(short in model.points() for model in models.values())
    return short if alone and not taken else name


def _values(point: str, models: Mapping[str, ThingModel]) -> Sequence[str]:
    """Return the names of an enum's values, where all its models agree on them."""
    known = vocabulary.of(models.values())
    for one in known.properties.get(point, ()):
        agreed = all(known.index(point, word) == at for at, word in enumerate(one.values))
        if one.type == "enum" and agreed:
            return one.values
    return ()


def _value(value: float, names: Sequence[str]) -> str:
    """Return a value as stories tell it: the name of an enum's value, or the number."""
    named = names and value == int(value) and 0 <= value < len(names)
    return names[int(value)] if named else f"{value:.10g}"


Pick = Callable[[Sequence[Sample], "Signs"], Iterator[int]]


class Signs(msgspec.Struct, frozen=True):
    """What a scene makes of a value: the limits of its point that it meets."""

    limits: tuple[Threshold, ...]
    begin: int
    """How many of the limits, the first, are those with which it begins."""

    by: float
    """The smallest rise or fall that it asks for; infinity where it asks for none."""

    def begins(self, value: float) -> bool:
        """Tell whether a value meets a limit with which it begins."""
        return any(self.of(value)[: 2 * self.begin])

    def of(self, value: float) -> tuple[bool, ...]:
        """Return which limits a value meets, strictly and by their hysteresis."""
        return tuple(
            (low <= value <= high) != one.inverted
            for one in self.limits
            for low, high in ((one.low, one.high), (one.loose_low, one.loose_high))
        )


def _pick(track: Track, scene: Scene, models: Mapping[str, ThingModel], pick: Pick) -> Track:
    """Return a track with the readings that matter. Events all do."""
    if track.event:
        return track
    seen = [one for one in (*looks(scene.when), *looks(scene.clear)) if one.point == track.name]
    limits = tuple(one for one in seen if isinstance(one, Threshold))
    begin = sum(one in limits for one in looks(scene.when))
    rates = [abs(one.by) for one in seen if isinstance(one, Rate)]
    signs = Signs(limits, begin, min(rates, default=inf))
    kept = set(pick(track.samples, signs))
    gap_s = _longest_gap(scene, track, models)
    kept |= set(_company(track.samples, gap_s, kept)) if gap_s < inf else set()
    return msgspec.structs.replace(track, samples=[track.samples[at] for at in sorted(kept)])


def _crossings(samples: Sequence[Sample], signs: Signs) -> Iterator[int]:
    """Yield the readings that cross a limit, and the farthest from it while one is met."""
    runs = groupby(range(len(samples)), key=lambda at: signs.of(samples[at][1]))
    for _, run in runs:
        stretch = list(run)
        first = stretch[0]
        yield first
        if signs.begins(samples[first][1]):
            yield max(stretch, key=lambda at: (abs(samples[at][1] - samples[first][1]), -at))


def _changes(samples: Sequence[Sample], signs: Signs) -> Iterator[int]:
    """Yield crossings, and changes that are worth telling with the reading before each."""
    yield from _crossings(samples, signs)
    values = [value for _, value in samples]
    worth = min((max(values, default=0.0) - min(values, default=0.0)) * _SHARE, signs.by / 4)
    last = values[0] if values else 0.0
    for at, value in enumerate(values[1:], 1):
        if value != last and abs(value - last) >= worth:
            last = value
            yield at - 1
            yield at


def _moves(samples: Sequence[Sample], signs: Signs) -> Iterator[int]:
    """Yield every reading that differs from the one before, and that one."""
    yield from _crossings(samples, signs)
    for at in range(1, len(samples)):
        if samples[at][1] != samples[at - 1][1]:
            yield at - 1
            yield at


def _everything(samples: Sequence[Sample], signs: Signs) -> Iterator[int]:
    yield from range(len(samples))


def _longest_gap(scene: Scene, track: Track, models: Mapping[str, ThingModel]) -> float:
    """Return for how long a story may say nothing of a point that went on speaking."""
    spans = [one.silent_s for one in (*leaves(scene.when), *leaves(scene.clear))
             if isinstance(one, Silence)]  # fmt: skip
    if not spans:
        return inf
    owners = [offline_after(one) for one in models.values() if track.name in one.points()]
    return min([*spans, *owners]) * _PATIENCE


def _company(samples: Sequence[Sample], gap_s: float, kept: set[int]) -> Iterator[int]:
    """Yield readings without which a silence would seem longer than it was."""
    last = 0.0
    for at, (at_s, _) in enumerate(samples):
        following = samples[at + 1][0] if at + 1 < len(samples) else inf
        if at in kept:
            last = at_s
        elif following - last >= gap_s:
            last = at_s
            yield at
