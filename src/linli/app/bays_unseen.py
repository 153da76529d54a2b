"""At which charging bays of cars no camera reads plates, so that no charging begins there by one.
That is no fault: it is said, for whoever waits for it in vain. Read by one question in SQL.
"""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from linli.app import outside_records
from linli.app.backup.marks import Databases
from linli.app.outside_records import Line

_COLUMNS = {"charging_site": "kind", "charging_connector": "camera"}
_BAYS = """SELECT s.community, s.code, c.label, c.camera FROM charging_connector c
JOIN charging_site s ON s.id = c.site_id
WHERE s.kind = 'ev' AND c.open ORDER BY s.community, s.code, c.label"""
_SITES_SAID, _LABELS_SAID = 5, 8


class Unseen(msgspec.Struct, frozen=True, kw_only=True):
    """A site for cars: how many bays it has, and which of them no camera sees."""

    community: str
    site: str
    bays: int
    labels: Sequence[str]


def unseen(line: Line) -> list[Unseen]:
    """Return the sites for cars of all communities that have bays which no camera sees."""
    found: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for community, site, label, camera in outside_records.answer(line, _BAYS):
        found.setdefault((community, site), []).append((label, camera))
    sites = [
        Unseen(
            community=community,
            site=site,
            bays=len(bays),
            labels=[label for label, camera in bays if not camera],
        )
        for (community, site), bays in found.items()
    ]
    return [one for one in sites if one.labels]


def looked_up(*, home: Path, databases: Databases) -> list[Unseen]:
    """Return the same of an installation that is not set up here; nothing where there are no
    records yet, or from before one charged by plate.

    :raises psycopg.Error, sqlite3.Error: if the records cannot be read
    """
    with outside_records.opened(home=home, databases=databases, columns=_COLUMNS) as line:
        return unseen(line) if line is not None else []


def words(found: Sequence[Unseen]) -> str:
    """Return it in one line, however many there are; empty where each bay has its camera."""
    said = [_site(one) for one in found[:_SITES_SAID]]
    more = len(found) - len(said)
    said += [f"and at {more} more sites"] if more else []
    return f"no camera, so none begins by plate: {'; '.join(said)}" if said else ""


def _site(one: Unseen) -> str:
    where = f"{one.community} {one.site}"
    if len(one.labels) == one.bays:
        return f"{where} all {one.bays}"
    labels = ", ".join(one.labels[:_LABELS_SAID])
    more = len(one.labels) - _LABELS_SAID
    return f"{where} {labels}" + (f" and {more} more" if more > 0 else "")
