"""The works of a line, side by side; and that for one device, begun again where it breaks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine

from linli.drivers.line import Station
from linli.drivers.rests import STEADY_S, Rests

_log = logging.getLogger(__name__)
FAILED = "internal_error"
"""Why a device is gone whose work broke in us."""
_LONGEST_SAMPLE = 200


async def side_by_side(*works: Coroutine[None, None, None]) -> None:
    """Do the works of a line until it is cancelled; one that breaks ends them all.

    :raises OSError: if one could not listen, connect or write
    """
    try:
        async with asyncio.TaskGroup() as together:
            for work in works:
                together.create_task(work)
    except* OSError as failed:
        raise OSError(str(failed.exceptions[0])) from failed


async def mind(
    work: Callable[[], Awaitable[None]], *, station: Station, device: str, carries: bool
) -> None:
    """Do a work until it ends of itself, or is cancelled; begin it again, ever less soon, where
    it breaks. The operator sees each break as a refusal of its device; where the work carries the
    device, that is gone meanwhile.
    """
    rests, loop = Rests(), asyncio.get_running_loop()
    while True:
        began = loop.time()
        try:
            await work()
        except asyncio.CancelledError as error:
            if _is_ending():
                raise
            broke(error, station=station, device=device)  # something of its own was cancelled
        except Exception as error:  # one device must not end the line of the others
            broke(error, station=station, device=device)
        else:
            return
        if carries:
            station.went(device, FAILED)
        if loop.time() - began > STEADY_S:
            rests.anew()
        await asyncio.sleep(rests.next_s())


def broke(error: BaseException, *, station: Station, device: str) -> None:
    """Show what broke in us over a device."""
    _log.error("the work for %s broke", device, exc_info=error)
    station.refused(device, FAILED, repr(error)[:_LONGEST_SAMPLE].encode())


def _is_ending() -> bool:
    """Tell whether it is this task that somebody cancelled."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0
