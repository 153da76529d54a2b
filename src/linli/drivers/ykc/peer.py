"""A simulated pile over a real socket: it signs in, beats, charges, bills, and can misbehave."""

import asyncio
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime

import msgspec

from linli.drivers.frames import Frames
from linli.drivers.ykc import codec
from linli.drivers.ykc import messages as m
from linli.drivers.ykc import upkeep as up
from linli.drivers.ykc.layout import CHINA, Body
from linli.drivers.ykc.simulated import Gun

_BY_CARD, _BY_VIN, _BY_OFFLINE_CARD = 1, 3, 4
_BILLED_AS = {_BY_CARD: 2, _BY_VIN: 5}
_APP_STOP, _HAND_STOP = 0x40, 0x45
_ALREADY, _FAULTY, _NOT_PLUGGED = 2, 3, 5
_NOT_CHARGING = 2
_FLAT = 2


def _midday() -> datetime:
    return datetime(2026, 5, 28, 12, 0, tzinfo=CHINA)


class PilePeer:
    """One pile. Everything that it heard is in `heard`; `bills` are those not acknowledged yet."""

    def __init__(
        self,
        *,
        number: str,
        guns: int = 1,
        beat_s: float = 10.0,
        clock: Callable[[], datetime] = _midday,
        plug_within_s: float = 60.0,
    ) -> None:
        self.number = number
        self.guns = {gun: Gun(pile=number, number=gun) for gun in range(1, guns + 1)}
        self.heard: list[codec.Frame] = []
        self.bills: dict[str, m.Bill] = {}
        self.tariff = "0000"
        self.prices_e5: tuple[int, ...] = (0, 0, 0, 0)
        self.slots: tuple[int, ...] = (_FLAT,) * 48
        self.cards: dict[str, str] = {}
        self.locks = dict.fromkeys(self.guns, 0xFF)
        self.work: up.Work | None = None
        self.set_to: datetime | None = None
        self.deaf: set[int] = set()
        """Types that it does not answer."""
        self.dishonest_e4 = 0
        """What it adds to the money of a bill."""
        self.starts_charging = True
        self.resets = 0
        """How often its connection was cut in its middle."""
        self.verdicts: list[m.CardStartAnswer] = []
        self.signed_in = asyncio.Event()
        self._shown: dict[int, m.CardStart] = {}
        self._late: dict[int, m.Start] = {}
        self._beat_s, self._clock, self._plug_within_s = beat_s, clock, plug_within_s
        self._seq = 0
        self._writer: asyncio.StreamWriter | None = None
        self._tasks: list[asyncio.Task[None]] = []
        self._changed = asyncio.Event()
        self._answers: dict[int, Callable[[codec.Frame], None]] = {
            0x02: self._signed_in,
            0x06: self._checked,
            0x0A: self._priced,
            0x12: self._asked_now,
            0x32: self._judged,
            0xA2: self._judged,
            0x34: self._started,
            0xA4: self._started,
            0x36: self._stopped,
            0x40: self._billed,
            0x42: self._balance,
            0x44: self._cards_add,
            0x46: self._cards_remove,
            0x48: self._cards_find,
            0x52: self._worked,
            0x56: self._clock_set,
            0x58: self._priced,
            0x62: self._lock,
            0x92: self._restart,
            0x94: self._upgrade,
        }

    async def connect(self, *, host: str, port: int, signs_in: bool = True) -> None:
        """Dial, and sign in."""
        reader, self._writer = await asyncio.open_connection(host, port)
        self.signed_in.clear()
        self._tasks = [asyncio.create_task(self._listen(reader))]
        if signs_in:
            self.sign_in()
            await self.signed_in.wait()

    def sign_in(self) -> None:
        """Say who it is."""
        login = m.Login(
            pile=self.number,
            pile_type=0,
            guns=len(self.guns),
            proto=16,
            sw="V1.6.0",
            net=1,
            sim="0" * 20,
            carrier=4,
        )
        self.say(0x01, login)

    async def hang_up(self) -> None:
        """Close the connection; what it charges goes on, and is billed when it is back."""
        for task in self._tasks:
            task.cancel()
        for task in self._tasks:
            with suppress(asyncio.CancelledError):
                await task
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def say(self, kind: int, body: Body, *, to: codec.Frame | None = None) -> None:
        """Send a message."""
        seq, self._seq = (to.seq, self._seq) if to else (self._seq, (self._seq + 1) & 0xFFFF)
        self.say_bytes(codec.encode(kind, body, seq=seq))

    def say_bytes(self, data: bytes) -> None:
        """Send bytes as they are: half a frame, garbage, a wrong sum."""
        if self._writer is not None:
            self._writer.write(data)

    async def until(self, there: Callable[[], bool], *, within_s: float = 5.0) -> None:
        """Wait until it heard what makes something so.

        :raises TimeoutError: if it never does
        """
        async with asyncio.timeout(within_s):
            while not there():
                self._changed.clear()
                await self._changed.wait()

    def types(self) -> list[int]:
        """Return the types of what it heard, in order."""
        return [frame.type for frame in self.heard]

    def report(self, gun: int) -> None:
        """Tell how a gun is."""
        self.say(0x13, self.guns[gun].real_time(self.prices_e5))

    @property
    def waiting(self) -> list[int]:
        """The guns that were told to start and wait for a plug."""
        return list(self._late)

    def plug(self, gun: int) -> None:
        """Put a plug in; a start that waited for it begins."""
        self.guns[gun].plugged = True
        waiting = self._late.pop(gun, None)
        if waiting is not None:
            self._begin(waiting, None)
        self.report(gun)

    def unplug(self, gun: int) -> None:
        """Take a plug out."""
        self.guns[gun].plugged = False
        self.report(gun)

    def fail(self, gun: int, mask: int) -> None:
        """Have faults, by bit; 0 ends them."""
        self.guns[gun].faults = mask
        self.report(gun)

    def charge(self, gun: int, *, minutes: int, power_w: int = 60_000) -> None:
        """Charge on, and tell."""
        self.guns[gun].charge(minutes=minutes, power_w=power_w, slots=self.slots)
        self.report(gun)

    def swipe(self, gun: int, card: str, *, vin: str = "", password: str = "") -> None:
        """Ask to charge with a card, or with a vehicle."""
        body = m.CardStart(
            pile=self.number,
            gun=gun,
            by=_BY_VIN if vin else _BY_CARD,
            password_needed=1 if password else 0,
            card=card.zfill(16),
            password_md5=password,
            vin=vin,
        )
        self._shown[gun] = body
        self.say(0x31, body)

    def charge_offline(self, gun: int, *, card: str, order: str, minutes: int) -> None:
        """Charge by an offline card from start to end, billed when it is signed in."""
        found = self.guns[gun]
        found.start(order=order, at=self._clock(), by=_BY_OFFLINE_CARD, card=card.zfill(16))
        found.charge(minutes=minutes, power_w=60_000, slots=self.slots)
        self.end(gun, stop=_HAND_STOP)

    def end(self, gun: int, *, stop: int = _HAND_STOP) -> m.Bill:
        """Stop charging and bill it."""
        bill = self.guns[gun].end(stop=stop, prices_e5=self.prices_e5)
        if self.dishonest_e4:
            money_e4 = bill.money_e4 + self.dishonest_e4
            bill = msgspec.structs.replace(bill, money_e4=money_e4)
        self.bills[bill.order] = bill
        self.say(0x3B, bill)
        return bill

    def bill_again(self) -> None:
        """Send what was not acknowledged once more, as after 30 s."""
        for bill in self.bills.values():
            self.say(0x3B, bill)

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        cut = Frames(measure=codec.measure, longest=codec.LONGEST)
        try:
            while data := await reader.read(4096):
                cut.feed(data)
                while (raw := cut.next()) is not None:
                    self._hear(codec.decode(raw))
        except ConnectionError:
            self.resets += 1
        self._writer = None
        self._changed.set()

    def _hear(self, frame: codec.Frame) -> None:
        self.heard.append(frame)
        if frame.type in self._answers and frame.type not in self.deaf:
            self._answers[frame.type](frame)
        self._changed.set()

    @property
    def connected(self) -> bool:
        return self._writer is not None

    async def _beat(self) -> None:
        while True:
            for gun in self.guns.values():
                status = 1 if gun.faults else 0
                self.say(0x03, m.Heartbeat(pile=self.number, gun=gun.number, status=status))
            await asyncio.sleep(self._beat_s)

    def _signed_in(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, m.LoginAnswer)
        self.signed_in.set()
        if frame.body.result == 0:
            self.bill_again()
            self.say(0x05, m.TariffCheck(pile=self.number, tariff=self.tariff))
            if self._beat_s:
                self._tasks.append(asyncio.create_task(self._beat()))

    def _checked(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, m.TariffCheckAnswer)
        if frame.body.result:
            self.say(0x09, m.PileOnly(pile=self.number))

    def _priced(self, frame: codec.Frame) -> None:
        body = frame.body
        assert isinstance(body, m.TariffTable)
        self.tariff, self.slots = body.tariff, body.slots
        self.prices_e5 = tuple(price.energy_e5 + price.service_e5 for price in body.prices)
        if frame.type == 0x58:  # noqa: PLR2004
            self.say(0x57, m.PileDone(pile=self.number, result=1), to=frame)

    def _asked_now(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, m.PileGun)
        if frame.body.gun in self.guns:
            body = self.guns[frame.body.gun].real_time(self.prices_e5)
            self.say(0x13, body, to=frame)

    def _judged(self, frame: codec.Frame) -> None:
        body = frame.body
        assert isinstance(body, m.CardStartAnswer)
        self.verdicts.append(body)
        if body.allowed and self.starts_charging:
            shown = self._shown.get(body.gun)
            by, card = (_BILLED_AS[shown.by], shown.card) if shown else (2, "0" * 16)
            self.guns[body.gun].start(order=body.order, at=self._clock(), by=by, card=card)
            self.report(body.gun)

    def _started(self, frame: codec.Frame) -> None:
        body = frame.body
        assert isinstance(body, m.Start)
        gun = self.guns[body.gun]
        if gun.charging or gun.faults:
            self._answer_start(body, 0, _ALREADY if gun.charging else _FAULTY, frame)
        elif not gun.plugged:
            self._late[body.gun] = body
            loop = asyncio.get_running_loop()
            loop.call_later(self._plug_within_s, self._late.pop, body.gun, None)
            self._answer_start(body, 0, _NOT_PLUGGED, frame)
        else:
            self._begin(body, frame)

    def _begin(self, body: m.Start, frame: codec.Frame | None) -> None:
        self._answer_start(body, 1, 0, frame)
        if self.starts_charging:
            self.guns[body.gun].start(order=body.order, at=self._clock(), card=body.card)
            self.report(body.gun)

    def _answer_start(
        self, body: m.Start, result: int, reason: int, frame: codec.Frame | None
    ) -> None:
        answer = m.StartAnswer(
            order=body.order, pile=body.pile, gun=body.gun, result=result, reason=reason
        )
        if not isinstance(body, m.ParallelStart):
            self.say(0x33, answer, to=frame)
            return
        role = 0 if body.gun == min(self.guns) else 1
        both = m.ParallelStartAnswer(
            **msgspec.structs.asdict(answer), role=role, parallel=body.parallel
        )
        self.say(0xA3, both, to=frame)

    def _stopped(self, frame: codec.Frame) -> None:
        body = frame.body
        assert isinstance(body, m.PileGun)
        charging = self.guns[body.gun].charging
        answer = m.StopAnswer(
            pile=body.pile,
            gun=body.gun,
            result=1 if charging else 0,
            reason=0 if charging else _NOT_CHARGING,
        )
        self.say(0x35, answer, to=frame)
        if charging:
            self.end(body.gun, stop=_APP_STOP)
            self.report(body.gun)

    def _billed(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, m.BillAnswer)
        self.bills.pop(frame.body.order, None)

    def _balance(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, up.Balance)
        answer = up.BalanceAnswer(pile=self.number, card=frame.body.card, result=0)
        self.say(0x41, answer, to=frame)

    def _cards_add(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, up.CardsSync)
        self.cards |= {card.card: card.card_face for card in frame.body.cards}
        self.say(0x43, up.CardsSyncAnswer(pile=self.number, result=1, reason=0), to=frame)

    def _cards_remove(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, up.CardsNamed)
        cleared = []
        for one in frame.body.cards:
            known = self.cards.pop(one.card, None) is not None
            cleared.append(
                up.CardCleared(card=one.card, result=1 if known else 0, reason=0 if known else 1)
            )
        self.say(0x45, up.CardsClearAnswer(pile=self.number, cards=tuple(cleared)), to=frame)

    def _cards_find(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, up.CardsNamed)
        found = tuple(
            up.CardFound(card=one.card, found=1 if one.card in self.cards else 0)
            for one in frame.body.cards
        )
        self.say(0x47, up.CardsFindAnswer(pile=self.number, cards=found), to=frame)

    def _worked(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, up.Work)
        self.work = frame.body
        self.say(0x51, m.PileDone(pile=self.number, result=1), to=frame)

    def _clock_set(self, frame: codec.Frame) -> None:
        assert isinstance(frame.body, up.Clock)
        self.set_to = frame.body.time
        self.say(0x55, frame.body, to=frame)

    def _lock(self, frame: codec.Frame) -> None:
        body = frame.body
        assert isinstance(body, up.LockMove)
        self.locks[body.gun] = body.move
        self.say(0x63, up.LockAnswer(pile=self.number, gun=body.gun, result=1), to=frame)
        state = up.LockState(
            pile=self.number, gun=body.gun, lock=body.move, space=0, battery_pct=90, alarm=0
        )
        self.say(0x61, state)

    def _restart(self, frame: codec.Frame) -> None:
        self.say(0x91, m.PileDone(pile=self.number, result=1), to=frame)

    def _upgrade(self, frame: codec.Frame) -> None:
        self.say(0x93, up.UpgradeAnswer(pile=self.number, result=0), to=frame)
