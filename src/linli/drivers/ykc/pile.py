"""One pile: what its messages mean, what it is answered, what it is told."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Protocol
from zlib import crc32

from linli.contracts.charge_points import NotNow
from linli.drivers.line import Order, Station, Wired
from linli.drivers.reading import Reading
from linli.drivers.ykc import covering, telling
from linli.drivers.ykc import messages as m
from linli.drivers.ykc import tariff as tariffs
from linli.drivers.ykc import upkeep as up
from linli.drivers.ykc.accounts import Accounts
from linli.drivers.ykc.asking import Asking
from linli.drivers.ykc.billing import Billing
from linli.drivers.ykc.chargings import Chargings, Gun, paired
from linli.drivers.ykc.codec import Frame
from linli.drivers.ykc.layout import Body, local
from linli.drivers.ykc.options import Line, Map, Member
from linli.drivers.ykc.requests import Asked, Wish, asked
from linli.drivers.ykc.tariff import Tariff
from linli.kernel.period import seconds

_MOST_GUNS = 32
_SAME, _DIFFERENT = 0, 1
_TAKEN, _ILLEGAL = 0, 1
_WORK_SET = 0x51
_STOP = 0x36
_WORKS = (True, 100)
"""Whether a pile is in service, and its power in per cent, until it is told otherwise."""
_NO_MAP = Map(models=())


class Session(Protocol):
    """The connection of a pile."""

    def write(self, kind: int, body: Body, *, seq: int | None = None) -> bool:
        """Send a message; with a sequence it is an answer. False where it cannot be sent."""

    def close(self, reason: str) -> None:
        """Hang up."""


class Pile:
    """A pile of the register, connected or not."""

    def __init__(self, *, line: Wired, wired: Wired, station: Station, accounts: Accounts) -> None:
        self._line = line
        self._station = station
        self._options: Line = line.options
        self.wired = wired
        self._guns: Mapping[int, Wired] = {}
        self._session: Session | None = None
        self._spelled = wired.address.zfill(14)
        self._login: m.Login | None = None
        self._seen: dict[int, telling.Seen] = {}
        self._faults: dict[int, int] = {}
        self._billing = Billing(within_s=self._options.bill_within_s, missing=self._bill_missing)
        self._chargings = Chargings(line=line, station=station, accounts=accounts)
        self._work = self._work_told = _WORKS
        self._serial = count(1)
        self._asking = Asking(
            station=station, write=self._write, start_within_s=self._options.start_within_s
        )
        self._clock: asyncio.TimerHandle | None = None
        self._handlers: dict[int, Callable[[Frame], Awaitable[None]]] = {
            0x01: self._signs_in_again,
            0x03: self._beats,
            0x05: self._checks_tariff,
            0x09: self._wants_tariff,
            0x13: self._reports,
            0x31: self._card_shown,
            0x3B: self._bills,
            0x61: self._tells_lock,
            0xA1: self._card_shown,
        }

    @property
    def codes(self) -> list[str]:
        """Return the devices that this pile speaks for: itself, then its guns."""
        return [self.wired.code, *(gun.code for gun in self._guns.values())]

    def rewire(self, wired: Wired, guns: Mapping[int, Wired]) -> None:
        """Take what the register says now; a tariff that changed is pushed."""
        before = self._tariff
        if wired.address != self.wired.address and self._session is not None:
            self._session.close("renamed")
        self.wired, self._guns = wired, guns
        if self._tariff != before and self._tariff is not None:
            self._write(0x58, tariffs.table(self._tariff, pile=self._spelled))

    async def sign_in(self, session: Session, body: m.Login, *, seq: int) -> None:
        """Take a connection; one that it had before is closed."""
        before, self._session = self._session, session
        if before is not None and before is not session:
            before.close("replaced")
            self._asking.lost()
        self._spelled, self._login = body.pile, body
        self._station.came(self.wired.code)
        session.write(0x02, m.LoginAnswer(pile=body.pile, result=0), seq=seq)
        self._tell_clock()
        self._show_strangers(body)
        await self._bring(self.wired, telling.booted(body, self._map(self.wired)))
        for gun in range(1, min(body.guns, _MOST_GUNS) + 1):
            session.write(0x12, m.PileGun(pile=body.pile, gun=gun))

    def lost(self, session: Session, reason: str) -> None:
        """A connection is down; where it was the pile's own, the pile is gone."""
        if self._session is not session:
            return
        self._session = None
        self._asking.lost()
        self._billing.stop()
        if self._clock is not None:
            self._clock.cancel()
        for code in self.codes:
            self._station.went(code, reason)

    def close(self, reason: str) -> None:
        """Stop: hang up, and wait for nothing."""
        self._asking.close()
        self._billing.stop()
        if self._clock is not None:
            self._clock.cancel()
        if self._session is not None:
            self._session.close(reason)

    def send(self, device: Wired, order: Order) -> bool:
        """Do an order of the pile, or of one of its guns."""
        if self._session is None:
            return False
        return self._asking.tell(device.code, order, lambda: self._asked(device, order))

    async def take(self, frame: Frame) -> None:
        """Take a message of the connection that signed in."""
        body = frame.body
        if body is None:
            self._station.refused(self.wired.code, f"unknown_type_{frame.type:02X}", frame.raw)
        elif getattr(body, "pile", self._spelled) != self._spelled:
            await self._speaks_for_another(frame)
        elif frame.type in self._handlers:
            await self._handlers[frame.type](frame)
        elif not frame.type & 1:
            self._station.refused(self.wired.code, f"unexpected_type_{frame.type:02X}", frame.raw)
        else:
            self._answers(frame.type, body)

    async def _speaks_for_another(self, frame: Frame) -> None:
        sample = covering.covered(frame.body, frame.raw)
        self._station.refused(self.wired.code, "other_pile", sample)
        if isinstance(frame.body, m.Bill):
            answer = m.BillAnswer(order=frame.body.order, result=_ILLEGAL)
            self._answer(0x40, answer, frame)

    def _answers(self, kind: int, body: Body) -> None:
        if kind == _WORK_SET and isinstance(body, m.PileDone):
            if body.result == 1:
                self._work = self._work_told
            else:
                self._work_told = self._work
        if isinstance(body, up.LockAnswer | m.StartAnswer | m.StopAnswer):
            self._asking.heard(kind, body.gun, body)
        else:
            self._asking.heard(kind, 0, body)

    async def _signs_in_again(self, frame: Frame) -> None:
        assert isinstance(frame.body, m.Login)
        if self._session is not None:
            await self.sign_in(self._session, frame.body, seq=frame.seq)

    async def _beats(self, frame: Frame) -> None:
        body = frame.body
        assert isinstance(body, m.Heartbeat)
        self._answer(0x04, m.HeartbeatAnswer(pile=body.pile, gun=body.gun), frame)
        self._station.came(self.wired.code)
        device = self._device(body.gun)
        if device is None:
            return
        self._station.came(device.code)
        values: telling.Values = {"fault": body.status != 0}
        known = self._seen.get(body.gun)
        if known is None or (known.state == telling.FAULT) != (body.status != 0):
            await self._bring(device, telling.named(values, self._map(device)))

    async def _checks_tariff(self, frame: Frame) -> None:
        body = frame.body
        assert isinstance(body, m.TariffCheck)
        tariff = self._tariff
        number = body.tariff if tariff is None else tariff.number
        result = _SAME if number == body.tariff else _DIFFERENT
        answer = m.TariffCheckAnswer(pile=body.pile, tariff=number, result=result)
        self._answer(0x06, answer, frame)

    async def _wants_tariff(self, frame: Frame) -> None:
        if self._tariff is None:
            self._station.refused(self.wired.code, "no_tariff", frame.raw)
        else:
            self._answer(0x0A, tariffs.table(self._tariff, pile=self._spelled), frame)

    async def _reports(self, frame: Frame) -> None:
        body = frame.body
        assert isinstance(body, m.RealTime)
        before = self._seen.get(body.gun)
        now = telling.seen(body, before)
        device = self._device(body.gun)
        if device is not None:
            table, faults = self._map(device), self._faults.get(body.gun, 0)
            self._station.came(device.code)
            readings = telling.named(telling.of_real_time(body, now), table)
            await self._bring(device, readings + telling.changes(body, before, faults, table))
        if 0 < body.gun <= _MOST_GUNS:
            self._seen[body.gun], self._faults[body.gun] = now, body.faults
        self._asking.heard(0x13, body.gun, body)
        if body.state == telling.CHARGING:
            self._billing.goes_on(gun=body.gun, number=body.order)
            await self._charges(body, device)
        else:
            self._asking.idle(body.gun)
            self._billing.ended(gun=body.gun)

    def _bill_missing(self, number: str) -> None:
        self._station.refused(self.wired.code, "bill_missing", number.encode())

    async def _charges(self, body: m.RealTime, device: Wired | None) -> None:
        """What began is done when it is on record; what may not go on is stopped, each time that it
        is reported.
        """
        may: bool | None = True
        if device is not None:
            may = await self._chargings.runs(body, Gun(self.wired, device, body.gun))
        if may:
            self._asking.charging(body.pile, body.gun, body.order)
        elif may is not None:
            self._write(_STOP, m.PileGun(pile=body.pile, gun=body.gun))

    async def _card_shown(self, frame: Frame) -> None:
        body = frame.body
        assert isinstance(body, m.CardStart)
        device = self._device(body.gun)
        answer = await self._chargings.shown(
            body,
            None if device is None else Gun(self.wired, device, body.gun),
            number=self._numbered(self._station.now(), next(self._serial), body.gun),
            enabled=self._work[0],
        )
        self._answer(*paired(answer, body), frame)

    async def _bills(self, frame: Frame) -> None:
        """Acknowledge a bill when it is on record and on disk; one that came before, without taking
        it again. One that cannot be put on record now is sent again (V1.6, 8.7).
        """
        body = frame.body
        assert isinstance(body, m.Bill)
        number, settle = body.order, partial(self._settle, body)
        try:
            await self._billing.once(gun=body.gun, number=number, settle=settle)
        except NotNow:
            self._station.refused(self.wired.code, "not_now")
            return
        self._answer(0x40, m.BillAnswer(order=body.order, result=_TAKEN), frame)

    async def _settle(self, body: m.Bill) -> None:
        device = self._device(body.gun) or self.wired
        await self._chargings.over(body, Gun(self.wired, device, body.gun))
        table = self._map(device)
        when = body.end or body.time
        at = when.timestamp() if when else None
        readings = telling.named(telling.of_bill(body), table, at=at)
        readings += telling.ended(body, table, at=at)
        why = tariffs.differences(body, self._tariff)
        if why:
            readings += telling.differs(body, table, why, at=at)
        await self._bring(device, readings)

    async def _tells_lock(self, frame: Frame) -> None:
        body = frame.body
        assert isinstance(body, up.LockState)
        device = self._device(body.gun)
        if device is not None:
            await self._bring(device, telling.named(telling.of_lock(body), self._map(device)))

    def _asked(self, device: Wired, order: Order) -> Sequence[Asked]:
        request = self._map(device).services[order.service]
        found = asked(request, self._wish(device, order))
        for one in found:
            if isinstance(one.body, up.Work):
                self._work_told = (one.body.enabled == 0, one.body.power_pct)
            if isinstance(one.body, m.Start):
                self._chargings.expect(one.body.order, str(order.args.get("tag", "")))
        return found

    def _wish(self, device: Wired, order: Order) -> Wish:
        options = self.wired.options
        given_at = order.expires_at - seconds(device.model.services[order.service].expires)
        return Wish(
            pile=self._spelled,
            pile_type=self._login.pile_type if self._login else 0,
            guns=self._guns_of(device, order),
            args=order.args,
            now=local(self._station.now()),
            tariff=self._tariff,
            balance_fen=self._options.balance_fen,
            rated_w=options.rated_w if isinstance(options, Member) else 0.0,
            enabled=self._work_told[0],
            power_pct=self._work_told[1],
            given=local(given_at),
            numbers=partial(self._numbered, given_at, crc32(order.id.encode())),
        )

    def _guns_of(self, device: Wired, order: Order) -> list[int]:
        """Return the guns that an order is for: one it names, one it is told to, all of a pile."""
        for number, gun in self._guns.items():
            if gun.code == device.code:
                return [number]
        named = order.args.get("gun")
        if isinstance(named, int | float) and 0 < named <= _MOST_GUNS:
            return [int(named)]
        total = min(self._login.guns if self._login else 1, _MOST_GUNS)
        everything = self._map(device).services.get(order.service) == "stop"
        both = bool(order.args.get("parallel", False))
        return list(range(1, max(total, 1) + 1)) if everything or both else [1]

    def knows(self, device: Wired, service: str) -> bool:
        """Tell whether a device can be told something."""
        return service in self._map(device).services

    def _numbered(self, at: float, serial: int, gun: int) -> str:
        """Return the number of a charging (V1.6, 4: pile, gun, time, serial).

        That of an order follows from the order, so that it is one charging even where the order
        comes again to a line that was begun anew.
        """
        digits = "".join(d if d.isdecimal() else "0" for d in self._spelled)
        return f"{digits}{gun % 100:02d}{local(at):%y%m%d%H%M%S}{serial % 10_000:04d}"

    def _device(self, gun: int) -> Wired | None:
        """Return who a gun is: itself where it is known, else the pile where it has but one."""
        found = self._guns.get(gun)
        if found is None and gun <= 1:
            return self.wired
        return found

    def _map(self, device: Wired) -> Map:
        found = device.map if device.map is not None else self.wired.map
        return found if isinstance(found, Map) else _NO_MAP

    @property
    def _tariff(self) -> Tariff | None:
        own = self.wired.options
        mine = own.tariff if isinstance(own, Member) else None
        return mine or self._options.tariff or self._map(self.wired).tariff

    def _show_strangers(self, body: m.Login) -> None:
        for gun in range(2, min(body.guns, _MOST_GUNS) + 1):
            if gun not in self._guns:
                about = {"model": "ev_charger", "name": f"{body.pile}-{gun}", "serial": body.pile}
                self._station.stranger(f"{self.wired.address}/{gun}", about=about)

    def _tell_clock(self) -> None:
        """Set the pile's clock, and again every day."""
        if self._clock is not None:
            self._clock.cancel()
        self._write(0x56, up.Clock(pile=self._spelled, time=local(self._station.now())))
        loop = asyncio.get_running_loop()
        self._clock = loop.call_later(self._options.clock_every_s, self._tell_clock)

    def _write(self, kind: int, body: Body) -> bool:
        return self._session is not None and self._session.write(kind, body)

    def _answer(self, kind: int, body: Body, frame: Frame) -> None:
        if self._session is not None:
            self._session.write(kind, body, seq=frame.seq)

    async def _bring(self, device: Wired, readings: Sequence[Reading]) -> None:
        if readings:
            await self._station.bring(device.code, readings)
