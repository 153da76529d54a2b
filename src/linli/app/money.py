"""`./linli money`: does every fen come from somewhere?"""

import json
import sys

import click
import msgspec
from django.db import DatabaseError

from linli.foundation.money import proof


@click.group()
def money() -> None:
    """The ledger: wallets, income, what is owed."""


@money.command()
def verify() -> None:
    """Recompute every balance from its lines and every posting's sum; print one JSON object.

    Ends with 0 where the ledger is whole, 1 where it is not, 2 where it cannot be read.
    """
    try:
        found = proof.verify()
    except DatabaseError as error:
        told: dict[str, object] = {
            "ok": False, "accounts": 0, "postings": 0, "first_bad": None, "why": str(error),
        }  # fmt: skip
        click.echo(json.dumps(told, ensure_ascii=False))
        sys.exit(2)
    click.echo(json.dumps(msgspec.structs.asdict(found), ensure_ascii=False))
    sys.exit(0 if found.ok else 1)
