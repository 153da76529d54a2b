"""What is done every so often: a table of jobs, one after another, none twice at once."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

import msgspec

from linli.kernel.fault import Fault
from linli.runtime.in_records import InRecords

log = logging.getLogger("linli.scheduler")

_TOLD_AFTER = 3
_MOST_DOUBLED = 20
_LATEST_S = 300.0


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A job: `run` is told the time and may be called again before long.

    One that is done `in_parts` does a bounded part of its work and returns how much that was: it is
    called again, between the others, until nothing is left.
    """

    name: str
    every_s: float
    run: Callable[[datetime], object]
    in_parts: bool = False


Tell = Callable[[str, str, datetime], object]


def _nobody(_job: str, _why: str, _now: datetime) -> None:
    """Tell nobody."""


async def keep_time(
    *,
    jobs: Sequence[Job],
    in_records: InRecords,
    tell: Tell = _nobody,
    clock: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> None:
    """Run each job at its pace until cancelled. A job that is refused or breaks is told in the log,
    and tried again at its next time, later each time it fails once more, five minutes at most; what
    the database refuses for now, `in_records` tries again.

    `tell` is called there with the name of a job and why it fails, once it has failed three times
    in a row, and with nothing once it works.
    """
    loop = asyncio.get_running_loop()
    due = {job.name: loop.time() + min(job.every_s, 2.0) for job in jobs}
    kept = {job.name: _Kept(job, in_records, tell) for job in jobs}
    while True:
        soonest = min(due.values())
        await asyncio.sleep(max(0.0, soonest - loop.time()))
        for job in jobs:
            if due[job.name] <= loop.time():
                due[job.name] = loop.time() + await kept[job.name].run(clock())


class _Kept:
    """A job, and how often it failed in a row; as long as it has not run, that is not known."""

    def __init__(self, job: Job, in_records: InRecords, tell: Tell) -> None:
        self._job = job
        self._in_records = in_records
        self._tell = tell
        self._failed: int | None = None

    async def run(self, now: datetime) -> float:
        """Run it; return after how many seconds it is due again."""
        try:
            done = await self._in_records(lambda: self._job.run(now))
            if self._failed != 0:
                await self._in_records(lambda: self._tell(self._job.name, "", now))
        except Exception as error:  # whatever is wrong with one job must not stop the others
            await self._fail(error, now)
            paces = 2.0 ** (min(self._failed or 1, _MOST_DOUBLED) - 1)
            return max(self._job.every_s, min(self._job.every_s * paces, _LATEST_S))
        self._failed = 0
        return 0.0 if self._job.in_parts and done else self._job.every_s

    async def _fail(self, error: Exception, now: datetime) -> None:
        self._failed = (self._failed or 0) + 1
        if isinstance(error, Fault):
            log.warning("job %s was refused: %r", self._job.name, error)
        else:
            log.error(
                "job %s broke; it is tried again at its next time", self._job.name, exc_info=error
            )
        if self._failed >= _TOLD_AFTER:
            try:
                await self._in_records(lambda: self._tell(self._job.name, repr(error), now))
            except Exception:
                log.exception("that job %s fails cannot be told", self._job.name)
