"""What partners say: bodies of MESSAGE and NOTIFY, and what becomes of each.

A body is acknowledged when what it says is on disk, not before.
"""

from collections.abc import Awaitable, Callable

from aiosipua import SipRequest

from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.gb28181 import manscdp, sip, telling
from linli.drivers.gb28181.asking import Asking
from linli.drivers.gb28181.doors import Path
from linli.drivers.gb28181.manscdp import Body
from linli.drivers.gb28181.options import Map
from linli.drivers.gb28181.partner import About, Partner
from linli.drivers.gb28181.roll import Roll
from linli.drivers.gb28181.signing import BAD, FORBIDDEN, OK, Answer
from linli.drivers.line import Station, Wired
from linli.drivers.reading import Reading

_EMPTY = Map(models=())


class Hearing:
    """Hears the partners of one line. `again` greets one who was away; `thank` answers an alarm."""

    def __init__(
        self,
        *,
        roll: Roll,
        asking: Asking,
        station: Station,
        again: Callable[[Partner], None],
        thank: Callable[[Partner, Body], None],
    ) -> None:
        self._roll = roll
        self._asking = asking
        self._station = station
        self._again = again
        self._thank = thank
        self._by_command: dict[str, Callable[[Partner, Body], Awaitable[None]]] = {
            "keepalive": self._keepalive,
            "alarm": self._alarm,
            "catalog": self._catalog,
            "mobileposition": self._position,
            "devicestatus": self._status,
            "deviceinfo": self._info,
            "devicecontrol": self._controlled,
            "mediastatus": self._keepalive,
        }

    async def hear(self, path: Path, request: SipRequest) -> Answer:
        """Return the answer to a MESSAGE or NOTIFY, once what it said is kept."""
        partner = self._roll.partners.get(sip.user(request))
        if partner is None or not partner.is_from(path):
            return FORBIDDEN
        partner.heard_at = self._station.now()
        partner.path = path
        if not partner.online:
            self._again(partner)
        if not request.body.strip():
            return OK
        try:
            body = manscdp.read(request.body)
            await self._read(partner, body)
        except BadFrame as bad:
            self._station.refused(partner.member.code, "bad_frame", bad.why.encode())
            return BAD
        return OK

    async def _read(self, partner: Partner, body: Body) -> None:
        reader = self._by_command.get(body.command.lower())
        if reader is None or body.kind not in ("Notify", "Response"):
            what = f"{body.kind} {body.command}"
            self._station.refused(partner.member.code, "unknown_command", what.encode())
            return
        await reader(partner, body)

    async def _keepalive(self, partner: Partner, body: Body) -> None:
        del body
        self._station.came(partner.member.code)

    async def _alarm(self, partner: Partner, body: Body) -> None:
        if body.kind == "Response":
            return
        member = self._spoken_for(partner, body.device)
        if member is None:
            return
        alarm = manscdp.alarm(body)
        channel = body.device if body.device != member.address else ""
        reading = telling.of_alarm(map=_map(member), alarm=alarm, channel=channel)
        if reading is None:
            self._station.refused(member.code, "unknown_event", alarm.ranks()[0].encode())
        else:
            await self._bring(member, [reading])
        self._thank(partner, body)

    async def _catalog(self, partner: Partner, body: Body) -> None:
        part = manscdp.catalog(body)
        if body.kind == "Notify":
            await self._changed(partner, part)
            return
        gathering = partner.gathering
        if gathering is None or gathering.sn != body.sn:
            self._station.refused(partner.member.code, "unasked_catalogue")
            return
        gathering.add(part)

    async def _changed(self, partner: Partner, part: manscdp.CatalogPart) -> None:
        """Take a notice of changes: who came, went, was added or lost its picture."""
        for item in part.items:
            member = self._roll.change(partner, item)
            if member is None:
                continue
            event = telling.of_change(map=_map(member), item=item)
            if event is not None:
                await self._station.bring(member.code, [event])

    async def _position(self, partner: Partner, body: Body) -> None:
        member = self._spoken_for(partner, body.device)
        if member is not None:
            where = manscdp.position(body)
            await self._bring(member, telling.of_position(map=_map(member), position=where))

    async def _status(self, partner: Partner, body: Body) -> None:
        self._asking.answer(partner.id, body)
        member = self._spoken_for(partner, body.device)
        if member is None:
            return
        if markup.text(body.root, "Online").upper() == "OFFLINE":
            self._station.went(member.code, "reported_off")
            return
        self._station.came(member.code)
        await self._bring(member, telling.of_status(map=_map(member), body=body))

    async def _info(self, partner: Partner, body: Body) -> None:
        self._asking.answer(partner.id, body)
        if body.device == partner.id:
            partner.about = About(
                name=markup.text(body.root, "DeviceName"),
                vendor=markup.text(body.root, "Manufacturer"),
                model=markup.text(body.root, "Model"),
                firmware=markup.text(body.root, "Firmware"),
                channels=int(markup.number(body.root, "Channel") or 0),
            )

    async def _controlled(self, partner: Partner, body: Body) -> None:
        if not self._asking.answer(partner.id, body):
            self._station.refused(partner.member.code, "unasked_answer")

    def _spoken_for(self, partner: Partner, address: str) -> Wired | None:
        member = self._roll.speaks_for(partner, address)
        if member is None:
            self._station.refused(partner.member.code, "not_its_channel", address.encode()[:40])
        return member

    async def _bring(self, member: Wired, readings: list[Reading]) -> None:
        if readings:
            self._station.came(member.code)
            await self._station.bring(member.code, readings)


def _map(member: Wired) -> Map:
    return member.map if isinstance(member.map, Map) else _EMPTY
