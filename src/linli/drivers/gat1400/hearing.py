"""What cameras tell: lists of motor vehicles, and what becomes of each car."""

import asyncio
import hashlib
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from linli.contracts.asking import BUSY, MALFORMED, NOBODY, TROUBLE, Told
from linli.drivers import lane
from linli.drivers.frames import BadFrame
from linli.drivers.gat1400 import answers, objects, telling
from linli.drivers.gat1400.answers import Status
from linli.drivers.gat1400.doors import Call
from linli.drivers.gat1400.objects import Car, Object
from linli.drivers.gat1400.roll import Partner, Roll, asks
from linli.drivers.line import Station, Wired
from linli.drivers.once import Lately
from linli.drivers.plain.asks import Question

_LONGEST_BODY = 8 * 1024 * 1024
_WITHIN_S = 20.0
_TURN_WITHIN_S = 10.0
_MOST_AT_ONCE = 8
_MOST_HEARD = 8192
_NOT_NOW = (BUSY, TROUBLE)

_DONE = Status(code=answers.OK, text="OK")
_NO_LANE = Status(code=answers.NOT_TAKEN, text="no lane is watched by this device")
_AGAIN = Status(code=answers.BUSY, text="busy, tell it again")


class NoTurn(Exception):
    """Too much is under way."""


class Hearing:
    """Hears the partners of one line, some at once and each one list after another."""

    def __init__(self, *, roll: Roll, station: Station, late_s: float) -> None:
        self._roll = roll
        self._station = station
        self._late_s = late_s
        self._turns = asyncio.Semaphore(_MOST_AT_ONCE)
        self._heard: Lately[tuple[str, str], None] = Lately(most=_MOST_HEARD)

    async def hear(self, call: Call, partner: Partner) -> Sequence[Status]:
        """Take a list of cars; return what became of each, once whoever decides has it.

        :raises NoTurn: if too much is under way
        :raises BadFrame: if it cannot be read
        """
        async with _held(partner.turn), _held(self._turns):
            body = await call.read(longest=_LONGEST_BODY, within_s=_WITHIN_S)
            self._station.frame(partner.member.code, "in", lane.COVER)
            rows = objects.cars(objects.read(body))
            return await self._take_all(partner, rows)

    async def _take_all(self, partner: Partner, rows: Sequence[Object]) -> Sequence[Status]:
        read = [self._read(partner, row) for row in rows]
        newest = _newest([(member, car) for member, car in read if member and car])
        found: list[Status] = []
        busy = False
        for row, (member, car) in zip(rows, read, strict=True):
            status = _refused("not read, or of a device that is not yours")
            if member is not None and car is not None:
                status = _AGAIN if busy else await self._take(partner, member, car, newest)
                busy = busy or status is _AGAIN
            found.append(Status(code=status.code, text=status.text, id=_id(row)))
        return found

    def _read(self, partner: Partner, row: Object) -> tuple[Wired | None, Car | None]:
        try:
            car = objects.car(row)
        except BadFrame as bad:
            self._station.refused(partner.member.code, "bad_frame", bad.why.encode())
            return None, None
        return self._roll.whose(partner, car), car

    async def _take(
        self, partner: Partner, member: Wired, car: Car, newest: Mapping[str, float]
    ) -> Status:
        """Ask about one car, once; return what its camera is to hear of it."""
        self._station.came(member.code)
        key = (member.code, telling.mark(car))
        if key in self._heard:
            return _DONE
        if not asks(member):
            self._station.refused(member.code, "unknown_event", b"MotorVehicle")
            return _NO_LANE
        picture = self._picture(member, car)
        try:
            asked = self._question(member, car, newest, picture)
        except BadFrame as bad:
            self._station.refused(member.code, "bad_frame", bad.why.encode())
            return _refused(bad.why)
        told = await self._station.ask(member.code, asked)
        if told in _NOT_NOW:
            self._station.refused(member.code, "busy")
            return _AGAIN
        if _is_nobodys(told):
            self._station.refused(member.code, told.reason)
            return _NO_LANE
        self._heard.keep(key, None)
        if picture:
            self._station.picture(member.code, picture, at=asked.body.get("at"))
        return _DONE

    def _picture(self, member: Wired, car: Car) -> bytes:
        """Return the one picture of a car that is handed on; empty where there is none."""
        found = telling.best(car.pictures)
        if found is None:
            return b""
        jpeg = telling.jpeg(found)
        if not jpeg:
            self._station.refused(member.code, "no_picture")
        return jpeg

    def _question(
        self, member: Wired, car: Car, newest: Mapping[str, float], picture: bytes
    ) -> Question:
        passed = telling.when(
            car.passed_at,
            newest=newest.get(member.code),
            late_s=self._late_s,
            now=self._station.now(),
        )
        if passed.at is None and car.passed_at is not None:
            self._station.refused(member.code, "clock_wrong")
        sha256 = hashlib.sha256(picture).hexdigest() if picture else ""
        return telling.question(car, device=member, when=passed, picture=sha256)


@asynccontextmanager
async def _held(turn: asyncio.Semaphore) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(_TURN_WITHIN_S):
            await turn.acquire()
    except TimeoutError:
        raise NoTurn from None
    try:
        yield
    finally:
        turn.release()


def _newest(read: Sequence[tuple[Wired, Car]]) -> Mapping[str, float]:
    """Return when the last car of each device passed."""
    found: dict[str, float] = {}
    for member, car in read:
        if car.passed_at is not None:
            found[member.code] = max(car.passed_at, found.get(member.code, car.passed_at))
    return found


def _is_nobodys(told: Told) -> bool:
    """Whether nobody decided: the answer is a fault's key, or says that nobody answers such."""
    return told in (NOBODY, MALFORMED) or (not told.ok and "." in told.reason)


def _refused(why: str) -> Status:
    return Status(code=answers.BAD_CONTENT, text=why)


def _id(row: Object) -> str:
    return objects.word(row, "MotorVehicleID")
