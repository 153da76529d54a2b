"""One ChirpStack, joined at its MQTT broker: what it says of devices, what we queue for them.

An event is confirmed to the broker only when its readings are on disk.
"""

import asyncio
from collections.abc import Sequence

from linli.drivers.chirpstack.codec import EVENTS, Event, about, brief, decode, downlink, normal
from linli.drivers.chirpstack.options import Line, Member
from linli.drivers.chirpstack.past import Past
from linli.drivers.chirpstack.telling import tell
from linli.drivers.joined import Joined, Said, Way
from linli.drivers.line import Order, Station, Wired
from linli.drivers.payload.forms import Request
from linli.drivers.payload.pack import BadRequest, pack
from linli.drivers.payload.table import Table
from linli.drivers.reading import BadPayload

_LONGEST = 256 * 1024
_SAMPLE = 200
_PARTS = 6


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
        self._broker = Joined(
            self._way(),
            take=self._take,
            came=lambda: station.came(line.code),
            went=lambda why: station.went(line.code, why),
            turned_away=lambda why: station.refused(
                line.code, "broker_refused", why[:_SAMPLE].encode()
            ),
        )
        self._broker.hear([f"application/{self._options.application or '+'}/device/+/event/+"])
        self.rewire(members)

    def _way(self) -> Way:
        options = self._options
        return Way(
            connect=options.connect,
            client_id=f"{options.client_id}-{self._line.community}-{self._line.code}",
            username=options.username,
            password=options.password,
            tls=options.tls,
            kept=True,
        )

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""
        self._members = {normal(one.address): one for one in members}
        self._euis = {one.code: eui for eui, one in self._members.items()}
        known = self._applications.items()
        self._applications = {eui: app for eui, app in known if eui in self._members}

    async def run(self) -> None:
        """Stay joined until cancelled; where there is no broker, what is posted is all."""
        if self._options.connect:
            await self._broker.run()
        await asyncio.Event().wait()

    # -- to it

    def send(self, device: str, order: Order) -> bool:
        """Put an order into the device's queue; what comes of it is told by its answer."""
        eui = self._euis.get(device)
        if eui is None:
            return False
        if self._past.waits(self._key, order.id):
            return True
        application = self._application(eui)
        if not application or not self._broker.is_there:
            return False
        try:
            request, data = self._packed(eui, order)
        except BadRequest as bad:
            self._station.answered(device, order.id, ok=False, reason=bad.why)
            return True
        item = self._past.queue(self._key, order.id, confirmed=request.confirmed)
        body = downlink(id=item, eui=eui, port=request.port, confirmed=request.confirmed, data=data)
        topic = f"application/{application}/device/{eui}/command/down"
        if not self._broker.say(topic, body):
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

    async def _take(self, said: Said) -> None:
        if said.retained:
            return
        topic, body = said.topic, said.body
        kind = topic.rpartition("/")[2]
        if topic.count("/") != _PARTS - 1 or kind not in EVENTS or len(body) > _LONGEST:
            self._station.refused(self._line.code, "unknown_event", topic[:_SAMPLE].encode())
            return
        try:
            event = decode(body)
        except BadPayload as bad:
            self._station.refused(self._line.code, bad.why, body[:_SAMPLE])
            return
        member = self._members.get(event.eui)
        if member is None:
            self._station.stranger(event.eui, about=about(event), sample=body[:_SAMPLE])
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
