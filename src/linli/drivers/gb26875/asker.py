"""What a transmission device is asked: one thing at a time, sent again while nothing answers."""

import asyncio
from collections.abc import Sequence

from linli.drivers.gb26875 import asking, codec, objects
from linli.drivers.gb26875.asking import Ask
from linli.drivers.gb26875.codec import Frame
from linli.drivers.gb26875.connection import Connection
from linli.drivers.gb26875.duty import Duty
from linli.drivers.gb26875.options import LineOptions
from linli.drivers.line import Station, Wired
from linli.drivers.orders import CUT, Orders

_MOST_OWN = 8


class Asker:
    """Asks on the way that it is given, until it ends; orders that came first are asked first."""

    def __init__(self, *, device: Wired, options: LineOptions, station: Station) -> None:
        self.orders = Orders(station)
        self.duty = Duty()
        self._code, self._options, self._station = device.code, options, station
        self._source, self._centre = int(device.address), options.centre
        self._version = (1, 0)
        self._serial = 0
        self._asks: dict[str, Ask] = {}
        self._own: list[Ask] = []
        self._wake = asyncio.Event()
        self._now_asked: Ask | None = None
        self._waiting: tuple[int, int, asyncio.Future[str]] | None = None
        self._task: asyncio.Task[None] | None = None

    def called(self, frame: Frame) -> None:
        """Take from a frame of the device how it calls us, and the version that it speaks."""
        self._centre, self._version = frame.target, frame.version

    def begin(self, way: Connection, *, first: Sequence[Ask]) -> None:
        """Ask on this way from now on, what was being asked on another one too."""
        if self._task is not None:
            self._task.cancel()
        asked, self._now_asked = self._now_asked, None
        if asked is not None and asked.order is not None:
            self.orders.put_back(asked.device, asked.order)
        self._own = list(first)
        self._task = asyncio.create_task(self._ask_on(way))

    def end(self) -> None:
        """There is no way any more: nobody answers what was asked; what only waited for its turn
        may be given again.
        """
        if self._task is not None:
            self._task.cancel()
        asked = self._now_asked
        self._task = self._waiting = self._now_asked = None
        self._own.clear()
        while self.orders.take() is not None:
            pass
        for ask in list(self._asks.values()):
            if ask is not asked and ask.order is not None:
                self.orders.forget(ask.order)
        self._asks.clear()
        if asked is not None:
            self._done(asked, CUT)

    def put(self, ask: Ask) -> bool:
        """Let an order wait for its turn; False where too many do."""
        if ask.order is None or not self.orders.put(ask.device, ask.order):
            return False
        self._asks[ask.order.id] = ask
        self._wake.set()
        return True

    def put_own(self, ask: Ask) -> None:
        """Ask something of our own accord, before the orders."""
        if len(self._own) < _MOST_OWN:
            self._own.append(ask)
            self._wake.set()

    def answered(self, serial: int, reason: str = "") -> None:
        """A frame that answers this serial came; `reason` says why the device would not."""
        if self._waiting is not None and self._waiting[0] == serial and not self._waiting[2].done():
            self._waiting[2].set_result(reason)

    def answered_by(self, type_: int) -> None:
        """Data came; they may answer what is asked, though not as its answer."""
        if self._waiting is not None and asking.ANSWERS.get(self._waiting[1]) == type_:
            self.answered(self._waiting[0])

    async def _ask_on(self, way: Connection) -> None:
        try:
            while True:
                self._now_asked = ask = self._next()
                if ask is None:
                    self._wake.clear()
                    await self._wake.wait()
                elif ask.order is not None and ask.order.expires_at <= self._station.now():
                    self._done(ask, "expired")
                else:
                    self._done(ask, await self._ask(ask, way))
        except (ConnectionError, TimeoutError):
            way.close()

    def _next(self) -> Ask | None:
        if self._own:
            return self._own.pop(0)
        order = self.orders.take()
        return None if order is None else self._asks[order[1].id]

    async def _ask(self, ask: Ask, way: Connection) -> str:
        """Ask, and again while nothing comes; return why it was not done, or nothing."""
        serial, self._serial = self._serial, (self._serial + 1) & 0xFFFF
        answer: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._waiting = (serial, ask.type, answer)
        raw = codec.encode(self._frame(ask, serial))
        for _ in range(1 + self._options.resends):
            self._station.frame(self._code, "out", raw)
            await way.send(raw)
            if ask.type == objects.INSPECT and ask.order is not None:
                minutes = ask.thing.minutes or asking.DUTY_MINUTES
                self.duty.ask(order=ask.order.id, minutes=minutes, now=self._station.now())
            try:
                async with asyncio.timeout(self._options.answer_within_s):
                    return await asyncio.shield(answer)
            except TimeoutError:
                continue
        return "no_answer"

    def _frame(self, ask: Ask, serial: int) -> Frame:
        now = codec.wall(self._station.now(), east_h=self._options.east_h)
        return Frame(
            serial=serial,
            command=ask.command,
            source=self._centre,
            target=self._source,
            sent=now,
            version=self._version,
            data=ask.data(now),
        )

    def _done(self, ask: Ask, reason: str) -> None:
        self._waiting = self._now_asked = None
        if reason == "denied" and ask.type == objects.INSPECT:
            self.duty.drop()
        if ask.order is not None:
            self._asks.pop(ask.order.id, None)
            self.orders.done(ask.device, ask.order, ok=not reason, reason=reason)
