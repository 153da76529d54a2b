"""The chargings of one pile: who may begin one, and that each that begins or ends is on record.

A card or a VIN that is on the list of its line goes by the list. Of others, and of every charging,
`contracts.charge_points` is asked, as of those of any charge point. A pile tells how much a
charging took, so that the register of its start is 0. A password starts nothing: who knows it may
be anybody.
"""

import asyncio
from typing import NamedTuple

import msgspec
from msgspec.structs import replace

from linli.contracts import charge_points
from linli.contracts.charge_points import Asked, By, NotNow, Step, Verdict, Why
from linli.drivers.line import Station, Wired
from linli.drivers.once import Lately
from linli.drivers.ykc import messages as m
from linli.drivers.ykc import reasons
from linli.drivers.ykc.accounts import (
    BY_CARD,
    BY_VIN,
    NO_ACCOUNT,
    NO_VIN,
    NOT_HERE,
    PILE_STOPPED,
    WRONG_PASSWORD,
    Accounts,
)
from linli.drivers.ykc.layout import Body
from linli.drivers.ykc.options import Account, Line
from linli.kernel.port import Unanswered

_KEPT = 256
_FACE_DIGITS = 4
_CARD_HALF = 8
_NO_FACE = "0"
_NOBODY_KEEPS = Verdict()
_NOBODY_KNOWS = Verdict(why=Why.UNKNOWN)


class Gun(NamedTuple):
    """Where somebody charges: the pile, the device that shows the gun, its number."""

    pile: Wired
    device: Wired
    number: int


class _For(NamedTuple):
    """For whom a charging is to be. `listed`: an account of the line, whatever the records say, as
    long as the site is open.
    """

    tag: str = ""
    by: By = "card"
    listed: bool = False


class _Judged(NamedTuple):
    """Why a start is refused (0: it is not), the balance and the card number that a pile shows."""

    reason: int
    balance_fen: int = 0
    face: str = _NO_FACE


class _Given(NamedTuple):
    """A start that was allowed and has not begun: shown again until then, it is the same."""

    body: m.CardStart
    answer: m.CardStartAnswer
    until: float


