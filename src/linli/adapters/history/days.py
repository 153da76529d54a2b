"""Calendar days of a community, where it lies: a day's readings lie in one folder."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

SHANGHAI = ZoneInfo("Asia/Shanghai")


def day_of(*, at: float, zone: ZoneInfo) -> date:
    """Return the local day of an instant (epoch seconds)."""
    return datetime.fromtimestamp(at, zone).date()


def start_of(*, day: date, zone: ZoneInfo) -> float:
    """Return the instant (epoch seconds) at which a local day begins."""
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()


def numbers(
    *, times_us: npt.NDArray[np.int64], zone: ZoneInfo
) -> tuple[npt.NDArray[np.int64], list[date]]:
    """Return for each time (epoch µs) the index of its local day, and those days, oldest first."""
    first = day_of(at=int(times_us.min()) / 1e6, zone=zone)
    last = day_of(at=int(times_us.max()) / 1e6, zone=zone)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    edges = [round(start_of(day=day, zone=zone) * 1e6) for day in days[1:]]
    return np.searchsorted(np.array(edges, np.int64), times_us, side="right"), days
