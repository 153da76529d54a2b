"""The bus: streams that keep, subjects that are heard now, questions that are answered.

One connection a process. Appends are pipelined: each is an awaitable of its own, and the order of
calls is the order on the wire. Reading a stream is by push without acknowledgement, with the
server's flow control; the reader keeps its own position.
"""

import asyncio
import logging
import secrets
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any

import msgspec
import nats.errors
from nats.aio.client import Client
from nats.aio.msg import Msg

from linli.adapters.bus_line import Line
from linli.adapters.streams import (
    BusRefused,
    NotStored,
    Stored,
    StreamLimits,
    StreamState,
    Unheard,
    configurations,
    missed,
    position,
    sequence,
)
from linli.adapters.waiting import set_within

__all__ = [
    "Bus",
    "BusRefused",
    "NotStored",
    "Stored",
    "StreamLimits",
    "StreamState",
    "Unheard",
    "connect",
]

_log = logging.getLogger(__name__)

_MEGABYTE = 1024 * 1024
_API_S = 10.0
_HEARTBEAT_S = 2.0
_RECONNECT_S = 0.2
_BUFFER_BYTES = 32 * _MEGABYTE


class Bus:
    """A connection to the bus. Make it with `connect`."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._inbox = f"_INBOX.{secrets.token_hex(8)}"
        self._waiting: dict[str, asyncio.Future[Msg]] = {}
        self._token = 0
        self.on_reconnect: list[Callable[[], None]] = []
        """Called when the line is up again after it was lost."""

    @property
    def connected(self) -> bool:
        """Tell whether the line is up."""
        return bool(self._client.is_connected)

    async def open(self) -> None:
        """Start hearing confirmations. `connect` does it."""
        await self._client.subscribe(f"{self._inbox}.*", cb=self._hear_reply)

    async def _hear_reply(self, message: Msg) -> None:
        waiting = self._waiting.pop(message.subject, None)
        if waiting is not None and not waiting.done():
            waiting.set_result(message)

    async def publish(self, *, subject: str, body: bytes) -> None:
        """Say it to whoever listens now; nobody confirms.

        :raises NotStored: if the line is down and the buffer for that is full
        """
        try:
            await self._client.publish(subject, body)
        except nats.errors.Error as error:
            raise NotStored(why="away", subject=subject) from error

    async def append(
        self,
        *,
        subject: str,
        body: bytes,
        id: str,
        headers: dict[str, str] | None = None,
        timeout_s: float = 5.0,
    ) -> int:
        """Append to the stream of a subject; return its sequence once it is on disk.

        The same `id` within the stream's window is stored once. Calls started one after another
        (as tasks) go out in that order.

        :raises NotStored: if it was refused (why: full, refused), nobody confirmed in time
            (timeout; it may be stored all the same) or the line is down (away)
        """
        all_headers = {"Nats-Msg-Id": id, **(headers or {})}
        try:
            message = await self._request(subject, body, timeout_s, all_headers)
        except TimeoutError as error:
            raise NotStored(why="timeout", subject=subject) from error
        except nats.errors.Error as error:
            raise NotStored(why="away", subject=subject) from error
        return sequence(message, subject)

    async def _request(
        self, subject: str, body: bytes, timeout_s: float, headers: dict[str, str] | None = None
    ) -> Msg:
        self._token += 1
        reply = f"{self._inbox}.{self._token:x}"
        waiting: asyncio.Future[Msg] = asyncio.get_running_loop().create_future()
        self._waiting[reply] = waiting
        try:
            await self._client.publish(subject, body, reply=reply, headers=headers)
            async with asyncio.timeout(timeout_s):
                return await waiting
        finally:
            self._waiting.pop(reply, None)

    async def ask(self, *, subject: str, body: bytes = b"", timeout_s: float = 5.0) -> bytes:
        """Ask a question of whoever answers on a subject.

        :raises Unheard: if nobody answers in time
        """
        return bytes((await self._heard(subject, body, timeout_s)).data)

    async def _heard(self, subject: str, body: bytes, timeout_s: float) -> Msg:
        try:
            message = await self._request(subject, body, timeout_s)
        except (TimeoutError, nats.errors.Error) as error:
            raise Unheard(subject=subject) from error
        if message.headers and message.headers.get("Status") == "503":
            raise Unheard(subject=subject)
        return message

    async def answer(
        self,
        *,
        subject: str,
        reply: Callable[[bytes], Awaitable[bytes]],
        at_once: int = 64,
        together: str = "",
    ) -> None:
        """Answer questions on a subject, at most so many at once. Of those who answer `together`
        under one name, one gets each question.
        """
        room = asyncio.Semaphore(at_once)
        running: set[asyncio.Task[None]] = set()

        async def one(message: Msg) -> None:
            try:
                await message.respond(await reply(message.data))
            except Exception:
                _log.exception("no answer on %s", message.subject)
            finally:
                room.release()

        async def hear(message: Msg) -> None:
            await room.acquire()
            task = asyncio.create_task(one(message))
            running.add(task)
            task.add_done_callback(running.discard)

        await self._client.subscribe(subject, queue=together, cb=hear)

    async def listen(
        self, *, subject: str, hear: Callable[[str, bytes], Awaitable[None]]
    ) -> Callable[[], Awaitable[None]]:
        """Hear what is said on a subject (wildcards allowed) from now on; return how to stop.

        `hear` is called with the subject and the body, one at a time.
        """

        async def one(message: Msg) -> None:
            await hear(message.subject, message.data)

        subscription = await self._client.subscribe(subject, cb=one)
        return subscription.unsubscribe

    async def alive(self, *, timeout_s: float = 2.0) -> bool:
        """Tell whether the server answers now."""
        try:
            await self._client.flush(timeout=timeout_s)  # type: ignore[arg-type]
        except (nats.errors.Error, TimeoutError):
            return False
        return True

    async def ensure_streams(self, *, limits: StreamLimits) -> None:
        """Make the three streams, or bring those that are there to these limits.

        :raises BusRefused: if the server will not
        """
        for config in configurations(limits):
            name = config["name"]
            answer = await self._api(f"STREAM.CREATE.{name}", config)
            if "error" in answer:
                answer = await self._api(f"STREAM.UPDATE.{name}", config)
            if "error" in answer:
                raise BusRefused(request=name, reason=str(answer["error"].get("description")))

    async def state(self, *, stream: str) -> StreamState:
        """Return how full a stream is.

        :raises BusRefused: if there is no such stream
        :raises Unheard: if the server does not answer in time
        """
        answer = await self._api(f"STREAM.INFO.{stream}", {})
        if "error" in answer:
            raise BusRefused(request=stream, reason=str(answer["error"].get("description")))
        state = answer["state"]
        return StreamState(
            messages=state["messages"],
            bytes=state["bytes"],
            max_bytes=answer["config"]["max_bytes"],
            first=state["first_seq"],
            last=state["last_seq"],
            created=answer.get("created", ""),
        )

    async def last(self, *, stream: str, subject: str) -> Stored | None:
        """Return the newest message of a subject in a stream; None when it holds none.

        :raises BusRefused: if the server will not
        :raises Unheard: if it does not answer in time, or the line is down
        """
        message = await self._heard(f"$JS.API.DIRECT.GET.{stream}.{subject}", b"", _API_S)
        headers = dict(message.headers or {})
        if headers.get("Status") == "404":
            return None
        if "Nats-Sequence" not in headers:
            raise BusRefused(request=stream, reason=str(headers))
        return Stored(int(headers["Nats-Sequence"]), subject, message.data, headers)

    async def purge(self, *, stream: str, subject: str, upto: int) -> None:
        """Forget the messages of a subject up to and including a sequence.

        :raises BusRefused: if the server will not
        """
        answer = await self._api(f"STREAM.PURGE.{stream}", {"filter": subject, "seq": upto + 1})
        if "error" in answer:
            raise BusRefused(request=stream, reason=str(answer["error"].get("description")))

    async def follow(
        self, *, stream: str, subject: str, after: int
    ) -> AsyncGenerator[Stored, None]:
        """Yield the messages of a subject after a sequence, in order, each once, without end.

        A lost line, a restarted server or a gap is mended from the last message yielded.

        :raises BusRefused: if the server will not let it be read
        """
        last = after
        while True:
            async for message in self._follow_once(stream, subject, last):
                last = message.sequence
                yield message

    async def _follow_once(
        self, stream: str, subject: str, after: int
    ) -> AsyncGenerator[Stored, None]:
        """Yield until something is amiss: a gap, silence past the heartbeats, a lost line."""
        inbox = self._client.new_inbox()
        name = f"r{secrets.token_hex(6)}"
        came, queue = asyncio.Event(), deque[Msg]()

        async def hear(message: Msg) -> None:
            queue.append(message)
            came.set()

        subscription = await self._client.subscribe(
            inbox, cb=hear, pending_msgs_limit=0, pending_bytes_limit=0
        )
        try:
            if not await self._consume(stream, name, subject, inbox, after):
                return
            expected = 1
            while queue or await set_within(came, 3 * _HEARTBEAT_S):
                message = queue.popleft()
                if not queue:
                    came.clear()
                if message.headers and "Status" in message.headers:
                    await self._keep_flowing(message)
                    if missed(message, expected):
                        return
                    continue
                sequence, place, pending = position(message.reply)
                if place != expected:
                    return
                expected += 1
                said = message.headers or {}
                yield Stored(sequence, message.subject, message.data, said, pending, len(queue))
        finally:
            await self._forget(subscription, stream, name)

    async def _consume(self, stream: str, name: str, subject: str, inbox: str, after: int) -> bool:
        config = {
            "name": name,
            "deliver_subject": inbox,
            "deliver_policy": "by_start_sequence",
            "opt_start_seq": after + 1,
            "filter_subject": subject,
            "ack_policy": "none",
            "max_deliver": 1,
            "replay_policy": "instant",
            "flow_control": True,
            "idle_heartbeat": int(_HEARTBEAT_S * 1e9),
            "inactive_threshold": int(10e9),
            "mem_storage": True,
            "num_replicas": 1,
        }
        try:
            answer = await self._api(
                f"CONSUMER.CREATE.{stream}.{name}.{subject}",
                {"stream_name": stream, "config": config},
            )
        except Unheard:
            await asyncio.sleep(0.2)
            return False
        if "error" in answer:
            if answer["error"].get("code") == 503:  # noqa: PLR2004 - JetStream is not up yet
                await asyncio.sleep(0.2)
                return False
            raise BusRefused(request=stream, reason=str(answer["error"].get("description")))
        return True

    async def _keep_flowing(self, message: Msg) -> None:
        stalled = (message.headers or {}).get("Nats-Consumer-Stalled")
        if message.reply:
            await self._client.publish(message.reply, b"")
        elif stalled:
            await self._client.publish(stalled, b"")

    async def _forget(self, subscription: Any, stream: str, name: str) -> None:
        try:
            await subscription.unsubscribe()
            await self._client.publish(f"$JS.API.CONSUMER.DELETE.{stream}.{name}", b"")
        except nats.errors.Error as error:
            _log.info("reader %s left to its own end: %s", name, error)

    async def _api(self, verb: str, body: dict[str, Any]) -> dict[str, Any]:
        answer = await self.ask(
            subject=f"$JS.API.{verb}", body=msgspec.json.encode(body), timeout_s=_API_S
        )
        decoded: dict[str, Any] = msgspec.json.decode(answer)
        return decoded

    async def close(self) -> None:
        """Send what is still in the buffer and hang up."""
        if self._client.is_connected:
            await self.alive(timeout_s=1.0)
        await self._client.close()


async def connect(*, url: str, name: str, patience_s: float = 10.0) -> Bus:
    """Connect to the bus. A line lost later is taken up again, for ever.

    :raises BadBusAddress, BusInTheClear: if it is no address, or others could read along
    :raises NotStored: (why: away) if no server at the URL lets us in within `patience_s`
    """
    client = Line(url)
    bus = Bus(client)

    async def trouble(error: Exception) -> None:
        _log.warning("bus: %s", str(error) or type(error).__name__)

    async def again() -> None:
        _log.info("bus: the line is up again")
        for call in bus.on_reconnect:
            call()

    try:
        async with asyncio.timeout(patience_s):
            await client.dial(
                name=name,
                error_cb=trouble,
                reconnected_cb=again,
                max_reconnect_attempts=-1,
                reconnect_time_wait=_RECONNECT_S,
                connect_timeout=5,
                pending_size=_BUFFER_BYTES,
                ping_interval=20,
            )
            await bus.open()
    except (nats.errors.Error, OSError, TimeoutError) as error:
        await client.close()
        raise NotStored(why="away", subject=name) from error
    return bus
