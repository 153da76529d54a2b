"""A line to the bus that says nothing before it is encrypted, where it must be."""

from typing import Any

import nats.errors
from nats.aio.client import Client

from linli.adapters.bus_address import way


class Line(Client):
    """A line to the bus that tells a server nothing before it is encrypted, where it must be: the
    client of NATS alone goes on in the clear when a server, or who poses as it, offers no TLS.
    """

    def __init__(self, url: str) -> None:
        super().__init__()
        self._way = way(url)

    async def dial(self, **options: Any) -> None:
        """Connect.

        :raises nats.errors.Error, OSError: if nobody there lets us in
        """
        if self._way.tls is not None:
            options["tls"] = self._way.tls
        await self.connect(self._way.servers, **options)

    async def _process_info(self, info: dict[str, Any], initial_connection: bool = False) -> None:
        if initial_connection and self._way.tls is not None and not info.get("tls_required"):
            raise nats.errors.Error("the server offers no TLS")
        await super()._process_info(info, initial_connection)
