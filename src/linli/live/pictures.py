"""The spool of a community's pictures: written aside, bounded, what is dropped is told.

A picture is worth less than a reading: no sender waits for it, and a full disk or a flood of a
camera loses pictures, never alarms.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from pathlib import Path

from linli.contracts import pictures
from linli.contracts.pictures import Spooled
from linli.foundation import sealing

_log = logging.getLogger(__name__)
_MOST_WAITING_BYTES = 16 * 1024 * 1024
_MOST_FILES = 400
_MOST_FILES_BYTES = 200 * 1024 * 1024
_A_MINUTE_OF_A_LINE = 30
_MINUTE_S = 60.0
DROPPED, TOO_MANY, TOO_LARGE = "picture_dropped", "too_many_pictures", "picture_too_large"

Tell = Callable[[str, str], None]
"""Count why a picture of a device was not kept: device, reason."""


class Spool:
    """Takes pictures without waiting. `tell` is told of each that is not kept."""

    def __init__(self, *, home: Path, community: str, tell: Tell) -> None:
        self._folder = home / pictures.FOLDER / community
        self._tell = tell
        self._waiting: deque[Spooled] = deque()
        self._waiting_bytes = 0
        self._lately: dict[str, deque[float]] = {}
        self._number = 0
        self._writing: asyncio.Task[None] | None = None

    def put(self, picture: Spooled, *, now: float) -> None:
        """Take a picture; where too much waits the oldest is dropped."""
        if len(picture.content) > pictures.MOST_BYTES:
            self._tell(picture.device, TOO_LARGE)
            return
        if not self._may(picture.line, now):
            self._tell(picture.device, TOO_MANY)
            return
        self._waiting.append(picture)
        self._waiting_bytes += len(picture.content)
        while self._waiting_bytes > _MOST_WAITING_BYTES:
            self._tell(self._take().device, DROPPED)
        if self._writing is None:
            self._writing = asyncio.get_running_loop().create_task(self._write_all())

    async def close(self) -> None:
        """Return when what was taken is written."""
        if self._writing is not None:
            await self._writing

    def _may(self, line: str, now: float) -> bool:
        """Tell whether a line gave few enough of late; if so, count one more."""
        lately = self._lately.setdefault(line, deque())
        while lately and lately[0] <= now - _MINUTE_S:
            lately.popleft()
        if len(lately) >= _A_MINUTE_OF_A_LINE:
            return False
        lately.append(now)
        return True

    def _take(self) -> Spooled:
        found = self._waiting.popleft()
        self._waiting_bytes -= len(found.content)
        return found

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                picture = self._take()
                self._number += 1
                try:
                    dropped = await asyncio.to_thread(self._write, picture, self._number)
                except OSError as error:
                    _log.warning("a picture of %s was not written: %s", picture.device, error)
                    dropped = [picture.device]
                for device in dropped:
                    self._tell(device, DROPPED)
        finally:
            self._writing = None

    def _write(self, picture: Spooled, number: int) -> list[str]:
        """Write a file; return whose older ones had to go for it."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        dropped = self._make_room(len(picture.content))
        name = f"{int(time.time() * 1000):013d}-{number % 1_000_000:06d}"
        fresh = self._folder / f"{name}.new"
        fresh.touch(mode=0o600)
        fresh.write_bytes(sealing.seal(pictures.encode(picture), use=pictures.USE))
        fresh.rename(self._folder / f"{name}{pictures.SUFFIX}")
        return dropped

    def _make_room(self, size: int) -> list[str]:
        """Delete the oldest files where there are too many, or too much; return whose they were."""
        files = sorted(self._folder.iterdir())
        sizes = {file: _size(file) for file in files}
        total, dropped = sum(sizes.values()) + size, []
        while files and (len(files) >= _MOST_FILES or total > _MOST_FILES_BYTES):
            oldest = files.pop(0)
            total -= sizes[oldest]
            dropped.append(_device(oldest))
            oldest.unlink(missing_ok=True)
        return [device for device in dropped if device]


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:  # taken by the records meanwhile
        return 0


def _device(file: Path) -> str:
    """Return whose picture is in a file; empty where it is no whole one, or was taken meanwhile."""
    try:
        body = sealing.open_sealed(file.read_bytes(), use=pictures.USE)
        return pictures.decode(body).device if file.suffix == pictures.SUFFIX else ""
    except (FileNotFoundError, ValueError):
        return ""
