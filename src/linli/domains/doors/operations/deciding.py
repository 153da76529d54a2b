"""A decision written down: the passage, what it used up, who is inside, the fact."""

from datetime import datetime, timedelta

import msgspec
from django.db import IntegrityError, transaction

from linli.contracts import cases, notices
from linli.contracts.cases import CaseAsked
from linli.contracts.doors import WAYS, DuressTold, PassageDecided
from linli.contracts.effects import Severity
from linli.contracts.notices import Posting
from linli.domains.doors.logic.deciding import Verdict
from linli.domains.doors.models import Door, Passage, Use
from linli.domains.doors.operations.crossing import crossed
from linli.domains.doors.queries.situation import Found
from linli.foundation import ids
from linli.foundation.outbox import operations as outbox
from linli.kernel.words import Words


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A passage as it is to be written: which question of which device, when by our clock, when it
    was heard. `guest` names whom somebody opened for; `by` is the account that had it opened.
    """

    ask: str
    reader: str = ""
    floor: str = ""
    at: datetime
    came_at: datetime
    late: bool = False
    guest: str = ""
    cause: str | None = None


def write(*, door: Door, found: Found, verdict: Verdict, told: Told) -> tuple[Passage, Verdict]:
    """Write a passage and what follows from it, in the caller's transaction; return it with the
    verdict that stands: if somebody was quicker with the same entry, it is used up.
    """
    if verdict.counts and not _used(door, found, told.at):
        verdict = Verdict(opens=False, reason="used_up", alarms=verdict.alarms)
    row = _passage(door, found, verdict, told)
    row.save(force_insert=True)
    if verdict.opens:
        _enter(door, found, told)
    fact = decided(door=door, row=row, at=told.came_at, cause=told.cause)
    outbox.record(fact)
    if verdict.alarms:
        alarm(door=door, row=row, cause=fact.id, now=told.came_at)
    return row, verdict


def _used(door: Door, found: Found, at: datetime) -> bool:
    """Take an entry; tell whether it was still there."""
    try:
        with transaction.atomic():
            Use.rows.create(
                community=door.community,
                credential_id=found.used,
                ring=found.ring,
                number=found.number,
                door=door,
                at=at,
            )
    except IntegrityError:
        return False
    return True


def _passage(door: Door, found: Found, verdict: Verdict, told: Told) -> Passage:
    return Passage(
        community=door.community,
        door=door,
        device=door.device.code,
        ask=told.ask,
        reader=told.reader,
        way=found.case.way.value,
        credential=found.credential,
        person_id=found.bearing.person,
        staff_id=found.bearing.staff,
        guest=told.guest or found.bearing.guest,
        direction=found.direction,
        floor=told.floor,
        opened=verdict.opens,
        reason=verdict.reason,
        duress=verdict.alarms,
        at=told.at,
        came_at=told.came_at,
        late=told.late,
        fact=ids.new(),
    )


def _enter(door: Door, found: Found, told: Told) -> None:
    """Remember who is inside now, and that an air lock is busy."""
    crossed(door=door, holder=found.bearing.name, direction=found.direction, at=told.at)
    if door.interlock and not told.late:
        door.busy_until = told.at + timedelta(seconds=door.release_s)
        door.save(update_fields=["busy_until"])


def decided(*, door: Door, row: Passage, at: datetime, cause: str | None) -> PassageDecided:
    """Return the fact of a passage. That somebody called for help is not in it."""
    return PassageDecided(
        id=row.fact,
        at=at,
        community=row.community,
        cause=cause,
        passage=row.pk,
        door=row.device,
        place=door.device.place.path,
        way=row.way,
        direction=row.direction,
        opened=row.opened,
        reason=row.reason,
        guest=row.guest,
        late=row.late,
        passed_at=row.at if row.late else None,
    )


def alarm(*, door: Door, row: Passage, cause: str, now: datetime) -> None:
    """Call the guards to a door by whose reader somebody called for help, whether it opened or
    not, in the transaction that writes it; at the door nothing shows. All ways to decide end here.
    """
    fact = DuressTold(
        id=ids.new(),
        at=now,
        community=row.community,
        cause=cause,
        passage=row.pk,
        door=row.device,
        place=door.device.place.path,
    )
    outbox.record(fact)
    name, way = door.device.name, WAYS[row.way]  # type: ignore[index]
    text = Words(
        zh=f"{name.zh} 有人被胁迫开门（{way.zh}）：不要广播，不要单独上前，先看画面，拨打110。",
        en=f"{name.en}: somebody was made to open ({way.en}). No broadcast, do not go alone; look "
        "at the picture and call 110.",
    )
    cases.ask(
        CaseAsked(
            kind="security.duress",
            fact=fact,
            place=fact.place,
            description=text,
            severity=Severity.CRITICAL,
            device=row.device,
        )
    )
    notices.post(
        Posting(
            community=row.community,
            to="guard",
            place=fact.place,
            text=text,
            severity=Severity.CRITICAL,
            source=fact.id,
            link=f"/doors/{row.device}",
            now=now,
        )
    )
