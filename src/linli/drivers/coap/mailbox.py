"""The orders of devices that fetch them: each waits until it is answered, or too old."""

from collections.abc import Sequence

from linli.drivers.line import Order

_MOST = 32


class Mailbox:
    """The orders of one device, in the order in which they came. Bounded."""

    def __init__(self) -> None:
        self._waiting: dict[str, Order] = {}

    def put(self, order: Order, *, now: float) -> bool:
        """Let an order wait; False where it is too old, or too many wait. Twice is once."""
        self._drop_old(now)
        if order.id in self._waiting:
            return True
        if order.expires_at <= now or len(self._waiting) >= _MOST:
            return False
        self._waiting[order.id] = order
        return True

    def waiting(self, *, now: float) -> Sequence[Order]:
        """Return the orders that wait."""
        self._drop_old(now)
        return list(self._waiting.values())

    def answered(self, order: str) -> bool:
        """An order was answered; False where none of that id waits."""
        return self._waiting.pop(order, None) is not None

    def _drop_old(self, now: float) -> None:
        for old in [one.id for one in self._waiting.values() if one.expires_at <= now]:
            del self._waiting[old]
