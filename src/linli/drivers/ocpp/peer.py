"""A charge point of one connector, for tests and for the demo. It speaks through the library's own
client, so what it sends and takes is checked by another hand than ours.
"""

from typing import Any

from ocpp import v16, v201
from ocpp.charge_point import ChargePoint
from websockets.asyncio.client import ClientConnection

from linli.drivers.ocpp import moments
from linli.drivers.ocpp.codec import Version
from linli.drivers.ocpp.peer_body import Peer
from linli.drivers.ocpp.peer_client import client_of
from linli.drivers.ocpp.peer_words import OBEYS_16, OBEYS_201


class Peer16(Peer):
    """It speaks OCPP 1.6J."""

    version = Version.V16

    async def boot(self) -> str:
        answer = await self.say(
            v16.call.BootNotification(
                charge_point_model="Pile 7",
                charge_point_vendor="Yunshan",
                charge_point_serial_number=f"SN-{self.id}"[:25],
                firmware_version="1.4.2",
            )
        )
        self.standing = answer.status if answer else ""
        return self.standing

    async def heartbeat(self) -> str | None:
        answer = await self.say(v16.call.Heartbeat())
        return answer.current_time if answer else None

    async def authorize(self, tag: str) -> str:
        answer = await self.say(v16.call.Authorize(id_tag=tag))
        return str(answer.id_tag_info["status"])

    async def plug_in(self) -> None:
        """Put the plug into the car."""
        await self.show("Preparing")

    async def show(self, status: str, *, error: str = "NoError") -> None:
        await self.say(
            v16.call.StatusNotification(
                connector_id=1,
                error_code=error,
                status=status,
                timestamp=moments.written(self.now()),
            )
        )

    async def start(self, tag: str) -> None:
        at, begun = moments.written(self.now()), round(self.energy_wh)
        self.transaction = "-1"
        await self._tell(
            lambda: v16.call.StartTransaction(
                connector_id=1, id_tag=tag, meter_start=begun, timestamp=at
            )
        )

    async def measure(self, *, context: str = "Sample.Periodic") -> None:
        sample, within = self.sample(context), self.transaction is not None
        await self._tell(
            lambda: v16.call.MeterValues(
                connector_id=1,
                meter_value=[sample],
                transaction_id=self.transaction_number if within else None,
            )
        )

    async def stop(self, *, reason: str = "Local") -> None:
        at, ended = moments.written(self.now()), round(self.energy_wh)
        self.transaction = None
        await self._tell(
            lambda: v16.call.StopTransaction(
                meter_stop=ended,
                timestamp=at,
                transaction_id=self.transaction_number,
                reason=reason,
            )
        )

    def _client_of(self, socket: ClientConnection) -> ChargePoint:
        return client_of(self, socket, library=v16, obeys=OBEYS_16)


class Peer201(Peer):
    """It speaks OCPP 2.0.1; connector 1 of EVSE 1."""

    version = Version.V201
    _begun = 0
    _number = 0

    async def boot(self) -> str:
        station = {"model": "Pile 9", "vendor_name": "Yunshan", "serial_number": f"SN-{self.id}"}
        answer = await self.say(
            v201.call.BootNotification(charging_station=station, reason="PowerUp")
        )
        self.standing = answer.status if answer else ""
        return self.standing

    async def authorize(self, tag: str) -> str:
        token = {"id_token": tag, "type": "ISO14443"}
        answer = await self.say(v201.call.Authorize(id_token=token))
        return str(answer.id_token_info["status"])

    async def plug_in(self) -> None:
        """Put the plug into the car."""
        await self.show("Occupied")

    async def show(self, status: str, *, error: str = "NoError") -> None:
        await self.say(
            v201.call.StatusNotification(
                timestamp=moments.written(self.now()),
                connector_status=status,
                evse_id=1,
                connector_id=1,
            )
        )

    async def start(self, tag: str) -> None:
        self._begun += 1
        self._number = 0
        self.transaction = f"{self.id}-{self._begun}"
        token = {"id_token": tag, "type": "ISO14443"}
        await self._event("Started", "Authorized", "Transaction.Begin", id_token=token)

    async def measure(self, *, context: str = "Sample.Periodic") -> None:
        if self.transaction is None:
            sample = self.sample(context)
            await self._tell(lambda: v201.call.MeterValues(evse_id=1, meter_value=[sample]))
        else:
            await self._event("Updated", "MeterValuePeriodic", context)

    async def stop(self, *, reason: str = "Local") -> None:
        await self._event("Ended", "StopAuthorized", "Transaction.End", reason=reason)
        self.transaction = None

    async def _event(
        self, kind: str, why: str, context: str, *, reason: str | None = None, **more: Any
    ) -> None:
        info = {"transaction_id": self.transaction, "charging_state": "Charging"}
        if reason is not None:
            info = {"transaction_id": self.transaction, "stopped_reason": reason}
        number, self._number = self._number, self._number + 1
        message = v201.call.TransactionEvent(
            event_type=kind,
            timestamp=moments.written(self.now()),
            trigger_reason=why,
            seq_no=number,
            transaction_info=info,
            meter_value=[self.sample(context)],
            offline=None if self.connected else True,
            evse={"id": 1, "connector_id": 1},
            **more,
        )
        await self._tell(lambda: message)

    def _client_of(self, socket: ClientConnection) -> ChargePoint:
        return client_of(self, socket, library=v201, obeys=OBEYS_201)
