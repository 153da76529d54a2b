"""`./linli audit verify`: is the audit trail whole?"""

import json
import sys

import click
from django.db import DatabaseError

from linli.foundation.audit import operations, queries


@click.group()
def audit() -> None:
    """The audit trail: who looked, who changed, who was refused."""


@audit.command()
def verify() -> None:
    """Walk the chain and hold it against its anchors; print one JSON object.

    Ends with 0 where it is whole, 1 where it is not, 2 where it cannot be read.
    """
    try:
        found = queries.verify(anchors=operations.anchored())
    except (DatabaseError, OSError, ValueError) as error:
        told: dict[str, object] = {"ok": False, "rows": 0, "first_bad": None, "why": str(error)}
        click.echo(json.dumps(told, ensure_ascii=False))
        sys.exit(2)
    told = {"ok": found.ok, "rows": found.rows, "first_bad": found.first_bad}
    told |= {"unsealed": found.unsealed, "why": found.why}
    click.echo(json.dumps(told, ensure_ascii=False))
    sys.exit(0 if found.ok else 1)
