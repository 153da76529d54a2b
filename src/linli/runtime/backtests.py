"""Back-tests at work: one at a time, in a process of its own, so that nobody waits for it.

The child reads history beside its writer and tells on its standard output, a line of JSON each, how
far it is and what it found; only the parent writes records.
"""

import asyncio
import contextlib
import logging
import os
import resource
import secrets
import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from functools import partial
from typing import Any

import msgspec

from linli.registry.trials import operations
from linli.registry.trials.refusals import Broke, TookTooLong
from linli.runtime.in_records import InRecords
from linli.runtime.supervisor import die_with_parent

log = logging.getLogger("linli.backtests")

LIMIT_S = 1800.0
_LOOK_EVERY_S = 2.0
_BEAT_EVERY_S = 10.0
_LONGEST_LINE = 16 * 1024 * 1024
_NICE = 10
_MOST_MEMORY = 4 * 1024**3
"""Bytes of addresses that the child may have; what it really takes is far less."""
_LAST_WORDS = 300


class _TooLong(Exception):
    """A line has no end."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One line of the child: how much is done, or what was found, or why nothing can be."""

    progress: float | None = None
    report: dict[str, Any] | None = None
    fault: str | None = None
    values: dict[str, Any] = {}


_said = msgspec.json.Decoder(Said)


async def keep(
    *,
    records: InRecords,
    command: Callable[[str, int], Sequence[str]],
    limit_s: float = LIMIT_S,
    look_every_s: float = _LOOK_EVERY_S,
    beat_every_s: float = _BEAT_EVERY_S,
) -> None:
    """Run what waits until cancelled, also what another runner began and is silent about.

    :param command: what to run for a community and the number of a back-test
    """
    while True:
        run = secrets.token_hex(8)
        await records(lambda: operations.release(now=_now()))
        claimed = await records(partial(_claim, run))
        if claimed is None:
            await asyncio.sleep(look_every_s)
            continue
        community, number = claimed
        one = _Run(records=records, community=community, id=number, run=run)
        await one.go(command(community, number), limit_s, beat_every_s)


def _claim(run: str) -> tuple[str, int] | None:
    return operations.claim(run=run, now=_now())


def _now() -> datetime:
    return datetime.now(UTC)


class _Run:
    """One back-test in its child."""

    def __init__(self, *, records: InRecords, community: str, id: int, run: str) -> None:
        self._records = records
        self._community = community
        self._id = id
        self._run = run
        self._ended = False

    async def go(self, command: Sequence[str], limit_s: float, beat_every_s: float) -> None:
        """Run it to its end, and no longer than it may; whatever the child does, it harms none but
        itself.
        """
        try:
            child = await _start(command)
        except (OSError, subprocess.SubprocessError) as error:
            log.exception("back-test %s could not be begun", self._id)
            await self._fail(Broke.key, {"reason": type(error).__name__})
            return
        beating = asyncio.create_task(self._beat(child, beat_every_s))
        try:
            async with asyncio.timeout(limit_s):
                await self._follow(child)
        except TimeoutError:
            await self._fail(TookTooLong.key, {"minutes": round(limit_s / 60)})
        finally:
            await _end(child)
            beating.cancel()
            await asyncio.wait([beating])
        if not beating.cancelled():
            beating.result()

    async def _follow(self, child: asyncio.subprocess.Process) -> None:
        """Keep what it says until it ends; if that was not what it had to say, it broke."""
        assert child.stdout is not None, "it is a pipe"
        assert child.stderr is not None, "it is a pipe"
        complaint = asyncio.create_task(_last_words(child.stderr))
        try:
            while line := await _line(child.stdout):
                await self._heard(line)
            await child.wait()
            if not self._ended:
                log.error("back-test %s broke: %s", self._id, await complaint)
                await self._fail(Broke.key, {"reason": f"exit {child.returncode}"})
        except _TooLong:
            log.exception("back-test %s said too much at once", self._id)
            await self._fail(Broke.key, {"reason": "a line without end"})
        finally:
            complaint.cancel()

    async def _beat(self, child: asyncio.subprocess.Process, every_s: float) -> None:
        """Say now and then that it is run; end it where it is not to be any more."""
        while await self._write(operations.beat, now=_now()):
            await asyncio.sleep(every_s)
        self._ended = True
        _kill(child)

    async def _heard(self, line: bytes) -> None:
        try:
            said = _said.decode(line)
        except (msgspec.DecodeError, UnicodeDecodeError):
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

    async def _write(self, operation: Callable[..., Any], **told: object) -> Any:
        mine = {"community": self._community, "id": self._id, "run": self._run}
        return await self._records(partial(operation, **mine, **told))


async def _start(command: Sequence[str]) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        limit=_LONGEST_LINE,
        preexec_fn=_stand_back,
    )


def _stand_back() -> None:
    """Let everything else go first, take no more memory than may be, and end with the parent."""
    die_with_parent()
    os.nice(_NICE)
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


async def _line(said: asyncio.StreamReader) -> bytes:
    """Return the next line, empty at the end.

    :raises _TooLong: if it is longer than a report can be
    """
    try:
        return await said.readline()
    except ValueError as error:
        raise _TooLong from error


async def _last_words(complaint: asyncio.StreamReader) -> str:
    """Read all that a child complains of, and keep the end of it."""
    kept = b""
    while part := await complaint.read(65_536):
        kept = (kept + part)[-4 * _LAST_WORDS :]
    return kept.decode("utf-8", "replace")[-_LAST_WORDS:]


def _kill(child: asyncio.subprocess.Process) -> None:
    with contextlib.suppress(ProcessLookupError):  # it has just ended of itself
        child.kill()


async def _end(child: asyncio.subprocess.Process) -> None:
    if child.returncode is None:
        _kill(child)
        await child.wait()
