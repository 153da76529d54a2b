"""What a month of calls costs: each price by itself, a part of a thousand calls by its part."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta

import msgspec

_THOUSAND = 1000
_SETTLES = timedelta(hours=1)
"""A month is closed so long after its end: what was under way at midnight is counted then."""


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """So many calls at a price, in fen for a thousand, and what they cost."""

    price_fen: int
    calls: int
    fen: int


def cost_fen(*, calls: int, price_fen: int) -> int:
    """Return what so many calls cost at a price a thousand, rounded up to a fen."""
    return -(-calls * price_fen // _THOUSAND)


def priced(days: Iterable[tuple[int, int]]) -> Sequence[Priced]:
    """Return what (calls, price) of days cost, the calls of one price taken together: rounded up
    once a month, not once a day.
    """
    calls: dict[int, int] = defaultdict(int)
    for many, price_fen in days:
        calls[price_fen] += many
    return [
        Priced(price_fen=price, calls=many, fen=cost_fen(calls=many, price_fen=price))
        for price, many in sorted(calls.items())
        if many
    ]


def month_of(day: date) -> str:
    """Return the month of a day, as `2026-11`."""
    return f"{day:%Y-%m}"


def first_open_day(local: datetime) -> date:
    """Return the first day that no statement may hold yet, by the community's own time."""
    return (local - _SETTLES).date().replace(day=1)
