"""A camera to try a line with: it answers probes, checks who signs, tells, obeys, misbehaves."""

import asyncio
import base64
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import cast
from xml.etree.ElementTree import Element

import msgspec
from aiohttp import web

from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.onvif import soap

_DISCOVERY = "http://schemas.xmlsoap.org/ws/2005/04/discovery"
_ADDRESSING = "http://schemas.xmlsoap.org/ws/2004/08/addressing"
_TNS = "http://www.onvif.org/ver10/topics"
_ERRORS = "http://www.onvif.org/ver10/error"
_RESOURCES = "http://docs.oasis-open.org/wsrf/rw-2"
_KEY = "http://example.org/subscription"
_PATIENT_S = 5.0
JPEG = b"\xff\xd8\xff\xe0" + b"\x00picture\x00" * 8 + b"\xff\xd9"


class Manners(msgspec.Struct, kw_only=True):
    """How it behaves. `silent` pulls never end; `ahead_s` is how wrong its clock is; `forgets`
    faults the next pull, as a camera that restarted does; `strict` wants its reference parameters
    back in every header, as WS-Addressing says.
    """

    silent: bool = False
    ahead_s: float = 0.0
    forgets: bool = False
    strict: bool = True
    ptz: bool = True
    refuses: bool = False


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """What it was asked: the element's name, and the whole body as text of its leaves."""

    name: str
    leaves: Mapping[str, str]


