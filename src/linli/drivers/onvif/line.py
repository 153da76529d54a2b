"""One camera, pulled for its events; or a place where cameras are looked for; or both."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from linli.drivers.frames import BadFrame
from linli.drivers.line import Order, Station, Wired
from linli.drivers.minding import broke
from linli.drivers.onvif import client, discovery, orders, telling
from linli.drivers.onvif.client import Client, NoCamera, Services, Subscription
from linli.drivers.onvif.events import Notice, notices
from linli.drivers.onvif.options import LineOptions, Map
from linli.drivers.orders import BROKE, Orders
from linli.drivers.polling import host_and_port
from linli.drivers.reading import Reading
from linli.drivers.rests import again_and_again

_log = logging.getLogger(__name__)
_FAREWELL_S = 1.0
_SHORTEST_PULL_S = 0.05
_LOOK_S = 2.0


class Line:
    """Keeps the line to one camera. `about` is what it said of itself."""

    def __init__(self, *, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self._line = line
        self._options: LineOptions = line.options
        self._station = station
        self._members: dict[str, Wired] = {}
        self._by_code: dict[str, Wired] = {}
        self._states = telling.States()
        self._orders = Orders(station)
        self._client: Client | None = None
        self._services = Services(events="", media="", ptz="")
        self._profiles: dict[str, str] = {}
        self._ahead_s = 0.0
        self._shown_at: dict[str, float] = {}
        self._errands: set[asyncio.Task[None]] = set()
        self.about: dict[str, str] = {}
        self.rewire(members)

    def rewire(self, members: Sequence[Wired]) -> None:
        self._members = {member.address: member for member in members}
        self._by_code = {member.code: member for member in (self._line, *members)}
        self._shown_at = {code: at for code, at in self._shown_at.items() if code in self._by_code}
        if self._client is not None:
            self._came()

    async def run(self) -> None:
        async with asyncio.TaskGroup() as together:
            if self._options.connect:
                together.create_task(self._visit_again_and_again())
            if self._options.discover:
                together.create_task(self._look_around())

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

    async def _look_around(self) -> None:
        """Show who answers a probe and is not known yet."""
        host, port = host_and_port(self._options.discover)
        while True:
            try:
                found, refused = await discovery.look(host=host, port=port, wait_s=_LOOK_S)
            except OSError as error:
                self._station.refused(self._line.code, "no_probe", str(error).encode())
                found, refused = [], 0
            if refused:
                self._station.refused(self._line.code, "bad_frame", b"probe")
            for match in found:
                if match.address != self._options.connect:
                    self._stranger(match)
            await asyncio.sleep(self._options.discover_every_s)

    def _stranger(self, match: discovery.Match) -> None:
        about = {
            "model": "camera",
            "name": " ".join(one for one in (match.name, match.hardware) if one),
            "serial": match.endpoint,
        }
        self._station.stranger(match.address, about={k: v for k, v in about.items() if v})

    async def _visit_again_and_again(self) -> None:
        try:
            await again_and_again(self._stay)
        finally:
            self._gone("line_closed")
            for task in list(self._errands):
                task.cancel()

    async def _stay(self) -> None:
        self._gone(await self._visit())

    async def _visit(self) -> str:
        """Stay on the line as long as it lasts; return why it did not last."""
        try:
            async with client.opened(self._options) as found:
                await self._introduce(found)
                return await self._listen(found)
        except NoCamera as error:
            if error.detail:
                self._station.refused(self._line.code, error.reason, error.detail.encode())
            return error.reason
        except BadFrame as bad:
            self._station.refused(self._line.code, "bad_frame", bad.why.encode())
            return "bad_frame"
        finally:
            self._client = None

    async def _introduce(self, found: Client) -> None:
        self._ahead_s = await found.set_clock(now=self._station.now())
        self.about = await found.about(now=self._station.now())
        self._services = await found.services(now=self._station.now())
        self._profiles = {}
        if self._services.media:
            told = await found.ask(
                self._services.media, "<trt:GetProfiles/>", now=self._station.now()
            )
            self._profiles = orders.profiles(told)

    async def _listen(self, found: Client) -> str:
        """Pull until it does not answer any more; renew in the middle of each term."""
        if not self._services.events:
            return "no_events"
        subscription = await found.subscribe(events=self._services.events, now=self._station.now())
        self._client = found
        self._came()
        try:
            await self._pull(found, subscription)
        finally:
            await self._farewell(found, subscription)
        return "ended"

    async def _pull(self, found: Client, subscription: Subscription) -> None:
        loop = asyncio.get_running_loop()
        renewed_at = loop.time()
        while True:
            began = loop.time()
            told = await found.pull(subscription, now=self._station.now())
            self._came()
            for notice in notices(told):
                await self._take(notice)
            if loop.time() - renewed_at > self._options.lasts_s / 2:
                await found.renew(subscription, now=self._station.now())
                renewed_at = loop.time()
            if loop.time() - began < _SHORTEST_PULL_S:
                await asyncio.sleep(_SHORTEST_PULL_S)

    async def _farewell(self, found: Client, subscription: Subscription) -> None:
        """Close the pull-point: a camera has few, and an orphan blocks one until it ends."""
        with suppress(NoCamera, BadFrame, TimeoutError):  # it ends by itself then, a little later
            async with asyncio.timeout(_FAREWELL_S):
                await found.unsubscribe(subscription, now=self._station.now())

    async def _take(self, notice: Notice) -> None:
        device = telling.whose(notice=notice, line=self._line, members=self._members)
        if not telling.knows(notice=notice, device=device):
            if not notice.is_snapshot:
                self._station.refused(device.code, "unknown_event", notice.topic.encode())
            return
        reading = self._states.reading(notice=notice, device=device, clock_ahead_s=self._ahead_s)
        if reading is None:
            return
        await self._station.bring(device.code, [reading])
        if reading.extras:
            self._take_picture(device, reading)

    def _take_picture(self, device: Wired, event: Reading) -> None:
        """Fetch what the camera shows now, as it just told an event; not one for each of many."""
        now, last = self._station.now(), self._shown_at.get(device.code, float("-inf"))
        profile = self._profile(device)
        if not self._options.snapshots or self._client is None or profile is None:
            return
        if now - last < self._options.snapshot_every_s:
            return
        self._shown_at[device.code] = now
        task = asyncio.create_task(self._fetch_picture(self._client, device, event, profile))
        self._errands.add(task)
        task.add_done_callback(self._errands.discard)

    async def _fetch_picture(
        self, found: Client, device: Wired, event: Reading, profile: str
    ) -> None:
        at = self._station.now()
        try:
            content = await found.snapshot(media=self._services.media, profile=profile, now=at)
        except (NoCamera, BadFrame) as error:
            self._station.refused(device.code, "no_picture", str(error).encode())
        except Exception as error:  # nobody waits for it: it would break unseen
            broke(error, station=self._station, device=device.code)
        else:
            self._station.picture(device.code, content, at=at, event=event.name)

    def _profile(self, device: Wired) -> str | None:
        return self._profiles.get(device.address, self._profiles.get(""))

    def _came(self) -> None:
        for code in self._by_code:
            self._station.came(code)

    def _gone(self, reason: str) -> None:
        for code in self._by_code:
            self._station.went(code, reason)

    async def _obey(self, found: Client, device: Wired, order: Order) -> None:
        try:
            reason = await self._told(found, device, order)
        except NoCamera as error:
            reason = error.reason
        except BadFrame:
            reason = "bad_frame"
        except Exception:  # as where the session closes below it: it must get its answer
            _log.exception("order %s broke", order.id)
            reason = BROKE
        self._orders.done(device.code, order, ok=not reason, reason=reason)

    async def _told(self, found: Client, device: Wired, order: Order) -> str:
        """Tell the camera; return why it cannot be told, "" where it was."""
        action = device.map.services.get(order.service) if isinstance(device.map, Map) else None
        if action is None:
            return "unknown_service"
        now = self._station.now()
        if action == "restart":
            await found.ask(self._options.path, "<tds:SystemReboot/>", now=now)
            return ""
        profile = self._profile(device)
        if not self._services.ptz or profile is None:
            return "no_ptz"
        try:
            body = orders.ptz(action, order.args, profile=profile)
        except orders.BadArguments:
            return "bad_arguments"
        self._station.frame(device.code, "out", body.encode())
        await found.ask(self._services.ptz, body, now=now)
        return ""
