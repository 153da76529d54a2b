"""What every process of an installation does first: its log, its bus."""

import os
import sys

import click

from linli.runtime import log_lines


def begin(name: str) -> str:
    """Set up logging for a process; return the address of its bus.

    :raises click.ClickException: if no bus is known, or `LINLI_LOG` says what nobody understands
    """
    try:
        wish = log_lines.wished(os.environ.get("LINLI_LOG", ""))
    except log_lines.UnknownWord as error:
        raise click.ClickException(f"LINLI_LOG: {error}? It is a level, json, or both") from error
    log_lines.begin(process=name, wish=wish, stream=sys.stderr)
    url = os.environ.get("LINLI_NATS_URL", "")
    if not url:
        raise click.ClickException(
            "no bus: set LINLI_NATS_URL to your NATS, or use ./linli up, which starts one"
        )
    return url
