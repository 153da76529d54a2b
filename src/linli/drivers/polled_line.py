"""The line of `linli.drivers.polling` at work."""

import asyncio
from collections.abc import Sequence
from typing import Any

from linli.drivers.frames import BadFrame
from linli.drivers.line import Order, Station, Wired
from linli.drivers.orders import BROKE, Orders
from linli.drivers.polling import Ask, Dialogue, Group, NoAnswer, Outcome, Refused, Talk, Way
from linli.drivers.reach import Reach
from linli.drivers.reading import Reading
from linli.drivers.timetable import Due, Timetable
from linli.drivers.wire import Wire

_LOST_AFTER = 3
_SLOWEST_S = 600.0
_DEAF_AFTER = 20
_SEEK = Group(name="seek", every_s=60.0)


class _Member:
    """A device on the line: how many polls in a row it left unanswered, what was said of it."""

    def __init__(self, wired: Wired) -> None:
        self.wired = wired
        self.silent = 0
        self.present = False
        self.lost = False


class PolledLine:
    """One line. Orders go before polls; a member that stays silent is asked less often."""

    def __init__(
        self, *, line: Wired, members: Sequence[Wired], station: Station, talk: Talk
    ) -> None:
        way = line.options
        assert isinstance(way, Way)
        self._line, self._way, self._station, self._talk = line, way, station, talk
        self._members = {wired.code: _Member(wired) for wired in (line, *members)}
        self._times = Timetable(seed=f"{line.community}/{line.code}")
        self._wake = asyncio.Event()
        self._orders = Orders(station)
        self._reach = Reach(
            way=way,
            line=line.code,
            station=station,
            measure=talk.measure,
            longest=talk.longest,
            lost=self._wake.set,
        )
        self._wire: Wire | None = None
        self._bringing: asyncio.Task[Any] | None = None
        self._deaf = 0

    @property
    def port(self) -> int:
        """Where it listens; 0 until it does, and where it dials."""
        return self._reach.port

    async def run(self) -> None:
        """Listen, or dial again and again, until cancelled.

        :raises OSError: if it cannot listen
        """
        self._plan()
        try:
            await self._reach.open()
            while True:
                await self._work(await self._reach.next())
        finally:
            self._reach.close()
            if self._bringing is not None:
                self._bringing.cancel()

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""
        before, self._members = self._members, {}
        for wired in (self._line, *members):
            member = before.get(wired.code) or _Member(wired)
            member.wired = wired
            self._members[wired.code] = member
        self._plan()
        self._wake.set()

    def send(self, device: str, order: Order) -> bool:
        """Put an order on the line; False where there is no way to it now."""
        if self._orders.know(device, order):
            return True
        member = self._members.get(device)
        if self._wire is None or member is None:
            return False
        if self._talk.tell(member.wired, order, now=self._station.now()) is None:
            return False
        taken = self._orders.put(device, order)
        self._wake.set()
        return taken

    def _plan(self) -> None:
        groups = {code: self._talk.groups(member.wired) for code, member in self._members.items()}
        if not any(groups.values()) and self._talk.seek() is not None:
            groups[self._line.code] = [_SEEK]
        self._times.plan(groups, now=asyncio.get_running_loop().time())

    async def _work(self, wire: Wire) -> None:
        """Ask and tell while the connection holds."""
        self._wire, self._deaf = wire, 0
        if self._line.map is None:
            self._came(self._members[self._line.code])
        try:
            while wire.up:
                await self._next(wire)
        except ConnectionError:
            wire.close()
        finally:
            self._wire = None
        for member in self._members.values():
            self._went(member, "hung_up")

    async def _next(self, wire: Wire) -> None:
        """Do one thing: an order, else what is due; else rest until something is to do."""
        self._wake.clear()
        now = asyncio.get_running_loop().time()
        if told := self._orders.take():
            await self._obey(wire, *told)
        elif self._held_up():
            await self._wake.wait()
        elif due := self._times.take(now=now):
            await self._poll(wire, due)
        else:
            at = self._times.next_at()
            await self._rest(None if at is None else at - now)

    async def _rest(self, within_s: float | None) -> None:
        try:
            async with asyncio.timeout(within_s):
                await self._wake.wait()
        except TimeoutError:
            return

    def _held_up(self) -> bool:
        """Tell whether the readings before are not taken yet: then nothing is polled."""
        if self._bringing is not None and self._bringing.done():
            self._bringing.result()
            self._bringing = None
        return self._bringing is not None

    async def _poll(self, wire: Wire, due: Due) -> None:
        member = self._members[due.member]
        dialogue = self._dialogue(member, due.group)
        try:
            outcome = await self._converse(wire, member, dialogue, urgent=False)
        except NoAnswer:
            self._silent(member, due.group)
        except ConnectionError:  # who breaks the line whenever it is asked is to be asked less
            self._silent(member, due.group)
            raise
        except Refused as no:
            self._came(member)
            self._station.refused(due.member, no.reason, no.sample)
        else:
            self._tell(member, outcome)

    def _dialogue(self, member: _Member, group: Group) -> Dialogue:
        found = self._talk.seek() if group is _SEEK else None
        return found or self._talk.poll(member.wired, group, now=self._station.now())

    async def _obey(self, wire: Wire, device: str, order: Order) -> None:
        """Do an order, and say what became of it. It is kept where the line breaks meanwhile."""
        member = self._members.get(device)
        now = self._station.now()
        if order.expires_at <= now:
            return self._orders.done(device, order, ok=False, reason="expired")
        dialogue = None if member is None else self._talk.tell(member.wired, order, now=now)
        if member is None or dialogue is None:
            return self._orders.done(device, order, ok=False, reason="unknown")
        try:
            outcome = await self._converse(wire, member, dialogue, urgent=True)
        except ConnectionError:
            self._orders.put_back(device, order)
            raise
        except NoAnswer:
            return self._orders.done(device, order, ok=False, reason="no_answer")
        except Refused as no:
            self._came(member)
            return self._orders.done(device, order, ok=False, reason=no.reason)
        except Exception:  # it must not come again and break the line again
            self._orders.done(device, order, ok=False, reason=BROKE)
            raise
        self._orders.done(device, order, ok=True)
        self._tell(member, outcome)
        if outcome.then is not None:
            await self._follow(wire, member, outcome.then)
        return None

    async def _follow(self, wire: Wire, member: _Member, dialogue: Dialogue) -> None:
        """Look at what an order did. It was answered already: a no is only counted."""
        try:
            self._tell(member, await self._converse(wire, member, dialogue, urgent=False))
        except NoAnswer:
            self._station.refused(member.wired.code, "no_answer")
        except Refused as no:
            self._station.refused(member.wired.code, no.reason, no.sample)

    async def _converse(
        self, wire: Wire, member: _Member, dialogue: Dialogue, *, urgent: bool
    ) -> Outcome:
        try:
            ask = next(dialogue)
            while True:
                try:
                    answer = await self._ask(wire, member, ask, urgent=urgent)
                except NoAnswer as silence:
                    ask = dialogue.throw(silence)
                else:
                    ask = dialogue.send(answer)
        except StopIteration as end:
            outcome: Outcome = end.value
            return outcome
        except BadFrame as bad:
            raise Refused("bad_frame") from bad

    async def _ask(self, wire: Wire, member: _Member, ask: Ask, *, urgent: bool) -> Any:
        """Ask, and ask again; one that is lost is asked once, and an order does not wait for it.

        :raises NoAnswer: if none came
        """
        for _ in range(1 if member.lost and not urgent else self._way.tries):
            try:
                answer = await self._once(wire, member, ask)
            except TimeoutError:
                await wire.settle(self._talk.quiet_s)
                if self._orders and not urgent:
                    break
            else:
                if self._way.pause_s:
                    await asyncio.sleep(self._way.pause_s)
                return answer
        raise NoAnswer

    async def _once(self, wire: Wire, member: _Member, ask: Ask) -> Any:
        code, heard = member.wired.code, wire.heard
        if ask.after_s:
            await asyncio.sleep(ask.after_s)
        self._station.frame(code, "out", ask.shown or ask.frame)
        if not ask.answered:
            wire.say(ask.frame)
            return None

        def seen(frame: bytes, why: str) -> None:
            self._station.frame(code, "in", frame)
            if why:
                self._station.refused(code, "bad_frame", frame)

        try:
            return await wire.ask(
                ask.frame, read=ask.read, seen=seen, within_s=self._way.answer_within_s
            )
        finally:
            self._listen_for_life(wire, heard)

    def _listen_for_life(self, wire: Wire, heard: int) -> None:
        """Hang up a line on which nothing at all was heard for many questions."""
        self._deaf = 0 if wire.heard != heard else self._deaf + 1
        if self._deaf >= _DEAF_AFTER:
            wire.close()

    def _tell(self, member: _Member, outcome: Outcome) -> None:
        code = member.wired.code
        if outcome.heard:
            self._came(member)
        for reason, sample in outcome.refusals:
            self._station.refused(code, reason, sample)
        for address, about in outcome.strangers:
            self._station.stranger(address, about=about)
        if outcome.readings:
            self._bring(code, outcome.readings)

    def _bring(self, device: str, readings: Sequence[Reading]) -> None:
        before = self._bringing
        bringing = asyncio.create_task(self._brought(before, device, readings))
        bringing.add_done_callback(lambda _: self._wake.set())
        self._bringing = bringing

    async def _brought(
        self, before: asyncio.Task[Any] | None, device: str, readings: Sequence[Reading]
    ) -> None:
        if before is not None:
            await before
        await self._station.bring(device, readings)

    def _came(self, member: _Member) -> None:
        member.silent, member.present = 0, True
        if member.lost:
            member.lost = False
            self._times.wake(member.wired.code)
        self._station.came(member.wired.code)

    def _went(self, member: _Member, reason: str) -> None:
        if member.present:
            member.present = False
            self._station.went(member.wired.code, reason)

    def _silent(self, member: _Member, group: Group) -> None:
        """Count a poll without an answer; from the third on the member rests, ever longer."""
        member.silent += 1
        if member.silent < _LOST_AFTER:
            return
        if not member.lost:
            member.lost, member.present = True, False
            self._station.went(member.wired.code, "no_answer")
        rest_s = group.every_s * 2 ** min(member.silent - _LOST_AFTER + 1, 16)
        until = asyncio.get_running_loop().time() + min(rest_s, max(_SLOWEST_S, group.every_s))
        self._times.sleep(member.wired.code, until=until)
