"""How far lines were heard whose devices can be asked for what they kept: one small file a line, in
the words of its driver.
"""

import asyncio
from pathlib import Path
from urllib.parse import quote

from linli.foundation import durable

_LONGEST = 4000


class Marks:
    """The marks of a community's lines."""

    def __init__(self, *, home: Path, community: str) -> None:
        self._folder = home / "live" / "marks" / community
        self._writing = asyncio.Lock()
        self._under_way: set[asyncio.Task[None]] = set()

    def read(self, line: str) -> str:
        """Return the mark of a line; "" where there is none that can be read."""
        file = self._file(line)
        if not file.exists():
            return ""
        return file.read_bytes()[:_LONGEST].decode("utf-8", "replace")

    async def write(self, line: str, mark: str) -> None:
        """Keep the mark of a line in the place of the one before; return when it is on disk.

        :raises OSError: if the disk will not take it
        """
        # Begun, it is ended, though nobody waits any more: two would write over one another.
        task = asyncio.create_task(self._write(self._file(line), mark.encode()))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        await asyncio.shield(task)

    async def _write(self, file: Path, mark: bytes) -> None:
        async with self._writing:
            await asyncio.to_thread(durable.put, file=file, parts=[mark])

    def _file(self, line: str) -> Path:
        return self._folder / quote(line, safe="")
