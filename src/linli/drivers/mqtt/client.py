"""Joining an operator's own broker as a client: the same topics, the same gate.

The broker has said who may publish what; here every device of the community is believed. What comes
with QoS 1 is confirmed to the broker only when it is on disk, so the broker sends it again after a
crash of ours.
"""

import asyncio
import logging
from collections import deque
from typing import Any

import msgspec
import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from linli.drivers.door import Caller, Door, Plan
from linli.drivers.mqtt import topics

_log = logging.getLogger(__name__)
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 30.0
_KEEP_ALIVE_S = 30
_QOS = 1


class Broker(msgspec.Struct, frozen=True, kw_only=True):
    """Where an operator's broker is, and how we sign in."""

    host: str
    port: int = 1883
    username: str = ""
    password: str = ""
    client_id: str = "linli"
    tls: bool = False


class _Confirmation:
    """A line of one message: confirms it to the broker when it is on disk."""

    def __init__(self, client: paho.Client, message: paho.MQTTMessage) -> None:
        self.tickets: deque[Any] = deque()
        self._client, self._message = client, message

    def send(self, data: bytes) -> None:
        """Confirm."""
        self._client.ack(self._message.mid, self._message.qos)


class Joined:
    """A broker that we have joined for one community. `caller` may speak for its devices."""

    def __init__(self, *, door: Door, caller: Caller, broker: Broker) -> None:
        self._door = door
        self._caller = caller
        self._broker = broker
        self._plans: dict[str, Plan] = {}
        self._loop = asyncio.get_running_loop()
        self._up, self._down = asyncio.Event(), asyncio.Event()
        self._client = self._make()

    def _make(self) -> paho.Client:
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{self._broker.client_id}-{self._caller.community}",
            clean_session=False,
            manual_ack=True,
        )
        if self._broker.username:
            client.username_pw_set(self._broker.username, self._broker.password)
        if self._broker.tls:
            client.tls_set()
        client.on_connect = self._connected
        client.on_disconnect = self._disconnected
        client.on_message = self._came
        return client

    # These three are called in paho's own thread.

    def _disconnected(self, _client: paho.Client, _data: Any, *_rest: Any) -> None:
        self._loop.call_soon_threadsafe(self._lost)

    def _came(self, _client: paho.Client, _data: Any, message: paho.MQTTMessage) -> None:
        self._loop.call_soon_threadsafe(self._take, message)

    def _connected(
        self, client: paho.Client, _data: Any, _flags: Any, reason: Any, _more: Any
    ) -> None:
        if reason.is_failure:
            _log.warning("the broker at %s refuses us: %s", self._broker.host, reason)
            return
        base = f"{topics.VERSION}/{self._caller.community}/+"
        client.subscribe([(f"{base}/{what}", _QOS) for what in sorted(topics.UP)])
        self._loop.call_soon_threadsafe(self._joined)

    def _joined(self) -> None:
        self._down.clear()
        self._up.set()
        self._door.listens(self._caller)

    def _lost(self) -> None:
        self._up.clear()
        self._down.set()

    def _take(self, message: paho.MQTTMessage) -> None:
        """Take a message as if a device had sent it to us; a retained one is an old story."""
        line = _Confirmation(self._client, message)
        mark = self._door.begin(self._caller)
        try:
            if not message.retain:
                self._plan_and_take(message)
        finally:  # one that is never confirmed comes back for ever, and holds up its broker
            self._door.end(self._caller, mark, b"\0" if message.qos else b"", line)

    def _plan_and_take(self, message: paho.MQTTMessage) -> None:
        plan = self._plans.get(message.topic)
        if plan is None:
            plan = self._door.plan(self._caller, message.topic.encode())
        if plan is not None:
            self._plans[message.topic] = plan
            plan.take(bytes(message.payload))

    def deliver(self, *, device: str, what: str, payload: bytes) -> int:
        """Publish a message for a device; return 1, or 0 while the broker is away."""
        if not self._up.is_set():
            return 0
        topic = topics.topic(community=self._caller.community, device=device, what=what).decode()
        told = self._client.publish(topic, payload, qos=_QOS)
        return int(told.rc == paho.MQTT_ERR_SUCCESS)

    async def joined(self, *, within_s: float = 10.0) -> None:
        """Wait until the broker has let us in.

        :raises TimeoutError: if it has not in time
        """
        async with asyncio.timeout(within_s):
            await self._up.wait()

    async def run(self) -> None:
        """Stay joined until cancelled; a lost broker is sought again, ever more patiently."""
        self._client.reconnect_delay_set(_FIRST_PAUSE_S, _LONGEST_PAUSE_S)  # type: ignore[arg-type]
        self._client.connect_async(self._broker.host, self._broker.port, _KEEP_ALIVE_S)
        self._client.loop_start()
        try:
            await asyncio.Event().wait()
        finally:
            self._client.disconnect()
            self._client.loop_stop()
