"""The child process of one line to a door: which panels it can speak through. Run as a module."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Mapping
from contextlib import asynccontextmanager

from linli.adapters.echo_panel import echoing
from linli.adapters.talks_child import Reach, main
from linli.contracts.visits import Panel, PanelAway, Speaking
from linli.drivers.isapi import talking
from linli.drivers.isapi.client import NoCamera


class _Isapi:
    """A panel over ISAPI, in the words of the contract."""

    def __init__(self, talk: talking.Talk) -> None:
        self._talk = talk
        self.hears = talk.hears

    async def say(self, pcm: bytes) -> None:
        """Let it sound."""
        try:
            await self._talk.say(pcm)
        except NoCamera as gone:
            raise PanelAway(gone.reason) from gone

    async def hear(self) -> bytes:
        """Return what it hears next."""
        return await self._talk.hear()


@asynccontextmanager
async def _isapi(panel: Panel, hears: Awaitable[bool]) -> AsyncIterator[Speaking]:
    try:
        async with talking.talking(panel.options, channel=panel.channel, hears=hears) as talk:
            yield _Isapi(talk)
    except NoCamera as away:
        raise PanelAway(away.reason) from away


WAYS: Mapping[str, Reach] = {"isapi": _isapi, "echo": echoing}

if __name__ == "__main__":
    asyncio.run(main(WAYS))