class OnvifCamera:
    """A peer over HTTP, and over UDP for probes. `asked` keeps what it was asked, in order."""

    def __init__(
        self, *, password: str, user: str = "admin", now: Callable[[], float], name: str = "Gate"
    ) -> None:
        self.port = 0
        self.probe_port = 0
        self.manners = Manners()
        self.asked: list[Told] = []
        self.snapshots = 0
        """Pictures that were fetched."""
        self.subscribed = 0
        """Pull-points that are open."""
        self._user, self._password, self._now, self._name = user, password, now, name
        self._nonces: set[str] = set()
        self._states: dict[str, str] = {}
        self._waiting: list[str] = []
        self._news = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._udp: asyncio.DatagramTransport | None = None
        self._answers: dict[str, Callable[[Element], str]] = {
            "GetSystemDateAndTime": self._clock,
            "GetDeviceInformation": self._about,
            "GetCapabilities": self._capabilities,
            "GetProfiles": self._profiles,
            "GetSnapshotUri": self._snapshot_uri,
            "CreatePullPointSubscription": self._subscribe,
            "Renew": self._renew,
            "Unsubscribe": self._unsubscribe,
        }

    async def open(self) -> None:
        """Listen on loopback."""
        app = web.Application()
        app.router.add_post("/{path:.*}", self._post)
        app.router.add_get("/snapshot", self._snapshot)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        loop = asyncio.get_running_loop()
        self._udp, _ = await loop.create_datagram_endpoint(
            lambda: _Probed(self), local_addr=("127.0.0.1", 0)
        )
        self.probe_port = self._udp.get_extra_info("sockname")[1]

    async def close(self) -> None:
        """Hang up, and listen no more."""
        if self._udp is not None:
            self._udp.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def say(
        self,
        topic: str,
        data: Mapping[str, str] | None = None,
        *,
        source: Mapping[str, str] | None = None,
        operation: str = "Changed",
    ) -> None:
        """Tell something; a state is told again, as Initialized, to who subscribes later."""
        source = source or {"VideoSourceConfigurationToken": "VideoSourceToken"}
        if operation:
            self._states[f"{topic}{source}"] = self._message(topic, source, data, "Initialized")
        self._waiting.append(self._message(topic, source, data, operation))
        self._news.set()

    def _message(
        self,
        topic: str,
        source: Mapping[str, str],
        data: Mapping[str, str] | None,
        operation: str,
    ) -> str:
        said = f' PropertyOperation="{operation}"' if operation else ""
        return (
            "<wsnt:NotificationMessage><wsnt:Topic "
            'Dialect="http://www.onvif.org/ver10/tev/topicExpression/ConcreteSet">'
            f"tns1:{topic}</wsnt:Topic><wsnt:Message>"
            f'<tt:Message UtcTime="{self._stamp()}"{said}>'
            f"<tt:Source>{_items(source)}</tt:Source><tt:Data>{_items(data or {})}</tt:Data>"
            "</tt:Message></wsnt:Message></wsnt:NotificationMessage>"
        )

    async def _post(self, request: web.Request) -> web.Response:
        try:
            root = markup.read(await request.read())
        except BadFrame:
            return web.Response(status=400)
        asked = next(iter(markup.child(root, "Body") or ()), None)
        if asked is None:
            return web.Response(status=400)
        leaves = {one.tag: (one.text or "").strip() for one in asked.iter()}
        leaves |= {f"@{name}": value for one in asked.iter() for name, value in one.attrib.items()}
        self.asked.append(Told(name=asked.tag, leaves=leaves))
        if asked.tag != "GetSystemDateAndTime" and not self._signed(root):
            return _fault("ter:NotAuthorized", status=400)
        if asked.tag == "PullMessages":
            return await self._pull(root, leaves)
        if asked.tag in self._answers:
            return _answer(self._answers[asked.tag](asked))
        return self._other(asked.tag)

    def _other(self, name: str) -> web.Response:
        if self.manners.refuses:
            return _fault("ter:ActionNotSupported", status=500)
        short = "tds" if name == "SystemReboot" else "tptz"
        return _answer(f"<{short}:{name}Response/>")

    def _signed(self, root: Element) -> bool:
        token = next(markup.below(root, "UsernameToken"), None)
        nonce = markup.text(token, "Nonce")
        if token is None or nonce in self._nonces or markup.text(token, "Username") != self._user:
            return False
        self._nonces.add(nonce)
        right = soap.digest(
            nonce=base64.b64decode(nonce),
            created=markup.text(token, "Created"),
            password=self._password,
        )
        created = datetime.fromisoformat(markup.text(token, "Created")).timestamp()
        fresh = abs(created - self._now() - self.manners.ahead_s) < _PATIENT_S
        return fresh and hmac.compare_digest(right, markup.text(token, "Password"))

    async def _pull(self, root: Element, leaves: Mapping[str, str]) -> web.Response:
        if not self.subscribed or self.manners.forgets:
            self.manners.forgets = False
            return _fault("wsrf-rw:ResourceUnknownFault", status=500)
        if self.manners.strict and next(markup.below(root, "SubscriptionId"), None) is None:
            return _fault("ter:InvalidArgVal", status=400)
        wait_s = float(leaves["Timeout"].removeprefix("PT").removesuffix("S"))
        try:
            async with asyncio.timeout(3600 if self.manners.silent else wait_s):
                while not self._waiting or self.manners.silent:
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            self._news.clear()
        told, self._waiting = self._waiting, []
        return _answer(
            f"<tev:PullMessagesResponse><tev:CurrentTime>{self._stamp()}</tev:CurrentTime>"
            f"<tev:TerminationTime>{self._stamp(60)}</tev:TerminationTime>{''.join(told)}"
            "</tev:PullMessagesResponse>"
        )

    def _subscribe(self, asked: Element) -> str:
        del asked
        self.subscribed += 1
        self._waiting = list(self._states.values())
        return (
            "<tev:CreatePullPointSubscriptionResponse><tev:SubscriptionReference>"
            f"<a:Address>{self._url('pull')}</a:Address><a:ReferenceParameters>"
            f'<k:SubscriptionId xmlns:k="{_KEY}">7</k:SubscriptionId></a:ReferenceParameters>'
            f"</tev:SubscriptionReference><wsnt:CurrentTime>{self._stamp()}</wsnt:CurrentTime>"
            f"<wsnt:TerminationTime>{self._stamp(60)}</wsnt:TerminationTime>"
            "</tev:CreatePullPointSubscriptionResponse>"
        )

    def _renew(self, asked: Element) -> str:
        del asked
        return (
            f"<wsnt:RenewResponse><wsnt:TerminationTime>{self._stamp(60)}</wsnt:TerminationTime>"
            f"<wsnt:CurrentTime>{self._stamp()}</wsnt:CurrentTime></wsnt:RenewResponse>"
        )

    def _unsubscribe(self, asked: Element) -> str:
        del asked
        self.subscribed -= 1
        return "<wsnt:UnsubscribeResponse/>"

    def _clock(self, asked: Element) -> str:
        del asked
        at = datetime.fromtimestamp(self._now() + self.manners.ahead_s, UTC)
        return (
            "<tds:GetSystemDateAndTimeResponse><tds:SystemDateAndTime>"
            "<tt:DateTimeType>NTP</tt:DateTimeType><tt:DaylightSavings>false</tt:DaylightSavings>"
            f"<tt:UTCDateTime><tt:Time><tt:Hour>{at.hour}</tt:Hour><tt:Minute>{at.minute}"
            f"</tt:Minute><tt:Second>{at.second}</tt:Second></tt:Time><tt:Date><tt:Year>{at.year}"
            f"</tt:Year><tt:Month>{at.month}</tt:Month><tt:Day>{at.day}</tt:Day></tt:Date>"
            "</tt:UTCDateTime></tds:SystemDateAndTime></tds:GetSystemDateAndTimeResponse>"
        )

    def _about(self, asked: Element) -> str:
        del asked
        rows = {
            "Manufacturer": "Sample",
            "Model": "样机 1",
            "FirmwareVersion": "1.0",
            "SerialNumber": "S1",
            "HardwareId": "1",
        }
        inside = "".join(f"<tds:{name}>{value}</tds:{name}>" for name, value in rows.items())
        return f"<tds:GetDeviceInformationResponse>{inside}</tds:GetDeviceInformationResponse>"

    def _capabilities(self, asked: Element) -> str:
        del asked
        media = (
            f"<tt:Media><tt:XAddr>{self._url('media')}</tt:XAddr>"
            "<tt:StreamingCapabilities/></tt:Media>"
        )
        ptz = f"<tt:PTZ><tt:XAddr>{self._url('ptz')}</tt:XAddr></tt:PTZ>"
        return (
            "<tds:GetCapabilitiesResponse><tds:Capabilities>"
            f"<tt:Events><tt:XAddr>{self._url('events')}</tt:XAddr>"
            "<tt:WSSubscriptionPolicySupport>true</tt:WSSubscriptionPolicySupport>"
            "<tt:WSPullPointSupport>true</tt:WSPullPointSupport>"
            "<tt:WSPausableSubscriptionManagerInterfaceSupport>false"
            f"</tt:WSPausableSubscriptionManagerInterfaceSupport></tt:Events>{media}"
            f"{ptz if self.manners.ptz else ''}"
            "</tds:Capabilities></tds:GetCapabilitiesResponse>"
        )

    def _profiles(self, asked: Element) -> str:
        del asked
        return (
            '<trt:GetProfilesResponse><trt:Profiles token="main" fixed="true"><tt:Name>main'
            '</tt:Name><tt:VideoSourceConfiguration token="VideoSourceToken"><tt:Name>1</tt:Name>'
            "<tt:UseCount>1</tt:UseCount><tt:SourceToken>source1</tt:SourceToken>"
            '<tt:Bounds x="0" y="0" width="1920" height="1080"/></tt:VideoSourceConfiguration>'
            "</trt:Profiles></trt:GetProfilesResponse>"
        )

    def _snapshot_uri(self, asked: Element) -> str:
        del asked
        return (
            "<trt:GetSnapshotUriResponse><trt:MediaUri>"
            f"<tt:Uri>http://192.0.2.7:{self.port}/snapshot?channel=1</tt:Uri>"
            "</trt:MediaUri></trt:GetSnapshotUriResponse>"
        )

    async def _snapshot(self, request: web.Request) -> web.Response:
        self.snapshots += 1
        if self.manners.refuses:
            return web.Response(status=404)
        return web.Response(body=JPEG, content_type="image/jpeg")

    def _url(self, service: str) -> str:
        """Return where a service is. As behind a router, the host is not the one that was asked."""
        return f"http://192.0.2.7:{self.port}/onvif/{service}"

    def _stamp(self, after_s: float = 0) -> str:
        at = datetime.fromtimestamp(self._now() + self.manners.ahead_s + after_s, UTC)
        return at.strftime("%Y-%m-%dT%H:%M:%SZ")

    def match(self, probe: bytes) -> bytes | None:
        """Return the answer to a probe; None where it is none."""
        try:
            root = markup.read(probe)
        except BadFrame:
            return None
        message = markup.text(markup.child(root, "Header"), "MessageID")
        if next(markup.below(root, "Probe"), None) is None:
            return None
        scopes = f"onvif://www.onvif.org/name/{self._name} onvif://www.onvif.org/hardware/X%201"
        return (
            f'<s:Envelope xmlns:s="{soap.SPACES["s"]}" xmlns:a="{_ADDRESSING}" '
            f'xmlns:d="{_DISCOVERY}"><s:Header><a:RelatesTo>{message}</a:RelatesTo></s:Header>'
            "<s:Body><d:ProbeMatches><d:ProbeMatch><a:EndpointReference>"
            "<a:Address>urn:uuid:00000000-0000-0000-0000-000000000001</a:Address>"
            f"</a:EndpointReference><d:Scopes>{scopes}</d:Scopes>"
            f"<d:XAddrs>http://127.0.0.1:{self.port}/onvif/device_service</d:XAddrs>"
            "</d:ProbeMatch></d:ProbeMatches></s:Body></s:Envelope>"
        ).encode()


