"""One ChirpStack, joined at its MQTT broker: what it says of devices, what we queue for them.

An event is confirmed to the broker only when its readings are on disk. Until then the next ones
wait with paho, and behind it in the connection: nothing here grows.
"""

import asyncio
import random
import threading
from collections.abc import Sequence
from typing import Any

import paho.mqtt.client as paho
from paho.mqtt.enums import CallbackAPIVersion

from linli.drivers.chirpstack.codec import EVENTS, Event, about, brief, decode, downlink, normal
from linli.drivers.chirpstack.options import Line, Member
from linli.drivers.chirpstack.past import Past
from linli.drivers.chirpstack.telling import tell
from linli.drivers.line import Order, Station, Wired
from linli.drivers.payload.forms import Request
from linli.drivers.payload.pack import BadRequest, pack
from linli.drivers.payload.table import Table
from linli.drivers.reading import BadPayload

_FIRST_PAUSE_S, _LONGEST_PAUSE_S, _STEADY_S = 1.0, 60.0, 60.0
_KEEP_ALIVE_S, _CONNECT_S = 30, 10.0
_WAITING = 64
_LONGEST = 256 * 1024
_QOS = 1
_PORT = 1883
_PARTS = 6
_ASK_AGAIN_S = 0.5


def line_key(line: Wired) -> str:
    """Return what a line is called in the memory of all lines."""
    return f"{line.community}/{line.code}"


