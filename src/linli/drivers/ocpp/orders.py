"""Orders of one connection: queued, called one at a time, answered to who gave them."""

import asyncio
import logging
import zlib
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Protocol

import msgspec
from websockets.exceptions import ConnectionClosed

from linli.drivers.line import Order
from linli.drivers.ocpp import moments, ordering, schemas
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import Error, Payload, Result, Version, Violation
from linli.drivers.ocpp.ordering import CannotOrder, Wish

log = logging.getLogger(__name__)

_QUEUED = 16
_ASKED_KEPT = 16
_DONE_KEPT = 64
_LEARN_WITHIN_S = 5.0
_CLOCKS_DIFFER_S = 60.0
_STOP = "charge.stop"
_START = "charge.start"
_ASK = "message.ask"


class NoAnswer(Exception):
    """A call of ours was not answered in its time."""


class Caller(Protocol):
    """A connection, as its orders see it."""

    point: ChargePoint
    version: Version
    asked_for: set[str]

    async def call(self, action: str, payload: Payload) -> Result | Error:
        """Put a call; return what it is answered.

        :raises Violation: if the payload is not as its schema has it; nothing was sent
        :raises NoAnswer: if none comes in its time
        """


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """One call to come: of an order, or of ourselves (`order` None)."""

    device: str
    service: str
    args: Mapping[str, float | str | bool] = {}
    order: str | None = None
    expires_at: float | None = None
    given_at: float = 0.0
    again: bool = False


