"""A place is found under another path: what is open there goes with it."""

from django.db import transaction

from linli.kernel.place import under
from linli.registry.alarms import logic, queries
from linli.registry.alarms.models import Alarm, AlarmPlace


@transaction.atomic
def place_moved(*, community: str, before: str, after: str) -> int:
    """Let the open alarms of a place that moved be found under its new path; return how many.

    Closed ones say where they were.
    """
    rows = queries.open_below(community=community, path=before)
    for row in rows:
        if under(path=row.target, ancestor=before):
            row.target = after + row.target[len(before) :]
        row.place = after + row.place[len(before) :]
    Alarm.rows.of(community).bulk_update(rows, ["place", "target"], batch_size=100)
    for start in range(0, len(rows), 200):
        part = rows[start : start + 200]
        AlarmPlace.rows.of(community).filter(alarm__in=part).delete()
        AlarmPlace.rows.bulk_create(
            [
                AlarmPlace(community=community, ancestor=top, alarm=row)
                for row in part
                for top in logic.ancestors(row.place)
            ]
        )
    return len(rows)
