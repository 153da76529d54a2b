"""`./linli watermark FILE`: who took this list out?"""

import sys
from pathlib import Path

import click
import msgspec

from linli.foundation.copies import queries
from linli.kernel.fault import Fault
from linli.registry.imports import reading


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def watermark(file: Path) -> None:
    """Tell of whose export a FILE (xlsx, csv, or text that was pasted) is a part.

    Prints one JSON object a copy, the surest first. `by` is `sign` (a mark in each row) or `order`
    (the order of the rows, with the chance that it is another's). Ends with 0 where one is found, 1
    where nothing tells, 2 where the file cannot be read.
    """
    try:
        rows = _rows(file)
    except (OSError, Fault) as error:
        click.echo(f"{file.name} cannot be read: {error}", err=True)
        sys.exit(2)
    found = queries.whose(rows=rows)
    for one in found:
        click.echo(msgspec.json.encode(one))
    sys.exit(0 if found else 1)


def _rows(file: Path) -> list[list[str]]:
    content = file.read_bytes()
    try:
        found = reading.sheet(content)
    except (reading.NotASheet, reading.Hostile, reading.Empty):
        if content.startswith(b"PK"):
            raise
        return [[line] for line in content.decode("utf-8", "replace").splitlines()]
    rows = [["" if cell is None else str(cell) for cell in row] for _, row in found.rows]
    return [found.headings, *rows]
