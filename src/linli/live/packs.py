"""The quick way of SenML packs that say the same names again and again, as gateways' do.

A pack is taken here when it is of the usual form: numbers only, base name and base time in its
first record alone, names and units as in an earlier pack of the same sender. Everything else, and
every pack of which something must be flagged or refused, is left to the thorough way, untouched.
"""

from array import array
from collections.abc import Callable, Sequence
from operator import attrgetter

import msgspec
import numpy as np
import numpy.typing as npt

from linli.drivers.senml.pack import MOST, RELATIVE_BELOW
from linli.live.lanes import Lane

_KEPT = 16
_KEPT_NAMES = 8_192


class _Record(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    v: float
    n: str = ""
    t: float = 0.0
    u: str = ""
    bn: str = ""
    bt: float = 0.0


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """The points behind the names of a pack, with their ranges, and the lane that all share."""

    points: "array[int]"
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    lane: Lane


Look = Callable[[Sequence[str], Sequence[str]], Known | None]
"""Given whole names and units: what is behind them; None where one cannot be taken as it is."""

_decode = msgspec.json.Decoder(list[_Record]).decode
_name, _unit, _value, _time = (attrgetter(label) for label in ("n", "u", "v", "t"))
_Key = tuple[str, tuple[str, ...], tuple[str, ...]]


class Packs:
    """The packs of one sender. A bounded number of forms is remembered, of those that can be taken
    here with their names; of the others a number only.
    """

    __slots__ = ("_known", "_look", "_names", "_others")

    def __init__(self, look: Look) -> None:
        self._look = look
        self._known: dict[_Key, Known] = {}
        self._others: set[int] = set()
        self._names = 0

    def take(self, payload: bytes, *, now: float, oldest: float, latest: float) -> bool:
        """Take a pack whole, or nothing of it; tell which. Times are epoch seconds, and those
        outside of [oldest, latest] are not taken here.
        """
        records = _records(payload)
        if not records:
            return False
        known = self._find(payload, records)
        if known is None:
            return False
        first, last, times = _times(payload, records, now)
        numbers = np.array(list(map(_value, records)))
        if not (oldest < first and last < latest):
            return False
        if ((numbers < known.low) | (numbers > known.high)).any():
            return False
        pending = known.lane.pending
        pending.points.extend(known.points)
        pending.times.frombytes(times.tobytes())
        pending.values.frombytes(numbers.tobytes())
        return True

    def _find(self, payload: bytes, records: list[_Record]) -> Known | None:
        names = tuple(map(_name, records))
        units = tuple(map(_unit, records)) if b'"u"' in payload else ()
        key = (records[0].bn, names, units)
        found = self._known.get(key)
        if found is not None or hash(key) in self._others:
            return found
        whole = [records[0].bn + name for name in names]
        found = self._look(whole, units or [""] * len(names))
        if found is None:
            self._leave(key)
        else:
            self._keep(key, found)
        return found

    def _leave(self, key: _Key) -> None:
        """Remember that a form is none to be taken here."""
        if len(self._others) >= _KEPT:
            self._others.clear()
        self._others.add(hash(key))

    def _keep(self, key: _Key, known: Known) -> None:
        """Remember a form in the place of the oldest."""
        self._known[key] = known
        self._names += len(key[1])
        while len(self._known) > _KEPT or self._names > _KEPT_NAMES:
            oldest = next(iter(self._known))
            del self._known[oldest]
            self._names -= len(oldest[1])


def _records(payload: bytes) -> list[_Record]:
    """Return the records of a pack of the usual form; none where it has another.

    Its labels are counted as text: so no escapes, and a base only where the first record has it.
    """
    if b"\\" in payload:
        return []
    try:
        records = _decode(payload)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return []
    if not 0 < len(records) <= MOST:
        return []
    first = records[0]
    if payload.count(b'"bn"') != bool(first.bn) or payload.count(b'"bt"') != bool(first.bt):
        return []
    return records


def _times(
    payload: bytes, records: list[_Record], now: float
) -> tuple[float, float, npt.NDArray[np.float64]]:
    """Return the first, the last and all times of the records (4.5.3). Where some are relative and
    some are not, the first is older than any that is taken.
    """
    base = records[0].bt
    if b'"t"' not in payload:
        at = now + base if base < RELATIVE_BELOW else base
        return at, at, np.full(len(records), at)
    times = base + np.array(list(map(_time, records)))
    if times.max() < RELATIVE_BELOW:
        times += now
    return float(times.min()), float(times.max()), times
