"""The numbers of cases, one after the other in each year."""

from datetime import datetime

from linli.domains.cases.logic import opening
from linli.domains.cases.models import Sequence
from linli.domains.cases.operations import timing


def hold(*, community: str, now: datetime) -> Sequence:
    """Return the row that counts the cases of this year; whoever would open another waits until the
    transaction of now is over.
    """
    year = timing.local_year(now)
    rows = Sequence.rows.of(community)
    rows.get_or_create(community=community, year=year)
    return rows.select_for_update().get(year=year)


def next_number(*, community: str, now: datetime) -> str:
    """Return the next number of the year, as `2026-000123`; two at once wait for each other."""
    row = hold(community=community, now=now)
    row.last += 1
    row.save(update_fields=["last"])
    return opening.number(year=row.year, place=row.last)
