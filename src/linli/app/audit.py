"""`./linli audit`: is the audit trail whole? And what to do where its anchors are lost."""

import json
import sys
from datetime import UTC, datetime
from typing import IO

import click
import msgspec
from django.db import DatabaseError

from linli.foundation.audit import collected, operations, proof


@click.group()
def audit() -> None:
    """The audit trail: who looked, who changed, who was refused."""


@audit.command()
@click.option("--copy", type=click.File("rb"),
              help="Walk what a collector kept instead, a message a line; - is input.")  # fmt: skip
def verify(copy: IO[bytes] | None) -> None:
    """Walk the chain and hold it against its anchors; print one JSON object.

    Ends with 0 where it is whole, 1 where it is not, 2 where it cannot be read.
    """
    try:
        found = collected.prove(copy) if copy else proof.verify(anchors=operations.anchored())
    except (DatabaseError, OSError) as error:
        told: dict[str, object] = {"ok": False, "rows": 0, "first_bad": None, "why": str(error)}
        click.echo(json.dumps(told, ensure_ascii=False))
        sys.exit(2)
    click.echo(json.dumps(msgspec.structs.asdict(found), ensure_ascii=False))
    sys.exit(0 if found.ok else 1)


@audit.command()
@click.option("--reason", required=True, help="Why; kept for good in a line of the trail.")
def accept(reason: str) -> None:
    """Anchor the trail anew as it is: after records were put back, or the key was lost.

    Stop Linli first. What was anchored before is kept beside it, for the auditor to see.
    """
    try:
        lines = operations.accept(reason=reason, now=datetime.now(UTC))
    except (operations.NotWhole, OSError) as error:
        raise click.ClickException(str(error)) from error
    click.echo(f"{lines} lines are anchored as they are; see `./linli audit verify`")