class Orders:
    """The same order is put once; when it comes again after its answer, that is said again.

    An order that the charge point leaves without an answer is forgotten: it may come again.
    """

    def __init__(self, *, session: Caller) -> None:
        self._session = session
        self._jobs: asyncio.Queue[Job] = asyncio.Queue(_QUEUED)
        self._underway: set[str] = set()
        self._done: OrderedDict[str, tuple[bool, str]] = OrderedDict()
        self._settled = False

    def give(self, device: str, order: Order) -> bool:
        """Take an order; False where too many wait, or the charge point is to stay out."""
        if self._point.standing == "Rejected":
            return False
        if order.id in self._done:
            ok, reason = self._done[order.id]
            self._point.station.answered(device, order.id, ok=ok, reason=reason)
            return True
        if order.id in self._underway:
            return True
        job = Job(
            device=device,
            service=order.service,
            args=order.args,
            order=order.id,
            expires_at=order.expires_at,
            given_at=self._point.given_at(device, order),
            again=order.again,
        )
        if not self._put(job):
            return False
        self._underway.add(order.id)
        return True

    def settle(self) -> None:
        """After it booted: tell it the settings of the options, once a connection."""
        if self._settled or self._point.standing == "Rejected":
            return
        self._settled = True
        for key, value in self._point.options.settings.items():
            args = {"key": key, "value": value}
            if not self._put(Job(device=self._point.device, service="setting.change", args=args)):
                self._point.station.refused(self._point.device, "too_many_settings")

    def drop(self) -> None:
        """The connection is gone: who waits will give his orders again."""
        self._underway.clear()

    async def run(self) -> None:
        """Do one after the other."""
        while True:
            job = await self._jobs.get()
            try:
                await self._do(job)
            except CannotOrder as cannot:
                self._answered(job, ok=False, reason=str(cannot))
            except Violation as bad:
                self._point.station.refused(job.device, "bad_argument", bad.why.encode())
                self._answered(job, ok=False, reason="bad_argument")
            except NoAnswer:
                self._point.station.refused(self._point.device, "no_answer")
            except ConnectionClosed:
                raise
            except Exception:
                log.exception("%s could not be put", job.service)
                self._answered(job, ok=False, reason="internal_error")
            finally:
                self._underway.discard(job.order or "")

    @property
    def _point(self) -> ChargePoint:
        return self._session.point

    def _put(self, job: Job) -> bool:
        if self._jobs.full():
            return False
        self._jobs.put_nowait(job)
        return True

    async def _do(self, job: Job) -> None:
        """Put the call of a job; one for each transaction, where all of them are to stop."""
        now = self._point.station.now()
        if job.expires_at is not None and job.expires_at <= now:
            raise CannotOrder("expired")
        connector = self._point.post.connector_of(job.device)
        known = self._point.transactions
        if job.service == _STOP and known.on(connector) is None:
            await self._learn(connector)
        wish = self._wish(job, connector, now)
        if job.service == _START and await self._began_before(job, wish):
            self._answered(job, ok=True, reason="")
            return
        concerned = known.at(connector) if job.service == _STOP else [known.on(connector)]
        said = [
            await self._put_one(job, msgspec.structs.replace(wish, transaction=transaction))
            for transaction in concerned
        ]
        ok, reason = min(said, key=lambda each: each[0])
        self._answered(job, ok=ok, reason=reason)

    async def _began_before(self, job: Job, wish: Wish) -> bool:
        """Tell whether what a start asks for began already: it may have been put before, by this
        process or by the one before it, and a start of 1.6 has no id by which it is known again.

        :raises CannotOrder: if it was put before a restart of ours, and nothing shows what came of
            it: one may have begun and ended meanwhile
        """
        of_before = job.given_at < self._point.began_at
        if not (job.again or of_before):
            return False
        tag, known = wish.text("tag") or wish.tag, self._point.transactions
        if known.on(wish.connector) is None and of_before:
            await self._learn(wish.connector)
        now = self._point.station.now()
        since = job.given_at - _CLOCKS_DIFFER_S
        if known.begun(connector=wish.connector, tag=tag, since=since, now=now) is not None:
            self._point.desk.told(self._point.device, tag, now)
            return True
        if job.again and of_before:
            raise CannotOrder("not_confirmed")
        return False

    async def _put_one(self, job: Job, wish: Wish) -> tuple[bool, str]:
        if job.service == _START:
            tag = wish.text("tag") or wish.tag
            self._point.desk.told(self._point.device, tag, self._point.station.now())
        if job.service == _ASK:
            self._ask_for(wish.text("message"))
        action, payload = ordering.build(
            version=self._session.version, service=job.service, wish=wish
        )
        return await self._judge(wish, action, await self._session.call(action, payload))

    def _ask_for(self, message: str) -> None:
        asked = self._session.asked_for
        if len(asked) < _ASKED_KEPT:
            asked.add(message)

    def _wish(self, job: Job, connector: str | None, now: float) -> Wish:
        return Wish(
            connector=connector,
            args=job.args,
            transaction=None,
            tag=self._point.options.remote_tag,
            number=zlib.crc32((job.order or "").encode()) & 0x7FFFFFFF,
            now=moments.written(now),
        )

    async def _judge(self, wish: Wish, action: str, answer: Result | Error) -> tuple[bool, str]:
        if isinstance(answer, Error):
            return False, f"{answer.code}: {answer.description}".rstrip(": ")[:120]
        try:
            schemas.check_result(
                version=self._session.version, action=action, payload=answer.payload
            )
        except Violation as bad:
            self._point.station.refused(self._point.device, "bad_result", bad.why.encode())
            return False, "bad_result"
        told = ordering.told_by(action=action, result=answer.payload)
        if told is not None:
            await self._tell(wish.connector, *told)
        return ordering.judged(action=action, result=answer.payload)

    async def _tell(self, connector: str | None, name: str, extras: dict[str, Any]) -> None:
        if connector is None:
            await self._point.told(name, None, extras)
        else:
            await self._point.happened(connector, name, None, extras)

    async def _learn(self, connector: str | None) -> None:
        """Find out what is under way, as after a restart of ours: let it say so, and wait."""
        learnt = self._point.learnt
        learnt.clear()
        message = "MeterValues" if self._session.version is Version.V16 else "TransactionEvent"
        args = {"message": message}
        job = Job(device=self._point.device, service=_ASK, args=args)
        wish = self._wish(job, connector, self._point.station.now())
        self._ask_for(message)
        action, payload = ordering.build(version=self._session.version, service=_ASK, wish=wish)
        answer = await self._session.call(action, payload)
        if isinstance(answer, Error) or answer.payload.get("status") != "Accepted":
            return
        try:
            async with asyncio.timeout(_LEARN_WITHIN_S):
                await learnt.wait()
        except TimeoutError:
            self._point.station.refused(self._point.device, "no_transaction_told")

    def _answered(self, job: Job, *, ok: bool, reason: str) -> None:
        if job.order is not None:
            self._done[job.order] = (ok, reason)
            while len(self._done) > _DONE_KEPT:
                self._done.popitem(last=False)
            self._point.station.answered(job.device, job.order, ok=ok, reason=reason)
        elif not ok:
            self._point.station.refused(self._point.device, "setting_refused", reason.encode())
