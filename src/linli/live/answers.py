"""What the live half answers on the bus: a frame pushed by HTTP, last values, how it fares."""

import asyncio
import time
from collections.abc import Callable

import msgspec

from linli.adapters.bus import Bus
from linli.contracts import subjects
from linli.contracts.pushes import Pushed
from linli.drivers.frames import BadFrame
from linli.drivers.http_push.codec import KINDS
from linli.drivers.line import NotSigned, Push
from linli.drivers.mqtt.packets import MAX_PACKET_BYTES
from linli.drivers.plain import asks
from linli.drivers.reading import BadPayload
from linli.kernel.fault import Fault
from linli.live.asker import Asker
from linli.live.door import LiveDoor, Visitor, Waiter
from linli.live.fetches import Fetches
from linli.live.last_values import LastValues, Row
from linli.live.lines import Lines
from linli.live.plans import Answered, AnswerPlan, ReadingPlan
from linli.live.questions import Lately, key_of
from linli.live.sealed_plans import SealedPlan, SealedReadings

_STORED_S = 10.0
_OK, _BAD, _STRANGER, _TOO_LARGE, _TYPE, _LATER = 200, 422, 401, 413, 415, 503
_TOO_OFTEN = 429
_OCTETS = "application/octet-stream"
_FETCHES_AT_ONCE = 4096
"""Those who fetch wait: they have a subject of their own, and are in nobody's way."""


class TwinAsked(msgspec.Struct, frozen=True, kw_only=True):
    """Which last values are wanted: of devices, or of all in and below a place."""

    devices: list[str] = []
    place: str = ""


_pushed = msgspec.msgpack.Decoder(Pushed)
_asked = msgspec.msgpack.Decoder(TwinAsked)
_encode = msgspec.msgpack.encode


