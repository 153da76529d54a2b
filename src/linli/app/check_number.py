"""`./linli check KIND VALUE`: is this number a right one, and if not, why."""

import sys
from datetime import date

import click
import msgspec

from linli.kernel.checks import check as checked


@click.command()
@click.argument("kind", type=click.Choice(["id", "uscc", "plate", "phone"]))
@click.argument("value")
def check(kind: str, value: str) -> None:
    """Check a number; print one JSON object and end with 0 if it is right, 1 if not."""
    found = checked(kind, value, today=date.today())  # noqa: DTZ011 - a day of this machine's user
    click.echo(msgspec.json.encode({"valid": found.valid, **msgspec.to_builtins(found)}))
    sys.exit(0 if found.valid else 1)
