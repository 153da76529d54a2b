"""Waiting that ends."""

import asyncio


async def set_within(event: asyncio.Event, seconds: float) -> bool:
    """Wait for an event; tell whether it came in time."""
    try:
        async with asyncio.timeout(seconds):
            await event.wait()
    except TimeoutError:
        return False
    return True
