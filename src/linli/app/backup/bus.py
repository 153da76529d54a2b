"""The bus of an installation, whether it runs or not."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from linli.adapters import nats_server
from linli.app.processes import outside_bus
from linli.app.up import AlreadyRuns, alone


@contextmanager
def of(home: Path) -> Iterator[str]:
    """Yield the address of the bus: an outside one, the running one, or one started for the block.

    Empty where the installation has never had one.

    :raises click.ClickException: if it runs and its bus cannot be found
    """
    outside = outside_bus()
    if outside:
        yield outside
        return
    try:
        with alone(home), started(home) as url:
            yield url
    except AlreadyRuns:
        yield _running(home)


@contextmanager
def started(home: Path) -> Iterator[str]:
    """Start the bus over its store for the length of the block; none where there is no store."""
    if not (home / "nats" / "jetstream").is_dir():
        yield ""
        return
    running = nats_server.start(home=home)
    try:
        yield running.url
    finally:
        running.stop()


def _running(home: Path) -> str:
    url = nats_server.address(home=home)
    if not url:
        raise click.ClickException("it runs, but where its bus listens is not known")
    return url
