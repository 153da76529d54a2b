"""The library at work on one socket of ours: requests out, changes and introductions in.

bacpypes3 0.0.110 binds its own sockets, for ever trying again, and acknowledges a change before
anybody kept it; so its link has a socket of ours below, and changes are answered here.
"""

import asyncio
import logging
import socket
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, NamedTuple, cast

from bacpypes3.apdu import (
    AbortPDU,
    AbortReason,
    ConfirmedCOVNotificationRequest,
    ErrorRejectAbortNack,
    IAmRequest,
    SimpleAckPDU,
    SubscribeCOVRequest,
    UnconfirmedCOVNotificationRequest,
)
from bacpypes3.app import Application
from bacpypes3.appservice import ApplicationServiceAccessPoint
from bacpypes3.basetypes import ErrorType, PropertyIdentifier, PropertyReference
from bacpypes3.comm import Server, bind
from bacpypes3.constructeddata import Any as AnyValue
from bacpypes3.errors import (
    AbortException,
    DecodingError,
    ExecutionError,
    RejectException,
    ServicesError,
)
from bacpypes3.ipv4.bvll import BVLLCodec
from bacpypes3.ipv4.service import BIPNormal, UDPMultiplexer
from bacpypes3.local.device import DeviceObject
from bacpypes3.netservice import NetworkServiceAccessPoint, NetworkServiceElement
from bacpypes3.pdu import PDU, Address, IPv4Address, LocalBroadcast
from bacpypes3.primitivedata import Null, ObjectIdentifier
from bacpypes3.vendor import get_vendor_info

from linli.drivers.bacnet import codec
from linli.drivers.bacnet.points import PRESENT_VALUE, STATUS_FLAGS, Target
from linli.drivers.bacnet.services import I_AM
from linli.drivers.bacnet.tags import ObjectId
from linli.drivers.frames import BadFrame

logging.getLogger("bacpypes3").setLevel(logging.CRITICAL)
"""It writes a traceback for every datagram that it cannot read; those are counted instead."""
_MOST_IN_HAND = 256
"""Datagrams being worked on; what comes beyond is dropped, as a full socket would."""
_LOCAL_VENDOR = 999
_UNREADABLE = (
    DecodingError,
    ExecutionError,
    RejectException,
    AbortException,
    ValueError,
    TypeError,
    AttributeError,
)
"""What the library raises for an answer whose tags are not those of the property asked for."""


class NoAnswer(Exception):
    """The device did not answer, however often it was asked."""


class Refused(Exception):
    """The device would not; `reason` is a word as `object_unknown_object`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class Told(NamedTuple):
    """A property that a device told. `error` is a word where it has none; `fault` is its flag."""

    object: ObjectId
    prop: int
    value: Any
    error: str = ""
    fault: bool = False


class Introduced(NamedTuple):
    """A device that said I-Am. `station` is how it is reached."""

    instance: int
    station: str
    vendor: int


class Ears(NamedTuple):
    """Who hears what comes: each is called from the loop.

    `knows` tells whether a socket address is a member's; `changed` returns False where nobody
    asked for it, and what it took is on disk when it returns.
    """

    knows: Callable[[tuple[str, int]], bool]
    framed: Callable[[tuple[str, int], str, bytes], None]
    broken: Callable[[tuple[str, int], bytes], None]
    introduced: Callable[[Introduced, tuple[str, int]], None]
    changed: Callable[[str, Sequence[Told]], Awaitable[bool]]


class Link(Server[PDU], asyncio.DatagramProtocol):  # type: ignore[misc]
    """The lowest layer: one UDP socket. Strangers are heard where they introduce themselves."""

    def __init__(self, *, ears: Ears, broadcast: tuple[str, int] | None) -> None:
        super().__init__()
        self._ears = ears
        self._broadcast = broadcast
        self._transport: asyncio.DatagramTransport | None = None
        self._in_hand: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def close(self) -> None:
        """Close the socket and give up what is in hand."""
        if self._transport is not None:
            self._transport.close()
        for task in tuple(self._in_hand):
            task.cancel()

    async def indication(self, pdu: PDU) -> None:
        """Send what the stack above hands down."""
        where = pdu.pduDestination
        to = self._broadcast if isinstance(where, LocalBroadcast) else _socket_address(where)
        if to is None or self._transport is None or self._transport.is_closing():
            return
        data = bytes(pdu.pduData)
        self._ears.framed(to, "out", data)
        self._transport.sendto(data, to)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if len(self._in_hand) >= _MOST_IN_HAND:
            return
        if not self._ears.knows(addr) and not _introduces(data):
            self._ears.broken(addr, data)
            return
        self._ears.framed(addr, "in", data)
        task = asyncio.get_running_loop().create_task(self._up(data, addr))
        self._in_hand.add(task)
        task.add_done_callback(self._in_hand.discard)

    async def _up(self, data: bytes, addr: tuple[str, int]) -> None:
        """Hand a datagram to the stack. Whatever it makes of hostile bytes stays here."""
        pdu = PDU(data, source=IPv4Address(addr), user_data=addr)
        try:
            await self.response(pdu)
        except Exception:  # the library raises anything for bytes that it cannot read
            self._ears.broken(addr, data)


def _socket_address(where: Address) -> tuple[str, int]:
    address = where if isinstance(where, IPv4Address) else IPv4Address(where)
    host, port = address.addrTuple
    return str(host), int(port)


def _station(where: Address) -> str:
    """Return how a device is reached; the library leaves out the usual port, we never do."""
    if isinstance(where, IPv4Address):
        host, port = _socket_address(where)
        return f"{host}:{port}"
    return str(where)


def _introduces(data: bytes) -> bool:
    try:
        apdu = codec.decode(data).apdu
    except BadFrame:
        return False
    return apdu is not None and (apdu.kind, apdu.service) == (codec.UNCONFIRMED, I_AM)


def compose(app: Application, device: DeviceObject) -> None:
    """Put the library's layers below an application, as its `from_object_list` does."""
    app.asap = ApplicationServiceAccessPoint(device, app.device_info_cache)
    app.nsap, app.nse = NetworkServiceAccessPoint(), NetworkServiceElement()
    bind(app.nse, app.nsap)
    bind(app, app.asap, app.nsap)
    app.add_object(device)


