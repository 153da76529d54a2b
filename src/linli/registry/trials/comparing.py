"""What a scene would have found, against what really happened."""

import math
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta, tzinfo

import msgspec

from linli.kernel.place import under
from linli.kernel.words import Words
from linli.scenes.backtest import Firing

NEAR_S = 1800.0
"""So far apart may a firing and what happened lie and still be one."""
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
    items: Sequence[Item]
    missed_items: Sequence[Missed]


def report(*, ran: Ran, happened: Sequence[Happened], zone: tzinfo) -> Report:
    """Return the report of a run, beside what really happened in its span."""
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
        items=[_item(*pair) for pair in list(zip(ran.firings, met, strict=True))[-MOST_ITEMS:]],
        missed_items=[_missed(one) for one in missed[-MOST_ITEMS:]],
    )


def meetings(
    *, firings: Sequence[Firing], happened: Iterable[Happened]
) -> list[tuple[Happened, ...]]:
    """Return for each firing what happened there near its time: what is real first, then nearest.

    An alarm is of the same device, or of the same place where no device is meant; a case lies at
    the place of the firing, above it or below it.
    """
    alarms: dict[str, list[Happened]] = {}
    cases: list[Happened] = []
    for one in sorted(happened, key=lambda one: one.at):
        if one.kind == "alarm":
            alarms.setdefault(one.device or one.place, []).append(one)
        else:
            cases.append(one)
    return [_meeting(firing, alarms, cases) for firing in firings]


def _meeting(
    firing: Firing, alarms: Mapping[str, Sequence[Happened]], cases: Sequence[Happened]
) -> tuple[Happened, ...]:
    near = [
        *_near(firing, alarms.get(firing.device or firing.place, ())),
        *(one for one in _near(firing, cases) if _there(firing.place, one.place)),
    ]
    return tuple(sorted(near, key=lambda one: (not one.real, abs(one.at - firing.began))))


def _near(firing: Firing, row: Sequence[Happened]) -> Sequence[Happened]:
    ended = firing.ended if firing.ended is not None else firing.began
    first = bisect_left(row, firing.began - NEAR_S, key=_at)
    return row[first : bisect_right(row, ended + NEAR_S, key=_at)]


def _at(one: Happened) -> float:
    return one.at


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
