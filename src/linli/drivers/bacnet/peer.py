"""A BACnet/IP device on a loopback socket, for tests and demonstrations. It can misbehave."""

import asyncio
import socket
from collections.abc import Mapping
from typing import Any

from bacpypes3.apdu import SubscribeCOVRequest
from bacpypes3.app import Application
from bacpypes3.basetypes import BinaryPV, PriorityValue, Reliability
from bacpypes3.errors import ServicesError, UnrecognizedService
from bacpypes3.local.analog import AnalogInputObject, AnalogOutputObject, AnalogValueObjectCmd
from bacpypes3.local.binary import BinaryInputObject, BinaryOutputObject, BinaryValueObjectCmd
from bacpypes3.local.cmd import Commandable
from bacpypes3.local.device import DeviceObject
from bacpypes3.local.multistate import MultiStateInputObject, MultiStateValueObject
from bacpypes3.pdu import IPv4Address
from bacpypes3.primitivedata import Real, Unsigned

from linli.drivers.bacnet.stack import Ears, Link, attach, compose


def _binary(value: float) -> BinaryPV:
    return BinaryPV(int(value))


def _unsigned(value: float) -> Unsigned:
    return Unsigned(int(value))


_KINDS: dict[str, tuple[Any, Any]] = {
    "analog-input": (AnalogInputObject, Real),
    "analog-output": (AnalogOutputObject, Real),
    "analog-value": (AnalogValueObjectCmd, Real),
    "binary-input": (BinaryInputObject, _binary),
    "binary-output": (BinaryOutputObject, _binary),
    "binary-value": (BinaryValueObjectCmd, _binary),
    "multi-state-input": (MultiStateInputObject, _unsigned),
    "multi-state-value": (MultiStateValueObject, _unsigned),
}
_VENDOR = 999


class Peer(Application):  # type: ignore[misc]
    """A device with objects and their first values: `{"analog-input,1": 12.0}`.

    `silent` answers nothing, `refuses_cov` no subscription, `refuses_multiple` no request for
    several properties. `subscriptions` counts
    those that it took, `unacknowledged` the changes that nobody acknowledged.
    """

    def __init__(self, *, instance: int, objects: Mapping[str, float]) -> None:
        super().__init__()
        self.port = 0
        self.silent = False
        self.refuses_cov = False
        self.refuses_multiple = False
        self.subscriptions = 0
        self.unacknowledged = 0
        self._objects: dict[str, tuple[Any, Any]] = {}
        self._last_client: tuple[str, int] | None = None
        device = DeviceObject(
            objectIdentifier=("device", instance),
            objectName=f"device-{instance}",
            vendorIdentifier=_VENDOR,
            apduTimeout=500,
            numberOfApduRetries=1,
        )
        compose(self, device)
        for name, value in objects.items():
            self._add(name, value)
        self._link = _Link(self)

    def _add(self, name: str, value: float) -> None:
        kind, _, instance = name.partition(",")
        made, wrap = _KINDS[kind]
        special = {"covIncrement": 0.1} if kind.startswith("analog") else {}
        if kind.startswith("multi"):
            special = {"numberOfStates": 16}
        if issubclass(made, Commandable):
            special["relinquishDefault"] = wrap(value)
        found = made(
            objectIdentifier=(kind, int(instance)),
            objectName=name,
            presentValue=wrap(value),
            statusFlags=[0, 0, 0, 0],
            eventState="normal",
            outOfService=False,
            **special,
        )
        self.add_object(found)
        self._objects[name] = (found, wrap)

    async def start(self, *, host: str = "127.0.0.1", port: int = 0) -> int:
        """Listen; return the port.

        :raises OSError: if that cannot be
        """
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.setblocking(False)
        sock.bind((host, port))
        self.port = sock.getsockname()[1]
        await attach(self, self._link, sock)
        return self.port

    def close(self) -> None:
        """Close the socket and end subscriptions, as when power is cut."""
        self.forget()
        self._link.close()

    def set(self, name: str, value: float) -> None:
        """Let an object have a value; who subscribed is told."""
        found, wrap = self._objects[name]
        found.presentValue = wrap(value)

    def fault(self, name: str, *, fault: bool = True) -> None:
        """Let an object say that its value is not to be relied on."""
        found, _ = self._objects[name]
        found.statusFlags = [0, int(fault), 0, 0]
        found.reliability = Reliability("no-sensor" if fault else "no-fault-detected")

    def value(self, name: str) -> float:
        """Return the value that an object has now."""
        return float(self._objects[name][0].presentValue)

    def command(self, name: str, value: float, *, priority: int) -> None:
        """Command an output as somebody at the panel would."""
        found, wrap = self._objects[name]
        found.priorityArray[priority - 1] = PriorityValue(wrap(value))

    def follows(self, shown: str, commanded: str) -> None:
        """Let an input show what an output was commanded, as a contactor's contact does."""
        self._objects[commanded][0]._property_monitors["presentValue"].append(  # noqa: SLF001
            lambda _, value: self.set(shown, float(value))
        )

    def forget(self) -> None:
        """End all subscriptions, as a restart does."""
        for detection in tuple(self._cov_detections.values()):
            for subscription in tuple(detection.cov_subscriptions):
                self.cancel_subscription(subscription)

    def introduce(self) -> None:
        """Say I-Am to who spoke last."""
        if self._last_client is not None:
            self.i_am(address=IPv4Address(self._last_client))

    def throw(self, data: bytes) -> None:
        """Send bytes to who spoke last, whatever they are."""
        if self._last_client is not None:
            self._link.throw(data, self._last_client)

    def heard(self, addr: tuple[str, int]) -> None:
        """Remember who spoke."""
        self._last_client = addr

    async def do_SubscribeCOVRequest(self, apdu: SubscribeCOVRequest) -> None:  # noqa: N802
        """Take a subscription, unless told not to."""
        if self.refuses_cov:
            raise ServicesError(errorCode="covSubscriptionFailed")
        self.subscriptions += 1
        await super().do_SubscribeCOVRequest(apdu)

    async def do_ReadPropertyMultipleRequest(self, apdu: Any) -> None:  # noqa: N802
        """Answer for several properties, unless told not to."""
        if self.refuses_multiple:
            raise UnrecognizedService("one at a time")
        await super().do_ReadPropertyMultipleRequest(apdu)

    def cov_confirmation(self, cov: Any, future: asyncio.Future[Any]) -> None:
        """Count a change that nobody acknowledged."""
        if future.cancelled() or future.exception() is not None:
            self.unacknowledged += 1


class _Link(Link):
    """The socket of a peer: it hears everybody, unless it is silent."""

    def __init__(self, peer: Peer) -> None:
        self._peer = peer
        super().__init__(ears=_deaf(), broadcast=None)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self._peer.heard(addr)
        if not self._peer.silent:
            super().datagram_received(data, addr)

    def throw(self, data: bytes, addr: tuple[str, int]) -> None:
        """Send bytes as they are."""
        if self._transport is not None:
            self._transport.sendto(data, addr)


def _deaf() -> Ears:
    async def changed(station: str, told: object) -> bool:
        return False

    return Ears(
        knows=lambda addr: True,
        framed=lambda addr, way, data: None,
        broken=lambda addr, data: None,
        introduced=lambda said, addr: None,
        changed=changed,
    )
