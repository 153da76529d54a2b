"""Orders under way to one pile: sent once, answered once, and a start within its ninety seconds."""

import asyncio
from collections.abc import Callable, Sequence

import msgspec

from linli.drivers.line import Order, Station
from linli.drivers.once import Lately
from linli.drivers.ykc.layout import Body
from linli.drivers.ykc.messages import PileGun, Start, StartAnswer
from linli.drivers.ykc.requests import (
    Asked,
    BadRequest,
    charges_already,
    outcome,
    waits_for_plug,
)

_MOST = 64
_KEPT = 256
_STOP, _READ = 0x36, 0x12
_ALREADY = "already_charging"
_IN_DEFAULT = "no_answer"


class Underway(msgspec.Struct, kw_only=True):
    """An order whose answers are not all in. `starts` are the chargings that it is to begin, by
    gun; those that were confirmed, and those that run, are told apart (V1.6, annex 11.3). `doubted`
    are guns that charge already: their next report says whether it is what we asked for before.
    """

    device: str
    order: Order
    asked: Sequence[Asked]
    open: set[tuple[int, int]]
    starts: dict[int, str]
    running: set[int] = set()
    doubted: set[int] = set()
    reason: str = _IN_DEFAULT
    timer: asyncio.TimerHandle | None = None


class Asking:
    """What one pile was told. `write` puts a message on its line, False where there is none."""

    def __init__(
        self, *, station: Station, write: Callable[[int, Body], bool], start_within_s: float
    ) -> None:
        self._station = station
        self._write = write
        self._start_within_s = start_within_s
        self._underway: dict[str, Underway] = {}
        self._answers: Lately[str, tuple[bool, str]] = Lately(most=_KEPT)
        self._closed: Lately[str, None] = Lately(most=_KEPT)

    def tell(self, device: str, order: Order, make: Callable[[], Sequence[Asked]]) -> bool:
        """Tell the pile, unless it was told; False where there is no way to it now."""
        self._drop_expired()
        answer = self._answers.get(order.id)
        if answer is not None:
            self._station.answered(device, order.id, ok=answer[0], reason=answer[1])
            return True
        known = self._underway.get(order.id)
        if known is not None:
            return self._send(known)
        if len(self._underway) >= _MOST:
            return False
        return self._begin(device, order, make)

    def _begin(self, device: str, order: Order, make: Callable[[], Sequence[Asked]]) -> bool:
        try:
            asked = make()
        except BadRequest as bad:
            self._answer(device, order.id, ok=False, reason=bad.reason)
            return True
        underway = Underway(
            device=device,
            order=order,
            asked=asked,
            open={(one.answer, one.gun) for one in asked},
            starts={one.gun: one.body.order for one in asked if isinstance(one.body, Start)},
        )
        if not self._send(underway):
            return False
        self._underway[order.id] = underway
        if underway.starts:
            loop = asyncio.get_running_loop()
            underway.timer = loop.call_later(self._start_within_s, self._too_late, order.id)
        return True

    def _send(self, underway: Underway) -> bool:
        waiting = [one for one in underway.asked if (one.answer, one.gun) in underway.open]
        return all(self._write(one.type, one.body) for one in waiting)

    def heard(self, kind: int, gun: int, body: Body) -> bool:
        """Take an answer; False where nobody asked. One that comes too late to begin is stopped."""
        found = next((u for u in self._underway.values() if _fits(u, kind, gun, body)), None)
        if found is None:
            self._stop_late(gun, body)
            return False
        if waits_for_plug(body):
            found.reason = "not_plugged"
            return True
        if isinstance(body, StartAnswer) and charges_already(body) and gun not in found.doubted:
            found.doubted = found.doubted | {gun}
            self._write(_READ, PileGun(pile=body.pile, gun=gun))
            return True
        ok, reason = outcome(body)
        if not ok:
            self._give_up(found, reason)
            return True
        found.open.discard((kind, gun))
        found.reason = reason if not found.starts else "not_charging"
        self._finish_if_done(found)
        return True

    def _stop_late(self, gun: int, body: Body) -> None:
        if isinstance(body, StartAnswer) and body.result == 1 and body.order in self._closed:
            self._write(_STOP, PileGun(pile=body.pile, gun=gun))

    def charging(self, pile: str, gun: int, number: str) -> None:
        """A pile reports that a gun charges. One whose order we closed is stopped."""
        if number in self._closed:
            self._write(_STOP, PileGun(pile=pile, gun=gun))
        for underway in list(self._underway.values()):
            if underway.starts.get(gun) == number:
                underway.running = underway.running | {gun}
                underway.open -= {one for one in underway.open if one[1] == gun in underway.doubted}
                self._finish_if_done(underway)
            elif gun in underway.doubted:
                self._give_up(underway, _ALREADY)

    def idle(self, gun: int) -> None:
        """A pile reports that a gun does not charge."""
        for underway in list(self._underway.values()):
            if gun in underway.doubted:
                self._give_up(underway, _ALREADY)

    def lost(self) -> None:
        """The line is down: what was only asked is asked anew, what was to start runs its time."""
        for underway in list(self._underway.values()):
            if not underway.starts:
                del self._underway[underway.order.id]

    def close(self) -> None:
        """Wait for nothing any more."""
        for underway in self._underway.values():
            if underway.timer is not None:
                underway.timer.cancel()
        self._underway.clear()

    def _finish_if_done(self, underway: Underway) -> None:
        if not underway.open and underway.running >= set(underway.starts):
            reason = "" if underway.starts else underway.reason
            self._finish(underway, ok=True, reason=reason)

    def _too_late(self, id: str) -> None:
        underway = self._underway.get(id)
        if underway is not None:
            self._give_up(underway, underway.reason)

    def _give_up(self, underway: Underway, reason: str) -> None:
        """Close an order; what of it began, or might begin yet, must not go on unbilled."""
        for one in underway.asked:
            if isinstance(one.body, Start):
                self._closed.keep(one.body.order, None)
                if (one.answer, one.gun) not in underway.open:
                    self._write(_STOP, PileGun(pile=one.body.pile, gun=one.gun))
        self._finish(underway, ok=False, reason=reason)

    def _finish(self, underway: Underway, *, ok: bool, reason: str) -> None:
        if underway.timer is not None:
            underway.timer.cancel()
        del self._underway[underway.order.id]
        self._answer(underway.device, underway.order.id, ok=ok, reason=reason)

    def _answer(self, device: str, id: str, *, ok: bool, reason: str) -> None:
        self._answers.keep(id, (ok, reason))
        self._station.answered(device, id, ok=ok, reason=reason)

    def _drop_expired(self) -> None:
        now = self._station.now()
        for underway in list(self._underway.values()):
            if not underway.starts and underway.order.expires_at < now:
                del self._underway[underway.order.id]


def _fits(underway: Underway, kind: int, gun: int, body: Body) -> bool:
    if (kind, gun) not in underway.open:
        return False
    return not isinstance(body, StartAnswer) or underway.starts.get(gun) == body.order
