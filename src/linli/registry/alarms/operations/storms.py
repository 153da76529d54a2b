"""Which alarm stands for a storm."""

from linli.registry.alarms import queries
from linli.registry.alarms.models import Alarm


def hand_over_lead(row: Alarm) -> None:
    """Let the oldest open alarm of the storm stand for it once this one is closed."""
    if row.storm is None or not row.leads:
        return
    heir = queries.next_of_storm(community=row.community, storm=row.storm, after=row)
    if heir is None:
        return
    row.leads, heir.leads = False, True
    Alarm.rows.of(row.community).bulk_update([row, heir], ["leads"])
