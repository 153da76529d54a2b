"""The library's client, with an answer to each order from a table."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from ocpp.charge_point import ChargePoint
from ocpp.routing import after, on
from websockets.asyncio.client import ClientConnection

from linli.drivers.ocpp.peer_words import Good

Parts = Mapping[str, Any]


class Obeys(Protocol):
    """Who takes orders."""

    id: str

    async def obey(self, action: str, told: Parts, good: Good) -> dict[str, Any]:
        """Take an order and answer it."""

    def go_on(self, action: str, told: Parts) -> None:
        """It was answered."""


def client_of(
    peer: Obeys, socket: ClientConnection, *, library: Any, obeys: Mapping[str, Good]
) -> ChargePoint:
    """Return the library's client with an answer for each order of the table."""

    methods: dict[str, Any] = {}
    for action, good in obeys.items():
        methods[f"obey_{action}"] = _obey(peer, library, action, good)
        methods[f"after_{action}"] = _after(peer, action)
    kind = type("Client", (library.ChargePoint,), methods)
    client: ChargePoint = kind(peer.id, socket)
    return client


def _obey(peer: Obeys, library: Any, action: str, good: Good) -> Callable[..., Any]:
    async def obey(_: ChargePoint, **told: Any) -> Any:
        return getattr(library.call_result, action)(**await peer.obey(action, told, good))

    obey.__name__ = f"obey_{action}"
    return on(action)(obey)  # type: ignore[no-any-return]


def _after(peer: Obeys, action: str) -> Callable[..., Any]:
    def follow(_: ChargePoint, **told: Any) -> None:
        peer.go_on(action, told)

    follow.__name__ = f"after_{action}"
    return after(action)(follow)  # type: ignore[no-any-return]
