"""A bus that refuses although it has room: it is asked to be started again.

After a full disk nats-server keeps its stream in a write error until it begins anew, however much
room there is by then. Whoever started it looks for a file in the home, and starts it again.
"""

import asyncio
import logging
import shutil
import time
from collections.abc import Callable
from pathlib import Path

from linli.adapters.bus import Bus, BusRefused, Unheard
from linli.contracts import subjects

RESTART_BUS = "restart-bus"
"""The file in the home that asks for it."""

_log = logging.getLogger(__name__)
_LOOK_S = 1.0
_PATIENCE_S = 8.0
_AGAIN_S = 60.0
_ROOM_BYTES = 64 * 1024 * 1024
_FULL_SHARE = 0.95


async def watch(*, bus: Bus, home: Path, in_trouble: Callable[[], bool]) -> None:
    """Ask for a new start of a bus that has been in trouble for a while and is not full."""
    since = asked_at = 0.0
    while True:
        await asyncio.sleep(_LOOK_S)
        now = time.monotonic()
        if not in_trouble():
            since = 0.0
            continue
        since = since or now
        if now - since < _PATIENCE_S or (asked_at and now - asked_at < _AGAIN_S):
            continue
        if await _has_room(bus, home):
            _log.warning("the bus refuses although it has room: it is asked to begin anew")
            _ask(home)
            asked_at = now


def _ask(home: Path) -> None:
    """Leave the file that asks. A disk that will not take it ends nothing: it is asked again."""
    try:
        (home / RESTART_BUS).touch()
    except OSError as error:
        _log.error("the bus cannot be asked: %s", error)


async def _has_room(bus: Bus, home: Path) -> bool:
    """Tell whether the stream and the disk could take more; a silent bus is another trouble."""
    try:
        if shutil.disk_usage(home).free < _ROOM_BYTES:
            return False
        state = await bus.state(stream=subjects.INPUT_STREAM)
    except (BusRefused, Unheard, OSError):
        return False
    return state.max_bytes <= 0 or state.bytes < state.max_bytes * _FULL_SHARE
