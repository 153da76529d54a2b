"""Something is shown at a reader: one decision, at once, on record. The same question twice gets
the same answer.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from django.db import IntegrityError, transaction
from django.db.models import Q

from linli.contracts.doors import Way
from linli.domains.doors.logic.deciding import BackRule, Verdict, decide, guessed
from linli.domains.doors.models import Door, Passage
from linli.domains.doors.operations import deciding
from linli.domains.doors.queries import finding, situation
from linli.domains.doors.queries.situation import Found, Shown
from linli.foundation.scope.built_once import built_once
from linli.foundation.scope.models import ScopedRows

GUESSED, NOT_ALIVE = "codes_guessed", "not_alive"
"""Events of a door that follow from what is shown there; the second is also the reason."""
_ANSWERED_AGAIN_S = 30.0
"""An old question opens nothing: whoever stood there is gone."""


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a door is told: whether it opens, why, for how long, to which floors. `event` is what
    scenes hear of it, once for each question: too many wrong codes, or a face that is not alive.
    """

    opens: bool
    reason: str
    body: Mapping[str, Any]
    event: str = ""


def present(*, community: str, device: str, ask: str, shown: Shown, now: datetime) -> Answer:
    """Decide whether who shows something at a door may pass, and write it down.

    :raises finding.DoorNotFound: if the device is no door
    """
    door = finding.door(community=community, code=device)
    before = _before.first(community=community, device=device, ask=ask)
    if before is not None:
        return _again(door, before, now)
    free = _found_freely(door, shown, now)
    told = deciding.Told(ask=ask, reader=shown.reader, floor=shown.floor, at=now, came_at=now)
    try:
        with transaction.atomic():
            found = free or _found_alone(door, shown, now)
            verdict = decide(found.case)
            row, verdict = deciding.write(door=door, found=found, verdict=verdict, told=told)
    except IntegrityError:
        before = _before.first(community=community, device=device, ask=ask)
        if before is None:
            raise
        return _again(door, before, now)
    return _answer(door, found, row, verdict, now)


_TRIED_OR_USED_UP = frozenset({Way.QR, Way.PIN, Way.CODE})


def _found_freely(door: Door, shown: Shown, now: datetime) -> Found | None:
    """Return the situation where another's decision at the same moment changes nothing: then only
    writing it down must wait for others who write. None where it might: entries and tries are
    counted, who is inside counts, or of two doors one may open.
    """
    if door.interlock or door.area or shown.way in _TRIED_OR_USED_UP:
        return None
    found = situation.found(door=door, shown=shown, now=now, lock=False)
    return None if found.used else found


def _found_alone(door: Door, shown: Shown, now: datetime) -> Found:
    """Return the situation, in the transaction of the decision: nobody else decides meanwhile."""
    if door.interlock or _is_counted(door):
        _lock_partners(door)
    return situation.found(door=door, shown=shown, now=now)


@built_once
def _before(*, community: str, device: str, ask: str) -> ScopedRows[Passage]:
    return Passage.rows.of(community).filter(device=device, ask=ask)


def _is_counted(door: Door) -> bool:
    """Tell whether nobody goes twice into what is behind a door."""
    return bool(door.area) and door.back_rule == BackRule.HARD


def _lock_partners(door: Door) -> None:
    """Of two doors of an air lock, or of an area into which one goes once, one is decided first."""
    those = Q(interlock=door.interlock) if door.interlock else Q()
    those |= Q(area=door.area) if _is_counted(door) else Q()
    rows = Door.rows.of(door.community).filter(those)
    list(rows.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))
    door.refresh_from_db(fields=["busy_until"], from_queryset=Door.rows.of(door.community))


def _again(door: Door, row: Passage, now: datetime) -> Answer:
    """Return the answer that was given; to an old question, that it is too late."""
    if (now - row.came_at).total_seconds() > _ANSWERED_AGAIN_S or row.late:
        return Answer(opens=False, reason="too_late", body={"now": now.timestamp()})
    body: dict[str, Any] = {"now": now.timestamp()}
    if row.opened:
        body["open_s"] = door.release_s
    if row.opened and row.floor:
        body["floors"] = [row.floor]
    return Answer(opens=row.opened, reason=row.reason, body=body)


def _answer(door: Door, found: Found, row: Passage, verdict: Verdict, now: datetime) -> Answer:
    body: dict[str, Any] = {"now": now.timestamp(), "passage": row.pk}
    if verdict.opens:
        body["open_s"] = door.release_s
        if door.floors:
            body["floors"] = list(found.allowed.floors or door.floors)
    if door.area and verdict.opens and found.bearing.name:
        body["holder"] = found.bearing.name
    event = GUESSED if guessed(found.case, verdict) else ""
    if verdict.reason == NOT_ALIVE:
        event = NOT_ALIVE
    return Answer(opens=verdict.opens, reason=verdict.reason, body=body, event=event)
