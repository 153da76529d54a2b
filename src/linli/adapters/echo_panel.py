"""The test panel of the demo: it has no loudspeaker, and says back what it is told, a second later;
before that it sounds two soft tones, so that who tries it hears that it is there.
"""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager

import numpy as np

from linli.contracts.visits import Panel

_RATE_HZ, _BLOCK = 8000, 160
_BLOCK_S = _BLOCK / _RATE_HZ
_LATER = 50
"""Blocks of 20 ms: a second."""
_TONES = ((660, 0.35), (520, 0.35))
_LOUD = 6000


class EchoPanel:
    """What is said comes back; between, it is silent."""

    hears = True

    def __init__(self) -> None:
        self._said = deque(_chime())
        self._next_at = asyncio.get_running_loop().time()

    async def say(self, pcm: bytes) -> None:
        """Keep it, to say it back; the first after a silence is held back for a second."""
        if not self._said:
            self._said.extend([bytes(2 * _BLOCK)] * _LATER)
        self._said.append(pcm)

    async def hear(self) -> bytes:
        """Return the next 20 ms, when they are due."""
        loop = asyncio.get_running_loop()
        self._next_at = max(self._next_at + _BLOCK_S, loop.time() - 1)
        await asyncio.sleep(self._next_at - loop.time())
        return self._said.popleft() if self._said else bytes(2 * _BLOCK)


def _chime() -> list[bytes]:
    parts = [
        np.sin(2 * np.pi * hertz * np.arange(int(lasts_s * _RATE_HZ)) / _RATE_HZ)
        for hertz, lasts_s in _TONES
    ]
    pcm = (np.concatenate(parts) * _LOUD).astype("<i2").tobytes()
    return [pcm[at : at + 2 * _BLOCK] for at in range(0, len(pcm), 2 * _BLOCK)]


@asynccontextmanager
async def echoing(panel: Panel, hears: Awaitable[bool]) -> AsyncIterator[EchoPanel]:
    """Speak to it until the end of the block."""
    del panel, hears
    yield EchoPanel()
