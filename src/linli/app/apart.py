"""`./linli apart`: whether what is kept apart belongs to these records, from the terminal."""

from datetime import UTC, datetime

import click

from linli.app import wiring
from linli.app.account import done
from linli.contracts.outbox import wake
from linli.foundation.apart import pairing


@click.group()
def apart() -> None:
    """Tell whether what is kept apart is a pair with the records; say that it is."""
    wiring.wire_records()
    wake.answer_with(lambda: None)


@apart.command()
def status() -> None:
    """Say whether the two are a pair, and how much of what is kept no row names. Ends with 1 where
    they are none.
    """
    for community in pairing.communities():
        many = pairing.unnamed(community=community)
        click.echo(f"{community:<16} {many:>7} kept that these records do not name")
    at = done(pairing.paired_at)
    click.echo(f"a pair since {at.isoformat(timespec='seconds')}")


@apart.command()
@click.option("--yes", is_flag=True, help="Do not ask.")
def pair(*, yes: bool) -> None:
    """Say that the two belong together, after one of them was restored. What the records do not
    name is destroyed an hour later: if a newer copy of them names it, restore that one instead.
    """
    many = sum(pairing.unnamed(community=one) for one in pairing.communities())
    if not yes:
        click.confirm(
            f"{many} kept that no row names are destroyed in an hour. A pair?", abort=True
        )
    lost = pairing.confirm(now=datetime.now(UTC))
    click.echo(f"a pair from now on; {lost} that no row names go in an hour")
