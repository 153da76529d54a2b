"""Every write to incidents: opened, written down, closed, destroyed with proof."""

import secrets
from datetime import datetime

from django.db import transaction
from django.utils import timezone

from linli.domains.incidents import queries
from linli.domains.incidents.models import Incident, IncidentNote
from linli.domains.incidents.queries import USE, Written
from linli.foundation.audit import operations as audit
from linli.foundation.audit.models import Act
from linli.foundation.identity import operations as identity
from linli.foundation.identity.queries import Actor
from linli.foundation.vault import operations as vault
from linli.foundation.vault import queries as keys
from linli.foundation.vault import sealed
from linli.kernel.fault import Fault
from linli.registry.places import queries as places


class IncidentClosed(Fault):
    """It is over: nothing more is written down, and it is not closed twice."""

    key = "incidents.closed"


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
    vault.grow(
        community=actor.community,
        use=USE,
        subjects=[row.vault_key],
        today=timezone.localdate(now),
    )
    _note(row, actor.account, "opened", now)
    return row


@transaction.atomic
def write(*, actor: Actor, id: int, subject: str, text: str, now: datetime) -> IncidentNote:
    """Write something down about somebody.

    :raises queries.IncidentNotFound: if there is none of that number
    :raises IncidentClosed: if it is over
    """
    row = _open(actor, id)
    found = keys.data_keys(community=row.community, use=USE, subjects=[row.vault_key])
    bound = sealed.bound_to(row.community, IncidentNote, "text", row.vault_key)
    text_sealed = sealed.sealed_text(key=found[row.vault_key], value=text.strip(), bound=bound)
    return IncidentNote.rows.create(
        community=row.community,
        incident=row,
        subject=subject,
        text_sealed=text_sealed,
        by_id=actor.account,
        at=now,
    )


def read(*, actor: Actor, id: int, now: datetime) -> list[Written]:
    """Return what was written down, and remember who read it.

    :raises queries.IncidentNotFound: if there is none of that number
    """
    row = queries.incident(community=actor.community, id=id)
    found = queries.notes_of(community=actor.community, id=row.pk)
    for subject in dict.fromkeys([f"incident:{row.pk}", *(n.subject for n in found if n.subject)]):
        identity.look(
            community=actor.community, account=actor.account, subject=subject,
            purpose="emergency", now=now,
        )  # fmt: skip
    return found


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
def destroy(*, community: str, id: int, now: datetime) -> int:
    """Destroy what was written down in an emergency that is over: its key is overwritten and
    deleted, which the trail proves, then its rows are. Return how many; done twice it is done.
    """
    row = queries.incident(community=community, id=id, lock=True)
    if not queries.is_due(row, now):
        return 0
    notes = IncidentNote.rows.of(community).filter(incident=row)
    many = notes.count()
    notes.update(text_sealed="", subject="")
    notes.delete()
    words = f"incident:{row.pk}, {many} notes, closed {row.closed_at:%Y-%m-%d}"
    vault.destroy(community=community, subject=row.vault_key, account=0, words=words, now=now)
    row.destroyed_at, row.destroyed = now, many
    row.save(update_fields=["destroyed_at", "destroyed"])
    return many


@transaction.atomic
def forget(*, community: str, subject: str) -> int:
    """Destroy what was written down about somebody who is erased; return how many notes."""
    notes = IncidentNote.rows.of(community).filter(subject=subject)
    many = notes.count()
    notes.update(text_sealed="")
    notes.delete()
    return many


def _note(row: Incident, account: int, words: str, now: datetime) -> None:
    audit.note(
        community=row.community, account=account, act=Act.WRITE, what=f"incident:{row.pk}",
        purpose="emergency", words=words, now=now,
    )  # fmt: skip
