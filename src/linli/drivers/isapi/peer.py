"""A camera to try a line with: it asks for a digest, streams alerts, takes orders, misbehaves."""

import asyncio
import time

import msgspec
from aiohttp import web

from linli.drivers.digest import Registrar
from linli.drivers.isapi.peer_doors import KeepingController
from linli.drivers.isapi.peer_talking import TalkingPanel

JPEG = b"\xff\xd8\xff\xe0" + b"\x00picture\x00" * 8 + b"\xff\xd9"
MARK = "boundary"
_HIKVISION = ' xmlns="http://www.hikvision.com/ver20/XMLSchema"'


class Manners(msgspec.Struct, kw_only=True):
    """How it behaves. `halves` sends a byte at a time; `lengths` false leaves Content-Length out;
    `channels` are those of a recorder, whether they are there, None for a plain camera.
    """

    halves: bool = False
    lengths: bool = True
    channels: dict[int, bool] | None = None
    refuses: bool = False


def alert(
    event: str,
    *,
    channel: int = 1,
    active: bool = True,
    count: int = 1,
    at: str = "2026-06-05T10:30:00+08:00",
    name: str = "Gate",
    namespace: str = _HIKVISION,
    more: str = "",
) -> bytes:
    """Return an alert as a camera writes it; `name` stands in it as it is."""
    state = "active" if active else "inactive"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<EventNotificationAlert version="2.0"{namespace}>'
        f"\n<ipAddress>192.0.2.7</ipAddress><portNo>80</portNo><protocol>HTTP</protocol>"
        f"<channelID>{channel}</channelID><dateTime>{at}</dateTime>"
        f"<activePostCount>{count}</activePostCount><eventType>{event}</eventType>"
        f"<eventState>{state}</eventState><eventDescription>{event} alarm</eventDescription>"
        f"{more}<channelName>{name}</channelName></EventNotificationAlert>"
    ).encode()


def plate(
    text: str,
    *,
    uuid: str = "",
    confidence: str = "98",
    way: str = "forward",
    colour: str = "newEnergyGreen",
    again: bool = False,
    at: str = "2026-06-05T10:30:00+08:00",
    active: bool = True,
) -> bytes:
    """Return what a camera at a lane posts of a car."""
    read = (
        f"<ANPR><licensePlate>{text}</licensePlate><line>1</line><direction>{way}</direction>"
        f"<confidenceLevel>{confidence}</confidenceLevel><plateColor>{colour}</plateColor>"
        f"<originalLicensePlate>{text}</originalLicensePlate></ANPR><UUID>{uuid}</UUID>"
        f"<isDataRetransmission>{str(again).lower()}</isDataRetransmission>"
    )
    return alert("ANPR", at=at, active=active, more=read)


def access(
    minor: int,
    *,
    major: int = 5,
    serial: int | None = 25523,
    card: str = "1234567890",
    door: int | None = 1,
    reader: int = 1,
    at: str = "2026-06-05T10:30:00+08:00",
    current: bool = True,
    wrapped: bool = False,
) -> bytes:
    """Return what an access controller says has happened, as JSON."""
    inner = {
        "deviceName": "DS-SAMPLE",
        "majorEventType": major,
        "subEventType": minor,
        "cardNo": card,
        "name": "样例",
        "employeeNoString": "77",
        "cardReaderNo": reader,
        "doorNo": door,
        "serialNo": serial,
        "currentEvent": current,
    }
    said = {
        "ipAddress": "192.0.2.8",
        "channelID": 1,
        "dateTime": at,
        "activePostCount": 1,
        "eventType": "AccessControllerEvent",
        "eventState": "active",
        "AccessControllerEvent": {name: one for name, one in inner.items() if one is not None},
    }
    return msgspec.json.encode({"EventNotificationAlert": said} if wrapped else said)


HEARTBEAT = alert("videoloss", active=False, count=0)


