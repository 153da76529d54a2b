"""One connection of a charge point: its calls answered, ours put, one at a time either way."""

import asyncio
import logging
from typing import Any
from uuid import uuid4

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed

from linli.contracts.charge_points import NotNow
from linli.drivers.ocpp import hearing_16, hearing_201, schemas
from linli.drivers.ocpp.charge_point import ChargePoint
from linli.drivers.ocpp.codec import (
    BadMessage,
    Call,
    Code,
    Error,
    Message,
    Payload,
    Result,
    UnknownKind,
    Version,
    Violation,
    decode,
    encode,
)
from linli.drivers.ocpp.orders import NoAnswer, Orders

log = logging.getLogger(__name__)

_HEARS = {Version.V16: hearing_16.HEARS, Version.V201: hearing_201.HEARS}
_CALLS_KEPT = 8
_MOST_BAD_RUNNING = 32
_GOODBYE_WITHIN_S = 3.0
_SILENT = "silent"
_GOING_AWAY = 1001
_POLICY = 1008
_BOOT = "BootNotification"
_COUNTED_AS = {
    Code.SECURITY: "not_accepted_yet",
    Code.NOT_SUPPORTED: "unknown_question",
    Code.NOT_IMPLEMENTED: "unknown_question",
}
"""By what a charge point is told: why an operator sees its call counted."""


