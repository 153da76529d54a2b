"""Was this alarm right? What people say of it afterwards."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from linli.contracts.alarms import AlarmJudged
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.registry.alarms import logic, queries
from linli.registry.alarms.models import Alarm


@transaction.atomic
def judge(
    *,
    community: str,
    alarm: int,
    verdict: str | None,
    note: str = "",
    by: int,
    seen: Sequence[str] = (),
    now: datetime,
) -> Alarm:
    """Say whether an alarm was right; another verdict takes the place of this, None takes it back.

    Said again by the same person, nothing happens.

    :raises queries.AlarmNotFound: if there is none where this person may look
    :raises logic.BadVerdict, logic.BadReason: if it is none, or the note too long
    """
    logic.check_verdict(verdict=verdict, note=note)
    row = queries.alarm(community=community, id=alarm, seen=seen, lock=True)
    said = (verdict or "", note, by)
    if said == (row.verdict, row.verdict_note, row.verdict_by_id) or not (verdict or row.verdict):
        return row
    row.verdict, row.verdict_note = verdict or "", note if verdict else ""
    row.verdict_by_id, row.verdict_at = (by, now) if verdict else (None, None)
    row.save()
    outbox.record(
        AlarmJudged(
            id=ids.new(),
            at=now,
            community=community,
            cause=row.effect,
            alarm=alarm,
            scene=row.scene,
            verdict=verdict,
            by=by,
        )
    )
    return queries.alarm(community=community, id=alarm)
