"""One CoAP server for the devices of one line."""

import asyncio
import logging
import socket
from collections.abc import Sequence
from typing import Any, cast

from aiocoap import Context

from linli.drivers.coap.guard import bound_memory, refuse_odd_bytes
from linli.drivers.coap.mailbox import Mailbox
from linli.drivers.coap.options import Line
from linli.drivers.coap.root import Root
from linli.drivers.line import Order, Station, Wired

_TRANSPORT = "udp6"
_LOGGER = "linli.coap"
"""The library warns of every odd datagram: anybody could fill the disk with them."""
_PORT = 5683
_MOST_REMEMBERED = 40_000
"""Messages that are remembered to know copies by, for four minutes; more are not heard."""


class CoapLine:
    """Listens on `port` while it runs."""

    def __init__(self, line: Wired, members: Sequence[Wired], station: Station) -> None:
        self.port = 0
        self._line, self._station = line, station
        self._options = line.options if isinstance(line.options, Line) else Line()
        self._boxes: dict[str, Mailbox] = {}
        self._root = Root(line=line, station=station, boxes=self._boxes)
        self.rewire(members)

    async def run(self) -> None:
        """Listen until cancelled.

        :raises OSError: if it cannot listen
        """
        said, _, port = self._options.listen.rpartition(":")
        place = (said.strip("[]"), int(port or _PORT))
        _refuse_taken(place)
        logging.getLogger(_LOGGER).setLevel(logging.ERROR)
        context = await Context.create_server_context(
            self._root, bind=place, transports=[_TRANSPORT], loggername=_LOGGER
        )
        manager = cast("Any", context.request_interfaces[0]).token_interface
        bound_memory(manager, most=_MOST_REMEMBERED)
        refuse_odd_bytes(manager.message_interface, self._odd)
        bound = manager.message_interface.transport.get_extra_info("socket")
        self.port = bound.getsockname()[1]
        self._station.came(self._line.code)
        try:
            await asyncio.Event().wait()
        finally:
            self.port = 0
            await context.shutdown()

    def _odd(self, data: bytes) -> None:
        self._station.refused(self._line.code, "not_coap", data[:80])

    def rewire(self, members: Sequence[Wired]) -> None:
        """Take the members as the register has them now."""
        codes = {one.code for one in members}
        for code in self._boxes.keys() - codes:
            del self._boxes[code]
        self._root.members = {one.address: one for one in members}

    def send(self, device: str, order: Order) -> bool:
        """Put an order where the device finds it, and tell it at once where it observes."""
        if device not in {one.code for one in self._root.members.values()}:
            return False
        box = self._boxes.setdefault(device, Mailbox())
        if not box.put(order, now=self._station.now()):
            return False
        self._root.tell(device)
        return True


def _refuse_taken(place: tuple[str, int]) -> None:
    """Refuse a port that somebody has: the library would share it, and each hear half.

    :raises OSError: if it is taken
    """
    family = socket.AF_INET6 if ":" in place[0] else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.bind(place)
