"""The Chinese working calendar behind `contracts.calendar`: holidays and make-up working days.

The package `chinesecalendar` holds what the State Council has published, a year at a time. For a
year it does not hold, an operator may write the arrangement in `catalog/calendar.toml`; until then
weekends are taken, and the answer says that it is a guess.
"""

import tomllib
from collections.abc import Callable
from datetime import date

import chinese_calendar
import msgspec

from linli.contracts.calendar import Day

_SATURDAY = 5


class Arrangement(msgspec.Struct, frozen=True, kw_only=True):
    """Days told by the operator. A year in `years` is known in full."""

    years: frozenset[int] = frozenset()
    rest: frozenset[date] = frozenset()
    work: frozenset[date] = frozenset()


def read(text: str) -> Arrangement:
    """Return the arrangement of a `calendar.toml`.

    :raises msgspec.ValidationError: if it is malformed
    """
    return msgspec.convert(tomllib.loads(text), Arrangement)


def calendar(*, arrangement: Arrangement) -> Callable[[date], Day]:
    """Return the answer to `contracts.calendar.working_day`."""

    def day(on: date) -> Day:
        if on in arrangement.rest or on in arrangement.work:
            return Day(worked=on in arrangement.work)
        try:
            return Day(worked=chinese_calendar.is_workday(on))
        except NotImplementedError:
            return Day(worked=on.weekday() < _SATURDAY, known=on.year in arrangement.years)

    return day
