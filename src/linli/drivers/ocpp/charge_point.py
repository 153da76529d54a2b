"""A charge point as it is known while the process runs: it outlives its connections."""

import asyncio
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from linli.contracts.charge_points import Asked, NotNow
from linli.drivers.line import Order, Station, Wired
from linli.drivers.ocpp import meter
from linli.drivers.ocpp.desk import Desk, Verdict
from linli.drivers.ocpp.options import Line, Map, Standing
from linli.drivers.ocpp.roster import WHOLE, Post
from linli.drivers.ocpp.transactions import Open, Transactions
from linli.drivers.reading import Reading
from linli.kernel.period import seconds

_ANSWERS_KEPT = 16
_CONNECTORS_KEPT = 64
_LONGEST_WORD = 160
_LATE_S = 60.0
_NO_MAP = Map(models=())

Extras = Mapping[str, Any]


class ChargePoint:
    """What hearing and telling share. It brings readings to the device that shows a connector."""

    def __init__(self, *, id: str, line: Wired, post: Post, station: Station, desk: Desk) -> None:
        self.id = id
        self.line = line
        self.post = post
        self.station = station
        self.desk = desk
        self.transactions = Transactions()
        self.learnt = asyncio.Event()
        """Set when a transaction was heard of."""
        self.began_at = station.now()
        """Since when we know it: what was told to it before, the process before this one told."""
        self._faults: dict[str, bool] = {}
        self._answers: OrderedDict[str, tuple[int, str]] = OrderedDict()

    @property
    def options(self) -> Line:
        options: Line = self.line.options
        return options

    @property
    def device(self) -> str:
        """The code of its own device."""
        return self.post.wired.code

    def given_at(self, device: str, order: Order) -> float:
        """Return when an order was given: so long before it expires as its service says."""
        model = next((one.model for one in self.post.devices() if one.code == device), None)
        service = model.services.get(order.service) if model is not None else None
        return order.expires_at - (seconds(service.expires) if service is not None else 0.0)

    @property
    def standing(self) -> Standing:
        """Return whether it may work, as configured."""
        return self.post.wired.options.boot or self.options.boot

    # -- messages that come again

    def answer(self, id: str, digest: int) -> str | None:
        """Return what was answered to a call of this id and content, if it was one of the last."""
        known = self._answers.get(id)
        return known[1] if known is not None and known[0] == digest else None

    def keep_answer(self, id: str, digest: int, text: str) -> None:
        self._answers[id] = (digest, text)
        while len(self._answers) > _ANSWERS_KEPT:
            self._answers.popitem(last=False)

    # -- readings

    def table(self, connector: str) -> Map:
        """Return the catalogue's table of the device that shows a connector."""
        wired = self.post.device(connector) or self.post.wired
        return wired.map if wired.map is not None else _NO_MAP

    async def bring(self, connector: str, readings: Sequence[Reading]) -> None:
        """Bring readings of a connector; return when they are on disk.

        What the thing model does not have is left out. A connector that no device shows is a
        stranger `<charge point>/<connector>`: an operator may let it in.
        """
        wired = self.post.device(connector)
        if wired is None and connector == WHOLE:
            self.station.refused(self.device, "whole_has_no_device")
        elif wired is None:
            about = {"model": "ev_charger", "name": f"{self.id} {connector}"}
            self.station.stranger(f"{self.id}/{connector}", about=about)
        else:
            points = frozenset(wired.model.points())
            known = [reading for reading in readings if reading.name in points]
            if known:
                await self.station.bring(wired.code, known)

    async def measured(self, connector: str, told: Sequence[meter.Values]) -> None:
        """Bring meter values; those that could not be read are counted."""
        for reason in (reason for each in told for reason in each.unread):
            self.station.refused(self.device, reason)
        table = self.table(connector)
        readings = meter.readings(told, table)
        open_ = self.transactions.on(connector)
        if open_ is not None:
            readings += meter.taken(told, table, open_)
        await self.bring(connector, readings)

    def forget_faults(self) -> None:
        """It booted: it says how each connector is anew."""
        self._faults.clear()

    async def faulty(self, connector: str, fault: bool, at: float | None) -> None:
        """Bring whether there is a fault: of the connector, or of the whole of its device.

        A device that shows a connector shows the charge point's own faults too; one does not end
        the other.
        """
        self._faults[connector] = fault
        while len(self._faults) > _CONNECTORS_KEPT:
            del self._faults[next(iter(self._faults))]
        wired = self.post.device(connector) or self._stands_for_all(connector)
        if wired is not None:
            on = any(fault for key, fault in self._faults.items() if self._shows(wired, key))
            await self.bring_to(wired, Reading(self.table(connector).fault, on, at))

    def _stands_for_all(self, connector: str) -> Wired | None:
        return self.post.wired if connector == WHOLE else None

    def _shows(self, wired: Wired, connector: str) -> bool:
        return (self.post.device(connector) or self._stands_for_all(connector)) is wired

    async def bring_to(self, wired: Wired, reading: Reading) -> None:
        """Bring one reading to a device, where its model has it."""
        if reading.name in wired.model.points():
            await self.station.bring(wired.code, [reading])

    async def happened(self, connector: str, name: str, at: float | None, extras: Extras) -> None:
        """Bring an event of a connector."""
        await self.bring(connector, [event(name, at, extras)])

    async def told(self, name: str, at: float | None, extras: Extras) -> None:
        """Bring an event of the charge point itself, whatever its device shows."""
        await self.bring_to(self.post.wired, event(name, at, extras))

    # -- transactions and cards

    def learn(self, transaction: Open) -> None:
        """A transaction is under way; who waits to know it is told."""
        self.transactions.begin(transaction)
        self.learnt.set()

    async def ask(self, asked: Asked) -> Verdict:
        return await self.desk.ask(asked, now=self.station.now())

    async def told_late(self, transaction: Open, told: Sequence[meter.Values]) -> None:
        """Let what a meter told late be kept: last values know the newest only.

        What cannot be kept now is left out: the register at the end tells the whole.
        """
        late = self.station.now() - _LATE_S
        readings = meter.registers(each for each in told if each.at < late)
        if not readings:
            return
        asked = self.asked(
            transaction.tag,
            "meter",
            readings[-1][0],
            connector=transaction.connector,
            transaction=transaction.id,
            readings=readings,
        )
        try:
            await self.desk.ask(asked, now=self.station.now())
        except NotNow:
            self.station.refused(self.device, "not_now")

    def asked(self, tag: str, step: Any, at: float, **where: Any) -> Asked:
        """Return the question about a card at this charge point, or a transaction of it."""
        known = {"connector": None, **where}
        shown = self.post.device(known["connector"]) if known["connector"] else None
        known["device"] = (shown or self.post.wired).code
        return Asked(
            community=self.line.community,
            charge_point=self.device,
            tag=tag,
            step=step,
            at=at,
            **known,
        )


def event(name: str, at: float | None, extras: Extras) -> Reading:
    """Return an event with what it says; nothing empty, no text longer than a line."""
    told = {
        key: value[:_LONGEST_WORD] if isinstance(value, str) else value
        for key, value in extras.items()
        if value not in (None, "")
    }
    return Reading(name, 1, at, extras=msgspec.json.encode(told))
