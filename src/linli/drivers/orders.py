"""The orders of one line: each is done once, however often it comes, and answered as before."""

from collections import OrderedDict, deque

from linli.drivers.line import Order, Station

BROKE = "line_broke"
"""Why an order was not done over which we broke ourselves."""
CUT = "line_broken"
"""Why nobody knows what came of an order: the line was cut when it was on it."""

_MOST = 64
_KEPT = 256
_MOST_CUTS = 3
_MAY_TRY_AGAIN = frozenset({"no_answer", "unknown", CUT})


class Orders:
    """Waits for the line, in order of arrival. Bounded: what does not fit is not taken."""

    def __init__(self, station: Station) -> None:
        self._station = station
        self._waiting: deque[tuple[str, Order]] = deque()
        self._under_way: set[str] = set()
        self._cuts: dict[str, int] = {}
        self._answers: OrderedDict[str, tuple[bool, str]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def know(self, device: str, order: Order) -> bool:
        """Tell whether the order came before; one that was answered is answered so again."""
        if order.id in self._under_way:
            return True
        if order.id not in self._answers:
            return False
        ok, reason = self._answers[order.id]
        self._station.answered(device, order.id, ok=ok, reason=reason)
        return True

    def put(self, device: str, order: Order) -> bool:
        """Let an order wait; False where too many do."""
        if len(self._waiting) >= _MOST:
            return False
        self._under_way.add(order.id)
        self._waiting.append((device, order))
        return True

    def put_back(self, device: str, order: Order) -> None:
        """The line broke: the order is the next one again, unless it was cut off too often."""
        cuts = self._cuts[order.id] = self._cuts.get(order.id, 0) + 1
        if cuts >= _MOST_CUTS:
            self.done(device, order, ok=False, reason=CUT)
        else:
            self._waiting.appendleft((device, order))

    def forget(self, order: Order) -> None:
        """It was not sent and has no way now: who gave it gives it again, until it expires."""
        self._under_way.discard(order.id)
        self._cuts.pop(order.id, None)

    def take(self) -> tuple[str, Order] | None:
        """Return the next order, None where none waits."""
        return self._waiting.popleft() if self._waiting else None

    def done(self, device: str, order: Order, *, ok: bool, reason: str = "") -> None:
        """Say what became of an order, and keep it for who asks again.

        One that nobody answered may be tried again under its id.
        """
        self._under_way.discard(order.id)
        self._cuts.pop(order.id, None)
        if reason not in _MAY_TRY_AGAIN:
            self._answers[order.id] = (ok, reason)
        if len(self._answers) > _KEPT:
            self._answers.popitem(last=False)
        self._station.answered(device, order.id, ok=ok, reason=reason)
