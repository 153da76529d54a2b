"""A stay cut into runs of equal price. Times are the community's own, without a zone.

A step belongs whole to the hours, the day and the tariff in which it begins: no boundary is ever
paid for twice.
"""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta

import msgspec

from linli.domains.parking.logic.tariff import Band, Tariff, Version, midnight

_DAY = timedelta(days=1)
_MINUTE = timedelta(minutes=1)
EVER = datetime(9999, 1, 1)  # noqa: DTZ001 - of the community, as all times here
_LOOK_DAYS = 9
"""After so many days without any hours that cost something, we look anew."""

Worked = Callable[[date], bool]


class Run(msgspec.Struct, frozen=True, kw_only=True):
    """One use of a band: from when it begins to when it ends, and the day it is counted to.
    Without a band these are hours that are free.
    """

    band: Band | None
    begins: datetime
    ends: datetime
    day: int


class Charge(msgspec.Struct, frozen=True, kw_only=True):
    """Steps of one price in one run: `times` × `fen`. `minutes` is a step's; 0 where the price is
    flat. `end` is when the last step ends, or the car left.
    """

    start: datetime
    end: datetime
    run: Run
    tariff: Tariff
    times: int
    minutes: int
    fen: int

    @property
    def sum_fen(self) -> int:
        """Return what it comes to."""
        return self.times * self.fen


def charges(
    *,
    versions: Sequence[Version],
    entered: datetime,
    start: datetime,
    end: datetime,
    worked: Worked,
) -> Iterator[Charge]:
    """Yield what is charged from `start` to `end` of a stay that began at `entered`.

    :param versions: the tariffs in the order in which they came into force; the first holds before
        its time too
    """
    at = start
    while at < end:
        version, until = _in_force(versions, at)
        run = _run(version.tariff, at, entered, worked)
        stop = min(run.ends, until)
        if run.band is None:
            at = stop
            continue
        if not run.band.steps:  # once, whatever is in force when it ends
            stop = run.ends
        for charge in _steps(version.tariff, run, at, min(stop, end)):
            yield charge
            at = charge.end
        at = max(at, min(stop, end))


def _in_force(versions: Sequence[Version], at: datetime) -> tuple[Version, datetime]:
    """Return the tariff at a time, and until when it holds."""
    found, until = versions[0], EVER
    for version in versions[1:]:
        if version.since <= at:
            found = version
        else:
            until = min(until, version.since)
    return found, until


def _steps(tariff: Tariff, run: Run, start: datetime, stop: datetime) -> Iterator[Charge]:
    band = run.band
    if band is None:
        return
    if not band.steps:
        yield Charge(
            start=start, end=stop, run=run, tariff=tariff, times=1, minutes=0, fen=band.flat_fen
        )
        return
    at = start
    for step in band.steps:
        if at >= stop:
            return
        length = timedelta(minutes=step.minutes)
        times = -((at - stop) // length)
        times = min(times, step.times) if step.times else times
        end = at + times * length
        yield Charge(
            start=at,
            end=end,
            run=run,
            tariff=tariff,
            times=times,
            minutes=step.minutes,
            fen=step.fen,
        )
        at = end


def _run(tariff: Tariff, at: datetime, entered: datetime, worked: Worked) -> Run:
    """Return the run of a band that a time lies in; what began the evening before goes first."""
    if tariff.day == "entry" and len(tariff.bands) == 1 and tariff.bands[0].whole_day:
        day = (at - entered) // _DAY
        begins = entered + day * _DAY
        return Run(band=tariff.bands[0], begins=begins, ends=begins + _DAY, day=day)
    today = at.date()
    for day_ in (today - _DAY, today):
        for band, begins in _beginning(tariff, day_, worked):
            ends = begins + band.minutes * _MINUTE
            if begins <= at < ends:
                return Run(
                    band=band, begins=begins, ends=ends, day=_day(tariff, begins, at, entered)
                )
    ends = min(
        (
            begins
            for ahead in range(_LOOK_DAYS)
            for _, begins in _beginning(tariff, today + ahead * _DAY, worked)
            if begins > at
        ),
        default=midnight(today) + _LOOK_DAYS * _DAY,
    )
    return Run(band=None, begins=at, ends=ends, day=0)


def _beginning(tariff: Tariff, day: date, worked: Worked) -> Iterator[tuple[Band, datetime]]:
    for band in tariff.bands:
        if band.days == "all" or (band.days == "working") == worked(day):
            yield band, midnight(day) + band.starts * _MINUTE


def _day(tariff: Tariff, begins: datetime, at: datetime, entered: datetime) -> int:
    """Return the day that a run is counted to: a night belongs to the evening it began in."""
    if tariff.day == "entry":
        return (at - entered) // _DAY
    return begins.toordinal()


def without(
    *, start: datetime, end: datetime, spans: Sequence[tuple[datetime, datetime]]
) -> list[tuple[datetime, datetime]]:
    """Return what is left of a span when others are taken out of it."""
    left: list[tuple[datetime, datetime]] = []
    at = start
    for since, until in sorted(spans):
        if since > at and at < end:
            left.append((at, min(since, end)))
        at = max(at, until)
    if at < end:
        left.append((at, end))
    return left


def later(
    *, spans: Sequence[tuple[datetime, datetime]], minutes: int
) -> list[tuple[datetime, datetime]]:
    """Return what is left of spans when so many minutes are taken from their start."""
    left: list[tuple[datetime, datetime]] = []
    rest = minutes * _MINUTE
    for since, until in spans:
        taken = min(rest, until - since)
        rest -= taken
        if since + taken < until:
            left.append((since + taken, until))
    return left