class _Probed(asyncio.DatagramProtocol):
    def __init__(self, camera: OnvifCamera) -> None:
        self._camera = camera
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        answer = self._camera.match(data)
        if answer is not None and self._transport is not None:
            self._transport.sendto(b"\x00not XML", addr)
            self._transport.sendto(answer, addr)


def _items(items: Mapping[str, str]) -> str:
    return "".join(
        f'<tt:SimpleItem Name="{name}" Value="{value}"/>' for name, value in items.items()
    )


def _answer(body: str) -> web.Response:
    header = f'<a:Action xmlns:tns1="{_TNS}">answer</a:Action>'
    whole = soap.envelope(body, header=header)
    whole = whole.replace(b"<s:Envelope ", f'<s:Envelope xmlns:tns1="{_TNS}" '.encode(), 1)
    return web.Response(body=whole, content_type="application/soap+xml", charset="utf-8")


def _fault(code: str, *, status: int) -> web.Response:
    body = (
        "<s:Fault><s:Code><s:Value>s:Sender</s:Value><s:Subcode>"
        f'<s:Value xmlns:ter="{_ERRORS}" xmlns:wsrf-rw="{_RESOURCES}">{code}</s:Value>'
        "</s:Subcode></s:Code>"
        '<s:Reason><s:Text xml:lang="en">no</s:Text></s:Reason></s:Fault>'
    )
    return web.Response(
        body=soap.envelope(body), status=status, content_type="application/soap+xml"
    )
