"""What a push asks, put to whoever answers."""

import asyncio
from collections.abc import Sequence

from linli.contracts.asking import BUSY
from linli.drivers.line import Inquiry, Station


async def put(station: Station, asked: Sequence[tuple[str, Inquiry]]) -> None:
    """Put questions, each with the device that asks, all at once: whoever stands there waits.

    :raises TimeoutError: if nobody could be asked what tells of something that has happened
    """
    async with asyncio.TaskGroup() as tasks:
        each = [
            (device, one, tasks.create_task(station.ask(device, one.question)))
            for device, one in asked
        ]
    for device, one, task in each:
        answer = task.result()
        if one.keeps and answer == BUSY:
            raise TimeoutError
        if one.keeps and not answer.ok:
            station.refused(device, answer.reason)
