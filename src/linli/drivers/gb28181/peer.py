"""A camera, an NVR or a platform to try a line with: it signs in, tells, answers, misbehaves."""

import asyncio
import secrets
from collections.abc import Callable, Mapping, Sequence
from xml.sax.saxutils import escape

import msgspec
from aiosipua import SipRequest, SipResponse, parse_auth

from linli.drivers import digest, markup
from linli.drivers.gb28181 import manscdp, sip
from linli.drivers.gb28181.manscdp import Body

_PATIENCE_S = 5.0


class Channel(msgspec.Struct, frozen=True, kw_only=True):
    """A camera below the peer."""

    id: str
    name: str
    on: bool = True


class Manners(msgspec.Struct, kw_only=True):
    """How it behaves; each may be changed at any time.

    `silent` answers nothing at all. `mute` lists commands whose bodies it does not answer. `part`
    is how many channels stand in one message; `backwards` sends the last message first and each
    twice; `short` leaves the last message away. `controls` false refuses what it is told.
    """

    silent: bool = False
    mute: frozenset[str] = frozenset()
    part: int = 2
    backwards: bool = False
    short: bool = False
    controls: bool = True
    recording: bool = True
    guarded: bool = False


class SipCamera:
    """A peer. `told` keeps the bodies that came, `subscribed` the events that were asked for."""

    def __init__(
        self,
        *,
        id: str,
        password: str,
        server: str,
        port: int,
        channels: Sequence[Channel] = (),
        transport: str = "UDP",
        encoding: str = "GB2312",
    ) -> None:
        self.id = id
        self.channels = list(channels)
        self.manners = Manners()
        self.told: list[Body] = []
        self.subscribed: list[str] = []
        self.answers: list[int] = []
        """The statuses of what it was answered, in order."""
        self._password = password
        self._server = server
        self._address = ("127.0.0.1", port)
        self._transport = transport
        self._encoding = encoding
        self._put: Callable[[bytes], None] = _nowhere
        self._close: Callable[[], None] = lambda: None
        self._waiting: dict[str, asyncio.Future[SipResponse]] = {}
        self._reading: asyncio.Task[None] | None = None
        self._telling: set[asyncio.Task[None]] = set()
        self._sn = 0
        self._here = "127.0.0.1:0"

    async def open(self) -> None:
        """Open its socket; nothing is said yet."""
        if self._transport == "TCP":
            reader, writer = await asyncio.open_connection(*self._address)
            self._put, self._close = writer.write, writer.close
            self._here = "{}:{}".format(*writer.get_extra_info("sockname")[:2])
            self._reading = asyncio.create_task(self._read(reader))
            return
        loop = asyncio.get_running_loop()
        transport, _ = await loop.create_datagram_endpoint(
            lambda: _Datagrams(self._heard), remote_addr=self._address
        )
        self._put, self._close = transport.sendto, transport.close
        self._here = "{}:{}".format(*transport.get_extra_info("sockname")[:2])

    def close(self) -> None:
        """Hang up without a word."""
        self._close()
        for task in (self._reading, *self._telling):
            if task is not None:
                task.cancel()

    async def sign_in(self, *, expires_s: int = 3600, password: str | None = None) -> int:
        """Register, with a digest as asked; return the last status. 0 seconds signs out."""
        rows = {"Contact": f"<sip:{self.id}@{self._here}>", "Expires": str(expires_s)}
        first = await self.request("REGISTER", headers=rows)
        if first.status_code != 401:  # noqa: PLR2004
            return first.status_code
        asked = parse_auth(first.headers.get_first("www-authenticate") or "").params
        uri = f"sip:{self._server}@{asked['realm']}"
        signature = digest.response(
            user=self.id,
            realm=asked["realm"],
            password=self._password if password is None else password,
            method="REGISTER",
            uri=uri,
            nonce=asked["nonce"],
        )
        rows["Authorization"] = (
            f'Digest username="{self.id}",realm="{asked["realm"]}",nonce="{asked["nonce"]}",'
            f'uri="{uri}",response="{signature}",algorithm=MD5'
        )
        return (await self.request("REGISTER", headers=rows)).status_code

    async def beat(self) -> int:
        """Send a Keepalive; return its status."""
        return await self.notify("Keepalive", {"Status": "OK"})

    async def alarm(
        self, *, method: str, type: str = "", device: str = "", info: str = "Info", **more: str
    ) -> int:
        """Send an alarm; `info` is how it writes the element, "" for none at all."""
        inside = f"<AlarmType>{type}</AlarmType>" if type else ""
        inside = f"<{info}>{inside}</{info}>" if info and inside else inside
        fields = {"AlarmPriority": "1", "AlarmMethod": method, **more}
        return await self.notify("Alarm", fields, device=device, inside=inside)

    async def changed(self, *, event: str, device: str, name: str = "") -> int:
        """Send a notice that the catalogue changed."""
        item = (
            f'<SumNum>1</SumNum><DeviceList Num="1"><Item><DeviceID>{device}</DeviceID>'
            f"<Name>{escape(name)}</Name><Event>{event}</Event></Item></DeviceList>"
        )
        return await self.notify("Catalog", {}, inside=item, method="NOTIFY")

    async def notify(
        self,
        command: str,
        fields: Mapping[str, str],
        *,
        device: str = "",
        inside: str = "",
        method: str = "MESSAGE",
    ) -> int:
        """Send a Notify of its own; return the status."""
        self._sn += 1
        body = manscdp.write(
            kind="Notify",
            command=command,
            sn=self._sn,
            device=device or self.id,
            fields=fields,
            inside=inside,
            encoding=self._encoding,
        )
        return await self.say(body, method=method)

    async def say(self, body: bytes, *, method: str = "MESSAGE") -> int:
        """Send any body; return the status."""
        headers = {"Content-Type": "Application/MANSCDP+xml"}
        return (await self.request(method, headers=headers, body=body)).status_code

    async def request(
        self, method: str, *, headers: Mapping[str, str], body: bytes = b"", twice: bool = False
    ) -> SipResponse:
        """Send a request and wait for its answer; `twice` sends its very bytes again.

        :raises TimeoutError: if none comes
        """
        call_id, branch = secrets.token_hex(8), f"z9hG4bK{secrets.token_hex(6)}"
        raw = sip.request(
            method=method,
            uri=f"sip:{self._server}@{self._server[:10]}",
            sender=f"<sip:{self.id}@{self._server[:10]}>;tag={secrets.token_hex(4)}",
            to=f"<sip:{self._server}@{self._server[:10]}>",
            via=f"SIP/2.0/{self._transport} {self._here};rport;branch={branch}",
            call_id=call_id,
            cseq=1,
            headers=headers,
            body=body,
        )
        waiting: asyncio.Future[SipResponse] = asyncio.get_running_loop().create_future()
        self._waiting[call_id] = waiting
        self._put(raw)
        if twice:
            self._put(raw)
        async with asyncio.timeout(_PATIENCE_S):
            answer = await waiting
        self.answers.append(answer.status_code)
        return answer

    def send_raw(self, data: bytes) -> None:
        """Put any bytes on the wire."""
        self._put(data)

    async def _read(self, reader: asyncio.StreamReader) -> None:
        stream = sip.Stream()
        while data := await reader.read(65536):
            for raw in stream.feed(data):
                self._heard(raw)

    def _heard(self, raw: bytes) -> None:
        message = sip.read(raw)
        if isinstance(message, SipResponse):
            waiting = self._waiting.pop(message.call_id or "", None)
            if waiting is not None and not waiting.done():
                waiting.set_result(message)
        elif not self.manners.silent:
            self._asked(message)

    def _asked(self, request: SipRequest) -> None:
        self._put(sip.reply(request, status=200, reason="OK", source=self._address, tag="camera"))
        body = manscdp.read(request.body)
        self.told.append(body)
        if request.method == "SUBSCRIBE":
            self.subscribed.append(body.command)
        elif body.kind in ("Query", "Control") and body.command not in self.manners.mute:
            task = asyncio.create_task(self._tell(self._answers_to(body)))
            self._telling.add(task)
            task.add_done_callback(self._telling.discard)

    async def _tell(self, bodies: Sequence[bytes]) -> None:
        """Send bodies, each when the one before was acknowledged."""
        for body in bodies:
            await self.say(body)

    def _answers_to(self, body: Body) -> Sequence[bytes]:
        if body.command == "Catalog":
            return self._catalog(body)
        fields: dict[str, str] = {}
        if body.command == "DeviceInfo":
            fields = {
                "DeviceName": "样机",
                "Result": "OK",
                "Manufacturer": "Sample",
                "Channel": "2",
            }
        elif body.command == "DeviceStatus":
            fields = {
                "Result": "OK",
                "Online": "OFFLINE" if body.device in self._off() else "ONLINE",
                "Status": "OK",
                "Record": "ON" if self.manners.recording else "OFF",
            }
        elif body.command == "DeviceControl":
            if markup.text(body.root, "PTZCmd") or markup.text(body.root, "TeleBoot"):
                return ()
            fields = {"Result": self._controlled(body)}
        return (self._response(body, fields),)

    def _off(self) -> set[str]:
        return {one.id for one in self.channels if not one.on}

    def _controlled(self, body: Body) -> str:
        if not self.manners.controls:
            return "ERROR"
        if guard := markup.text(body.root, "GuardCmd"):
            self.manners.guarded = guard == "SetGuard"
        if record := markup.text(body.root, "RecordCmd"):
            self.manners.recording = record == "Record"
        return "OK"

    def _catalog(self, body: Body) -> Sequence[bytes]:
        step = self.manners.part
        parts = [self.channels[at : at + step] for at in range(0, len(self.channels), step)] or [[]]
        if self.manners.short:
            parts.pop()
        if self.manners.backwards:
            parts = [part for one in reversed(parts) for part in (one, one)]
        return [
            self._response(body, {"SumNum": str(len(self.channels))}, inside=_device_list(part))
            for part in parts
        ]

    def _response(self, body: Body, fields: Mapping[str, str], inside: str = "") -> bytes:
        return manscdp.write(
            kind="Response",
            command=body.command,
            sn=body.sn,
            device=body.device,
            fields=fields,
            inside=inside,
            encoding=self._encoding,
        )


def _device_list(part: Sequence[Channel]) -> str:
    rows = "".join(
        f"<Item><DeviceID>{one.id}</DeviceID><Name>{escape(one.name)}</Name>"
        f"<Manufacturer>Sample</Manufacturer><Status>{'ON' if one.on else 'OFF'}</Status></Item>"
        for one in part
    )
    return f'<DeviceList Num="{len(part)}">{rows}</DeviceList>'


def _nowhere(data: bytes) -> None:
    raise ConnectionError(f"not open: {len(data)} bytes")


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, heard: Callable[[bytes], None]) -> None:
        self._heard = heard

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        del addr
        self._heard(data)
