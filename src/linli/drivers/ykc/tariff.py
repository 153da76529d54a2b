"""What charging costs: four periods, 48 half hours, prices to five decimals; all in integers."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Literal

import msgspec

from linli.drivers.ykc.layout import CHINA
from linli.drivers.ykc.messages import Bill, Price, Share, TariffTable

Period = Literal["sharp", "peak", "flat", "valley"]
PERIODS: tuple[Period, ...] = ("sharp", "peak", "flat", "valley")
"""In the order of the wire: 尖 峰 平 谷."""

_SLOTS = 48
_SLOT_MIN = 30
_E5 = 100_000
_MOST_E5 = 2**32 - 1
_MONEY_ROUNDING_E4 = 1
_HOUR_MIN = 60


class Cost(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Yuan a kilowatt hour as text (`"1.23450"`), at most five decimals."""

    energy: str
    service: str = "0"


class Tariff(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A tariff as an operator writes it. `day` says when a period begins, on the half hour:
    `["00:00 valley", "08:00 flat", "10:30 peak"]`; the first is at midnight. `number` is 4 digits.
    """

    number: str
    sharp: Cost
    peak: Cost
    flat: Cost
    valley: Cost
    day: Sequence[str]
    loss_pct: int = 0

    def __post_init__(self) -> None:
        if len(self.number) != 4 or not self.number.isdecimal():  # noqa: PLR2004
            raise ValueError(f"tariff number {self.number!r} is not 4 digits")
        if not 0 <= self.loss_pct <= 100:  # noqa: PLR2004
            raise ValueError(f"loss of {self.loss_pct} % is not 0 to 100")
        prices(self)
        slots(self)

    def cost(self, period: Period) -> Cost:
        """Return the cost of a period."""
        found: Cost = getattr(self, period)
        return found


def prices(tariff: Tariff) -> tuple[Price, ...]:
    """Return the prices of the four periods in the order of the wire.

    :raises ValueError: if one is no price
    """
    costs = (tariff.cost(period) for period in PERIODS)
    return tuple(Price(energy_e5=_e5(c.energy), service_e5=_e5(c.service)) for c in costs)


def _e5(text: str) -> int:
    try:
        scaled = Decimal(text) * _E5
        whole = int(scaled)
    except (InvalidOperation, ValueError, OverflowError):
        raise ValueError(f"{text!r} is no price") from None
    if scaled != whole or not 0 <= whole <= _MOST_E5:
        raise ValueError(f"{text!r} is no price of at most five decimals")
    return whole


def slots(tariff: Tariff) -> tuple[int, ...]:
    """Return the number of the period of each half hour.

    :raises ValueError: if the day is not told from midnight on, in order, on the half hour
    """
    starts = [_start(entry) for entry in tariff.day]
    times = [at for at, _ in starts]
    if not starts or times[0] != 0 or times != sorted(set(times)):
        raise ValueError("the day must begin at 00:00 and go on in order")
    ends = [*times[1:], _SLOTS]
    return tuple(
        period for (at, period), end in zip(starts, ends, strict=True) for _ in range(at, end)
    )


def _start(entry: str) -> tuple[int, int]:
    clock, _, period = entry.partition(" ")
    hour, _, minute = clock.partition(":")
    known = period in PERIODS and hour.isdecimal() and minute.isdecimal()
    if known and int(minute) in {0, _SLOT_MIN} and int(hour) < 24:  # noqa: PLR2004
        return int(hour) * 2 + int(minute) // _SLOT_MIN, PERIODS.index(period)
    raise ValueError(f"{entry!r} is not like '10:30 peak'")


def table(tariff: Tariff, *, pile: str) -> TariffTable:
    """Return the tariff as a pile takes it."""
    return TariffTable(
        pile=pile,
        tariff=tariff.number,
        prices=prices(tariff),
        loss_pct=tariff.loss_pct,
        slots=slots(tariff),
    )


def money_e4(*, energy_e4: int, price_e5: int) -> int:
    """Return what energy costs in ten-thousandths of a yuan, a half rounded up."""
    return (2 * energy_e4 * price_e5 + _E5) // (2 * _E5)


def differences(bill: Bill, tariff: Tariff | None) -> list[str]:
    """Return what is wrong with a bill's money, in words for an operator; empty where all fits.

    Money is for the energy with its loss (V1.6, 6.8). One ten-thousandth of rounding is allowed.
    """
    found = [
        f"{period}: {share.money_e4} != {wanted} (0.0001 yuan)"
        for period, share in zip(PERIODS, bill.shares, strict=True)
        if abs(share.money_e4 - (wanted := _share_e4(share))) > _MONEY_ROUNDING_E4
    ]
    for name in ("energy_e4", "loss_e4", "money_e4"):
        told, summed = getattr(bill, name), sum(getattr(share, name) for share in bill.shares)
        if told != summed:
            found.append(f"total {name[:-3]}: {told} != {summed} (0.0001)")
    return found + ([] if tariff is None else _against(bill, tariff))


def _share_e4(share: Share) -> int:
    return money_e4(energy_e4=share.loss_e4, price_e5=share.price_e5)


def _against(bill: Bill, tariff: Tariff) -> list[str]:
    found = []
    touched = periods_between(bill.start, bill.end, tariff)
    for number, (share, price) in enumerate(zip(bill.shares, prices(tariff), strict=True)):
        if not share.energy_e4:
            continue
        wanted = price.energy_e5 + price.service_e5
        if share.price_e5 != wanted:
            found.append(f"{PERIODS[number]} price: {share.price_e5} != {wanted} (0.00001 yuan)")
        if touched and number not in touched:
            found.append(f"{PERIODS[number]}: energy outside of its half hours")
    return found


def periods_between(start: datetime | None, end: datetime | None, tariff: Tariff) -> frozenset[int]:
    """Return the periods of the half hours from start to end; empty where they are not known."""
    if start is None or end is None or end < start:
        return frozenset()
    day = slots(tariff)
    return frozenset(day[slot] for slot in _slots_between(start, end))


def _slots_between(start: datetime, end: datetime) -> Iterator[int]:
    at = start.astimezone(CHINA)
    at -= timedelta(minutes=at.minute % _SLOT_MIN, seconds=at.second, microseconds=at.microsecond)
    for _ in range(_SLOTS):
        if at > end:
            return
        yield (at.hour * _HOUR_MIN + at.minute) // _SLOT_MIN
        at += timedelta(minutes=_SLOT_MIN)
