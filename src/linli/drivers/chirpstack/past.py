"""What ChirpStack said before: copies and replays are told from news by it. Bounded."""

from uuid import NAMESPACE_OID, uuid5

from linli.drivers.chirpstack.codec import JOIN, UP, Event
from linli.drivers.once import Lately

_COPIES = 20_000
_DEVICES = 50_000
_QUEUED = 5_000


class Past:
    """Remembers deduplication ids, frame counters, and what waits in downlink queues."""

    def __init__(self) -> None:
        self._came: Lately[tuple[str, str, str], None] = Lately(most=_COPIES)
        self._counters: Lately[tuple[str, str], tuple[str, int]] = Lately(most=_DEVICES)
        self._queued: Lately[tuple[str, str], tuple[str, bool]] = Lately(most=_QUEUED)

    def why_not(self, line: str, kind: str, event: Event, *, counts: bool = True) -> str:
        """Return why an event is no news: `copy`, `replayed`; nothing where it is.

        A counter that does not go on is a replay, unless the device joined since (it then has
        another address on the air). `counts` false: a device by personalisation that begins anew.
        """
        if event.deduplication_id and (line, kind, event.deduplication_id) in self._came:
            return "copy"
        if kind != UP or not counts:
            return ""
        session, counter = self._counters.get((line, event.eui)) or ("", -1)
        went_back = event.f_cnt <= counter and session == event.dev_addr
        return "replayed" if went_back else ""

    def keep(self, line: str, kind: str, event: Event, *, ended: bool = False) -> None:
        """Remember an event that is dealt with. `ended`: it answered what waited in the queue."""
        if ended:
            self._queued.forget((line, item_of(event)))
        if event.deduplication_id:
            self._came.keep((line, kind, event.deduplication_id), None)
        if kind == JOIN:
            self._counters.forget((line, event.eui))
        elif kind == UP:
            self._counters.keep((line, event.eui), (event.dev_addr, event.f_cnt))

    def queue(self, line: str, order: str, *, confirmed: bool) -> str:
        """Remember an order on its way; return the id that it has in ChirpStack's queue."""
        item = queue_id(line, order)
        self._queued.keep((line, item), (order, confirmed))
        return item

    def waits(self, line: str, order: str) -> bool:
        """Tell whether an order is in ChirpStack's queue, as far as we know."""
        return (line, queue_id(line, order)) in self._queued

    def order(self, line: str, item: str) -> tuple[str, bool] | None:
        """Return the order of an id in the queue, and whether the device is to confirm it."""
        return self._queued.get((line, item))

    def done(self, line: str, item: str) -> None:
        """An order was answered."""
        self._queued.forget((line, item))


def item_of(event: Event) -> str:
    """Return the id in the queue that an event speaks of, empty where it speaks of none."""
    return event.queue_item_id or event.context.get("queue_item_id", "")


def queue_id(line: str, order: str) -> str:
    """Return the id of an order in the queue: the same order has the same."""
    return str(uuid5(NAMESPACE_OID, f"{line}/{order}"))