class Session:
    """It lives from the handshake to the end of the connection.

    A charge point's calls are answered in their order, each before the next is looked at; while
    one waits for the disk, answers to our own calls still come in. What comes too fast waits in
    the socket.
    """

    def __init__(self, *, socket: ServerConnection, point: ChargePoint, version: Version) -> None:
        self.point = point
        self.version = version
        self.orders = Orders(session=self)
        self.asked_for: set[str] = set()
        """Messages that we asked for: they may be sent while the charge point is to wait."""
        self._socket = socket
        self._calls: asyncio.Queue[Call] = asyncio.Queue(_CALLS_KEPT)
        self._outstanding: tuple[str, asyncio.Future[Result | Error]] | None = None
        self._bad_running = 0
        self._ending: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    # -- life

    async def run(self) -> str:
        """Serve until it ends; return why, as a word.

        :raises Exception: whatever broke in us
        """
        works = (self._read(), self._answer_calls(), self.orders.run(), self._keep_alive())
        tasks: list[asyncio.Future[Any]] = [asyncio.ensure_future(work) for work in works]
        try:
            await asyncio.wait([*tasks, self._ending], return_when=asyncio.FIRST_COMPLETED)
            for task in tasks:
                if task.done():
                    task.result()
        except ConnectionClosed:
            self.end("hung_up")
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            self.orders.drop()
        reason = self._ending.result() if self._ending.done() else "hung_up"
        await self._hang_up(reason)
        return reason

    def end(self, reason: str) -> None:
        """Let it end soon; the first reason counts."""
        if not self._ending.done():
            self._ending.set_result(reason)

    async def _hang_up(self, reason: str) -> None:
        """Say goodbye and hang up; who hears nothing, or is slow to hear it, is cut off.

        The library waits without end for room to write its goodbye, where the peer reads nothing.
        """
        if reason == _SILENT:
            self._socket.transport.abort()
        code = _POLICY if reason == "bad_messages" else _GOING_AWAY
        try:
            async with asyncio.timeout(_GOODBYE_WITHIN_S):
                await self._socket.close(code, reason)
        except TimeoutError:
            self._socket.transport.abort()

    async def _keep_alive(self) -> None:
        """Ping; a charge point that says nothing to it is gone."""
        options = self.point.options
        while True:
            await asyncio.sleep(options.ping_s)
            try:
                async with asyncio.timeout(options.ping_timeout_s):
                    await (await self._socket.ping())
            except TimeoutError:
                self.end(_SILENT)
                return
            self._is_there()

    def _is_there(self) -> None:
        for wired in self.point.post.devices():
            self.point.station.came(wired.code)

    # -- in

    async def _read(self) -> None:
        async for text in self._socket:
            data = text.encode() if isinstance(text, str) else text
            self.point.station.frame(self.point.device, "in", data)
            self._is_there()
            try:
                await self._take(decode(data))
                self._bad_running = 0
            except UnknownKind as bad:
                self._count_bad(bad.why, data)
            except BadMessage as bad:
                self._count_bad(bad.why, data)
                code = schemas.in_words_of(self.version, bad.code)
                await self._send(Error(id=bad.id, code=code, description=bad.why))
        self.end("hung_up")

    def _count_bad(self, why: str, data: bytes) -> None:
        self.point.station.refused(self.point.device, "bad_message", data[:200])
        self._bad_running += 1
        if self._bad_running >= _MOST_BAD_RUNNING:
            self.end("bad_messages")

    async def _take(self, message: Message) -> None:
        if isinstance(message, Call):
            await self._calls.put(message)
        elif self._outstanding is None or self._outstanding[0] != message.id:
            self.point.station.refused(self.point.device, "unasked_answer")
        elif not self._outstanding[1].done():
            self._outstanding[1].set_result(message)

    async def _answer_calls(self) -> None:
        while True:
            call = await self._calls.get()
            digest = hash((call.action, repr(call.payload)))
            text = self.point.answer(call.id, digest)
            if text is None:
                answer = await self._answer(call)
                text = encode(answer)
                if isinstance(answer, Result):
                    self.point.keep_answer(call.id, digest, text)
            await self._send_text(text)
            if call.action == _BOOT:
                self.orders.settle()

    async def _answer(self, call: Call) -> Result | Error:
        """Do what a call says; whatever it is, it gets an answer."""
        try:
            schemas.check_call(version=self.version, action=call.action, payload=call.payload)
            payload = await self._heard(call)
            schemas.check_result(version=self.version, action=call.action, payload=payload)
        except Violation as bad:
            self._count_call(call, bad)
            return Error(id=call.id, code=bad.code, description=bad.why)
        except NotNow:
            self.point.station.refused(self.point.device, "not_now")
            return Error(id=call.id, code=Code.INTERNAL, description="not now, tell it again")
        except Exception:
            log.exception("%s could not be answered", call.action)
            self.point.station.refused(self.point.device, "internal_error")
            return Error(id=call.id, code=Code.INTERNAL)
        return Result(id=call.id, payload=payload)

    def _count_call(self, call: Call, bad: Violation) -> None:
        reason = _COUNTED_AS.get(bad.code, "bad_call")
        sample = f"{call.action[:60]}: {bad.code}: {bad.why}".encode()
        self.point.station.refused(self.point.device, reason, sample)

    async def _heard(self, call: Call) -> Payload:
        hear = _HEARS[self.version].get(call.action)
        if hear is None:
            raise Violation(Code.NOT_SUPPORTED, f"{call.action} is nothing that we take")
        if call.action != _BOOT and self.point.standing != "Accepted":
            if call.action not in self.asked_for or self.point.standing == "Rejected":
                raise Violation(Code.SECURITY, f"not accepted yet: {self.point.standing}")
            self.asked_for.discard(call.action)
        return await hear(self.point, call.payload)

    # -- out

    async def call(self, action: str, payload: Payload) -> Result | Error:
        """Put a call; return what it is answered. The caller puts one at a time.

        :raises Violation: if the payload is not as its schema has it; nothing was sent
        :raises NoAnswer: if none comes in its time
        """
        schemas.check_call(version=self.version, action=action, payload=payload)
        name = str(uuid4())
        future: asyncio.Future[Result | Error] = asyncio.get_running_loop().create_future()
        self._outstanding = (name, future)
        try:
            await self._send(Call(id=name, action=action, payload=payload))
            async with asyncio.timeout(self.point.options.answer_within_s):
                return await future
        except TimeoutError as error:
            raise NoAnswer(action) from error
        finally:
            self._outstanding = None

    async def _send(self, message: Message) -> None:
        await self._send_text(encode(message))

    async def _send_text(self, text: str) -> None:
        self.point.station.frame(self.point.device, "out", text.encode())
        await self._socket.send(text)
