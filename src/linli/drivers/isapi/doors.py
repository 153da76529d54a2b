"""What an access controller tells of its doors: as it happens, on its stream; and what it kept
while nobody heard it, asked for when its line is there again.

How far it was heard outlives a restart (`Station.mark`): the controller's own time of the last
event that is on record. It stands still while what was missed is being asked for, so that a search
that is cut off begins there again. What is found twice has one id: it is on record once, and
scenes hear it once.
"""

import asyncio
from collections import Counter, deque
from collections.abc import Callable

import msgspec

from linli.drivers.frames import BadFrame
from linli.drivers.isapi import access, marks, orders, searching, statuses, telling
from linli.drivers.isapi.alerts import Alert
from linli.drivers.isapi.client import Client, NoCamera
from linli.drivers.isapi.marks import Mark
from linli.drivers.isapi.once_heard import OnceHeard, Unknown
from linli.drivers.isapi.options import Map
from linli.drivers.isapi.passages import Heard, Passages
from linli.drivers.isapi.searching import Page
from linli.drivers.line import Station, Wired
from linli.drivers.once import Lately

_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 1.0, 60.0
_AHEAD_S = 86_400.0
"""So far after now a search goes: a controller's clock may be wrong."""
_MOST_FOUND = 100_000
_MOST_TOLD = 10_000
_NO_SEARCH = "no_search"
_NOT_LET = frozenset({401, 403})
_LATER = frozenset({408, 429, *range(500, 600)})
"""Statuses of HTTP that say: not now."""


