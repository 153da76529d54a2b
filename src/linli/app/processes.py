"""What every process of an installation does first: its log, its bus."""

import logging
import os
import sys

import click


def begin(name: str) -> str:
    """Set up logging for a process; return the address of its bus.

    :raises click.ClickException: if no bus is known
    """
    level = os.environ.get("LINLI_LOG", "INFO").upper()
    logging.basicConfig(
        level=level,
        stream=sys.stderr,
        format=f"%(asctime)s {name} %(levelname)s %(name)s %(message)s",
    )
    url = os.environ.get("LINLI_NATS_URL", "")
    if not url:
        raise click.ClickException(
            "no bus: set LINLI_NATS_URL to your NATS, or use ./linli up, which starts one"
        )
    return url
