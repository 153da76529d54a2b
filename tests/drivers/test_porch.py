"""Serial servers that dial in at one port, each of a line of its own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import uvloop

from linli.drivers import porch
from linli.drivers.porch import Host


class _House:
    """A line that keeps who came to it."""

    def __init__(self, hello: bytes) -> None:
        self.came: list[asyncio.Transport] = []
        self.strangers: list[bytes] = []
        self.host = Host(hello, self._enter, self.strangers.append)

    def _enter(self) -> asyncio.Protocol:
        house = self

        class Inside(asyncio.Protocol):
            def connection_made(self, transport):
                house.came.append(transport)
                transport.write(b"welcome")

        return Inside()

    def close(self) -> None:
        for transport in self.came:
            transport.abort()


@asynccontextmanager
async def _open(*hellos: bytes) -> AsyncIterator[tuple[int, list[_House]]]:
    houses = [_House(hello) for hello in hellos]
    first = await porch.let_in(houses[0].host, address="127.0.0.1", port=0)
    for house in houses[1:]:
        await first.let_in(house.host, address="127.0.0.1", port=first.port)
    try:
        yield first.port, houses
    finally:
        for house in houses:
            house.close()
            porch.leave(first, house.host)


async def _say(port: int, *parts: bytes) -> bytes:
    """Dial in, say something in parts, and return what came back until it was still or closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for part in parts:
        writer.write(part)
        await asyncio.sleep(0.01)
    try:
        async with asyncio.timeout(0.2):
            return await reader.read(100)
    except TimeoutError:
        return b"still"
    finally:
        writer.transport.abort()


class TestLetIn:
    async def test_leads_each_to_the_line_of_its_hello(self):
        async with _open(b"DTU-1", b"DTU-12", b"\x01\x02") as (port, houses):
            said = [
                await _say(port, b"DTU-12\r\n"),
                await _say(port, b"+++DTU-1"),
                await _say(port, b"\x00\x01", b"\x02\x03"),
            ]

            counts = [len(house.came) for house in houses]

        assert said == [b"welcome"] * 3
        assert counts == [1, 1, 1]

    async def test_takes_no_longer_name_for_a_shorter_one(self):
        async with _open(b"DTU-1") as (port, houses):
            said = await _say(port, b"DTU-12")

            assert houses[0].came == []

        assert said == b"still"

    async def test_hangs_up_who_never_comes_to_the_point(self):
        async with _open(b"DTU-1") as (port, houses):
            said = await _say(port, b"GET / HTTP/1.1\r\n" * 40)

            assert houses[0].strangers[0].startswith(b"GET /")

        assert said == b""

    async def test_keeps_few_of_who_wait_for_nothing(self, monkeypatch):
        monkeypatch.setattr(porch, "_MOST_WAITING", 2)

        async with _open(b"DTU-1") as (port, _):
            idle = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
            await asyncio.sleep(0)
            third = await _say(port, b"x")
            for _, writer in idle:
                writer.transport.abort()

        assert third == b""

    async def test_takes_whoever_comes_where_there_is_no_hello(self):
        async with _open(b"") as (port, houses):
            said = await _say(port)

            assert len(houses[0].came) == 1

        assert said == b"welcome"

    @pytest.mark.parametrize(("first", "second"), [(b"A", b"A"), (b"", b"A"), (b"A", b"")])
    async def test_refuses_two_lines_that_cannot_be_told_apart(self, first, second):
        shared, house = porch.Porch(), _House(first)
        await shared.let_in(house.host, address="127.0.0.1", port=0)

        with pytest.raises(OSError, match="differ"):
            await shared.let_in(_House(second).host, address="127.0.0.1", port=shared.port)

        assert shared.leave(house.host)

    async def test_refuses_the_second_of_two_that_come_at_once(self):
        shared, one, two = porch.Porch(), _House(b"A"), _House(b"A")

        told = await asyncio.gather(
            *(shared.let_in(house.host, address="127.0.0.1", port=0) for house in (one, two)),
            return_exceptions=True,
        )

        assert [type(each) for each in told] == [type(None), OSError]
        assert shared.leave(one.host)

    def test_leads_them_on_the_loop_of_the_live_half(self):
        uvloop.run(self.test_leads_each_to_the_line_of_its_hello())


class TestLeave:
    async def test_frees_the_port_when_the_last_line_left(self):
        first, second, third = _House(b"A"), _House(b"B"), _House(b"B")
        spare = await asyncio.start_server(lambda *_: None, "127.0.0.1", 0)
        port = spare.sockets[0].getsockname()[1]
        spare.close()
        await spare.wait_closed()

        one = await porch.let_in(first.host, address="127.0.0.1", port=port)
        two = await porch.let_in(second.host, address="127.0.0.1", port=port)
        porch.leave(one, first.host)
        still = await _say(port, b"B")
        porch.leave(two, second.host)
        again = await porch.let_in(third.host, address="127.0.0.1", port=port)
        porch.leave(again, third.host)
        second.close()

        assert one is two
        assert still == b"welcome"
        assert again is not one
