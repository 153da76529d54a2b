"""Questions to one camera: signed twice, by WS-UsernameToken and, where it asks, by HTTP digest."""

import asyncio
import secrets
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element
from xml.sax.saxutils import escape

import aiohttp
import msgspec

from linli.drivers import markup
from linli.drivers.frames import BadFrame
from linli.drivers.onvif import soap
from linli.drivers.onvif.options import LineOptions
from linli.drivers.onvif.soap import SoapFault

_LONGEST_ANSWER = 512 * 1024
_LONGEST_PICTURE = 4 * 1024 * 1024
_MADE_OF = ("Year", "Month", "Day"), ("Hour", "Minute", "Second")


class NoCamera(Exception):
    """The camera cannot be reached, or will not; `detail` is what it said of that."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.detail = detail


class Services(msgspec.Struct, frozen=True, kw_only=True):
    """Where a camera's services are, as paths; "" where it has none."""

    events: str
    media: str
    ptz: str


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A pull-point: its path, and what it wants to hear in every header."""

    path: str
    header: str


class Client:
    """Speaks with one camera. All is asked of the host that the engineer gave, whatever host the
    camera names: it may not know its own address, or lie.
    """

    def __init__(self, *, session: aiohttp.ClientSession, options: LineOptions) -> None:
        pinned = bytes.fromhex(options.certificate_sha256)
        self._session = session
        self._options = options
        self._base = f"{'https' if pinned else 'http'}://{options.connect}"
        self._ssl: aiohttp.Fingerprint | bool = aiohttp.Fingerprint(pinned) if pinned else True
        self._ahead_s = 0.0

    async def set_clock(self, *, now: float) -> float:
        """Ask what time it is there; return by how many seconds the camera is ahead."""
        told = await self.ask(
            self._options.path, "<tds:GetSystemDateAndTime/>", now=now, signed=False
        )
        utc = next(markup.below(told, "UTCDateTime"), None)
        if utc is not None:
            self._ahead_s = _instant(utc) - now
        return self._ahead_s

    async def about(self, *, now: float) -> dict[str, str]:
        """Return what the camera is: vendor, model, firmware, serial."""
        told = await self.ask(self._options.path, "<tds:GetDeviceInformation/>", now=now)
        names = {
            "vendor": "Manufacturer",
            "model": "Model",
            "firmware": "FirmwareVersion",
            "serial": "SerialNumber",
        }
        return {name: markup.text(told, field) for name, field in names.items()}

    async def services(self, *, now: float) -> Services:
        """Return where its services are."""
        body = "<tds:GetCapabilities><tds:Category>All</tds:Category></tds:GetCapabilities>"
        told = await self.ask(self._options.path, body, now=now)
        found = {
            name: _path(markup.text(next(markup.below(told, tag), None), "XAddr"))
            for name, tag in (("events", "Events"), ("media", "Media"), ("ptz", "PTZ"))
        }
        return Services(**found)

    async def snapshot(self, *, media: str, profile: str, now: float) -> bytes:
        """Return a picture of what a profile shows now. It is fetched from the camera itself,
        whatever host its address names.

        :raises NoCamera: if there is none in time, or it says no
        :raises BadFrame: if its answer cannot be read
        """
        token = f"<trt:ProfileToken>{escape(profile)}</trt:ProfileToken>"
        body = f"<trt:GetSnapshotUri>{token}</trt:GetSnapshotUri>"
        told = await self.ask(media, body, now=now)
        path = _path(markup.text(next(markup.below(told, "MediaUri"), None), "Uri", longest=1000))
        if not path.startswith("/"):
            raise NoCamera("no_picture")
        try:
            async with (
                asyncio.timeout(self._options.answer_s),
                self._session.get(
                    self._base + path, ssl=self._ssl, allow_redirects=False
                ) as answer,
            ):
                return await _whole(answer, longest=_LONGEST_PICTURE)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoCamera(_why(error)) from error

    async def subscribe(self, *, events: str, now: float) -> Subscription:
        """Open a pull-point."""
        body = (
            "<tev:CreatePullPointSubscription><tev:InitialTerminationTime>"
            f"PT{self._options.lasts_s:.0f}S</tev:InitialTerminationTime>"
            "</tev:CreatePullPointSubscription>"
        )
        action = "EventPortType/CreatePullPointSubscriptionRequest"
        raw = await self._post(events, body, header=_addressed(action), now=now)
        told = _answer(raw)
        address = markup.text(markup.child(told, "SubscriptionReference"), "Address", longest=1000)
        return Subscription(path=_path(address), header=soap.reference_parameters(raw))

    async def pull(self, subscription: Subscription, *, now: float) -> Element:
        """Wait for news; return what came, perhaps nothing."""
        body = (
            f"<tev:PullMessages><tev:Timeout>PT{self._options.pull_s:g}S</tev:Timeout>"
            "<tev:MessageLimit>100</tev:MessageLimit></tev:PullMessages>"
        )
        header = _addressed("PullPointSubscription/PullMessagesRequest") + subscription.header
        within_s = self._options.pull_s + self._options.answer_s
        return await self.ask(subscription.path, body, header=header, now=now, within_s=within_s)

    async def renew(self, subscription: Subscription, *, now: float) -> None:
        """Let a pull-point last longer."""
        lasts = f"<wsnt:TerminationTime>PT{self._options.lasts_s:.0f}S</wsnt:TerminationTime>"
        body = f"<wsnt:Renew>{lasts}</wsnt:Renew>"
        header = _managed("RenewRequest") + subscription.header
        await self.ask(subscription.path, body, header=header, now=now)

    async def unsubscribe(self, subscription: Subscription, *, now: float) -> None:
        """Close a pull-point."""
        header = _managed("UnsubscribeRequest") + subscription.header
        await self.ask(subscription.path, "<wsnt:Unsubscribe/>", header=header, now=now)

    async def ask(
        self,
        path: str,
        body: str,
        *,
        now: float,
        header: str = "",
        signed: bool = True,
        within_s: float | None = None,
    ) -> Element:
        """Return what a camera answers.

        :raises NoCamera: if there is no answer in time, or it says no
        :raises BadFrame: if its answer cannot be read
        """
        raw = await self._post(path, body, header=header, now=now, signed=signed, within_s=within_s)
        return _answer(raw)

    async def _post(
        self,
        path: str,
        body: str,
        *,
        now: float,
        header: str = "",
        signed: bool = True,
        within_s: float | None = None,
    ) -> bytes:
        if signed and self._options.password:
            header += soap.security(
                user=self._options.user,
                password=self._options.password,
                nonce=secrets.token_bytes(16),
                now=now + self._ahead_s,
            )
        try:
            async with (
                asyncio.timeout(within_s or self._options.answer_s),
                self._session.post(
                    self._base + path,
                    data=soap.envelope(body, header=header),
                    headers={"Content-Type": "application/soap+xml; charset=utf-8"},
                    ssl=self._ssl,
                    allow_redirects=False,
                ) as answer,
            ):
                return await _whole(answer)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NoCamera(_why(error)) from error


@asynccontextmanager
async def opened(options: LineOptions) -> AsyncIterator[Client]:
    """Give a client, until the end of the block."""
    signs = aiohttp.DigestAuthMiddleware(login=options.user, password=options.password)
    async with aiohttp.ClientSession(
        middlewares=(signs,), timeout=aiohttp.ClientTimeout(total=None), trust_env=False
    ) as session:
        yield Client(session=session, options=options)


def _answer(raw: bytes) -> Element:
    try:
        return soap.answer(raw)
    except SoapFault as fault:
        raise NoCamera(fault.reason, str(fault)) from fault


async def _whole(answer: aiohttp.ClientResponse, *, longest: int = _LONGEST_ANSWER) -> bytes:
    """Return a body. A fault has a status of its own, and says more than it."""
    found = bytearray()
    async for chunk in answer.content.iter_any():
        found += chunk
        if len(found) > longest:
            raise NoCamera("answer_too_long")
    if answer.status in (401, 403) and b"Envelope" not in found:
        raise NoCamera("wrong_password")
    if answer.status >= 300 and b"Envelope" not in found:  # noqa: PLR2004
        raise NoCamera("refused", f"HTTP {answer.status}")
    return bytes(found)


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError):
        return "no_answer"
    if isinstance(error, aiohttp.ServerFingerprintMismatch):
        return "another_certificate"
    return "unreachable" if isinstance(error, aiohttp.ClientConnectorError) else "hung_up"


def _path(address: str) -> str:
    try:
        parts = urlsplit(address)
    except ValueError:
        return ""
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _addressed(action: str) -> str:
    return _headers(f"http://www.onvif.org/ver10/events/wsdl/{action}")


def _managed(action: str) -> str:
    return _headers(f"http://docs.oasis-open.org/wsn/bw-2/SubscriptionManager/{action}")


def _headers(action: str) -> str:
    return (
        f"<a:Action>{escape(action)}</a:Action><a:MessageID>urn:uuid:{uuid.uuid4()}</a:MessageID>"
    )


def _instant(utc: Element) -> float:
    """Return the epoch seconds of a UTCDateTime.

    :raises BadFrame: if it is no time
    """
    date, time = markup.child(utc, "Date"), markup.child(utc, "Time")
    try:
        numbers = [
            *(int(markup.text(date, name)) for name in _MADE_OF[0]),
            *(int(markup.text(time, name)) for name in _MADE_OF[1]),
        ]
        return datetime(*numbers, tzinfo=UTC).timestamp()  # type: ignore[misc,arg-type]
    except ValueError:
        raise BadFrame("no time: UTCDateTime") from None
