import asyncio
from datetime import UTC, datetime
from itertools import pairwise

import pytest

from linli.kernel.fault import Fault
from linli.runtime.scheduler import Job, keep_time

NOON = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Refused(Fault):
    key = "tests.refused"


async def run_until(jobs, enough, **more):
    async def in_records(call):
        return call()

    task = asyncio.create_task(
        keep_time(jobs=jobs, in_records=in_records, clock=lambda: NOON, **more)
    )
    await asyncio.wait_for(enough.wait(), 5)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


class TestKeepTime:
    async def test_tells_each_job_the_time_again_and_again(self):
        seen, enough = [], asyncio.Event()

        def run(now):
            seen.append(now)
            if len(seen) == 3:
                enough.set()

        await run_until([Job(name="tick", every_s=0.001, run=run)], enough)

        assert seen[:3] == [NOON] * 3

    async def test_what_is_done_in_parts_goes_on_until_nothing_is_left_and_lets_others_between(
        self,
    ):
        told, enough, left = [], asyncio.Event(), [3, 2, 1]

        def forget(_now):
            told.append("part")
            if not left:
                enough.set()
            return left.pop() if left else 0

        def tick(_now):
            told.append("tick")

        await run_until(
            [
                Job(name="forget", every_s=0.001, run=forget, in_parts=True),
                Job(name="tick", every_s=0.0, run=tick),
            ],
            enough,
        )

        parts = [at for at, name in enumerate(told) if name == "part"]
        assert len(parts) >= 4
        assert all("tick" in told[a:b] for a, b in pairwise(parts))

    async def test_a_job_that_is_refused_does_not_stop_the_others(self):
        enough = asyncio.Event()

        def refuse(_now):
            raise Refused

        await run_until(
            [
                Job(name="refused", every_s=0.001, run=refuse),
                Job(name="works", every_s=0.001, run=lambda _now: enough.set()),
            ],
            enough,
        )

        assert enough.is_set()

    async def test_a_job_that_breaks_is_told_with_its_traceback_and_does_not_stop_the_others(
        self, caplog
    ):
        enough = asyncio.Event()

        def break_down(_now):
            raise ZeroDivisionError("no such number")

        await run_until(
            [
                Job(name="breaks", every_s=0.001, run=break_down),
                Job(name="works", every_s=0.001, run=lambda _now: enough.set()),
            ],
            enough,
        )

        told = next(record for record in caplog.records if "breaks" in record.getMessage())
        assert told.exc_info[0] is ZeroDivisionError

    async def test_a_job_that_fails_again_and_again_is_tried_later_each_time_and_told(self):
        told, tried, enough = [], [], asyncio.Event()

        def break_down(_now):
            tried.append(asyncio.get_running_loop().time())
            if len(tried) == 6:
                return
            raise ZeroDivisionError("no such number")

        def tell(job, why, now):
            told.append((job, why[:17], now))
            if not why:
                enough.set()

        await run_until([Job(name="breaks", every_s=0.001, run=break_down)], enough, tell=tell)

        waits = [later - earlier for earlier, later in pairwise(tried)]
        assert [wait >= 0.001 * 2**at for at, wait in enumerate(waits)] == [True] * 5
        assert told == [("breaks", "ZeroDivisionError", NOON)] * 3 + [("breaks", "", NOON)]

    async def test_a_job_whose_failing_cannot_be_told_does_not_stop_the_others(self):
        enough, tried = asyncio.Event(), []

        def break_down(_now):
            tried.append(1)
            if len(tried) == 4:
                enough.set()
            raise ZeroDivisionError

        def tell(_job, _why, _now):
            raise OSError("the disk is gone")

        await run_until([Job(name="breaks", every_s=0.001, run=break_down)], enough, tell=tell)

        assert len(tried) == 4
