"""What a scene would have found, against what really happened."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from linli.kernel.place import under
from linli.kernel.words import Words
from linli.scenes.backtest import Firing

NEAR_S = 1800.0
"""So far apart may a firing and what happened begin and still be one."""
LONG_S = 86_400.0
"""What lasts longer has not been noticed, or does not end."""
MOST_ITEMS = 500


class Happened(msgspec.Struct, frozen=True, kw_only=True):
    """Something that happened: an alarm of the scene, or a case of a kind that it opens.

    `real` is false where people said that it was nothing.
    """

    kind: str
    id: int
    at: float
    device: str
    place: str
    title: Words
    verdict: str | None = None
    real: bool = True


class Met(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    id: int
    verdict: str | None
    title: Words


class Missed(msgspec.Struct, frozen=True, kw_only=True):
    kind: str
    id: int
    at: datetime
    device: str
    place: str
    title: Words


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One firing; `met` is what it found that really happened, if anything."""

    at: datetime
    ended_at: datetime | None
    device: str
    place: str
    point: str
    value: float | None
    limit: float | None
    met: Met | None


class DayCount(msgspec.Struct, frozen=True, kw_only=True):
    day: str
    count: int


class Ran(msgspec.Struct, frozen=True, kw_only=True):
    """How a back-test went: over which span, how much it took, and what fired."""

    start: float
    end: float
    readings: int
    points: int
    devices: int
    seconds: float
    firings: Sequence[Firing]


class Report(msgspec.Struct, frozen=True, kw_only=True, rename={"start": "from", "end": "to"}):
    """The report of a back-test. `precision` and `recall` are empty where nothing is known to have
    happened, or nothing fired.

    `on_share` is the share of the span in which the scene was on somewhere, `long` the number of
    firings that lasted more than a day.
    """

    start: datetime
    end: datetime
    readings: int
    points: int
    devices: int
    seconds: float
    firings: int
    per_day: Sequence[DayCount]
    firings_per_day: float
    matched: int
    unmatched: int
    missed: int
    precision: float | None
    recall: float | None
    on_share: float
    long: int
    items: Sequence[Item]
    missed_items: Sequence[Missed]


def report(*, ran: Ran, happened: Sequence[Happened], zone: tzinfo) -> Report:
    """Return the report of a run, beside what really happened in its span."""
    spans = [(one.began, _end(one, ran)) for one in ran.firings]
    met = meetings(firings=ran.firings, happened=happened)
    found = {id(one) for ones in met for one in ones}
    matched = sum(any(one.real for one in ones) for ones in met)
    real = [one for one in happened if one.real]
    missed = [one for one in real if id(one) not in found]
    count = len(ran.firings)
    days = max((ran.end - ran.start) / 86_400, 1e-9)
    return Report(
        start=_instant(ran.start),
        end=_instant(ran.end),
        readings=ran.readings,
        points=ran.points,
        devices=ran.devices,
        seconds=round(ran.seconds, 3),
        firings=count,
        per_day=_per_day(ran, zone),
        firings_per_day=round(count / days, 3),
        matched=matched,
        unmatched=count - matched,
        missed=len(missed),
        precision=round(matched / count, 4) if count and happened else None,
        recall=round(1 - len(missed) / len(real), 4) if real else None,
        on_share=round(min(1.0, _covered(spans) / (days * 86_400)), 4),
        long=sum(end - began > LONG_S for began, end in spans),
        items=[_item(*pair) for pair in list(zip(ran.firings, met, strict=True))[-MOST_ITEMS:]],
        missed_items=[_missed(one) for one in missed[-MOST_ITEMS:]],
    )


def _end(one: Firing, ran: Ran) -> float:
    """Return when a firing ended; one that did not goes on to the end of what was recorded."""
    return ran.end if one.ended is None else one.ended


def _covered(spans: Iterable[tuple[float, float]]) -> float:
    """Return how many seconds lie in at least one of the spans."""
    covered, until = 0.0, -math.inf
    for began, end in sorted(spans):
        covered += max(0.0, end - max(began, until))
        until = max(until, end)
    return covered


def meetings(
    *, firings: Sequence[Firing], happened: Iterable[Happened]
) -> list[tuple[Happened, ...]]:
    """Return for each firing what happened there near its beginning: one alarm and one case at
    most, and each of them is met by one firing only. What is real comes first, then in order of
    time.

    An alarm is of the same device, or of the same place where no device is meant; a case lies at
    the place of the firing, above it or below it.
    """
    begins = _Begins(firings)
    met: list[list[Happened]] = [[] for _ in firings]
    for one in sorted(happened, key=lambda one: (not one.real, one.at)):
        number = begins.take(one)
        if number is not None:
            met[number].append(one)
    return [tuple(sorted(ones, key=lambda one: not one.real)) for ones in met]


class _Begins:
    """The beginnings of firings, each taken once for an alarm and once for a case."""

    def __init__(self, firings: Sequence[Firing]) -> None:
        order = sorted(range(len(firings)), key=lambda n: firings[n].began)
        self._firings = firings
        self._all = order
        self._at: dict[str, list[int]] = {}
        for number in order:
            target = firings[number].device or firings[number].place
            self._at.setdefault(target, []).append(number)
        self._taken: set[tuple[str, int]] = set()

    def take(self, one: Happened) -> int | None:
        """Take the first that is free and near to what happened; None where there is none."""
        row = self._at.get(one.device or one.place, []) if one.kind == "alarm" else self._all
        first = bisect_left(row, one.at - NEAR_S, key=self._began)
        last = bisect_right(row, one.at + NEAR_S, key=self._began)
        for number in row[first:last]:
            fits = one.kind == "alarm" or _there(self._firings[number].place, one.place)
            if fits and (one.kind, number) not in self._taken:
                self._taken.add((one.kind, number))
                return number
        return None

    def _began(self, number: int) -> float:
        return self._firings[number].began


def _there(place: str, other: str) -> bool:
    return under(path=place, ancestor=other) or under(path=other, ancestor=place)


def _per_day(ran: Ran, zone: tzinfo) -> list[DayCount]:
    """Return every local day of the span with its count, quiet ones too."""
    counts = Counter(datetime.fromtimestamp(one.began, zone).date() for one in ran.firings)
    day = datetime.fromtimestamp(ran.start, zone).date()
    last = datetime.fromtimestamp(ran.end, zone).date()
    found = []
    while day <= last:
        found.append(DayCount(day=day.isoformat(), count=counts[day]))
        day += timedelta(days=1)
    return found


def _item(firing: Firing, met: Sequence[Happened]) -> Item:
    because = firing.because
    return Item(
        at=_instant(firing.began),
        ended_at=None if firing.ended is None else _instant(firing.ended),
        device=firing.device or (because.device if because else ""),
        place=firing.place,
        point=because.point if because else "",
        value=because.value if because and math.isfinite(because.value) else None,
        limit=because.limit if because else None,
        met=Met(kind=met[0].kind, id=met[0].id, verdict=met[0].verdict, title=met[0].title)
        if met
        else None,
    )


def _missed(one: Happened) -> Missed:
    return Missed(
        kind=one.kind,
        id=one.id,
        at=_instant(one.at),
        device=one.device,
        place=one.place,
        title=one.title,
    )


def _instant(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)
