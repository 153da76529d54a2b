"""What is done every so often: a table of jobs, one after another, none twice at once."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime

import msgspec

from linli.kernel.fault import Fault

log = logging.getLogger("linli.scheduler")


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job: `run` is told the time and may be called again before long.

    One that is done `in_parts` does a bounded part of its work and returns how much that was: it is
    called again, between the others, until nothing is left.
    """

    name: str
    every_s: float
    run: Callable[[datetime], object]
    in_parts: bool = False


async def keep_time(
    *,
    jobs: Sequence[Job],
    in_records: Callable[[Callable[[], object]], Awaitable[object]],
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Run each job at its pace until cancelled. A job that is refused or breaks is told in the log,
    and tried again at its next time; what the database refuses for now, `in_records` tries again.
    """
    loop = asyncio.get_running_loop()
    due = {job.name: loop.time() + min(job.every_s, 2.0) for job in jobs}
    while True:
        soonest = min(due.values())
        await asyncio.sleep(max(0.0, soonest - loop.time()))
        for job in jobs:
            if due[job.name] <= loop.time():
                more = await _run(job, in_records, clock())
                due[job.name] = loop.time() + (0.0 if more else job.every_s)


async def _run(
    job: Job, in_records: Callable[[Callable[[], object]], Awaitable[object]], now: datetime
) -> bool:
    """Run it; tell whether it has more to do at once."""
    try:
        done = await in_records(lambda: job.run(now))
    except Fault as fault:
        log.warning("job %s was refused: %r", job.name, fault)
    except Exception:  # whatever is wrong with one job must not stop the others
        log.exception("job %s broke; it is tried again at its next time", job.name)
    else:
        return job.in_parts and bool(done)
    return False
