"""Every write to incidents: opened, written down, closed, destroyed with proof."""

import secrets
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from linli.contracts import notices
from linli.contracts.effects import Severity
from linli.contracts.notices import Posting
from linli.domains.incidents import queries
from linli.domains.incidents.models import Incident, IncidentNote
from linli.domains.incidents.queries import USE, Written
from linli.foundation.apart import operations as apart
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.audit.things import Thing
from linli.foundation.identity.queries import Actor
from linli.foundation.scope.paging import NumberPage
from linli.kernel.fault import Fault
from linli.kernel.words import Words
from linli.registry.places import queries as places

_READS = "alarms.handle"
_WHAT = "incident.note"
_OFFICER = "security_officer"
_OPEN_FOR, _AGAIN = timedelta(days=3), timedelta(days=7)
"""So long one may be open before somebody is told, and between one telling and the next."""


class IncidentClosed(Fault):
    """It is over: nothing more is written down, and it is not closed twice."""

    key = "incidents.closed"


class IncidentFull(Fault):
    """As much is written down in it as is ever opened at once."""

    key = "incidents.full"


@transaction.atomic
def begin(*, actor: Actor, title: str, place: str, keep_days: int, now: datetime) -> Incident:
    """Open an emergency: from now on what it takes may be written down about people.

    :param keep_days: for how long that is kept after it was closed
    :raises places.PlaceNotFound: if there is no such place
    """
    if place:
        places.place(community=actor.community, path=place)
    row = Incident.rows.create(
        community=actor.community,
        title=title.strip(),
        place=place,
        keep_days=keep_days,
        vault_key=secrets.token_hex(16),
        opened_by_id=actor.account,
        opened_at=now,
    )
    _note(row, actor.account, "opened", now)
    return row


@transaction.atomic
def write(*, actor: Actor, id: int, subject: str, text: str, now: datetime) -> IncidentNote:
    """Write something down about somebody: it lies apart before the note that names it is there.

    :raises queries.IncidentNotFound: if there is none of that number
    :raises IncidentClosed: if it is over
    :raises IncidentFull: if no more would be opened at once
    """
    row = _open(actor, id)
    if row.notes.of(row.community).count() >= apart.MOST_AT_ONCE:
        raise IncidentFull(most=apart.MOST_AT_ONCE)
    own = _own_key(row, subject) if subject else ""
    token = apart.keep(
        community=row.community,
        subject=own or row.vault_key,
        what=_WHAT,
        value=text.strip(),
        purpose=USE,
        now=now,
    )
    return IncidentNote.rows.create(
        community=row.community,
        incident=row,
        subject=subject,
        vault_key=own,
        token=token,
        by_id=actor.account,
        at=now,
    )


def _own_key(row: Incident, subject: str) -> str:
    """Return the name of somebody's key in an incident that is locked; another in each."""
    there = IncidentNote.rows.of(row.community).filter(incident=row, subject=subject)
    before = there.exclude(vault_key="").first()
    return secrets.token_hex(16) if before is None else before.vault_key


def read(
    *, actor: Actor, id: int, wanted: NumberPage, now: datetime
) -> tuple[list[Written], int | None]:
    """Return a page of what was written down and the cursor after it, and remember who read it.

    :raises PurposeNotGranted: if the actor's rights do not reach to emergencies, everywhere
    :raises queries.IncidentNotFound: if there is none of that number
    """
    row = queries.incident(community=actor.community, id=id)
    notes, after = queries.notes_of(community=actor.community, id=row.pk, wanted=wanted)
    texts = apart.open_for(
        actor=actor,
        permission=_READS,
        tokens=[note.token for note in notes],
        about=[f"incident:{row.pk}", *(note.subject for note in notes if note.subject)],
        purpose=USE,
        thing=Thing.EMERGENCY,
        now=now,
    )
    return queries.written(notes=notes, texts=texts), after


@transaction.atomic
def close(*, actor: Actor, id: int, now: datetime) -> Incident:
    """Close an emergency; what was written down is destroyed `keep_days` later.

    :raises queries.IncidentNotFound: if there is none of that number
    :raises IncidentClosed: if it is closed already
    """
    row = _open(actor, id)
    row.closed_by_id, row.closed_at = actor.account, now
    row.save(update_fields=["closed_by", "closed_at"])
    _note(row, actor.account, f"closed, kept {row.keep_days} days", now)
    return row


def _open(actor: Actor, id: int) -> Incident:
    row = queries.incident(community=actor.community, id=id, lock=True)
    if row.closed_at is not None:
        raise IncidentClosed
    return row


@transaction.atomic
def remind(*, community: str, now: datetime) -> int:
    """Tell who opened an emergency that nobody has closed, and the security officer, that what was
    written down in it is kept for as long: after three days, then once a week. Return how many such
    there are.
    """
    rows = queries.open_since(community=community, before=now - _OPEN_FOR)
    for row in rows:
        turn = (now - row.opened_at - _OPEN_FOR) // _AGAIN
        for to in (f"{notices.OF_ACCOUNT}{row.opened_by_id}", _OFFICER):
            notices.post(
                Posting(
                    community=community, to=to, place=row.place or community,
                    text=_still_open(row, now), severity=Severity.MAJOR,
                    source=f"incident-open-{row.pk}-{turn}", link="/incidents", now=now,
                )
            )  # fmt: skip
    return len(rows)


def _still_open(row: Incident, now: datetime) -> Words:
    days = (now - row.opened_at).days
    return Words(
        zh=f"应急“{row.title}”已 {days} 天没有结束，其间记下的个人信息一直保存。若已过去，请结束它",
        en=f"The emergency “{row.title}” has been open for {days} days, and what was written down "
        "about people is kept for as long. If it is over, close it",
    )


@transaction.atomic
def destroy(*, community: str, id: int, now: datetime) -> int:
    """Destroy what was written down in an emergency that is over: its notes are deleted; when that
    is committed what they named is, and its keys are overwritten, which the trail proves. Return
    how many; done twice it is done.
    """
    row = queries.incident(community=community, id=id, lock=True)
    if not queries.is_due(row, now):
        return 0
    notes = IncidentNote.rows.of(community).filter(incident=row)
    many, own = notes.count(), _own_keys(notes)
    notes.delete()
    words = f"incident:{row.pk}, {many} notes, closed {row.closed_at:%Y-%m-%d}"
    for key in [*own, row.vault_key]:
        apart.drop(community=community, subject=key, account=0, words=words, now=now)
    row.destroyed_at, row.destroyed = now, many
    row.save(update_fields=["destroyed_at", "destroyed"])
    return many


@transaction.atomic
def forget(*, community: str, subject: str, account: int, now: datetime) -> int:
    """Destroy what was written down about somebody who is erased, and his keys, once that is
    committed: what comes back with a backup is noise. Return how many notes.
    """
    notes = IncidentNote.rows.of(community).filter(subject=subject)
    many, own = notes.count(), _own_keys(notes)
    notes.delete()
    for key in own:
        apart.drop(community=community, subject=key, account=account, words=subject, now=now)
    return many


def _own_keys(notes: QuerySet[IncidentNote]) -> list[str]:
    found = notes.exclude(vault_key="").values_list("vault_key", flat=True)
    return sorted(set(found))


def _note(row: Incident, account: int, words: str, now: datetime) -> None:
    audit.note(
        community=row.community, account=account, act=Act.WRITE, what=f"incident:{row.pk}",
        purpose="emergency", words=words, now=now,
    )  # fmt: skip
