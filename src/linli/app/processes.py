"""What every process of an installation does first: its log, its secret, its bus."""

import os
import sys

import click
from django.conf import settings

from linli.adapters import bus_address
from linli.app import secret
from linli.runtime import log_lines


def begin(name: str) -> str:
    """Set up logging for a process, let it follow the installation's secret; return the address of
    its bus.

    :raises click.ClickException: if no bus is known, or `LINLI_LOG` says what nobody understands
    """
    try:
        wish = log_lines.wished(os.environ.get("LINLI_LOG", ""))
    except log_lines.UnknownWord as error:
        raise click.ClickException(f"LINLI_LOG: {error}? It is a level, json, or both") from error
    log_lines.begin(process=name, wish=wish, stream=sys.stderr)
    secret.follow(settings.HOME)
    url = outside_bus()
    if not url:
        raise click.ClickException(
            "no bus: set LINLI_NATS_URL to your NATS, or use ./linli up, which starts one"
        )
    return url


def outside_bus() -> str:
    """Return the address of the bus that the operator named; empty where he named none.

    :raises click.ClickException: if it is none, or others could read along on the way to it
    """
    url = os.environ.get("LINLI_NATS_URL", "")
    try:
        if url:
            bus_address.way(url)
    except bus_address.BusInTheClear as fault:
        raise click.ClickException(
            f"{fault.values['host']} is another machine, and nats:// is not encrypted: write "
            "tls://…?ca=/path/of/authority.pem in LINLI_NATS_URL, or ?tls=off if something else "
            "encrypts the line"
        ) from fault
    except bus_address.BadBusAddress as fault:
        raise click.ClickException(f"LINLI_NATS_URL: {fault.values['why']}") from fault
    return url
