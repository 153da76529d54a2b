"""Back-tests at work: one at a time, in a process of its own, so that nobody waits for it.

The child reads history beside its writer and tells on its standard output, a line of JSON each, how
far it is and what it found; only the parent writes records.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from linli.registry.trials import operations
from linli.registry.trials.refusals import Broke, TookTooLong
from linli.runtime.supervisor import die_with_parent

log = logging.getLogger("linli.backtests")

LIMIT_S = 1800.0
_LOOK_EVERY_S = 2.0
_LONGEST_LINE = 16 * 1024 * 1024
_NICE = 10
_LAST_WORDS = 300

Records = Callable[[Callable[[], Any]], Awaitable[Any]]


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the child: how much is done, or what was found, or why nothing can be."""

    progress: float | None = None
    report: dict[str, Any] | None = None
    fault: str | None = None
    values: dict[str, Any] = {}


_said = msgspec.json.Decoder(Said)


async def keep(
    *,
    records: Records,
    command: Callable[[str, int], Sequence[str]],
    limit_s: float = LIMIT_S,
    look_every_s: float = _LOOK_EVERY_S,
) -> None:
    """Run what waits until cancelled, first what was cut off before.

    :param command: what to run for a community and the number of a back-test
    """
    await records(lambda: operations.release(now=_now()))
    while True:
        claimed = await records(lambda: operations.claim(now=_now()))
        if claimed is None:
            await asyncio.sleep(look_every_s)
            continue
        community, number = claimed
        one = _Run(records=records, community=community, id=number)
        await one.run(command(community, number), limit_s)


def _now() -> datetime:
    return datetime.now(UTC)


class _Run:
    """One back-test in its child."""

    def __init__(self, *, records: Records, community: str, id: int) -> None:
        self._records = records
        self._community = community
        self._id = id
        self._ended = False

    async def run(self, command: Sequence[str], limit_s: float) -> None:
        """Run it to its end, and no longer than it may."""
        child = await asyncio.create_subprocess_exec(
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            limit=_LONGEST_LINE,
            preexec_fn=_stand_back,
        )
        try:
            async with asyncio.timeout(limit_s):
                words = await self._follow(child)
            if not self._ended:
                log.error("back-test %s broke: %s", self._id, words)
                await self._fail(Broke.key, {"reason": f"exit {child.returncode}"})
        except TimeoutError:
            await self._fail(TookTooLong.key, {"minutes": round(limit_s / 60)})
        finally:
            await _end(child)

    async def _follow(self, child: asyncio.subprocess.Process) -> str:
        """Keep what it says; return its last words on standard error."""
        assert child.stdout is not None, "it is a pipe"
        assert child.stderr is not None, "it is a pipe"
        complaint = asyncio.create_task(child.stderr.read())
        try:
            async for line in child.stdout:
                await self._heard(line)
            await child.wait()
            return (await complaint).decode("utf-8", "replace")[-_LAST_WORDS:]
        finally:
            complaint.cancel()

    async def _heard(self, line: bytes) -> None:
        try:
            said = _said.decode(line)
        except msgspec.DecodeError:
            log.warning("back-test %s said: %.80r", self._id, line)
            return
        if said.progress is not None:
            await self._write(operations.progress, share=said.progress)
        elif said.report is not None:
            self._ended = True
            await self._write(operations.finish, report=said.report, now=_now())
        elif said.fault is not None:
            await self._fail(said.fault, said.values)

    async def _fail(self, key: str, values: dict[str, Any]) -> None:
        self._ended = True
        await self._write(operations.fail, key=key, values=values, now=_now())

    async def _write(self, operation: Callable[..., None], **told: object) -> None:
        await self._records(partial(operation, community=self._community, id=self._id, **told))


def _stand_back() -> None:
    """Let everything else go first, and end with the parent."""
    die_with_parent()
    os.nice(_NICE)


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        child.kill()
        await child.wait()
