"""The transactions of one charge point: their numbers, which is open, what was already told."""

import hashlib
from collections import OrderedDict, deque
from typing import Any

import msgspec

_KEPT = 64
_OVER_KEPT = 16
_WINDOW_S = 1 << 28
_SLOTS = 8
CONNECTORS_TOLD = 4
_LONGEST_S = 30 * 86_400


class Open(msgspec.Struct, frozen=True, kw_only=True):
    """A transaction under way. `meter_start_wh` is None where its start was not heard."""

    id: str
    connector: str
    tag: str = ""
    started_at: float | None = None
    meter_start_wh: float | None = None


def numbered(*, connector: int, tag: str, started_at: float) -> int:
    """Return the number that a transaction of a charge point asks for, 1 … 2³¹−1.

    It follows from when it began, by the charge point's clock, and where: the seconds within a
    window of 8.5 years, times 8, and a slot. So a StartTransaction that comes again, also after
    this process was restarted and remembers nothing, gets the number it had; and as two
    transactions of one connector never begin within the same second, no number is given twice
    while the window lasts. The slot holds connectors 1 to 4 apart and, in its lowest bit, cards.
    Charge points keep it in 32 bits, signed, which is why it is not longer.
    """
    card = hashlib.sha256(f"{connector}/{tag.casefold()}".encode()).digest()[0] & 1
    slot = (connector - 1) % CONNECTORS_TOLD * 2 + card
    return int(started_at) % _WINDOW_S * _SLOTS + slot or _WINDOW_S * _SLOTS - 1


def recalled(number: int, *, ended_at: float) -> Open | None:
    """Return what a number says of a transaction whose start this process did not hear.

    Where and when it began; None where that would be a month or more before its end, so that the
    number is hardly one of ours.
    """
    second, slot = divmod(number, _SLOTS)
    lasted_s = (int(ended_at) - second) % _WINDOW_S
    if not 0 < number < _WINDOW_S * _SLOTS or lasted_s > _LONGEST_S:
        return None
    return Open(
        id=str(number), connector=str(slot // 2 + 1), started_at=float(int(ended_at) - lasted_s)
    )


class Transactions:
    """What is remembered of a charge point's transactions while the process runs."""

    def __init__(self) -> None:
        self._open: OrderedDict[str, Open] = OrderedDict()
        self._over: deque[Open] = deque(maxlen=_OVER_KEPT)
        self._numbers: OrderedDict[int, tuple[int, str, float]] = OrderedDict()
        self._told: OrderedDict[tuple[str, ...], None] = OrderedDict()

    def number(self, *, connector: int, tag: str, started_at: float) -> int:
        """Return the number of a transaction: the same one for the same time, connector and card.

        Where another of the last ones has it already, the next free one.
        """
        asked = (connector, tag.casefold(), started_at)
        number = numbered(connector=connector, tag=tag, started_at=started_at)
        while self._numbers.get(number, asked) != asked:
            number = number % (_WINDOW_S * _SLOTS - 1) + 1
        self._numbers[number] = asked
        _bound(self._numbers)
        return number

    def begin(self, transaction: Open) -> None:
        """It is under way on its connector, in the place of what was there."""
        known = self._open.get(transaction.connector)
        if known is None or known.id != transaction.id or known.started_at is None:
            self._open[transaction.connector] = transaction
            _bound(self._open)

    def end(self, id: str) -> Open | None:
        """It is over; return what is known of it."""
        for connector, found in self._open.items():
            if found.id == id:
                self._over.append(found)
                return self._open.pop(connector)
        return None

    def begun(self, *, connector: str | None, tag: str, since: float, now: float) -> Open | None:
        """Return what began for a card on a connector, or on any, since a time: under way or over.

        Of one whose start this process did not hear its number tells when it was, and for whom.
        """
        found = [_whole(each, now) for each in (*self._open.values(), *self._over)]
        for each in found:
            if connector not in (None, each.connector, each.connector.partition(".")[0]):
                continue
            if each.started_at is not None and each.started_at >= since and _is_for(each, tag):
                return each
        return None

    def on(self, connector: str | None) -> Open | None:
        """Return what is under way on a connector, or on any where None is asked for."""
        if connector is None:
            return next(reversed(self._open.values()), None)
        return self._open.get(connector) or next(
            (each for key, each in self._open.items() if key.partition(".")[0] == connector), None
        )

    def at(self, connector: str | None) -> list[Open | None]:
        """Return what is under way on a connector, or everything for None; [None] for nothing."""
        found = list(self._open.values()) if connector is None else [self.on(connector)]
        return [*found] or [None]

    def known(self, id: str) -> Open | None:
        """Return an open transaction by its id."""
        return next((each for each in self._open.values() if each.id == id), None)

    def was_told(self, *what: str) -> bool:
        """Tell whether this was noted by `tell` before."""
        return what in self._told

    def tell(self, *what: str) -> None:
        """Note that this is on disk: when it comes again it is only confirmed."""
        self._told[what] = None
        _bound(self._told)


def _whole(found: Open, now: float) -> Open:
    """Return a transaction with what its number tells of its start, where that was not heard."""
    if found.started_at is not None or not found.id.isdecimal():
        return found
    told = recalled(int(found.id), ended_at=now)
    return found if told is None else msgspec.structs.replace(found, started_at=told.started_at)


def _is_for(found: Open, tag: str) -> bool:
    if found.tag or found.started_at is None:
        return found.tag.casefold() == tag.casefold()
    if not found.connector.isdecimal():
        return False
    where = int(found.connector)
    return found.id == str(numbered(connector=where, tag=tag, started_at=found.started_at))


def _bound(kept: OrderedDict[Any, Any]) -> None:
    while len(kept) > _KEPT:
        kept.popitem(last=False)
