"""The audit trail is told to a collector elsewhere while it is made (`LINLI_AUDIT_SYSLOG`).

Nothing is left out: what may not have arrived when a line broke is told again, in its order, and a
line of the trail bears its number. While the collector is away the trail itself keeps all of it.
"""

import asyncio
import logging
from collections import deque
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from linli.adapters.syslog import UNHEARD_S, Collector, Telling
from linli.foundation.audit import collected
from linli.runtime import tidy
from linli.runtime.in_records import InRecords

log = logging.getLogger("linli.collecting")

_JOB = "audit collector"
_AT_ONCE = 500
_LOOK_EVERY_S = 1.0
_AGAIN_S = (1.0, 5.0, 15.0, 60.0)
_CERTAIN_S = 1.5 * UNHEARD_S
"""What was written so long before on a line that still lives has arrived."""


async def keep(
    *, records: InRecords, collector: Collector, file: Path, certain_s: float = _CERTAIN_S
) -> None:
    """Tell the trail until cancelled; that the collector is away stands on the system page."""
    failed = 0
    while True:
        told = _Told(file=file, certain_s=certain_s)
        try:
            line = await collector.open()
            if failed:
                log.info("the collector of the audit trail is there again")
            failed = 0
            await records(partial(tidy.tell_of_job, _JOB, "", datetime.now(UTC)))
            await _tell_all(records, line, told)
        except (OSError, TimeoutError) as error:
            why = f"the collector of the audit trail is away: {error!r}"
            log.warning(why)
            await records(partial(tidy.tell_of_job, _JOB, why, datetime.now(UTC)))
        await asyncio.sleep(_AGAIN_S[min(failed, len(_AGAIN_S) - 1)])
        failed += 1


async def _tell_all(records: InRecords, line: Telling, told: "_Told") -> None:
    """Tell what there is, and what comes, until the line breaks."""
    try:
        after = await records(partial(collected.reached, told.file))
        while True:
            found = await records(partial(collected.messages, after=after, most=_AT_ONCE))
            await line.tell([message for _, message in found])
            after = found[-1][0] if found else after
            if told.note(after, asyncio.get_running_loop().time()):
                await records(told.settle)
            if len(found) < _AT_ONCE:
                await asyncio.sleep(_LOOK_EVERY_S)
    finally:
        line.close()


class _Told:
    """What was told on one line, and since when."""

    def __init__(self, *, file: Path, certain_s: float) -> None:
        self.file = file
        self._certain_s = certain_s
        self._written: deque[tuple[float, int]] = deque()
        self._newest = self._certain = self._settled = 0

    def note(self, number: int, at_s: float) -> bool:
        """Note that the line lives, and that all up to a number was written; return whether more of
        it has arrived for certain.
        """
        if number > self._newest:
            self._newest = number
            self._written.append((at_s, number))
        while self._written and at_s - self._written[0][0] >= self._certain_s:
            self._certain = self._written.popleft()[1]
        return self._certain > self._settled

    def settle(self) -> None:
        """Write down what has arrived."""
        collected.reach(self.file, self._certain)
        self._settled = self._certain
