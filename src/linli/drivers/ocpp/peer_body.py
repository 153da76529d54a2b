"""What simulated charge points of both versions share: a car, a meter, a line, a queue."""

import asyncio
import base64
import random
import ssl
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ocpp import v16
from ocpp.charge_point import ChargePoint
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, WebSocketException
from websockets.typing import Subprotocol

from linli.drivers.ocpp import moments
from linli.drivers.ocpp.codec import Version
from linli.drivers.ocpp.peer_client import Parts
from linli.drivers.ocpp.peer_words import Good, read_sample

Curve = Callable[[float], float]
"""Power, W, by the state of charge, per cent."""
_BATTERY_WH = 60_000.0
_DEFAULT_W = 6_900.0
_VOLTS = 230.0
_TAPERS_FROM_PCT = 80.0


def usual_curve(soc_pct: float) -> float:
    """Full power up to 80 per cent, then falling to nothing at 100."""
    if soc_pct < _TAPERS_FROM_PCT:
        return _DEFAULT_W
    return max(0.0, _DEFAULT_W * (100.0 - soc_pct) / (100.0 - _TAPERS_FROM_PCT))


class Peer(ABC):
    """What both versions share: the car, the meter, the queue of what could not be said.

    `refuses` are actions that it answers Rejected; `mute` ones it does not answer at all; `orders`
    is what it was told. `now` gives its clock, epoch seconds.
    """

    version: Version

    def __init__(
        self,
        *,
        url: str,
        id: str,
        password: str = "",
        now: Callable[[], float],
        curve: Curve = usual_curve,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self.id = id
        self.now = now
        self.energy_wh = 1_000_000.0
        self.power_w = 0.0
        self.soc_pct = 40.0
        self.limit_a: float | None = None
        self.transaction: str | None = None
        self.transaction_number = -1
        self.standing = ""
        self.refuses: set[str] = set()
        self.mute: set[str] = set()
        self.orders: list[tuple[str, Parts]] = []
        self.settings: dict[str, str] = {"HeartbeatInterval": "60"}
        self.url = url
        self._password, self._curve, self._tls = password, curve, tls
        self._socket: ClientConnection | None = None
        self._client: ChargePoint | None = None
        self._listening: asyncio.Task[None] | None = None
        self._later: set[asyncio.Task[None]] = set()
        self._delivering = asyncio.Lock()
        self._queue: list[Callable[[], Any]] = []

    # -- the line

    async def connect(self) -> None:
        """Connect, in the place of a connection that was.

        :raises websockets.exceptions.InvalidStatus: if it is not let in
        """
        await self.drop()
        self._socket = await connect(
            f"{self.url}/{self.id}",
            subprotocols=[Subprotocol(self.version)],
            additional_headers=self._headers(),
            ssl=self._tls,
            compression=None,
        )
        self._client = self._client_of(self._socket)
        self._listening = asyncio.ensure_future(self._listen(self._client))

    async def drop(self) -> None:
        """Hang up, or notice that the line is gone."""
        for task in (*self._later, self._listening):
            if task is not None and task is not asyncio.current_task():
                task.cancel()
        if self._socket is not None:
            await self._socket.close()
        self._socket = self._client = self._listening = None

    @property
    def connected(self) -> bool:
        return self._listening is not None and not self._listening.done()

    async def raw(self, text: str) -> None:
        """Send any text, right or not."""
        assert self._socket is not None
        await self._socket.send(text)

    def _headers(self) -> dict[str, str]:
        if not self._password:
            return {}
        coded = base64.b64encode(f"{self.id}:{self._password}".encode()).decode()
        return {"Authorization": f"Basic {coded}"}

    async def _listen(self, client: ChargePoint) -> None:
        try:
            await client.start()
        except ConnectionClosed:
            return

    async def say(self, message: Any) -> Any:
        """Say something now; return the answer, None where that is an error or the line is down."""
        if self._client is None or not self.connected:
            return None
        return await self._client.call(message)

    async def _tell(self, make: Callable[[], Any]) -> Any:
        """Say something of a transaction: now, or when the line is up again and it is its turn."""
        self._queue.append(make)
        return await self.flush()

    async def flush(self) -> Any:
        """Deliver what waits, in its order; what is not confirmed stays. Return the last answer."""
        answer = None
        async with self._delivering:
            while self._queue and self.connected:
                answer = await self.say(self._queue[0]())
                if answer is None:
                    return None
                self._delivered(answer)
                self._queue.pop(0)
        return answer

    @property
    def waiting(self) -> int:
        """How many messages are not delivered yet."""
        return len(self._queue)

    async def stay(self, *, every_s: float) -> None:
        """Keep connected until cancelled, for a demonstration: boot, then every so often let time
        pass and say what the meter shows. It dials again with back-off, 1 s to 60 s.
        """
        wait_s = 1.0
        while True:
            try:
                await self.connect()
                if await self.boot() == "Accepted":
                    wait_s = 1.0
                    await self.show("Available")
                while self.connected:
                    await self.measure()
                    await asyncio.sleep(every_s)
                    self.pass_time(every_s)
            except (OSError, WebSocketException, TimeoutError):
                wait_s = min(60.0, wait_s * 2)
            await asyncio.sleep(wait_s * (0.5 + random.random()))  # noqa: S311

    # -- the car and the meter

    def pass_time(self, seconds: float) -> None:
        """Let the car take what curve and limit allow for so long."""
        if self.transaction is None:
            self.power_w = 0.0
            return
        allowed = self.limit_a * _VOLTS if self.limit_a is not None else float("inf")
        self.power_w = min(self._curve(self.soc_pct), allowed)
        taken_wh = self.power_w * seconds / 3600
        self.energy_wh += taken_wh
        self.soc_pct = min(100.0, self.soc_pct + taken_wh / _BATTERY_WH * 100)

    def sample(self, context: str) -> dict[str, Any]:
        """Return a MeterValue of now."""
        return read_sample(
            version=self.version,
            at=moments.written(self.now()),
            context=context,
            energy_wh=self.energy_wh,
            power_w=self.power_w,
            volts=_VOLTS,
            soc_pct=self.soc_pct,
        )

    # -- orders

    async def obey(self, action: str, told: Parts, good: Good) -> dict[str, Any]:
        """Take an order and answer it."""
        self.orders.append((action, told))
        if action in self.mute:
            await asyncio.sleep(3600)
        if action in self.refuses:
            return good.refusal()
        self._limited(action, told)
        return good.yes(told, self.settings)

    def _limited(self, action: str, told: Parts) -> None:
        if action == "SetChargingProfile":
            profile = told.get("cs_charging_profiles") or told["charging_profile"]
            schedule = profile["charging_schedule"]
            first = schedule[0] if isinstance(schedule, list) else schedule
            limit = float(first["charging_schedule_period"][0]["limit"])
            self.limit_a = limit / (_VOLTS if first["charging_rate_unit"] == "W" else 1.0)
        if action == "ClearChargingProfile":
            self.limit_a = None

    def go_on(self, action: str, told: Parts) -> None:
        """An order was answered: do what it begins, if that was a yes."""
        if action not in self.refuses:
            task = asyncio.ensure_future(self._follow(action, told))
            self._later.add(task)
            task.add_done_callback(self._later.discard)

    async def _follow(self, action: str, told: Parts) -> None:
        if action in ("RemoteStopTransaction", "RequestStopTransaction"):
            await self.stop(reason="Remote")
        elif action in ("RemoteStartTransaction", "RequestStartTransaction"):
            card = told.get("id_tag") or told["id_token"]["id_token"]
            await self.start(card)
        elif action == "TriggerMessage":
            await self._triggered(told["requested_message"])
        elif action == "Reset":
            await self.drop()

    async def _triggered(self, message: str) -> None:
        if message in ("MeterValues", "TransactionEvent"):
            await self.measure(context="Trigger")
        elif message == "BootNotification":
            await self.boot()
        elif message == "StatusNotification":
            await self.show("Available")

    # -- what each version says its own way

    @abstractmethod
    def _client_of(self, socket: ClientConnection) -> ChargePoint:
        """Return the library's client for a connection."""

    def _delivered(self, answer: Any) -> None:
        """A message of a transaction was answered: learn its number, where it tells one."""
        if isinstance(answer, v16.call_result.StartTransaction):
            self.transaction_number = answer.transaction_id
            if self.transaction is not None:
                self.transaction = str(answer.transaction_id)

    @abstractmethod
    async def boot(self) -> str:
        """Say BootNotification; return the standing it is given."""

    @abstractmethod
    async def start(self, tag: str) -> None:
        """Begin to charge."""

    @abstractmethod
    async def stop(self, *, reason: str = "Local") -> None:
        """End charging."""

    @abstractmethod
    async def measure(self, *, context: str = "Sample.Periodic") -> None:
        """Say what the meter shows."""

    @abstractmethod
    async def plug_in(self) -> None:
        """Put the plug into the car."""

    @abstractmethod
    async def show(self, status: str, *, error: str = "NoError") -> None:
        """Say the state of the connector."""