class IsapiCamera:
    """A peer over HTTP. `asked` keeps what it was told to do: method, path and body."""

    def __init__(self, *, password: str, user: str = "admin") -> None:
        self.port = 0
        self.manners = Manners()
        self.asked: list[tuple[str, str, bytes]] = []
        self.listening = asyncio.Event()
        """Set while somebody reads the stream."""
        self.talking = TalkingPanel(refused=self._refused)
        """Its loudspeaker and microphone."""
        self.controller = KeepingController(refused=self._refused)
        """Its doors, and what they kept."""
        self._user = user
        self._password = password
        self._registrar = Registrar(realm="camera")
        self._streams: set[web.StreamResponse] = set()
        self._cut = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def open(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_get("/ISAPI/Event/notification/alertStream", self._stream)
        app.router.add_get("/ISAPI/System/deviceInfo", self._info)
        app.router.add_get("/ISAPI/ContentMgmt/InputProxy/channels/status", self._channels)
        self.talking.join(app)
        self.controller.join(app)
        app.router.add_route("*", "/{path:.*}", self._order)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def close(self) -> None:
        """Hang up, and listen no more."""
        self.cut()
        if self._runner is not None:
            await self._runner.cleanup()

    def cut(self) -> None:
        """End every stream."""
        self._cut.set()
        self._cut = asyncio.Event()
        self.listening.clear()

    async def say(
        self, body: bytes, content_type: str = 'application/xml; charset="UTF-8"'
    ) -> None:
        """Send a part to everybody who reads the stream."""
        length = f"Content-Length: {len(body)}\r\n" if self.manners.lengths else ""
        head = f"--{MARK}\r\nContent-Type: {content_type}\r\n{length}\r\n"
        await self.say_raw(head.encode() + body + b"\r\n")

    async def say_raw(self, data: bytes) -> None:
        """Send any bytes to everybody who reads the stream."""
        step = 1 if self.manners.halves else len(data)
        for stream in list(self._streams):
            try:
                for at in range(0, len(data), step):
                    await stream.write(data[at : at + step])
            except ConnectionResetError:
                self._streams.discard(stream)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        refused = self._refused(request)
        if refused is not None:
            return refused
        stream = web.StreamResponse(headers={"Content-Type": f"multipart/mixed; boundary={MARK}"})
        await stream.prepare(request)
        await stream.write(b"\r\n")
        self._streams.add(stream)
        self.listening.set()
        cut = self._cut
        try:
            await cut.wait()
        finally:
            self._streams.discard(stream)
        return stream

    async def _info(self, request: web.Request) -> web.Response:
        body = (
            f"<DeviceInfo{_HIKVISION}><deviceName>样机</deviceName><model>DS-SAMPLE</model>"
            "<serialNumber>S0000001</serialNumber></DeviceInfo>"
        )
        return self._refused(request) or web.Response(text=body, content_type="application/xml")

    async def _channels(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        if self.manners.channels is None:
            return web.Response(status=404)
        rows = "".join(
            f"<InputProxyChannelStatus><id>{number}</id><online>{str(on).lower()}</online>"
            "</InputProxyChannelStatus>"
            for number, on in self.manners.channels.items()
        )
        body = f"<InputProxyChannelStatusList{_HIKVISION}>{rows}</InputProxyChannelStatusList>"
        return web.Response(text=body, content_type="application/xml")

    async def _order(self, request: web.Request) -> web.Response:
        refused = self._refused(request)
        if refused is not None:
            return refused
        self.asked.append((request.method, request.path, await request.read()))
        if self.manners.refuses:
            return web.Response(status=403 if request.path == "/forbidden" else 500)
        if request.path.endswith("/picture"):
            return web.Response(body=JPEG, content_type="image/jpeg")
        return web.Response(text="<ResponseStatus/>", content_type="application/xml")

    def _refused(self, request: web.Request) -> web.Response | None:
        signature = request.headers.get("Authorization")
        wrong = "stale"
        if signature is not None and self._registrar.signer(signature) == self._user:
            wrong = self._registrar.check(
                signature, method=request.method, password=self._password, now=time.time()
            )
        if not wrong:
            return None
        challenge = self._registrar.challenge(now=time.time()) + ', qop="auth"'
        return web.Response(status=401, headers={"WWW-Authenticate": challenge})
