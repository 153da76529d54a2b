"""What scenes hear of an access controller: each event once, though it is told twice while its
passage waits for the records; and of types that no table has, how many there were.
"""

import asyncio
from collections.abc import Mapping, Sequence

from linli.drivers.isapi import marks
from linli.drivers.line import Station, Wired
from linli.drivers.once import Lately
from linli.drivers.reading import Reading

_MOST_HEARD = 10_000
_MOST_TYPES = 100
_AGAIN_S = 86_400.0


class OnceHeard:
    """Brings readings of events by their ids. `waiting` are the ids of those that scenes heard, and
    whose passages are not on record yet: a search finds them again. Only the last are known, as
    many as a mark has room for.
    """

    def __init__(self, station: Station) -> None:
        self._station = station
        self._heard: Lately[tuple[str, str], None] = Lately(most=_MOST_HEARD)
        self._before: frozenset[str] = frozenset()
        self._waiting: dict[str, None] = {}
        self._one = asyncio.Lock()
        """Held while one is brought: the stream and a search may tell the same side by side."""

    @property
    def waiting(self) -> tuple[str, ...]:
        """Their ids, the oldest first."""
        return tuple(self._waiting)

    def recall(self, ids: Sequence[str]) -> None:
        """These were heard before a restart."""
        self._before = frozenset(ids)
        self._waiting = dict.fromkeys(ids) | self._waiting

    async def bring(self, device: str, id: str, readings: Sequence[Reading]) -> None:
        """Let scenes hear of an event, unless they did."""
        key = (device, id)
        async with self._one:
            if not readings or key in self._heard or id in self._before:
                return
            await self._station.bring(device, readings)
            self._heard.keep(key, None)
            self._waiting[id] = None
            if len(self._waiting) > marks.MOST_WAITING:
                del self._waiting[next(iter(self._waiting))]

    def recorded(self, id: str) -> None:
        """Its passage is on record, or given up: it is not asked for again."""
        self._waiting.pop(id, None)


class Unknown:
    """Types of events that no table has. Each is told once a day, with how many there were of it
    just then.
    """

    def __init__(self, station: Station, line: Wired) -> None:
        self._station = station
        self._line = line
        self._told: Lately[str, float] = Lately(most=_MOST_TYPES)

    def tell(self, counts: Mapping[str, int]) -> None:
        """Show those of these types to the operator that he was not shown of late."""
        now = self._station.now()
        for name, many in counts.items():
            last = self._told.get(name)
            if last is None or now - last > _AGAIN_S:
                self._told.keep(name, now)
                sample = name if many == 1 else f"{name}: {many}"
                self._station.refused(self._line.code, "unknown_event", sample.encode())
