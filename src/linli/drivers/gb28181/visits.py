"""What a partner is asked when he signed in, and again and again while he is here."""

import asyncio
import secrets

from linli.drivers.gb28181 import asking as asked
from linli.drivers.gb28181.asking import NO_ANSWER, Asking, Dialog
from linli.drivers.gb28181.manscdp import write
from linli.drivers.gb28181.options import LineOptions, Subject
from linli.drivers.gb28181.partner import Gathering, Partner
from linli.drivers.gb28181.roll import Roll
from linli.drivers.line import Station

_EVENTS: dict[Subject, str] = {
    "Catalog": "Catalog",
    "Alarm": "presence",
    "MobilePosition": "presence",
}


class Visits:
    """Asks the partners of one line: who are you, what have you, how are you; tell me news."""

    def __init__(
        self, *, options: LineOptions, roll: Roll, asking: Asking, station: Station
    ) -> None:
        self._options = options
        self._roll = roll
        self._asking = asking
        self._station = station

    async def stay(self, partner: Partner) -> None:
        """Ask at once, then as often as the options say, until cancelled."""
        await self._query(partner, "DeviceInfo", partner.id)
        async with asyncio.TaskGroup() as together:
            together.create_task(self._catalogues(partner))
            together.create_task(self._statuses(partner))
            for subject in self._options.subscribe:
                together.create_task(self._subscription(partner, subject))

    async def _catalogues(self, partner: Partner) -> None:
        while True:
            await self.catalogue(partner)
            await asyncio.sleep(self._options.catalog_every_s)

    async def catalogue(self, partner: Partner) -> None:
        """Ask for the catalogue, and take it: whole, or what came of it before a long silence."""
        sn, body = self._body("Catalog", partner.id)
        gathering = partner.gathering = Gathering(sn=sn)
        status = await self._asking.message(to=partner.id, path=partner.path, body=body)
        if status == NO_ANSWER:
            self._station.refused(partner.member.code, "no_answer", b"Catalog")
            return
        try:
            while not gathering.whole:
                gathering.heard.clear()
                async with asyncio.timeout(self._options.part_s):
                    await gathering.heard.wait()
        except TimeoutError:
            self._station.refused(partner.member.code, "catalogue_incomplete")
        self._roll.list(partner, list(gathering.items.values()), whole=gathering.whole)
        partner.listed = partner.listed or gathering.whole

    async def _statuses(self, partner: Partner) -> None:
        while True:
            await self._query(partner, "DeviceStatus", partner.id)
            for member in list(self._roll.below(partner)):
                await self._query(partner, "DeviceStatus", member.address)
            await asyncio.sleep(self._options.status_every_s)

    async def _query(self, partner: Partner, command: str, device: str) -> None:
        """Ask and wait; what is answered is read where everything is heard."""
        sn, body = self._body(command, device)
        await self._asking.ask(
            partner=partner.id, to=partner.id, path=partner.path, sn=sn, body=body
        )

    async def _subscription(self, partner: Partner, subject: Subject) -> None:
        """Subscribe, and go on before it ends; a partner who does not know how is asked no more."""
        dialog = Dialog(call_id=secrets.token_hex(12), tag=secrets.token_hex(6))
        while True:
            status = await self._asking.subscribe(
                to=partner.id,
                path=partner.path,
                dialog=dialog,
                event=_EVENTS[subject],
                lasts_s=self._options.subscribe_s,
                body=self._subject(subject, partner.id),
            )
            if status >= 400:  # noqa: PLR2004 - he will not
                self._station.refused(partner.member.code, "no_subscription", subject.encode())
                return
            await asyncio.sleep(self._options.subscribe_s / 2)

    def _subject(self, subject: Subject, device: str) -> bytes:
        fields = {
            "Catalog": {},
            "Alarm": {
                "StartAlarmPriority": "0",
                "EndAlarmPriority": "0",
                "AlarmMethod": "0",
            },
            "MobilePosition": {"Interval": "5"},
        }
        return write(
            kind="Query",
            command=subject,
            sn=self._asking.number(),
            device=device,
            fields=fields[subject],
            encoding=self._options.xml,
        )

    def _body(self, command: str, device: str) -> tuple[str, bytes]:
        return asked.query(
            asking=self._asking, command=command, device=device, encoding=self._options.xml
        )
