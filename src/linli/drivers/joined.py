"""Joined to an outside MQTT broker as a client: heard again after each loss, confirmed when stored.

A message is confirmed to the broker only when whoever deals with it has returned. Until then the
next ones wait with paho, and behind it in the connection: nothing here grows.
"""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from linli.drivers.rests import again_and_again

_KEEP_ALIVE_S, _CONNECT_S = 30, 10.0
_WAITING = 64
_QOS = 1
_PORT = 1883
_ASK_AGAIN_S = 0.5


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """How a broker is reached: host:port, and who joins it. Where the session is `kept`, what is
    said while we are away waits there for us.
    """

    connect: str
    client_id: str
    username: str = ""
    password: str = ""
    tls: bool = False
    kept: bool = False


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """A message; `retained` is one of before, told because we came."""

    topic: str
    body: bytes
    retained: bool = False


Take = Callable[[Said], Awaitable[None]]


class Joined:
    """Keeps joined to one broker. `take` is told of each message, one after another; `came` and
    `went` of the broker itself, `turned_away` why it would not have us.
    """

    def __init__(
        self,
        way: Way,
        *,
        take: Take,
        came: Callable[[], None],
        went: Callable[[str], None],
        turned_away: Callable[[str], None],
    ) -> None:
        self._way, self._take = way, take
        self._came_there, self._went, self._turned_away = came, went, turned_away
        self._client: paho.Client | None = None
        self._filters: set[str] = set()
        self._messages: asyncio.Queue[paho.MQTTMessage] = asyncio.Queue()
        self._room = threading.BoundedSemaphore(_WAITING)
        self._ended = threading.Event()
        self._down = asyncio.Event()

    async def run(self) -> None:
        """Stay joined until cancelled; a lost broker is sought again, ever more patiently."""
        await again_and_again(self._stay)

    def hear(self, filters: Iterable[str]) -> None:
        """Hear these topics too, now and after each loss."""
        new = set(filters) - self._filters
        self._filters |= new
        if self._client is not None and new:
            self._client.subscribe([(one, _QOS) for one in sorted(new)])

    def leave(self, filters: Iterable[str]) -> None:
        """Hear these topics no more."""
        gone = set(filters) & self._filters
        self._filters -= gone
        if self._client is not None and gone:
            self._client.unsubscribe(sorted(gone))

    @property
    def waiting(self) -> int:
        """How many messages wait to be dealt with."""
        return self._messages.qsize()

    @property
    def is_there(self) -> bool:
        """Tell whether something can be said now."""
        return self._client is not None and self._client.is_connected()

    def say(self, topic: str, body: bytes) -> bool:
        """Publish; False where there is no way now."""
        client = self._client
        if client is None or not self.is_there:
            return False
        return client.publish(topic, body, qos=_QOS).rc == paho.MQTT_ERR_SUCCESS

    async def _stay(self) -> None:
        try:
            await self._visit()
        except OSError:
            self._went("no_answer")

    async def _visit(self) -> None:
        """Join the broker and take what it says, until it is lost."""
        self._messages, self._room = asyncio.Queue(), threading.BoundedSemaphore(_WAITING)
        self._ended, self._down = threading.Event(), asyncio.Event()
        client = self._client = self._make()
        host, _, port = self._way.connect.rpartition(":")
        try:
            await asyncio.to_thread(client.connect, host, int(port or _PORT), _KEEP_ALIVE_S)
            client.loop_start()
            async with asyncio.TaskGroup() as both:
                taking = both.create_task(self._take_all(client))
                await self._down.wait()
                taking.cancel()
        finally:
            self._client = None
            self._ended.set()
            client.disconnect()
            await asyncio.to_thread(client.loop_stop)
        self._went("hung_up")

    def _make(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=self._way.client_id,
            clean_session=not self._way.kept,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_S
        if self._way.username:
            client.username_pw_set(self._way.username, self._way.password)
        if self._way.tls:
            client.tls_set()
        loop = asyncio.get_running_loop()
        client.on_connect = lambda *said: self._connected(loop, *said)
        client.on_disconnect = lambda *said: self._lost(loop, *said)
        client.on_message = lambda _c, _d, message: self._heard(loop, message)
        return client

    # These three are called in paho's own thread.

    def _lost(self, loop: asyncio.AbstractEventLoop, *_said: Any) -> None:
        loop.call_soon_threadsafe(self._down.set)

    def _connected(self, loop: asyncio.AbstractEventLoop, client: paho.Client, *said: Any) -> None:
        reason = said[2]
        if reason.is_failure:
            loop.call_soon_threadsafe(self._refused, str(reason))
            return
        loop.call_soon_threadsafe(self._begin, client)

    def _heard(self, loop: asyncio.AbstractEventLoop, message: paho.MQTTMessage) -> None:
        """Hand a message over; where too many wait, the connection waits too."""
        room = self._room
        while not room.acquire(timeout=_ASK_AGAIN_S):
            if self._ended.is_set():
                return
        loop.call_soon_threadsafe(self._messages.put_nowait, message)

    # In the loop again.

    def _begin(self, client: paho.Client) -> None:
        if self._filters:
            client.subscribe([(one, _QOS) for one in sorted(self._filters)])
        self._came_there()

    def _refused(self, reason: str) -> None:
        self._turned_away(reason)
        self._down.set()

    async def _take_all(self, client: paho.Client) -> None:
        while True:
            message = await self._messages.get()
            body, retained = bytes(message.payload), bool(message.retain)
            await self._take(Said(topic=message.topic, body=body, retained=retained))
            client.ack(message.mid, message.qos)
            self._room.release()
