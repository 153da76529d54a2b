"""Every read of incidents and of what was written down."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import msgspec

from linli.domains.incidents.models import Incident, IncidentNote
from linli.foundation.vault import logic, sealed
from linli.foundation.vault import queries as vault
from linli.kernel.fault import Fault

USE = "emergency"
"""The class of these keys: they are under a wrapping key of their own."""


class IncidentNotFound(Fault):
    key = "incidents.not_found"
    status = 404


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A note, opened."""

    id: int
    subject: str
    text: str
    by: str
    at: datetime


def incident(*, community: str, id: int, lock: bool = False) -> Incident:
    """Return an emergency.

    :raises IncidentNotFound: if there is none of that number
    """
    rows = Incident.rows.of(community).filter(pk=id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise IncidentNotFound(id=id)
    return row


def incidents(*, community: str, before: int | None, limit: int) -> list[Incident]:
    """Return incidents, the newest first."""
    rows = Incident.rows.of(community).select_related("opened_by", "closed_by")
    if before is not None:
        rows = rows.filter(pk__lt=before)
    return list(rows.order_by("-pk")[:limit])


def due(*, community: str, now: datetime) -> list[Incident]:
    """Return those of which what was written down is to be destroyed."""
    rows = Incident.rows.of(community).filter(closed_at__lte=now, destroyed_at=None)
    return [row for row in rows if is_due(row, now)]


def is_due(row: Incident, now: datetime) -> bool:
    """Tell whether what was written down is to be destroyed by now."""
    after = destroyed_after(row)
    return row.destroyed_at is None and after is not None and after <= now


def destroyed_after(row: Incident) -> datetime | None:
    """Return from when on nothing of it is kept; None while it lasts."""
    return row.closed_at + timedelta(days=row.keep_days) if row.closed_at else None


def written(*, community: str, notes: Sequence[IncidentNote]) -> list[Written]:
    """Return notes, opened; `erased` where the key was destroyed.

    :param notes: with their incidents and writers read
    """
    subjects = [key_of(note) for note in notes]
    keys = vault.data_keys(community=community, use=USE, subjects=list(dict.fromkeys(subjects)))
    return [
        Written(
            id=note.pk,
            subject=note.subject,
            text=_plain(note, keys.get(key_of(note))),
            by=note.by.name,
            at=note.at,
        )
        for note in notes
    ]


def key_of(note: IncidentNote) -> str:
    """Return the name in the vault of the key that a note is under."""
    return note.vault_key or note.incident.vault_key


def _plain(note: IncidentNote, key: bytes | None) -> str:
    if key is None:
        return sealed.ERASED
    bound = sealed.bound_to(note.community, IncidentNote, "text", key_of(note))
    return logic.unseal(key=key, sealed=note.text_sealed, bound=bound).decode()


def notes_of(*, community: str, id: int) -> list[Written]:
    """Return what was written down in an emergency, in its order."""
    rows = IncidentNote.rows.of(community).filter(incident=id)
    return written(
        community=community, notes=list(rows.select_related("incident", "by").order_by("pk"))
    )


def notes_about(*, community: str, subject: str) -> list[IncidentNote]:
    """Return what was written down about somebody, closed."""
    rows = IncidentNote.rows.of(community).filter(subject=subject)
    return list(rows.select_related("incident", "by").order_by("pk"))