async def attach(app: Application, link: Link, sock: socket.socket) -> None:
    """Let an application hear and speak on a bound socket."""
    bvlc, multiplexer, normal = BVLLCodec(), UDPMultiplexer(), BIPNormal()
    bind(normal, bvlc, multiplexer.annexJ)
    bind(multiplexer, link)
    host, port = sock.getsockname()[:2]
    app.nsap.bind(normal, address=IPv4Address(f"{host}/32:{port}"))
    loop = asyncio.get_running_loop()
    await loop.create_datagram_endpoint(lambda: link, sock=sock)


class Stack(Application):  # type: ignore[misc]
    """A BACnet client on a socket that is bound already."""

    def __init__(self, *, instance: int, timeout_s: float, retries: int, ears: Ears) -> None:
        super().__init__()
        self._ears = ears
        self._answer_within_s = timeout_s * (retries + 1) + 1.0
        device = DeviceObject(
            objectIdentifier=("device", instance),
            objectName=f"linli-{instance}",
            vendorIdentifier=_LOCAL_VENDOR,
            apduTimeout=int(timeout_s * 1000),
            numberOfApduRetries=retries,
        )
        compose(self, device)
        self._link: Link | None = None

    async def open(self, *, sock: socket.socket, broadcast: tuple[str, int] | None) -> None:
        """Hear and speak on a bound socket."""
        self._link = Link(ears=self._ears, broadcast=broadcast)
        await attach(self, self._link, sock)

    def close(self) -> None:
        """Close the socket."""
        if self._link is not None:
            self._link.close()

    def ask_who(self, *, instance: int | None, station: str | None = None) -> None:
        """Ask who is there; the answers come as introductions."""
        where = Address(station) if station else LocalBroadcast()
        self.who_is(instance, instance, where, 0.1)

    async def tell(self, station: str, wanted: Sequence[tuple[ObjectId, int]]) -> list[Told]:
        """Read properties with one request.

        :raises NoAnswer: if none came
        :raises Refused: if the device would not, as one that cannot read several
        """
        asked: list[Any] = []
        for name, prop in wanted:
            reference = PropertyReference(propertyIdentifier=PropertyIdentifier(prop))
            asked += [_library_object(name), [reference]]
        found = await self._answer(
            self.read_property_multiple(Address(station), asked, get_vendor_info(0))
        )
        return [
            Told(ObjectId(int(name[0]), name[1]), int(prop), *_value(value))
            for name, prop, _, value in found
        ]

    async def tell_one(self, station: str, name: ObjectId, prop: int) -> Told:
        """Read one property. Errors as `tell`."""
        value = await self._answer(
            self.read_property(Address(station), _library_object(name), PropertyIdentifier(prop))
        )
        return Told(name, prop, *_value(value))

    async def write(self, station: str, target: Target) -> None:
        """Write, with a priority; return when the device acknowledged it. Errors as `tell`."""
        value = Null(()) if target.value is None else _fitting(target)
        await self._answer(
            self.write_property(
                Address(station),
                _library_object(target.object),
                PropertyIdentifier(target.prop),
                value,
                priority=target.priority,
            )
        )

    async def subscribe(
        self, station: str, name: ObjectId, *, process: int, confirmed: bool, lifetime_s: int
    ) -> None:
        """Ask for the changes of an object, for a time. Errors as `tell`."""
        await self._answer(
            self.request(
                SubscribeCOVRequest(
                    subscriberProcessIdentifier=process,
                    monitoredObjectIdentifier=_library_object(name),
                    issueConfirmedNotifications=confirmed,
                    lifetime=lifetime_s,
                    destination=Address(station),
                )
            )
        )

    async def _answer(self, asked: Awaitable[Any]) -> Any:
        try:
            async with asyncio.timeout(self._answer_within_s):
                return await asked
        except TimeoutError:
            raise NoAnswer from None
        except ErrorRejectAbortNack as no:
            if isinstance(no, AbortPDU) and no.apduAbortRejectReason == AbortReason.noResponse:
                raise NoAnswer from None
            raise Refused(_word(no)) from None
        except _UNREADABLE as error:
            raise Refused("unreadable") from error

    async def do_IAmRequest(self, apdu: IAmRequest) -> None:  # noqa: N802
        """Hear an introduction."""
        await super().do_IAmRequest(apdu)
        addr = apdu.pduUserData if isinstance(apdu.pduUserData, tuple) else ("", 0)
        said = Introduced(apdu.iAmDeviceIdentifier[1], _station(apdu.pduSource), int(apdu.vendorID))
        self._ears.introduced(said, addr)

    async def do_ConfirmedCOVNotificationRequest(  # noqa: N802
        self, apdu: ConfirmedCOVNotificationRequest
    ) -> None:
        """Take a change, and acknowledge it when it is on disk."""
        if not await self._ears.changed(_station(apdu.pduSource), _changes(apdu)):
            raise ServicesError(errorCode="unknownSubscription")
        await self.response(SimpleAckPDU(context=apdu))

    async def do_UnconfirmedCOVNotificationRequest(  # noqa: N802
        self, apdu: UnconfirmedCOVNotificationRequest
    ) -> None:
        """Take a change."""
        await self._ears.changed(_station(apdu.pduSource), _changes(apdu))


