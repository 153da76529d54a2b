"""A device that speaks CoAP, for tests and the demo: it posts, asks, observes and answers."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any

import cbor2
import msgspec
from aiocoap import Context, Message
from aiocoap.numbers import codes

from linli.drivers.coap.codec import CBOR, JSON, SENML_CBOR, SENML_JSON
from linli.drivers.senml import cbor

_TRANSPORT = "udp6"


class CoapPeer:
    """One device. `in_path`: it says its token in the path."""

    def __init__(
        self, *, port: int, address: str, token: str, host: str = "127.0.0.1", in_path: bool = False
    ) -> None:
        self._base = f"coap://{host}:{port}/v1/{address}"
        self._token = token
        self._in_path = in_path
        self._context: Context | None = None

    async def close(self) -> None:
        """Give its socket up."""
        if self._context is not None:
            await self._context.shutdown()
            self._context = None

    def url(self, what: str) -> str:
        """Return the address of a resource of ours."""
        if self._in_path:
            return f"{self._base}/{self._token}/{what}"
        return f"{self._base}/{what}?token={self._token}"

    async def ask(
        self, code: codes.Code, what: str, body: bytes = b"", *, kind: int | None = None
    ) -> tuple[str, bytes]:
        """Make a request; return the code, as `2.04`, and the body."""
        context = await self._opened()
        message = Message(code=code, payload=body, uri=self.url(what))
        if kind is not None:
            message.opt.content_format = kind
        answer = await context.request(message).response
        return answer.code.dotted, bytes(answer.payload)

    async def _opened(self) -> Context:
        if self._context is None:
            self._context = await Context.create_client_context(transports=[_TRANSPORT])
        return self._context

    async def post(self, said: object, *, kind: int = JSON) -> str:
        """Post readings: an object, a list, or a pack of SenML; return the code."""
        packed = isinstance(said, Sequence) and kind == SENML_CBOR
        body = cbor.dumps(said) if packed else _body(said, kind)  # type: ignore[arg-type]
        return (await self.ask(codes.POST, "readings", body, kind=kind))[0]

    async def commands(self) -> list[dict[str, Any]]:
        """Return the orders that wait."""
        _, body = await self.ask(codes.GET, "commands")
        found: list[dict[str, Any]] = msgspec.json.decode(body)
        return found

    async def acknowledge(self, order: str, *, ok: bool = True, reason: str = "") -> str:
        """Answer an order; return the code."""
        said: Mapping[str, object] = {"id": order, "ok": ok, "reason": reason}
        return (await self.ask(codes.POST, "acks", _body(said, JSON), kind=JSON))[0]

    async def watch(self) -> AsyncIterator[list[dict[str, Any]]]:
        """Yield the orders that wait, now and whenever they change."""
        context = await self._opened()
        message = Message(code=codes.GET, uri=self.url("commands"), observe=0)
        request = context.request(message)
        yield msgspec.json.decode((await request.response).payload)
        async for told in request.observation:
            yield msgspec.json.decode(told.payload)


def _body(said: object, kind: int) -> bytes:
    if isinstance(said, bytes):
        return said
    if kind in (JSON, SENML_JSON):
        return msgspec.json.encode(said)
    if kind == CBOR:
        return bytes(cbor2.dumps(said))
    raise ValueError(kind)


async def send_bytes(*, port: int, data: bytes) -> None:
    """Send any bytes at all, as nobody should."""
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=("127.0.0.1", port)
    )
    transport.sendto(data)
    transport.close()
