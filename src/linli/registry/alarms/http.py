"""The alarm desk over HTTP."""

from typing import Any

from django.utils import timezone
from ninja import Query, Router, Schema

from linli.foundation.identity.guard import Visit, may
from linli.registry.alarms import operations, queries, schemas, shown

router = Router(tags=["alarms"])


class AlarmsWanted(Schema):
    """Which alarms: every word narrows; `grouped` leaves one of each storm."""

    state: str = ""
    severity: str = ""
    place: str = ""
    scene: str = ""
    device: str = ""
    storm: int | None = None
    grouped: bool = False
    cursor: int | None = None
    limit: int = 100


@router.get("/{community}/alarms", response=schemas.Alarms, auth=may("alarms.read"))
def alarms(request: Visit, community: str, wanted: Query[AlarmsWanted]) -> object:
    """List alarms, the newest first."""
    said = wanted.dict(exclude={"cursor", "limit"})
    rows, before = queries.alarms(
        community=community,
        sought=queries.Sought(seen=request.auth.places, **said),
        before=wanted.cursor,
        limit=max(1, min(wanted.limit, 500)),
    )
    dressed = shown.dress(community=community, rows=rows)
    return {"items": [schemas.alarm_out(one) for one in dressed], "next": before}


@router.get("/{community}/alarms/counts", response=schemas.Counts, auth=may("alarms.read"))
def counts(request: Visit, community: str) -> object:
    """Count the open alarms by severity."""
    return queries.counts(community=community, seen=request.auth.places)


@router.get("/{community}/alarms/{int:id}", response=schemas.AlarmOut, auth=may("alarms.read"))
def alarm(request: Visit, community: str, id: int) -> object:
    """Return one alarm."""
    return _out(queries.alarm(community=community, id=id, seen=request.auth.places))


@router.post("/{community}/alarms/{int:id}/acknowledge", response=schemas.AlarmOut,
             auth=may("alarms.handle"))  # fmt: skip
def acknowledge(request: Visit, community: str, id: int) -> object:
    """Say that you have seen it; where the trouble has gone already, that closes it."""
    row = operations.acknowledge(
        community=community,
        alarm=id,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return _out(row)


@router.post("/{community}/alarms/{int:id}/shelve", response=schemas.AlarmOut,
             auth=may("alarms.handle"))  # fmt: skip
def shelve(request: Visit, community: str, id: int, body: schemas.Shelf) -> object:
    """Put an alarm out of sight for a time, at most a day, and say why."""
    row = operations.shelve(
        community=community,
        alarm=id,
        minutes=body.minutes,
        reason=body.reason,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return _out(row)


@router.post("/{community}/alarms/{int:id}/unshelve", response=schemas.AlarmOut,
             auth=may("alarms.handle"))  # fmt: skip
def unshelve(request: Visit, community: str, id: int) -> object:
    """Put an alarm back in sight."""
    row = operations.unshelve(
        community=community, alarm=id, seen=request.auth.places, now=timezone.now()
    )
    return _out(row)


@router.post("/{community}/alarms/{int:id}/close", response=schemas.AlarmOut,
             auth=may("alarms.handle"))  # fmt: skip
def close(request: Visit, community: str, id: int, body: schemas.Closing) -> object:
    """Close an alarm for good; while the trouble is there, say why."""
    row = operations.close(
        community=community,
        alarm=id,
        reason=body.reason,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return _out(row)


@router.post("/{community}/alarms/{int:id}/verdict", response=schemas.AlarmOut,
             auth=may("alarms.handle"))  # fmt: skip
def judge(request: Visit, community: str, id: int, body: schemas.VerdictIn) -> object:
    """Say whether an alarm was right: `right`, `wrong`, `unsure`; null takes it back."""
    row = operations.judge(
        community=community,
        alarm=id,
        verdict=body.verdict,
        note=body.note,
        by=request.auth.account,
        seen=request.auth.places,
        now=timezone.now(),
    )
    return _out(row)


def _out(row: Any) -> dict[str, Any]:
    return schemas.alarm_out(shown.dress(community=row.community, rows=[row])[0])