def _library_object(name: ObjectId) -> ObjectIdentifier:
    return ObjectIdentifier((name.type, name.instance))


def _fitting(target: Target) -> Any:
    """Return a number as the type of the property: binary ones are words to the library."""
    kind = get_vendor_info(0).get_object_class(_library_object(target.object)[0])
    found = kind.get_property_type(PropertyIdentifier(target.prop)) if kind else None
    assert target.value is not None
    whole = target.value.is_integer() and found is not None and issubclass(found, int)
    return int(target.value) if whole else target.value


def _value(said: Any) -> tuple[Any, str]:
    """Return a value and the word of its error."""
    if isinstance(said, ErrorType):
        return None, f"{said.errorClass}_{said.errorCode}".replace("-", "_")
    return said, ""


def _changes(
    apdu: ConfirmedCOVNotificationRequest | UnconfirmedCOVNotificationRequest,
) -> list[Told]:
    """Return what a notification tells, each marked where the flags say that it is at fault."""
    kind, instance = apdu.monitoredObjectIdentifier
    name = ObjectId(int(kind), instance)
    said = {int(each.propertyIdentifier): each.value for each in apdu.listOfValues}
    fault = STATUS_FLAGS in said and is_fault(_cast(name, STATUS_FLAGS, said[STATUS_FLAGS]))
    return [
        Told(name, prop, _cast(name, prop, value), fault=fault and prop == PRESENT_VALUE)
        for prop, value in said.items()
    ]


def _cast(name: ObjectId, prop: int, value: AnyValue) -> Any:
    kind = get_vendor_info(0).get_object_class(_library_object(name)[0])
    found = kind.get_property_type(PropertyIdentifier(prop)) if kind else None
    return value.cast_out(found) if found else None


def is_fault(flags: Any) -> bool:
    """Tell whether status flags say that the value is not to be relied on (12.2.7)."""
    return flags is not None and len(flags) > 1 and bool(flags[1])


def _word(no: ErrorRejectAbortNack) -> str:
    """Return a refusal as one word: `property_write_access_denied`, `unrecognized_service`."""
    if hasattr(no, "errorClass"):
        text = f"{no.errorClass}_{no.errorCode}"
    else:
        text = str(no.apduAbortRejectReason)
    return text.replace("-", "_")