class ChirpStackLine:
    """Keeps joined to one broker. `port` is 0: it does not listen."""

    port = 0

    def __init__(
        self, line: Wired, members: Sequence[Wired], station: Station, *, past: Past
    ) -> None:
        self._line, self._station, self._past = line, station, past
        self._options = line.options if isinstance(line.options, Line) else Line()
        self._key = line_key(line)
        self._applications: dict[str, str] = {}
        self._client: paho.Client | None = None
        self._messages: asyncio.Queue[paho.MQTTMessage] = asyncio.Queue()
        self._room = threading.BoundedSemaphore(_WAITING)
        self._ended = threading.Event()
        self._down = asyncio.Event()
        self.rewire(members)

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""
        self._members = {normal(one.address): one for one in members}
        self._euis = {one.code: eui for eui, one in self._members.items()}
        known = self._applications.items()
        self._applications = {eui: app for eui, app in known if eui in self._members}

    async def run(self) -> None:
        """Stay joined until cancelled; a lost broker is sought again, ever more patiently."""
        loop, pause_s = asyncio.get_running_loop(), _FIRST_PAUSE_S
        while self._options.connect:
            began = loop.time()
            try:
                await self._visit()
            except OSError:
                self._station.went(self._line.code, "no_answer")
            if loop.time() - began > _STEADY_S:
                pause_s = _FIRST_PAUSE_S
            await asyncio.sleep(pause_s * random.uniform(0.5, 1.0))  # noqa: S311 - spreads dialling
            pause_s = min(pause_s * 2, _LONGEST_PAUSE_S)
        await asyncio.Event().wait()

    # -- to it

    def send(self, device: str, order: Order) -> bool:
        """Put an order into the device's queue; what comes of it is told by its answer."""
        eui = self._euis.get(device)
        if eui is None:
            return False
        if self._past.waits(self._key, order.id):
            return True
        application, client = self._application(eui), self._client
        if not application or client is None or not client.is_connected():
            return False
        try:
            request, data = self._packed(eui, order)
        except BadRequest as bad:
            self._station.answered(device, order.id, ok=False, reason=bad.why)
            return True
        item = self._past.queue(self._key, order.id, confirmed=request.confirmed)
        body = downlink(id=item, eui=eui, port=request.port, confirmed=request.confirmed, data=data)
        topic = f"application/{application}/device/{eui}/command/down"
        if client.publish(topic, body, qos=_QOS).rc != paho.MQTT_ERR_SUCCESS:
            self._past.done(self._key, item)
            return False
        self._station.frame(device, "out", body)
        return True

    def _packed(self, eui: str, order: Order) -> tuple[Request, bytes]:
        """Return what a device is asked with.

        :raises BadRequest: if its table has no such service, or an argument does not fit
        """
        table = self._members[eui].map
        request = table.services.get(order.service) if isinstance(table, Table) else None
        if request is None:
            raise BadRequest("not_on_wire")
        return request, pack(request, order.args)

    def _application(self, eui: str) -> str:
        options = self._members[eui].options
        said = options.application if isinstance(options, Member) else ""
        return self._applications.get(eui) or said or self._options.application

    # -- from it

    async def _visit(self) -> None:
        """Join the broker and take what it says, until it is lost."""
        self._messages, self._room = asyncio.Queue(), threading.BoundedSemaphore(_WAITING)
        self._ended, self._down = threading.Event(), asyncio.Event()
        client = self._client = self._make()
        host, _, port = self._options.connect.rpartition(":")
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
        self._station.went(self._line.code, "hung_up")

    def _make(self) -> paho.Client:
        options = self._options
        client = paho.Client(
            CallbackAPIVersion.VERSION2,
            client_id=f"{options.client_id}-{self._line.community}-{self._line.code}",
            clean_session=False,
            manual_ack=True,
            reconnect_on_failure=False,
        )
        client.connect_timeout = _CONNECT_S
        if options.username:
            client.username_pw_set(options.username, options.password)
        if options.tls:
            client.tls_set()
        loop = asyncio.get_running_loop()
        client.on_connect = lambda *said: self._connected(loop, *said)
        client.on_disconnect = lambda *said: self._lost(loop, *said)
        client.on_message = lambda _c, _d, message: self._came(loop, message)
        return client

    # These three are called in paho's own thread.

    def _lost(self, loop: asyncio.AbstractEventLoop, *_said: Any) -> None:
        loop.call_soon_threadsafe(self._down.set)

    def _connected(self, loop: asyncio.AbstractEventLoop, client: paho.Client, *said: Any) -> None:
        reason = said[2]
        if reason.is_failure:
            loop.call_soon_threadsafe(self._refused, str(reason))
            return
        topic = f"application/{self._options.application or '+'}/device/+/event/+"
        client.subscribe(topic, _QOS)
        loop.call_soon_threadsafe(self._station.came, self._line.code)

    def _came(self, loop: asyncio.AbstractEventLoop, message: paho.MQTTMessage) -> None:
        """Hand a message over; where too many wait, the connection waits too."""
        room = self._room
        while not room.acquire(timeout=_ASK_AGAIN_S):
            if self._ended.is_set():
                return
        loop.call_soon_threadsafe(self._messages.put_nowait, message)

    # In the loop again.

    def _refused(self, reason: str) -> None:
        self._station.refused(self._line.code, "broker_refused", reason[:200].encode())
        self._down.set()

    async def _take_all(self, client: paho.Client) -> None:
        while True:
            message = await self._messages.get()
            if not message.retain:
                await self._take(message.topic, bytes(message.payload))
            client.ack(message.mid, message.qos)
            self._room.release()

    async def _take(self, topic: str, body: bytes) -> None:
        kind = topic.rpartition("/")[2]
        if topic.count("/") != _PARTS - 1 or kind not in EVENTS or len(body) > _LONGEST:
            self._station.refused(self._line.code, "unknown_event", topic[:200].encode())
            return
        try:
            event = decode(body)
        except BadPayload as bad:
            self._station.refused(self._line.code, bad.why, body[:200])
            return
        member = self._members.get(event.eui)
        if member is None:
            self._station.stranger(event.eui, about=about(event), sample=body[:200])
            return
        self._station.frame(member.code, "in", brief(body))
        if event.device_info.application_id:
            self._applications[event.eui] = event.device_info.application_id
        await self._tell(kind, event, member)

    async def _tell(self, kind: str, event: Event, member: Wired) -> None:
        try:
            told = tell(kind, event, line=self._key, member=member, past=self._past)
        except BadPayload as bad:
            self._station.came(member.code)
            self._station.refused(member.code, bad.why, event.payload)
            return
        if told.why_not:
            self._station.refused(member.code, told.why_not, told.sample)
        if told.heard:
            self._station.came(member.code)
        if told.readings:
            await self._station.bring(member.code, told.readings)
        if told.answer is not None:
            order, ok, reason = told.answer
            self._station.answered(member.code, order, ok=ok, reason=reason)
            await self._station.settled()
        self._past.keep(self._key, kind, event, ended=told.answer is not None)
