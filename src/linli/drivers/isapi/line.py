"""One camera or recorder: its stream read, its channels asked after, its orders given."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import aiohttp

from linli.contracts.asking import Told
from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.isapi import access, alerts, client, doors, orders, pictures, plates, telling
from linli.drivers.isapi.alerts import Alert
from linli.drivers.isapi.client import Client, NoCamera
from linli.drivers.isapi.doors import Doors
from linli.drivers.isapi.options import LineOptions, Map
from linli.drivers.isapi.parts import Part, Parts, boundary
from linli.drivers.isapi.pictures import Picture
from linli.drivers.line import Order, Station, Wired
from linli.drivers.minding import mind
from linli.drivers.orders import BROKE, Orders
from linli.drivers.rests import again_and_again

_log = logging.getLogger(__name__)
_CHANNELS = "/ISAPI/ContentMgmt/InputProxy/channels/status"
_INFO = "/ISAPI/System/deviceInfo"
_PICTURE_TYPES = frozenset({"image/jpeg", "image/pjpeg", "application/octet-stream"})
_SHOWN = 4096
_MOST_ASKED = 8
_DOOR = re.compile(r"[1-9][0-9]{0,9}")


class Line:
    """Keeps the line to one camera."""

    def __init__(
        self,
        *,
        line: Wired,
        members: Sequence[Wired],
        station: Station,
    ) -> None:
        self._line = line
        self._options: LineOptions = line.options
        self._station = station
        self._members: dict[str, Wired] = {}
        self._by_code: dict[str, Wired] = {}
        self._going = telling.Going(again_s=self._options.again_s)
        self._orders = Orders(station)
        self._doors = Doors(station=station, line=line, whose=self._whose, keeps=self._keeps_doors)
        self._client: Client | None = None
        self._last: tuple[Wired, Alert] | None = None
        self._errands: set[asyncio.Task[Any]] = set()
        self._asking: set[tuple[str, str]] = set()
        self._there: set[str] = set()
        self.about: dict[str, str] = {}
        """What the camera said of itself."""
        self.rewire(members)

    def rewire(self, members: Sequence[Wired]) -> None:
        had_doors = self._keeps_doors()
        self._members = {member.address: member for member in members}
        self._by_code = {member.code: member for member in (self._line, *members)}
        if self._keeps_doors() and not had_doors:
            self._doors.miss()

    def _keeps_doors(self) -> bool:
        return doors.keeps(self._line, *self._members.values())

    async def run(self) -> None:
        if not self._options.connect:
            await asyncio.Event().wait()
        told = mind(self._doors.run, station=self._station, device=self._line.code, carries=False)
        self._errands.add(asyncio.create_task(told))
        try:
            await again_and_again(self._stay)
        finally:
            self._gone("line_closed")
            for task in list(self._errands):
                task.cancel()

    def send(self, device: str, order: Order) -> bool:
        if self._orders.know(device, order):
            return True
        member = self._by_code.get(device)
        if member is None or self._client is None or not self._orders.put(device, order):
            return False
        self._orders.take()
        task = asyncio.create_task(self._obey(self._client, member, order))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)
        return True

    async def _stay(self) -> None:
        self._gone(await self._visit())

    async def _visit(self) -> str:
        """Stay on the line as long as it lasts; return why it did not last."""
        try:
            async with client.opened(self._options) as found:
                await self._introduce(found)
                self._client = found
                work = mind(
                    partial(self._ask_after_channels, found),
                    station=self._station,
                    device=self._line.code,
                    carries=False,
                )
                channels = asyncio.create_task(work)
                try:
                    return await self._listen(found)
                finally:
                    channels.cancel()
        except NoCamera as error:
            return error.reason
        except BadFrame as bad:
            self._station.refused(self._line.code, "bad_frame", bad.why.encode())
            return "bad_frame"
        finally:
            self._client = None

    async def _introduce(self, found: Client) -> None:
        root = markup.read(await found.ask("GET", _INFO))
        names = {"name": "deviceName", "model": "model", "serial": "serialNumber"}
        self.about = {name: markup.text(root, field) for name, field in names.items()}

    async def _listen(self, found: Client) -> str:
        """Read the stream until it ends, or nothing comes for too long."""
        silent_s = self._options.heartbeat_s * self._options.misses
        async with found.stream(self._options.path) as (content_type, stream):
            self._came(self._line)
            async with self._catching_up(found):
                return await self._read(stream, Parts(boundary=boundary(content_type)), silent_s)

    async def _read(self, stream: aiohttp.StreamReader, parts: Parts, silent_s: float) -> str:
        while True:
            try:
                async with asyncio.timeout(silent_s):
                    data = await stream.readany()
            except TimeoutError:
                return "silent"
            if not data:
                return "hung_up"
            for part in parts.feed(data):
                await self._take(part)

    @asynccontextmanager
    async def _catching_up(self, found: Client) -> AsyncIterator[None]:
        """Ask for what doors told while nobody heard, until the end of the block. It begins while
        the stream is open already: nothing falls between the two.
        """
        work = partial(self._doors.catch_up, found)
        minded = mind(work, station=self._station, device=self._line.code, carries=False)
        task = asyncio.create_task(minded)
        try:
            yield
        finally:
            task.cancel()

    async def _take(self, part: Part) -> None:
        if part.content_type in _PICTURE_TYPES:
            await self._take_picture(part.body)
            return
        shown = plates.cover(access.cover(part.body))
        self._station.frame(self._line.code, "in", shown[:_SHOWN])
        try:
            alert = alerts.read(part.body)
        except BadFrame as bad:
            self._station.refused(self._line.code, "bad_frame", bad.why.encode())
            return
        device = self._whose(alert)
        self._came(device)
        now = self._station.now()
        self._last = (device, alert)
        if alert.is_access:
            await self._doors.hear(alert)
        elif alert.plate is not None:
            self._ask(device, alert)
        elif self._going.is_news(device=device, alert=alert, now=now):
            await self._tell(device, alert)

    def _whose(self, alert: Alert) -> Wired:
        return telling.whose(alert=alert, line=self._line, members=self._members)

    def _ask(self, device: Wired, alert: Alert) -> None:
        """Put what a car at a lane asks; told again while that is under way, it is asked once."""
        question = telling.question(alert=alert, device=device)
        if question is None:
            if alert.active:
                self._station.refused(device.code, "unknown_event", alert.event.encode())
        elif (key := (device.code, question.body["plate"])) not in self._asking:
            if len(self._asking) >= _MOST_ASKED:
                self._station.refused(device.code, "busy")
                return
            self._asking.add(key)
            task = asyncio.create_task(self._station.ask(device.code, question))
            self._errands.add(task)
            task.add_done_callback(partial(self._asked, key))

    def _asked(self, key: tuple[str, str], task: "asyncio.Task[Told]") -> None:
        self._errands.discard(task)
        self._asking.discard(key)
        if not task.cancelled() and task.exception() is not None:
            _log.error("%s: a question failed", key[0], exc_info=task.exception())

    async def _tell(self, device: Wired, alert: Alert, picture: Picture | None = None) -> None:
        found = telling.reading(alert=alert, device=device, picture=picture)
        if found is None:
            self._station.refused(device.code, "unknown_event", alert.event.encode())
        else:
            await self._station.bring(device.code, [found])

    async def _take_picture(self, jpeg: bytes) -> None:
        """Hand on a picture; it belongs to the alert before it."""
        device, alert = self._last if self._last is not None else (self._line, None)
        if pictures.look(jpeg) is None:
            self._station.refused(device.code, "no_picture", jpeg[:16])
        elif alert is None:
            self._station.picture(device.code, jpeg)
        else:
            self._station.picture(
                device.code, jpeg, at=alert.at, event=telling.event(alert=alert, device=device)
            )

    async def _ask_after_channels(self, found: Client) -> None:
        """Ask a recorder which of its channels are there; with a camera all are, as it is."""
        while True:
            try:
                root = markup.read(await found.ask("GET", _CHANNELS))
                states = {
                    markup.number(one, "id"): markup.text(one, "online").lower() == "true"
                    for one in markup.below(root, "InputProxyChannelStatus")
                }
            except (NoCamera, BadFrame):
                states = {}
            for member in list(self._members.values()):
                if states.get(_channel(member), not states):
                    self._came(member)
                else:
                    self._there.discard(member.code)
                    self._station.went(member.code, "reported_off")
            await asyncio.sleep(self._options.status_every_s)

    def _came(self, device: Wired) -> None:
        self._there.add(device.code)
        self._station.came(device.code)

    def _gone(self, reason: str) -> None:
        there = self._there | {self._line.code}
        self._there = set()
        for code in sorted(there):
            self._station.went(code, reason)

    async def _obey(self, found: Client, device: Wired, order: Order) -> None:
        try:
            reason = await self._told(found, device, order)
        except Exception:  # as where the session closes below it: it must get its answer
            _log.exception("order %s broke", order.id)
            reason = BROKE
        self._orders.done(device.code, order, ok=not reason, reason=reason)

    async def _told(self, found: Client, device: Wired, order: Order) -> str:
        """Tell the camera; return why it was in vain, "" where it was not."""
        action = device.map.services.get(order.service) if isinstance(device.map, Map) else None
        if action is None:
            return "unknown_service"
        try:
            number = self._door(device) if action in orders.OF_DOORS else _channel(device)
            asked = orders.request(action, order.args, channel=number)
        except orders.BadArguments as bad:
            return bad.reason
        self._station.frame(device.code, "out", f"{asked.method} {asked.path}".encode())
        try:
            answer = await found.ask(asked.method, asked.path, asked.body)
        except NoCamera as error:
            refusal = orders.refusal(asked, said=error.said, status=error.status)
            return refusal or error.reason
        if asked.picture:
            if pictures.look(answer) is None:
                return "no_picture"
            self._station.picture(device.code, answer, at=self._station.now())
            return ""
        return orders.refusal(asked, said=answer)

    def _door(self, device: Wired) -> int:
        """Return the number of a door: 1 of a terminal that is its own.

        :raises NoDoor: if a member's address is none, for any number in its place is another's
            door; or if it is every door, which nobody opens by the command of one
        """
        if device.code == self._line.code:
            return 1
        if not _DOOR.fullmatch(device.address) or int(device.address) >= orders.ALL_DOORS:
            raise orders.NoDoor(device.address)
        return int(device.address)


def _channel(device: Wired) -> int:
    """Return the channel as a camera counts its own; on a recorder 33 is its first IP camera."""
    digits = device.address.removeprefix("D")
    number = int(digits) if digits.isascii() and digits.isdecimal() else 1
    return number - alerts.DIGITAL if number > alerts.DIGITAL else number
