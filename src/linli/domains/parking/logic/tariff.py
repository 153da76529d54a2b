"""What a tariff says, and how it is read from the catalogue. Times of day are the community's."""

import re
import tomllib
from datetime import date, datetime, time
from typing import Literal

import msgspec

from linli.kernel.fault import Fault
from linli.kernel.words import Words

DAY_MINUTES = 24 * 60
WHOLE = 100
"""All of it, in percent."""
OF_PLACES = frozenset({"mother_child", "disabled"})
"""Kinds of places that let a car off something while it stands on one."""
_MOST_PARTS, _LONGEST_STEP, _MOST_FEN = 24, 366 * DAY_MINUTES, 10_000_000
"""No tariff that people read has more bands, or steps in one, or dearer ones."""
ALWAYS = datetime(1970, 1, 1)  # noqa: DTZ001 - of the community, as all times here
"""From when on a lot's first tariff holds."""
_CLOCK = re.compile(r"([01]\d|2[0-4]):([0-5]\d)")


class BadTariff(Fault):
    """A file of the catalogue says what no tariff can."""

    key = "parking.bad_tariff"
    status = 422


class Step(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A price for each started step of so many minutes; `times` of them, 0: all that follow."""

    minutes: int
    fen: int
    times: int = 0


class Band(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Hours of the day with a price of their own. `to` at or before `from` is on the next morning.

    Either `steps`, or `flat_fen` once for as much of the band as is used. `cap_fen` is the most for
    one run of the band. `days` are the days on which it begins.
    """

    from_: str = msgspec.field(name="from")
    to: str
    name: Words
    days: Literal["all", "working", "rest"] = "all"
    steps: tuple[Step, ...] = ()
    flat_fen: int = msgspec.field(name="flat_fen", default=0)
    cap_fen: int = msgspec.field(name="cap_fen", default=0)

    @property
    def starts(self) -> int:
        """Return the minute of the day at which it begins."""
        return minute(self.from_)

    @property
    def minutes(self) -> int:
        """Return how long it lasts."""
        return (minute(self.to) - self.starts - 1) % DAY_MINUTES + 1

    @property
    def whole_day(self) -> bool:
        """Whether it is the only one that a day has room for."""
        return self.minutes == DAY_MINUTES


class Free(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Minutes at the start that cost nothing. Who stays longer pays from the first minute
    (`counted`) or from the end of them (`deducted`). Whoever comes back within `again_minutes` of
    leaving has had them.
    """

    minutes: int = 0
    longer: Literal["counted", "deducted"] = "counted"
    again_minutes: int = 0


class Relief(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What some cars are let off: `minutes` at the start, or `percent` of the sum."""

    of: Literal["green", "mother_child", "visitor", "disabled"]
    minutes: int = 0
    percent: int = 0


class Monthly(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a month costs; `more_fen` for each further car of the same group."""

    fen: int
    more_fen: int = 0


class Row(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An example that is a test as well: a stay and its fee. `rest` are days on which nobody works
    beside weekends, `worked` weekend days on which they do. A coupon is `60 minutes`, `500 fen` or
    `50 percent`. `covered` are spans of a monthly permit; `then` is a tariff that follows, and
    when.
    """

    title: Words
    entry: str
    exit: str
    fee_fen: int
    colour: str = "blue"
    marks: tuple[str, ...] = ()
    coupons: tuple[str, ...] = ()
    covered: tuple[tuple[str, str], ...] = ()
    rest: tuple[date, ...] = ()
    worked: tuple[date, ...] = ()
    again: bool = False
    then: tuple[str, str] | None = None


class Tariff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tariff of the catalogue. Hours that no band names are free. `day_cap_fen` is the most for a
    day (0: none): of the calendar, or of 24 hours from the entry.
    """

    id: str
    name: Words
    source: str
    bands: tuple[Band, ...]
    free: Free = Free()
    day: Literal["calendar", "entry"] = "calendar"
    day_cap_fen: int = 0
    reliefs: tuple[Relief, ...] = ()
    coupons_most: int = 1
    monthly: Monthly | None = None
    table: tuple[Row, ...] = ()


class Version(msgspec.Struct, frozen=True, kw_only=True):
    """A tariff from a time on; `since` is the community's own time, without a zone."""

    tariff: Tariff
    since: datetime


def minute(clock: str) -> int:
    """Return the minute of the day of `07:30`; `24:00` is the last.

    :raises BadTariff: if it is no time of day
    """
    found = _CLOCK.fullmatch(clock)
    if found is None or int(found[1]) * 60 + int(found[2]) > DAY_MINUTES:
        raise BadTariff(reason=f"{clock} is no time of day")
    return int(found[1]) * 60 + int(found[2])


def load(text: str) -> Tariff:
    """Return a tariff as its file says.

    :raises BadTariff: if it says what no tariff can
    """
    try:
        found = msgspec.convert(tomllib.loads(text), Tariff)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise BadTariff(reason=str(error)) from error
    return checked(found)


def checked(tariff: Tariff) -> Tariff:
    """Return a tariff that makes sense.

    :raises BadTariff: if it does not
    """
    for band in tariff.bands:
        if band.minutes <= 0 or bool(band.steps) == bool(band.flat_fen):
            raise BadTariff(reason=f"{tariff.id}: {band.from_} has steps or a flat price, not both")
        if any(step.minutes <= 0 or step.fen < 0 or step.times < 0 for step in band.steps):
            raise BadTariff(reason=f"{tariff.id}: {band.from_} has an odd step")
        if band.steps and (band.steps[-1].times or not all(s.times for s in band.steps[:-1])):
            raise BadTariff(reason=f"{tariff.id}: only the last step of {band.from_} has no number")
        if min(band.flat_fen, band.cap_fen) < 0:
            raise BadTariff(reason=f"{tariff.id}: {band.from_} pays people for parking")
    if not tariff.bands or min(tariff.day_cap_fen, tariff.free.minutes) < 0:
        raise BadTariff(reason=f"{tariff.id} has no bands, or less than nothing")
    if any(not 0 <= one.percent <= WHOLE or one.minutes < 0 for one in tariff.reliefs):
        raise BadTariff(reason=f"{tariff.id} has an odd relief")
    return _bounded(tariff)


def _bounded(tariff: Tariff) -> Tariff:
    """Return a tariff of a size that is reckoned at once: anybody at the desk may try one."""
    steps = [step for band in tariff.bands for step in band.steps]
    if max(len(tariff.bands), *(len(band.steps) for band in tariff.bands)) > _MOST_PARTS:
        raise BadTariff(reason=f"{tariff.id} has more than {_MOST_PARTS} bands or steps")
    if any(step.minutes > _LONGEST_STEP or step.fen > _MOST_FEN for step in steps):
        raise BadTariff(reason=f"{tariff.id} has a step that is too long or too dear")
    if max([tariff.free.minutes, *(one.minutes for one in tariff.reliefs)]) > _LONGEST_STEP:
        raise BadTariff(reason=f"{tariff.id} gives more free minutes than a year has")
    return tariff


def midnight(day: date) -> datetime:
    """Return when a day begins, without a zone."""
    return datetime.combine(day, time())
