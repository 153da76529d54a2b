"""A charge point of one connector as it is in the field: it says OCPP 1.6J on a websocket to the
real server, one message at a time, and writes down how long each waited for its answer.
"""

import asyncio
import base64
import json
import time
from datetime import UTC, datetime
from itertools import count

from django.conf import settings
from websockets.asyncio.client import connect

from linli.app.demo import credentials
from linli.app.demo.names import card_number

METER_S = 15.0
POWER_W = 7_000
PATIENCE_S, PAUSE_S = 60.0, 3.0
_CALL, _RESULT = 2, 3
_CALLED = {
    "BootNotification": "boot",
    "Authorize": "authorize",
    "StartTransaction": "start",
    "MeterValues": "meter",
    "StopTransaction": "stop",
    "StatusNotification": "status",
}


def code_of(n):
    """Return under which code the register has the charge point of a number."""
    return f"cp-{n:04d}"


def password_of(n):
    """Return by what it signs in."""
    return credentials.device_secret(key=settings.SECRET_KEY, code=code_of(n))


class Rush:
    """How long each kind of message waited for its answer, and what was said again or refused."""

    def __init__(self):
        self.waits, self.again, self.refused = {}, 0, 0

    def figures(self):
        """Return the figures of each kind."""
        found = {"told_again": self.again, "refused": self.refused}
        for action, name in _CALLED.items():
            waits = sorted(self.waits[action])
            found |= {
                f"{name}_count": len(waits),
                f"{name}_p50_ms": round(waits[len(waits) // 2], 1),
                f"{name}_p99_ms": round(waits[len(waits) * 99 // 100], 1),
            }
        return found


class ChargePoint:
    """One of one connector, with a car that takes 7 kW as long as it charges."""

    def __init__(self, n, port, rush):
        self._code, self._card = code_of(n), card_number(f"p{n:04d}")
        self._url = f"ws://127.0.0.1:{port}/{self._code}"
        self._login = base64.b64encode(f"{self._code}:{password_of(n)}".encode()).decode()
        self._rush, self._numbers, self._waiting = rush, count(1), {}
        self._turn = asyncio.Lock()
        self._transaction, self._since = None, 0.0
        self._begin_wh = n * 1_000
        self._socket = self._reading = None
        self._offset_s = METER_S * (n % 100) / 100

    async def come(self):
        """Connect, boot, and show that the connector is free."""
        self._socket = await connect(
            self._url, subprotocols=["ocpp1.6"], compression=None, open_timeout=60,
            additional_headers={"Authorization": f"Basic {self._login}"},
        )  # fmt: skip
        self._reading = asyncio.create_task(self._read())
        told = await self._say("BootNotification", chargePointModel="P", chargePointVendor="V")
        if told["status"] != "Accepted":
            raise SystemExit(f"{self._code} is not let in: {told}")
        await self._show("Available")

    async def leave(self):
        """Hang up."""
        if self._reading is not None:
            self._reading.cancel()
        if self._socket is not None:
            await self._socket.close()

    async def begin(self):
        """Somebody plugs his car in and shows his card."""
        await self._show("Preparing")
        told = await self._say("Authorize", idTag=self._card)
        at = _now()
        begun = await self._say("StartTransaction", connectorId=1, idTag=self._card,
                                meterStart=self._begin_wh, timestamp=at)  # fmt: skip
        self._rush.refused += "Accepted" not in told["idTagInfo"]["status"]
        self._rush.refused += "Accepted" not in begun["idTagInfo"]["status"]
        self._since, self._transaction = time.monotonic(), begun["transactionId"]
        await self._show("Charging")

    async def tell_meter(self, over):
        """Tell the meter every so often while it charges, until that is over. What was begun to be
        told is told to its end: none is cut off between its question and its answer.
        """
        wait_s = self._offset_s
        while not await _came(over, wait_s):
            wait_s = METER_S
            if self._transaction is not None:
                sampled = [
                    {"value": str(self._wh()), "measurand": "Energy.Active.Import.Register",
                     "unit": "Wh"},
                    {"value": str(POWER_W), "measurand": "Power.Active.Import", "unit": "W"},
                ]  # fmt: skip
                values = [{"timestamp": _now(), "sampledValue": sampled}]
                await self._say("MeterValues", connectorId=1, transactionId=self._transaction,
                                meterValue=values)  # fmt: skip

    async def stop(self):
        """Somebody shows his card again, and drives away."""
        ended = {"meterStop": self._wh(), "timestamp": _now(), "reason": "Local"}
        await self._say("StopTransaction", transactionId=self._transaction, idTag=self._card,
                        **ended)  # fmt: skip
        self._transaction = None
        await self._show("Finishing")
        await self._show("Available")

    def _wh(self):
        return self._begin_wh + round(POWER_W * (time.monotonic() - self._since) / 3_600)

    async def _show(self, status):
        await self._say("StatusNotification", connectorId=1, errorCode="NoError", status=status,
                        timestamp=_now())  # fmt: skip

    async def _say(self, action, **payload):
        """Say something, one at a time, until it is answered; return the answer. What is answered
        by an error is said again, as charge points do of transactions (OCPP 1.6, 4.8).
        """
        async with self._turn:
            while True:
                began, number = time.perf_counter(), f"{next(self._numbers)}"
                kind, told = await self._answer(number, [_CALL, number, action, payload])
                if kind == _RESULT:
                    waits = self._rush.waits.setdefault(action, [])
                    waits.append((time.perf_counter() - began) * 1000)
                    return told
                self._rush.again += 1
                await asyncio.sleep(PAUSE_S)

    async def _answer(self, number, question):
        """Ask, and return what is answered; nobody waits for it any more where that is given up."""
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        try:
            await self._socket.send(json.dumps(question))
            return await asyncio.wait_for(answer, PATIENCE_S)
        finally:
            self._waiting.pop(number, None)

    async def _read(self):
        """Take answers, and do as it is told: yes to all."""
        async for text in self._socket:
            message = json.loads(text)
            if message[0] == _CALL:
                yes = {} if message[2] == "GetConfiguration" else {"status": "Accepted"}
                await self._socket.send(json.dumps([_RESULT, message[1], yes]))
                continue
            answer = self._waiting.get(message[1])
            if answer is not None and not answer.done():
                answer.set_result((message[0], message[2]))


async def _came(event, seconds):
    """Wait for something so long at most; tell whether it came."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True


def _now():
    return datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