class Chargings:
    """What is remembered of them while the process runs."""

    def __init__(self, *, line: Wired, station: Station, accounts: Accounts) -> None:
        self._community = line.community
        self._options: Line = line.options
        self._station = station
        self._accounts = accounts
        self._for: Lately[str, _For] = Lately(most=_KEPT)
        self._may_go_on: Lately[str, bool] = Lately(most=_KEPT)
        self._given: dict[int, _Given] = {}

    def expect(self, number: str, tag: str) -> None:
        """A charging is asked for by the platform, for whom it says."""
        self._for.keep(number, _For(tag=tag))

    async def shown(
        self, body: m.CardStart, gun: Gun | None, *, number: str, enabled: bool
    ) -> m.CardStartAnswer:
        """Return the answer to somebody who wants to start: what begins is called so."""
        now = self._station.now()
        given = self._given.get(body.gun)
        if given is not None and given.until > now and _same(given.body, body):
            return given.answer
        judged = await self._judge(body, gun, number=number, enabled=enabled)
        answer = m.CardStartAnswer(
            order=number,
            pile=body.pile,
            gun=body.gun,
            card_face=judged.face,
            balance_fen=judged.balance_fen,
            allowed=0 if judged.reason else 1,
            reason=judged.reason,
        )
        if not judged.reason:
            until = now + self._options.start_within_s
            self._given[body.gun] = _Given(body=body, answer=answer, until=until)
        return answer

    async def _judge(
        self, body: m.CardStart, gun: Gun | None, *, number: str, enabled: bool
    ) -> _Judged:
        if not enabled:
            return _Judged(PILE_STOPPED)
        account = self._accounts.find(body)
        if account is not None:
            return self._of_list(account, body, number)
        who = _who(body)
        if not who.tag:
            return _Judged(NO_VIN if body.by == BY_VIN else NO_ACCOUNT)
        if body.password_needed == 1:
            return _Judged(WRONG_PASSWORD)
        if gun is None:
            return _Judged(NOT_HERE)
        return await self._of_records(who, gun, number)

    def _of_list(self, account: Account, body: m.CardStart, number: str) -> _Judged:
        now = self._station.now()
        reason = self._accounts.objection(account, body, now=now)
        if not reason:
            self._accounts.opened(account, number, until=now + self._options.start_within_s)
            self._for.keep(number, _For(tag=plain(account.card.zfill(2 * _CARD_HALF)), listed=True))
        return _Judged(reason, account.balance_fen, account.card_face)

    async def _of_records(self, who: _For, gun: Gun, number: str) -> _Judged:
        asked = replace(self._asked(gun, "wanted", number, tag=who.tag), by=who.by)
        try:
            verdict = await self._put(asked, _NOBODY_KNOWS)
        except NotNow:
            self._station.refused(gun.device.code, "not_now")
            return _Judged(PILE_STOPPED)
        if verdict.why is not None:
            return _Judged(reasons.refused(verdict.why, by=who.by))
        self._for.keep(number, who)
        fen = self._options.balance_fen if verdict.balance_fen is None else verdict.balance_fen
        return _Judged(0, fen, face(who.tag) if who.by == "card" else _NO_FACE)

    async def runs(self, body: m.RealTime, gun: Gun) -> bool | None:
        """Put on record that a charging began; tell whether it may go on, None where that cannot be
        said now: the pile reports it again.
        """
        number = body.order
        if not number.strip("0"):
            return True
        known = self._may_go_on.get(number)
        if known is None:
            try:
                known = await self._began(number, gun, self._station.now() - 60 * body.charged_min)
            except NotNow:
                self._station.refused(gun.device.code, "not_now")
        return known

    async def _began(self, number: str, gun: Gun, at: float) -> bool:
        known = self._for.get(number) or _For()
        asked = self._asked(gun, "started", number, tag=known.tag, at=at)
        asked = replace(asked, by=known.by, meter_wh=0.0)
        why = (await self._put(asked, _NOBODY_KEEPS)).why
        unasked = (known.listed and why is not Why.OFF) or not known.tag
        may = why in {None, Why.ELSEWHERE} or unasked
        self._may_go_on.keep(number, may)
        self._accounts.begun(number)
        if (given := self._given.get(gun.number)) is not None and given.answer.order == number:
            del self._given[gun.number]
        return may

    async def over(self, bill: m.Bill, gun: Gun) -> None:
        """Put on record that a charging ended.

        :raises NotNow: if that cannot be done now: the pile sends its bill again
        """
        ended = bill.end or bill.time
        at = self._station.now() if ended is None else ended.timestamp()
        started_at = at if bill.start is None else bill.start.timestamp()
        heard = bill.order in self._may_go_on
        if not heard and bill.energy_e4 and self._for.get(bill.order) is not None:
            await self._began(bill.order, gun, started_at)
        asked = replace(
            self._asked(gun, "ended", bill.order, at=at),
            meter_wh=bill.energy_e4 / 10,
            started_at=started_at,
            meter_start_wh=0.0,
            reason=reasons.ended(bill.stop).value,
            payer=plain(bill.card),
        )
        await self._put(asked, _NOBODY_KEEPS)
        self._accounts.settled(bill.order)
        self._given = {n: one for n, one in self._given.items() if one.answer.order != bill.order}

    async def _put(self, asked: Asked, unanswered: Verdict) -> Verdict:
        """Ask; where nobody keeps records at all the answer is as said.

        :raises NotNow: if no answer comes in its time
        """
        try:
            async with asyncio.timeout(self._options.answer_within_s):
                return await charge_points.verdict(asked)
        except Unanswered:
            return unanswered
        except TimeoutError as late:
            raise NotNow("busy") from late

    def _asked(
        self, gun: Gun, step: Step, number: str, *, tag: str = "", at: float | None = None
    ) -> Asked:
        return Asked(
            community=self._community,
            charge_point=gun.pile.code,
            connector=str(gun.number),
            device=gun.device.code,
            tag=tag,
            step=step,
            transaction=number,
            at=self._station.now() if at is None else at,
        )


def _who(body: m.CardStart) -> _For:
    """Return whom the records are asked about: nobody, where no card and no VIN was shown."""
    if body.by == BY_VIN:
        return _For(tag=body.vin.strip(), by="vin")
    return _For(tag=plain(body.card) if body.by == BY_CARD else "")


def plain(card: str) -> str:
    """Return a physical card as readers at doors know it: four bytes, where it has no more; empty
    where it is none. Eight are on the wire, filled up with zeros before, in some firmwares behind.
    """
    if not card.strip("0"):
        return ""
    filling = "0" * _CARD_HALF
    if card.startswith(filling):
        return card[_CARD_HALF:]
    return card[:_CARD_HALF] if card.endswith(filling) else card


def face(tag: str) -> str:
    """Return what a pile shows of a card: the last four digits of its number. What is printed on a
    card is not known here, and a stranger may look on.
    """
    return str(int(tag, 16))[-_FACE_DIGITS:]


def paired(answer: m.CardStartAnswer, body: m.CardStart) -> tuple[int, Body]:
    """Return the answer to a start, of the parallel kind where it was asked so."""
    if not isinstance(body, m.ParallelCardStart):
        return 0x32, answer
    fields = msgspec.structs.asdict(answer)
    return 0xA2, m.ParallelCardStartAnswer(**fields, parallel=body.parallel)


def _same(given: m.CardStart, body: m.CardStart) -> bool:
    return (given.by, given.card, given.vin) == (body.by, body.card, body.vin)
