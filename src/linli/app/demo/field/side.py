"""What stands at the far end of one line, as the simulator sees it."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple, Protocol

from linli.app.demo.devices import Thing
from linli.app.demo.moment import Value

HOST = "127.0.0.1"

Moved = Callable[[str, str], None]
"""Takes what was done to a device over its wire: its code and the service."""


class Far(NamedTuple):
    """A device of a line. `map` is how its model stands on the wire, as the driver reads it;
    `secret` what it shares with the platform.
    """

    thing: Thing
    map: Any
    secret: str

    @property
    def code(self) -> str:
        return self.thing.code

    @property
    def address(self) -> str:
        return self.thing.wire.address if self.thing.wire else ""


class Side(Protocol):
    """One serial server with what hangs on it, or all panels or chargers of a line."""

    def show(self, code: str, body: Mapping[str, Value]) -> None:
        """Take what a device measures now."""

    def tell(self, code: str, event: str, more: Mapping[str, Value]) -> None:
        """Take what happens at a device."""

    def silence(self, code: str, silent: bool) -> None:
        """Let a device answer nothing, or answer again."""

    async def serve(self, port: int) -> None:
        """Dial the line, and be there until it is lost.

        :raises OSError: if nobody listens
        """