class Answers:
    """Answers for one community."""

    def __init__(
        self,
        *,
        bus: Bus,
        community: str,
        door: LiveDoor,
        values: LastValues,
        fares: Callable[[], dict[str, object]],
        lines: Lines,
        asker: Asker,
        fetches: Fetches,
    ) -> None:
        self._bus = bus
        self._community = community
        self._door = door
        self._values = values
        self._fares = fares
        self._lines = lines
        self._asker = asker
        self._fetches = fetches
        self._lately = Lately(clock=time.monotonic)

    async def open(self) -> None:
        """Answer from now on."""
        for question, reply in (
            ("ingest", self._ingest),
            ("twin", self._twin),
            ("live", self._live),
            ("frames", self._frames),
        ):
            await self._bus.answer(subject=subjects.ask(question, self._community), reply=reply)
        await self._bus.answer(
            subject=subjects.ask("fetch", self._community),
            reply=self._fetch,
            at_once=_FETCHES_AT_ONCE,
        )

    async def _ingest(self, body: bytes) -> bytes:
        """Take a frame; answer when it is on disk."""
        try:
            pushed = _pushed.decode(body)
        except msgspec.DecodeError:
            return _told(_BAD, 0, [(0, "bad_request")])
        if pushed.driver:
            return await self._take_push(pushed)
        visitor = self._admit(pushed)
        if visitor is None:
            return _told(_STRANGER, 0, [(0, "bad_credentials")])
        if len(pushed.body) > MAX_PACKET_BYTES:
            self._door.refused(visitor, pushed.device, "too_large", b"")
            return _told(_TOO_LARGE, 0, [(0, "too_large")])
        takes = {"asks": self._answer_ask, "acks": self._take_acks}
        return await takes.get(pushed.what, self._take)(visitor, pushed)

    def _admit(self, pushed: Pushed) -> Visitor | None:
        """Return who pushes, or fetches; None, counted, where it is nobody."""
        visitor = self._door.admit(
            username=f"{self._community}/{pushed.device}", password=pushed.secret.encode()
        )
        if visitor is None:
            name = f"{self._community}/{pushed.device[:64]}"
            self._door.refused(None, name, "bad_credentials", b"")
        return visitor

    async def _fetch(self, body: bytes) -> bytes:
        """Let a device wait for what it is told; answer when something came, or the time is over.

        Who was turned out meanwhile takes nothing along: the ledger says it again.
        """
        try:
            pushed = _pushed.decode(body)
        except msgspec.DecodeError:
            return _told(_BAD, 0, [(0, "bad_request")])
        visitor, device = self._admit(pushed), pushed.device
        if visitor is None:
            return _told(_STRANGER, 0, [(0, "bad_credentials")])
        if not self._fetches.may(device):
            self._door.refused(visitor, device, "too_often", b"")
            return _told(_TOO_OFTEN, 0, [(0, "too_often")])
        self._tell_there(visitor)
        wait_s = 0.0 if self._fetches.full else pushed.wait_s
        fetch = self._fetches.open(device)
        try:
            self._door.listens(visitor)
            await fetch.wait(wait_s)
        finally:
            self._fetches.close(device, fetch)
        if self._admit(pushed) is None:
            return _told(_STRANGER, 0, [(0, "bad_credentials")])
        plain = msgspec.json.encode({"now": time.time(), "items": fetch.told()})
        link = visitor.gate.links.get(device)
        if link is None:
            return _encode({"status": _OK, "reply": plain, "content_type": "application/json"})
        reply = link.seal("commands", plain, now=time.time())
        return _encode({"status": _OK, "reply": reply, "content_type": _OCTETS})

    def _tell_there(self, visitor: Visitor) -> None:
        """Say now and then that a device which fetches is there."""
        if self._fetches.is_news(visitor.device):
            self._door.begin(visitor)
            visitor.gate.heard(visitor.device, online=True, reason="")
            visitor.log.kick()

    async def _take_acks(self, visitor: Visitor, pushed: Pushed) -> bytes:
        """Take what a device says of its commands; answer when it is on disk."""
        plan = visitor.gate.plan(pushed.device, "acks")
        if not isinstance(plan, AnswerPlan | SealedPlan):
            return _told(_BAD, 0, [(0, "unknown_model")])
        if self._door.full(visitor):
            return _told(_LATER, 0, [(0, "log_full")])
        stored = asyncio.Event()
        mark = self._door.begin(visitor)
        code = plan.take(pushed.body)
        self._door.end(visitor, mark, b"\0", Waiter(stored.set))
        if not await _in_time(stored):
            return _told(_LATER, 0, [(0, "not_stored")])
        return _told(_BAD, 0, [(0, "not_an_answer")]) if code else _told(_OK, 1, [])

    async def _answer_ask(self, visitor: Visitor, pushed: Pushed) -> bytes:
        """Answer a question; of one that is none, nothing is kept."""
        plan = visitor.gate.plan(pushed.device, "asks")
        if plan is None:
            return _told(_BAD, 0, [(0, "unknown_model")])
        self._door.begin(visitor)
        try:
            if isinstance(plan, SealedPlan):
                return await self._answer_sealed(visitor, pushed, plan)
            question = asks.question(pushed.body)
        except BadPayload as bad:
            self._door.refused(visitor, pushed.device, bad.why, b"")
            visitor.log.kick()
            return _told(_BAD, 0, [(0, bad.why)])
        reply = await self._reply(pushed.device, question)
        return _encode({"status": _OK, "reply": reply, "content_type": "application/json"})

    async def _reply(self, device: str, question: asks.Question) -> bytes:
        told = await self._asker.answer(device, question)
        return asks.answer(id=question.id, ok=told.ok, reason=told.reason, body=told.body)

    async def _answer_sealed(self, visitor: Visitor, pushed: Pushed, plan: SealedPlan) -> bytes:
        """Answer a sealed question when its number is on disk. The very same bytes again are the
        same question, for a while: they get its answer, which is asked for once.

        :raises BadPayload: if it cannot be opened, is no question, or was heard long before
        """
        link = plan.link
        key = key_of(device=pushed.device, mark=link.mark, payload=pushed.body)
        known = self._lately.find(key)
        if known is None:
            question = asks.question(plan.unseal_news(pushed.body))
            known = self._lately.keep(key, question)
            visitor.log.when_stored(Waiter(known.stored.set))
        async with known.turn:
            if known.reply is None:
                if not await _in_time(known.stored):
                    return _told(_LATER, 0, [(0, "not_stored")])
                plain = await self._reply(pushed.device, known.question)
                known.reply = link.seal("answers", plain, now=time.time())
                self._lately.trim(key)
        return _encode({"status": _OK, "reply": known.reply, "content_type": _OCTETS})

    async def _take(self, visitor: Visitor, pushed: Pushed) -> bytes:
        if pushed.content_type.partition(";")[0].strip().lower() not in KINDS:
            self._door.refused(visitor, pushed.device, "content_type", b"")
            return _told(_TYPE, 0, [(0, "content_type")])
        plan = visitor.gate.plan(pushed.device, "readings")
        if not isinstance(plan, ReadingPlan | SealedReadings):
            return _told(_BAD, 0, [(0, "unknown_model")])
        if self._door.full(visitor):
            return _told(_LATER, 0, [(0, "log_full")])
        stored = asyncio.Event()
        mark = self._door.begin(visitor)
        answered: Answered = plan.take_all(pushed.body, pushed.content_type)
        self._door.end(visitor, mark, b"\0", Waiter(stored.set))
        if not await _in_time(stored):
            return _told(_LATER, 0, [(0, "not_stored")])
        status = _OK if answered.taken or not answered.refused else _BAD
        return _told(status, answered.taken, answered.refused)

    async def _take_push(self, pushed: Pushed) -> bytes:
        """Take a request of a platform: its driver reads it, and its signature where it has one."""
        name = f"{self._community}/{pushed.device[:64]}"
        try:
            self._check_sender(name, pushed)
            asked = Push(
                method=pushed.method, query=pushed.query, headers=pushed.headers, body=pushed.body
            )
            async with asyncio.timeout(_STORED_S):
                told = await self._lines.pushed(
                    line=pushed.device, driver=pushed.driver, asked=asked, now=time.time()
                )
        except NotSigned:
            self._door.refused(None, name, "bad_credentials", b"")
            return _told(_STRANGER, 0, [(0, "bad_credentials")])
        except (BadFrame, BadPayload) as bad:
            self._door.refused(None, name, "bad_push", pushed.body[:80])
            return _told(_BAD, 0, [(0, bad.why)])
        except Fault as fault:
            return _told(fault.status, 0, [(0, fault.key)])
        except TimeoutError:
            return _told(_LATER, 0, [(0, "not_stored")])
        status = _OK if told.taken or not told.refused else _BAD
        return _encode({"status": status, "taken": told.taken, "refused": told.refused,
                        "reply": told.reply, "content_type": told.content_type})  # fmt: skip

    def _check_sender(self, name: str, pushed: Pushed) -> None:
        """Refuse a request that carries neither the line's secret nor, it may be, a signature.

        :raises NotSigned: so, too, where no line speaks that: a stranger makes us read no driver
        """
        visitor = self._door.admit(username=name, password=pushed.secret.encode())
        signs = self._lines.signs(line=pushed.device, driver=pushed.driver)
        if visitor is None and not signs:
            raise NotSigned

    async def _frames(self, body: bytes) -> bytes:
        """Tell the last raw frames of a device."""
        device = msgspec.msgpack.decode(body, type=str)
        return _encode(self._lines.frames.of(device))

    async def _twin(self, body: bytes) -> bytes:
        asked = _asked.decode(body)
        found: list[Row] = (
            self._values.below(asked.place) if asked.place else self._values.of(asked.devices)
        )
        return _encode(found)

    async def _live(self, body: bytes) -> bytes:
        return _encode(self._fares())


async def _in_time(stored: asyncio.Event) -> bool:
    try:
        async with asyncio.timeout(_STORED_S):
            await stored.wait()
    except TimeoutError:
        return False
    return True


def _told(status: int, taken: int, refused: list[tuple[int, str]]) -> bytes:
    return _encode(
        {
            "status": status,
            "taken": taken,
            "refused": [{"index": index, "reason": reason} for index, reason in refused],
        }
    )
