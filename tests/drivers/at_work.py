"""A driver's line at work against a simulated peer, for tests."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from linli.drivers.line import Driver, Order, Running, Wired
from linli.drivers.simulated import Simulated
from tests.drivers.station import FakeStation


def order(service: str, id: str = "o1", args: Mapping[str, Any] | None = None) -> Order:
    return Order(id=id, service=service, args=args or {}, expires_at=2e9)


@asynccontextmanager
async def at_work(
    driver: Driver, line: Wired, members: Sequence[Wired], peer: Simulated | None = None
) -> AsyncIterator[tuple[Running, FakeStation]]:
    """Run a line until the block ends; then hang up on both sides."""
    assert driver.run is not None
    station = FakeStation()
    running = driver.run(line, members, station)
    task = asyncio.create_task(running.run())
    try:
        yield running, station
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        if peer is not None:
            peer.close()


@asynccontextmanager
async def listening(peer: Simulated) -> AsyncIterator[str]:
    """Let a peer listen; give its host and port."""
    await peer.listen()
    try:
        yield f"127.0.0.1:{peer.port}"
    finally:
        peer.close()