class Doors:
    """The doors of one line. `whose` tells of which device an event is, `keeps` whether there is a
    door among its devices at all.
    """

    def __init__(
        self,
        *,
        station: Station,
        line: Wired,
        whose: Callable[[Alert], Wired],
        keeps: Callable[[], bool],
    ) -> None:
        self._station = station
        self._line = line
        self._whose = whose
        self._keeps = keeps
        self._passages = Passages(station, taken=self._taken, held=self._keep_waiting)
        self._once = OnceHeard(station)
        self._unknown = Unknown(station, line)
        self._told: Lately[tuple[str, str], None] = Lately(most=_MOST_TOLD)
        self._last: deque[str] = deque(maxlen=marks.MOST_IDS)
        """The ids of what was taken last, of which the mark is."""
        self._off_s = 0.0
        """What was to be added to the controller's time to make it right, when it was asked."""
        self._missed = asyncio.Event()
        self._recalled = False
        self._newest: Mark | None = None
        """The mark that was given to the disk last: it may not be there yet."""
        self._whole = False
        """Whether nothing is missing before what is heard now."""

    async def run(self) -> None:
        """Put passages on record, one after the other, until cancelled."""
        self._mark()
        await self._passages.run()

    async def hear(self, alert: Alert) -> None:
        """Tell what comes on the stream: how the door stands, and who passed."""
        unknown = Counter[str]()
        heard = await self._read(alert, unknown=unknown)
        self._unknown.tell(unknown)
        if heard is not None and not self._passages.put(heard):
            self.miss()
        if self._passages.away:
            await self._keep_waiting()

    async def catch_up(self, found: Client) -> None:
        """Ask for what was missed, and again whenever something is, until cancelled; where there
        are no doors nothing.
        """
        self.miss()
        while True:
            await self._missed.wait()
            self._missed.clear()
            if self._keeps():
                await self._until_whole(found)

    def miss(self) -> None:
        """Something may be missing: it is to be asked for."""
        self._whole = False
        self._missed.set()

    async def _taken(self, heard: Heard) -> None:
        self._told.keep((heard.device, heard.id), None)
        self._once.recorded(heard.id)
        if heard.at is not None and self._whole:
            self._remember(heard.id)
            await self._keep(heard.at)

    def _remember(self, id: str) -> None:
        if id not in self._last:
            self._last.append(id)

    async def _keep(self, at: float) -> None:
        """Remember how far the controller was heard. A time that is ahead of its own clock is not
        believed: what comes when that was put right would be missed.
        """
        at = min(at, self._station.now() - self._off_s)
        await self._keep_mark(Mark(at=at, off_s=self._off_s))

    async def _keep_waiting(self) -> None:
        """Remember what scenes heard and waits for the records: it is lost with the process, and
        found again.
        """
        mark = self._newest or self._mark()
        if mark is not None:
            await self._keep_mark(mark)

    async def _keep_mark(self, mark: Mark) -> None:
        ids, waiting = tuple(self._last), self._once.waiting
        mark = self._newest = msgspec.structs.replace(mark, ids=ids, waiting=waiting)
        await self._station.keep_mark(mark.said())

    def _mark(self) -> Mark | None:
        """Return how far the controller was heard; None where it never was."""
        found = marks.read(self._station.mark())
        if found is not None and not self._recalled:
            self._last.extend(found.ids)
            self._once.recall(found.waiting)
        self._recalled = True
        return found

    async def _until_whole(self, found: Client) -> None:
        """Search until nothing is missing, with growing pauses where it is cut off, makes no sense,
        or the controller says that it cannot now; at the slowest pace where it lets us not: it may
        count wrong passwords. One that has no such search is asked when it is back next.
        """
        pause_s = _FIRST_PAUSE_S
        while True:
            try:
                await self._search_on(found)
            except NoCamera as error:
                self._station.refused(self._line.code, *_why(error))
                if statuses.is_unsupported(error.status, error.said):
                    return
                pause_s = _LONGEST_PAUSE_S if error.status in _NOT_LET else pause_s
            except BadFrame as bad:
                self._station.refused(self._line.code, "bad_frame", bad.why.encode())
            else:
                self._whole = not self._missed.is_set()
                return
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)

    async def _search_on(self, found: Client) -> None:
        """Search, and again where one search does not go through all; then show of which types no
        table knew.
        """
        unknown = Counter[str]()
        try:
            while not await self._search(found, unknown):
                pass
        finally:
            self._unknown.tell(unknown)

    async def _search(self, found: Client, unknown: Counter[str]) -> bool:
        """Tell what is since the mark, and move it; False where there may be more than one search
        goes through. Pages whose order is not that of time move it at the end alone: whatever came
        before is to be found again, should they be cut off.
        """
        now, mark, clock = self._station.now(), self._mark(), await self._clock(found)
        self._off_s = off_s = now - clock if clock is not None else 0.0
        if mark is None:
            await self._keep(now - off_s)
            return True
        since = mark.since(off_s)
        position, newest, in_order = 0, float(int(since)), True
        before: Page | None = None
        while position < _MOST_FOUND:
            page = await self._page(found, position, since=since, now=max(now, now - off_s))
            if before is not None and page.rows and page.found == before.found:
                raise BadFrame("the same page of events again")
            times = await self._tell_all(page, off_s, unknown)
            in_order = in_order and _goes_on(times, after=newest, last=not page.more)
            newest = max([newest, *times])
            if newest > since and (in_order or not page.more):
                await self._keep(newest)
            elif not page.more and position + page.rows:
                await self._keep_mark(mark)
            if not page.more:
                return True
            position, before = position + page.rows, page
        moved = self._mark()
        if moved is not None and moved.at == newest > since:
            return False
        raise BadFrame(f"more than {_MOST_FOUND} events at once")

    async def _clock(self, found: Client) -> float | None:
        """Return what time the controller has; None where it does not say.

        :raises NoCamera: if there is no answer, or it cannot say now
        """
        try:
            return searching.clock(await found.ask("GET", searching.CLOCK))
        except NoCamera as error:
            never = statuses.is_unsupported(error.status, error.said)
            if not error.status or (error.status in _LATER and not never):
                raise
            return None

    async def _page(self, found: Client, position: int, *, since: float, now: float) -> Page:
        """Return what it kept from a time on; `now` is the later of its clock and ours.

        :raises NoCamera: if it does not say
        :raises BadFrame: if it says what is no page
        """
        until = max(now, since) + _AHEAD_S
        body = searching.request(search=f"{now:.3f}", position=position, since=since, until=until)
        self._station.frame(self._line.code, "out", f"POST {searching.PATH}".encode() + body)
        said = await found.ask("POST", searching.PATH, body, kind=searching.JSON)
        self._station.frame(self._line.code, "in", access.COVER)
        page = searching.page(said, position=position)
        if page.bad:
            self._station.refused(self._line.code, "bad_frame", f"{page.bad} events".encode())
        return page

    async def _read(
        self, alert: Alert, *, unknown: Counter[str], clock: float | None = None
    ) -> Heard | None:
        """Tell how the door stands; return what is to be put on record. None where no table knows
        it, which is counted, or it is on record.
        """
        device = self._whose(alert)
        told = telling.passage(alert=alert, device=device, now=self._station.now(), clock=clock)
        if told is None or alert.access is None:
            unknown[telling.name(alert)] += 1
            return None
        known_as = access.mark(alert.access, alert.at)
        if (device.code, known_as) in self._told or known_as in self._last:
            return None
        at = alert.at if alert.access.current else None
        heard = Heard(device=device.code, id=known_as, question=told.question, at=at)
        await self._once.bring(device.code, known_as, told.readings)
        return heard

    async def _tell_all(self, page: Page, off_s: float, unknown: Counter[str]) -> list[float]:
        """Tell what was found; return their times when all are on record."""
        for alert in page.found:
            clock = self._station.now() - off_s
            heard = await self._read(alert, unknown=unknown, clock=clock)
            if heard is not None:
                await self._passages.tell(heard)
                await self._taken(heard)
            if alert.access is not None:
                self._remember(access.mark(alert.access, alert.at))
        return [one.at for one in page.found if one.at is not None]


def keeps(*devices: Wired) -> bool:
    """Tell whether one of these is a door that an access controller keeps."""
    return any(isinstance(one.map, Map) and one.map.access for one in devices)


def _why(error: NoCamera) -> tuple[str, bytes]:
    """Return why there was no search, and what is shown of it: that the line may not is told as of
    any other request that it may not make.
    """
    _, word = statuses.status(error.said)
    if error.status in _NOT_LET and not statuses.is_unsupported(error.status, error.said):
        return orders.why_not(word) or error.reason, searching.PATH.encode()
    shown = " ".join(str(one) for one in (error.status or "", error.reason, word) if one)
    return _NO_SEARCH, shown.encode()


def _goes_on(times: list[float], *, after: float, last: bool) -> bool:
    """Tell whether a page goes on in the order of time. One before others that is all of one second
    does not show it.
    """
    if times != sorted(times) or (times and times[0] < after):
        return False
    return last or (len(times) > 1 and times[0] < times[-1])
