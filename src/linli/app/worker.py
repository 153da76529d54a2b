"""The worker process: effects to rows, facts to handlers, history kept, time kept."""

import asyncio
import os
import signal
import sys
from contextlib import suppress
from functools import partial
from pathlib import Path

import click
import uvloop
from django.conf import settings

from linli.adapters.bus import Bus, StreamLimits, connect
from linli.adapters.outward import Caller
from linli.adapters.syslog import Collector
from linli.app import handlers, wiring
from linli.app.processes import begin
from linli.contracts import directory
from linli.domains.exchange.operations import sending
from linli.domains.notices.operations import pushing
from linli.domains.openapi.operations import telling
from linli.foundation.money.operations import errands
from linli.live import snapshot
from linli.runtime import backtests, collecting, history
from linli.runtime.postman import Box, Postman
from linli.runtime.supervisor import say_ready
from linli.runtime.worker import NICE, Wiring, Worker


@click.command()
def worker() -> None:
    """Run the worker process until it is told to stop."""
    url = begin("worker")
    os.nice(NICE)
    wiring.wire_records()
    uvloop.run(_run(url, handlers.wiring()))


async def _run(url: str, wired: Wiring) -> None:
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    bus = await connect(url=url, name="worker")
    await bus.ensure_streams(limits=StreamLimits())
    wiring.wire_worker(bus, asyncio.get_running_loop())
    working = asyncio.create_task(_work(bus, wired))
    stopping = asyncio.create_task(stop.wait())
    say_ready()
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    working.cancel()
    with suppress(asyncio.CancelledError):
        await working
    await bus.close()


async def _work(bus: Bus, wired: Wiring) -> None:
    worker = Worker(bus=bus, wiring=wired)

    async def communities() -> list[str]:
        return await worker.records(directory.communities)

    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(worker.run())
        caller = partial(Caller, hosts=settings.OUTWARD_HOSTS)
        to_others = caller(inside=settings.WEBHOOKS_INSIDE)
        to_departments = caller(
            inside=settings.DEPARTMENTS_INSIDE, enough_bytes=sending.ENOUGH_BYTES
        )
        tasks.create_task(_postman(worker, telling, to_others).keep())
        tasks.create_task(_postman(worker, sending, to_departments).keep())
        to_providers = caller(inside=settings.PAYMENTS_INSIDE, enough_bytes=errands.ENOUGH_BYTES)
        tasks.create_task(_postman(worker, errands, to_providers).keep())
        to_browsers = caller(inside=settings.PUSH_INSIDE, enough_bytes=pushing.ENOUGH_BYTES)
        tasks.create_task(_postman(worker, pushing, to_browsers).keep())
        if settings.AUDIT_SYSLOG:
            tasks.create_task(
                collecting.keep(
                    records=worker.records,
                    collector=_collector(),
                    file=settings.HOME / "audit" / "told.json",
                )
            )
        tasks.create_task(backtests.keep(records=worker.records, command=_backtest))
        tasks.create_task(
            history.keep(
                bus=bus,
                home=settings.HOME,
                communities=communities,
                engine_position=_engine_position,
            )
        )


def _collector() -> Collector:
    """Return the collector of the audit trail.

    :raises SystemExit: if its address is none
    """
    authority = Path(settings.AUDIT_SYSLOG_CA) if settings.AUDIT_SYSLOG_CA else None
    try:
        return Collector(url=settings.AUDIT_SYSLOG, authority=authority)
    except ValueError as error:
        raise SystemExit(f"LINLI_AUDIT_SYSLOG: {error}") from error


def _postman(worker: Worker, box: Box, caller: Caller) -> Postman:
    return Postman(box=box, records=worker.records, post=caller.post)


def _backtest(community: str, id: int) -> list[str]:
    """Return what to run for a back-test of the records."""
    here = [sys.executable, "-m", "linli.app", "backtest"]
    return [*here, "--community", community, "--row", str(id)]


def _engine_position(community: str) -> int | None:
    """Return up to which message of INPUT the scene engine's snapshot holds everything."""
    found = snapshot.read(home=settings.HOME, community=community)
    return found.sequence if found else None
